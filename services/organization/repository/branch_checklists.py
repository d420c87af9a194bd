"""SQL about what student branches say of their duties."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.bitemporal import History, Interval, interval_of
from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import query
from organization import tables
from organization.domain.branch_checklists import Checklist, Fulfilment, Said, StudentDuty
from organization.repository.beliefs import beliefs

_TERM = History(tables.branch_duty_term, ["unit_id", "duty"], ["statement", "record", "person_id"])
_COLUMNS = """
    t.row_id, t.duty, t.statement, t.record, t.person_id, t.valid, t.recorded_from, t.recorded_until
"""
# A row at least, whether or not anything was said: the version stands in each.
_GET = beliefs(
    f"""SELECT coalesce(c.version, 0) AS version, {_COLUMNS}
          FROM (SELECT CAST(:unit_id AS uuid) AS unit_id) asked
          LEFT JOIN branch_checklist c ON c.unit_id = asked.unit_id
          LEFT JOIN branch_duty_term t ON t.unit_id = asked.unit_id AND t.valid @> CAST(:day AS date)
           AND {{believed:t}}"""
)
_TOUCH = query(
    sa.text(
        """INSERT INTO branch_checklist (unit_id, created_at, updated_at, version)
           VALUES (:unit_id, :now, :now, 1)
           ON CONFLICT (unit_id) DO UPDATE
              SET version = branch_checklist.version + 1, updated_at = excluded.updated_at"""
    )
)
_SAID = query(
    sa.text(
        """SELECT valid FROM branch_duty_term
            WHERE unit_id = :unit_id AND duty = :duty AND recorded_until IS NULL"""
    )
)
_HISTORY = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM branch_duty_term t
             WHERE t.unit_id = :unit_id AND (CAST(:after AS bigint) IS NULL OR t.row_id > :after)
             ORDER BY t.row_id LIMIT CAST(:most AS int)"""
    )
)
_OF_UNITS = query(
    sa.text(
        """SELECT unit_id, duty, valid FROM branch_duty_term
            WHERE unit_id = ANY (CAST(:unit_ids AS uuid[])) AND recorded_until IS NULL
            ORDER BY unit_id, lower(valid), duty"""
    )
)


def _read(row: Record) -> Fulfilment:
    return Fulfilment(
        row_id=row["row_id"],
        duty=StudentDuty(row["duty"]),
        said=Said(row["statement"], row["record"], row["person_id"]),
        days=interval_of(row["valid"]),
        recorded_at=row["recorded_from"],
        replaced_at=row["recorded_until"],
    )


async def find(reader: Reader, unit_id: UUID, *, day: date, known_at: datetime | None = None) -> Checklist:
    """What a branch says of its duties on a day, as known at an instant; nothing, where it never said anything."""
    statement, known = _GET.of(known_at)
    values: dict[str, Any] = {"unit_id": unit_id, "day": day}
    rows = await reader.fetch(statement, **values, **known)
    said = [_read(row) for row in rows if row["row_id"] is not None]
    return Checklist(unit_id, day, {each.duty: each for each in said}, rows[0]["version"])


async def said(work: UnitOfWork, unit_id: UUID, duty: StudentDuty) -> list[Interval]:
    """On which days a duty is fulfilled, as is believed now."""
    return [interval_of(row["valid"]) for row in await work.fetch(_SAID, unit_id=unit_id, duty=duty)]


async def put(work: UnitOfWork, unit_id: UUID, duty: StudentDuty, days: Interval, new: Said | None) -> None:
    """Believe from now on that this is done on the days, or nothing."""
    values = (
        None
        if new is None
        else {"statement": new.statement, "record": new.record, "person_id": new.person_id}
    )
    await _TERM.record(work, {"unit_id": unit_id, "duty": duty.value}, days, values)
    await work.execute(_TOUCH, unit_id=unit_id, now=work.now)


async def history(reader: Reader, unit_id: UUID, *, after: int | None, most: int) -> list[Fulfilment]:
    """Everything that was ever said of the duties of a branch, in the order of entry."""
    rows = await reader.fetch(_HISTORY, unit_id=unit_id, after=after, most=most)
    return [_read(row) for row in rows]


async def of_units(reader: Reader, unit_ids: Iterable[UUID]) -> dict[UUID, tuple[tuple[str, Interval], ...]]:
    """Which duties these units fulfil on which days."""
    found: dict[UUID, list[tuple[str, Interval]]] = {}
    for row in await reader.fetch(_OF_UNITS, unit_ids=list(unit_ids)):
        found.setdefault(row["unit_id"], []).append((row["duty"], interval_of(row["valid"])))
    return {unit_id: tuple(each) for unit_id, each in found.items()}
