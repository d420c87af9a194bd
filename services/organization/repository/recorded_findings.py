"""SQL about findings that scans have recorded."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.access import within
from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import Query, insert, query
from organization import tables
from organization.domain.findings import Recorded
from organization.repository import election_documents as documents

_COLUMNS = "f.finding_id, f.unit_id, f.unit_name, f.since, f.verdict, f.found_at, f.cleared_at"
_OPEN = f"SELECT {_COLUMNS} FROM finding f WHERE f.cleared_at IS NULL"
_OF_UNITS = query(sa.text(f"{_OPEN} AND f.unit_id = ANY (CAST(:unit_ids AS uuid[])) ORDER BY f.finding_id"))
_OF_GONE = query(
    sa.text(
        f"""{_OPEN} AND NOT EXISTS (
                SELECT FROM unit_description d
                 WHERE d.unit_id = f.unit_id AND d.recorded_until IS NULL AND d.valid @> CAST(:day AS date))
             ORDER BY f.finding_id"""
    )
)
_ADD = query(insert(tables.finding, *(column.name for column in tables.finding.c)))
_CLEAR = query(sa.text("UPDATE finding SET cleared_at = :cleared_at WHERE finding_id = :finding_id"))
_KNOWN = """
    f.found_at <= CAST(:known_at AS timestamptz)
    AND (f.cleared_at IS NULL OR f.cleared_at > CAST(:known_at AS timestamptz))
"""
_FILTERS = {
    "unit_id": "f.unit_id = CAST(:unit_id AS uuid)",
    "below_id": """f.unit_id IN (
         SELECT c.descendant_id FROM access_closure c
          WHERE c.ancestor_id = CAST(:below_id AS uuid) AND NOT c.reading_only AND c.valid @> CAST(:day AS date))""",
    "campus_id": """EXISTS (
         SELECT FROM unit_description c
          WHERE c.unit_id = f.unit_id AND c.campus_id = CAST(:campus_id AS uuid) AND c.recorded_until IS NULL
            AND c.valid @> CAST(:day AS date))""",
    # A rule is asked for with its parts.
    "rule_id": "(f.rule_id = CAST(:rule_id AS text) OR starts_with(f.rule_id, CAST(:rule_id AS text) || '.'))",
    "severity": "f.severity = CAST(:severity AS text)",
    "after_id": "(f.unit_id, f.rule_id) > (CAST(:after_id AS uuid), CAST(:after_rule AS text))",
}
_BY_DAY = ("below_id", "campus_id")


@cache
def _page_query(given: tuple[str, ...]) -> Query:
    return query(
        sa.select(sa.text(_COLUMNS))
        .select_from(sa.text("finding f"))
        .where(
            sa.text(_KNOWN),
            *(sa.text(_FILTERS[name]) for name in given),
            within(sa.literal_column("f.unit_id", sa.Uuid)),
        )
        .order_by(sa.text("f.unit_id, f.rule_id"))
        .limit(sa.bindparam("most", type_=sa.Integer)),
        planned_anew=True,
    )


def _read(row: Record) -> Recorded:
    values = dict(row)
    (verdict,) = documents.verdicts([values.pop("verdict")])
    return Recorded(verdict=verdict, **values)


async def page(
    reader: Reader,
    scope: dict[str, Any],
    *,
    wanted: Mapping[str, object],
    severity: str | None,
    day: date,
    known_at: datetime,
    after: tuple[UUID, str] | None,
    most: int,
) -> list[Recorded]:
    """What was on record at an instant, of units that the caller may read, by unit and rule."""
    given: dict[str, Any] = dict(wanted)
    if severity is not None:
        given["severity"] = severity
    statement = _page_query((*given, *(["after_id"] if after else [])))
    if after:
        given |= {"after_id": after[0], "after_rule": after[1]}
    if any(name in given for name in _BY_DAY):
        given["day"] = day
    rows = await reader.fetch(statement, known_at=known_at, most=most, **given, **scope)
    return [_read(row) for row in rows]


async def of_units(work: UnitOfWork, unit_ids: Iterable[UUID]) -> list[Recorded]:
    """What is on record of units and not cleared."""
    return [_read(row) for row in await work.fetch(_OF_UNITS, unit_ids=list(unit_ids))]


async def of_gone(work: UnitOfWork, day: date) -> list[Recorded]:
    """What is on record of units that do not exist on a day, and not cleared."""
    return [_read(row) for row in await work.fetch(_OF_GONE, day=day)]


async def add(work: UnitOfWork, found: Iterable[Recorded]) -> None:
    """Keep what was found."""
    await work.execute_many(
        _ADD,
        [
            {
                "finding_id": each.finding_id,
                "unit_id": each.unit_id,
                "unit_name": each.unit_name,
                "rule_id": each.verdict.rule_id,
                "severity": each.verdict.severity,
                "since": each.since,
                "verdict": asdict(each.verdict),
                "found_at": each.found_at,
                "cleared_at": each.cleared_at,
            }
            for each in found
        ],
    )


async def clear(work: UnitOfWork, found: Iterable[Recorded]) -> None:
    """Keep when it was found no longer."""
    await work.execute_many(
        _CLEAR, [{"finding_id": each.finding_id, "cleared_at": each.cleared_at} for each in found]
    )
