"""What units let each other see, what is recorded of people, and what was seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from activity import tables
from activity.domain.information import InformationField, InformationGrant, Reach, Record, View
from chassis import database
from chassis.access import within_text
from chassis.database import Reader, UnitOfWork
from chassis.intervals import Interval
from chassis.statements import query
from chassis.table_statements import adding, changing, names, reading

_ADD, _CHANGE = adding(tables.information_grant), changing(tables.information_grant)
_FIND = reading(tables.information_grant, "information_grant_id")
_LOCK = reading(tables.information_grant, "information_grant_id", locked=True)
_ADD_VIEW = adding(tables.information_view)
_OVERLAPPING = query(
    sa.text(
        """SELECT information_grant_id FROM information_grant
            WHERE unit_id = :unit_id AND viewer_unit_id = :viewer_unit_id AND valid && :valid LIMIT 1"""
    )
)
_PAGE = query(
    sa.text(
        f"""SELECT g.* FROM information_grant g
             WHERE (CAST(:unit_id AS uuid) IS NULL OR g.unit_id = :unit_id)
               AND (CAST(:viewer_unit_id AS uuid) IS NULL OR g.viewer_unit_id = :viewer_unit_id)
               AND (CAST(:day AS date) IS NULL OR g.valid @> CAST(:day AS date))
               AND (CAST(:after AS uuid) IS NULL OR g.information_grant_id > CAST(:after AS uuid))
               AND ({within_text("g.unit_id")} OR {within_text("g.viewer_unit_id")})
             ORDER BY g.information_grant_id LIMIT :most"""
    ),
    planned_anew=True,
)
# The grants to a unit that reach the branches in which these people are today.
_REACHING = query(
    sa.text(
        """SELECT r.person_id, r.unit_id AS branch_id, g.information_grant_id, g.unit_id, g.fields
             FROM information_grant g
             JOIN access_closure c ON c.ancestor_id = g.unit_id AND c.valid @> CAST(:day AS date)
                  AND NOT c.reading_only
             JOIN relationship r ON r.unit_id = c.descendant_id AND r.valid @> CAST(:day AS date)
            WHERE g.viewer_unit_id = :viewer_unit_id AND g.valid @> CAST(:day AS date)
              AND r.person_id = ANY (CAST(:person_ids AS uuid[]))
            ORDER BY array_position(CAST(:person_ids AS uuid[]), r.person_id), g.information_grant_id"""
    )
)
_RECORDS = query(
    sa.text(
        """SELECT p.person_id,
                  (SELECT count(*) FROM attendance a JOIN meeting m ON m.meeting_id = a.meeting_id
                    WHERE a.person_id = p.person_id AND a.expected AND m.state = 'closed'
                      AND m.planned_on BETWEEN CAST(:first AS date) AND CAST(:last AS date))::int AS expected,
                  (SELECT count(*) FROM attendance a JOIN meeting m ON m.meeting_id = a.meeting_id
                    WHERE a.person_id = p.person_id AND a.checked_in_at IS NOT NULL AND m.state = 'closed'
                      AND m.planned_on BETWEEN CAST(:first AS date) AND CAST(:last AS date))::int AS attended,
                  (SELECT coalesce(sum(e.credited_minutes), 0) FROM class_hour_entry e
                    WHERE e.person_id = p.person_id
                      AND e.learned_on BETWEEN CAST(:first AS date) AND CAST(:last AS date))::int
                      AS credited_minutes,
                  (SELECT count(*) FROM talk_participant t JOIN talk k ON k.talk_id = t.talk_id
                    WHERE t.person_id = p.person_id
                      AND k.held_on BETWEEN CAST(:first AS date) AND CAST(:last AS date))::int AS talks
             FROM unnest(CAST(:person_ids AS uuid[])) AS p (person_id)"""
    )
)
_VIEW_PAGE = query(
    sa.text(
        f"""SELECT v.* FROM information_view v
             WHERE (CAST(:unit_id AS uuid) IS NULL OR v.unit_id = :unit_id)
               AND (CAST(:viewer_unit_id AS uuid) IS NULL OR v.viewer_unit_id = :viewer_unit_id)
               AND (CAST(:person_id AS uuid) IS NULL OR v.person_id = :person_id)
               AND (CAST(:before AS uuid) IS NULL OR v.view_id < CAST(:before AS uuid))
               AND (v.person_id = CAST(:own_id AS uuid)
                    OR {within_text("v.unit_id")} OR {within_text("v.viewer_unit_id")})
             ORDER BY v.view_id DESC LIMIT :most"""
    ),
    planned_anew=True,
)


@dataclass(frozen=True, slots=True)
class GrantFilter:
    """What a list of grants is narrowed to; None is no condition."""

    unit_id: UUID | None = None
    viewer_unit_id: UUID | None = None
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class ViewFilter:
    """What a list of views is narrowed to; None is no condition."""

    unit_id: UUID | None = None
    viewer_unit_id: UUID | None = None
    person_id: UUID | None = None


def _fields(values: Sequence[str]) -> tuple[InformationField, ...]:
    return tuple(InformationField(value) for value in values)


def _range(days: Interval) -> "asyncpg.Range[date]":
    return asyncpg.Range(days.start, days.end)


def _read(row: database.Record) -> InformationGrant:
    values = dict(row)
    valid = values.pop("valid")
    return InformationGrant(
        fields=_fields(values.pop("fields")), days=Interval(valid.lower, valid.upper), **values
    )


def _row(grant: InformationGrant) -> dict[str, Any]:
    columns = [name for name in names(tables.information_grant) if name not in ("valid", "fields")]
    row = {name: getattr(grant, name) for name in columns}
    return row | {"valid": _range(grant.days), "fields": list(grant.fields)}


async def add(work: UnitOfWork, grant: InformationGrant) -> None:
    """Keep a new grant."""
    await work.execute(_ADD, **_row(grant))


async def save(work: UnitOfWork, grant: InformationGrant) -> None:
    """Keep a grant as it stands now."""
    await work.execute(_CHANGE, **_row(grant))


async def find(reader: Reader, information_grant_id: UUID) -> InformationGrant | None:
    """The grant, None where there is none."""
    row = await reader.fetch_one(_FIND, information_grant_id=information_grant_id)
    return None if row is None else _read(row)


async def lock(work: UnitOfWork, information_grant_id: UUID) -> InformationGrant | None:
    """The grant, its row held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, information_grant_id=information_grant_id)
    return None if row is None else _read(row)


