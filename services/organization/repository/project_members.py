"""SQL about who takes part in projects."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.bitemporal import History, Interval, interval_of
from chassis.database import Reader, UnitOfWork
from chassis.statements import query
from organization import tables
from organization.domain.project_members import ProjectMember
from organization.repository.beliefs import beliefs

_TERM = History(tables.project_member_term, ["unit_id", "person_id"], ["task"])
_OF_PERSON = query(
    sa.text(
        """SELECT valid FROM project_member_term
            WHERE unit_id = :unit_id AND person_id = :person_id AND recorded_until IS NULL"""
    )
)
_OF_UNITS = query(
    sa.text(
        """SELECT unit_id, person_id, valid FROM project_member_term
            WHERE unit_id = ANY (CAST(:unit_ids AS uuid[])) AND recorded_until IS NULL
            ORDER BY unit_id, person_id, lower(valid)"""
    )
)
_PAGE = beliefs(
    """SELECT t.person_id, t.task, t.valid FROM project_member_term t
        WHERE t.unit_id = :unit_id AND t.valid @> CAST(:day AS date) AND {believed:t}
          AND (CAST(:after_id AS uuid) IS NULL OR t.person_id > CAST(:after_id AS uuid))
        ORDER BY t.person_id LIMIT CAST(:most AS int)"""
)


async def put_many(
    work: UnitOfWork, unit_id: UUID, person_ids: Iterable[UUID], days: Interval, task: str | None
) -> None:
    """Believe from now on that these people do this in the project on the days, or nothing."""
    values = None if task is None else {"task": task}
    await _TERM.record_many(
        work, [({"unit_id": unit_id, "person_id": each}, days, values) for each in person_ids]
    )


async def of_person(work: UnitOfWork, unit_id: UUID, person_id: UUID) -> list[Interval]:
    """On which days somebody takes part in a project."""
    rows = await work.fetch(_OF_PERSON, unit_id=unit_id, person_id=person_id)
    return [interval_of(row["valid"]) for row in rows]


async def of_units(reader: Reader, unit_ids: Iterable[UUID]) -> dict[UUID, list[tuple[UUID, Interval]]]:
    """Who takes part in these projects, on which days."""
    found: dict[UUID, list[tuple[UUID, Interval]]] = {}
    for row in await reader.fetch(_OF_UNITS, unit_ids=list(unit_ids)):
        found.setdefault(row["unit_id"], []).append((row["person_id"], interval_of(row["valid"])))
    return found


async def page(
    reader: Reader, unit_id: UUID, *, day: date, known_at: datetime | None, after_id: UUID | None, most: int
) -> list[ProjectMember]:
    """Who takes part in a project on a day, by id."""
    statement, known = _PAGE.of(known_at)
    values: dict[str, Any] = {"unit_id": unit_id, "day": day, "after_id": after_id, "most": most}
    rows = await reader.fetch(statement, **values, **known)
    return [ProjectMember(row["person_id"], row["task"], interval_of(row["valid"])) for row in rows]