async def overlapping(reader: Reader, grant: InformationGrant) -> UUID | None:
    """A grant between the same units for some of the days."""
    found: UUID | None = await reader.fetch_value(
        _OVERLAPPING,
        unit_id=grant.unit_id,
        viewer_unit_id=grant.viewer_unit_id,
        valid=_range(grant.days),
    )
    return found


async def page(
    reader: Reader, scope: dict[str, Any], wanted: GrantFilter, *, after: UUID | None, most: int
) -> list[InformationGrant]:
    """Grants of which a unit on either side is in scope, by id."""
    rows = await reader.fetch(
        _PAGE,
        unit_id=wanted.unit_id,
        viewer_unit_id=wanted.viewer_unit_id,
        day=wanted.as_of,
        after=after,
        most=most,
        **scope,
    )
    return [_read(row) for row in rows]


async def reaching(
    reader: Reader, viewer_unit_id: UUID, person_ids: Sequence[UUID], day: date
) -> list[Reach]:
    """The grants by which a unit sees something of these people on a day."""
    rows = await reader.fetch(_REACHING, viewer_unit_id=viewer_unit_id, person_ids=list(person_ids), day=day)
    return [Reach(**dict(row) | {"fields": _fields(row["fields"])}) for row in rows]


async def records(reader: Reader, person_ids: Sequence[UUID], year: int) -> dict[UUID, Record]:
    """What is recorded of people for a year."""
    rows = await reader.fetch(
        _RECORDS, person_ids=list(person_ids), first=date(year, 1, 1), last=date(year, 12, 31)
    )
    return {
        row["person_id"]: Record(row["expected"], row["attended"], row["credited_minutes"], row["talks"])
        for row in rows
    }


async def add_views(work: UnitOfWork, views: Sequence[View]) -> None:
    """Keep what was seen."""
    columns = [name for name in names(tables.information_view) if name != "fields"]
    await work.execute_many(
        _ADD_VIEW,
        [{name: getattr(view, name) for name in columns} | {"fields": list(view.fields)} for view in views],
    )


async def view_page(
    reader: Reader,
    scope: dict[str, Any],
    wanted: ViewFilter,
    *,
    own_id: UUID | None,
    before: UUID | None,
    most: int,
) -> list[View]:
    """Views that the caller may see, the newest first."""
    rows = await reader.fetch(
        _VIEW_PAGE,
        unit_id=wanted.unit_id,
        viewer_unit_id=wanted.viewer_unit_id,
        person_id=wanted.person_id,
        own_id=own_id,
        before=before,
        most=most,
        **scope,
    )
    return [View(**dict(row) | {"fields": _fields(row["fields"])}) for row in rows]
