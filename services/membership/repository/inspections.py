"""Inspections and the duties to hold them; a corrected inspection keeps its earlier revisions."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import insert, query
from membership import tables
from membership.domain.inspections import Found, Inspection, InspectionDuty, Level
from membership.domain.verdicts import from_records, to_records
from rulebook import RuleSet

_DUTY = (
    "inspection_duty_id",
    "unit_id",
    "level",
    "inspector",
    "starts_on",
    "last_inspected_on",
    "due_on",
    "ended_on",
    "end_reason",
    "version",
    "created_at",
    "updated_at",
)
_CHANGING = (*_DUTY[5:10], "updated_at")
_DUTIES = f"SELECT {', '.join(f'd.{name}' for name in _DUTY)} FROM inspection_duty d"
_FIND_DUTY = query(sa.text(f"{_DUTIES} WHERE d.inspection_duty_id = :inspection_duty_id"))
_LOCK_DUTY = query(sa.text(f"{_DUTIES} WHERE d.inspection_duty_id = :inspection_duty_id FOR UPDATE"))
_OPEN_DUTY = query(
    sa.text(f"{_DUTIES} WHERE d.unit_id = :unit_id AND d.level = :level AND d.ended_on IS NULL")
)
_PUT_DUTY = query(
    sa.text(
        f"""INSERT INTO inspection_duty ({", ".join(_DUTY)}) VALUES ({", ".join(f":{n}" for n in _DUTY)})
            ON CONFLICT (inspection_duty_id) DO UPDATE
               SET {", ".join(f"{name} = excluded.{name}" for name in _CHANGING)}"""
    )
)
_WITHIN = """EXISTS (SELECT FROM access_closure c WHERE c.ancestor_id = ANY (CAST(:access_units AS uuid[]))
                       AND c.descendant_id = d.unit_id AND c.valid @> CAST(:access_day AS date)
                       AND (CAST(:access_reading AS boolean) OR NOT c.reading_only))"""
_LIST_DUTIES = query(
    sa.text(
        f"""{_DUTIES}
             WHERE (CAST(:after AS uuid) IS NULL OR d.inspection_duty_id > CAST(:after AS uuid))
               AND (CAST(:level AS text) IS NULL OR d.level = CAST(:level AS text))
               AND (NOT CAST(:overdue AS boolean)
                    OR (d.ended_on IS NULL AND d.due_on < CAST(:access_day AS date)))
               AND (CAST(:unit_id AS uuid) IS NULL OR EXISTS (
                    SELECT FROM access_closure u WHERE u.ancestor_id = CAST(:unit_id AS uuid)
                       AND u.descendant_id = d.unit_id AND u.valid @> CAST(:access_day AS date)
                       AND NOT u.reading_only))
               AND {_WITHIN}
             ORDER BY d.inspection_duty_id LIMIT :size"""
    )
)
_INSPECTION = (
    "inspection_id",
    "inspection_duty_id",
    "revision",
    "inspected_on",
    "basis",
    "conclusion",
    "problems",
    "correction_reason",
    "pack_digest",
    "verdicts",
    "recorded_by",
    "recorded_at",
)
_INSPECTIONS = f"""SELECT {", ".join(f"i.{name}" for name in _INSPECTION)}, d.unit_id
                     FROM inspection i JOIN inspection_duty d USING (inspection_duty_id)"""
_FIND = query(
    sa.text(
        f"""{_INSPECTIONS} WHERE i.inspection_id = :inspection_id
               AND CASE WHEN CAST(:known_at AS timestamptz) IS NULL THEN i.superseded_at IS NULL
                   ELSE i.recorded_at <= CAST(:known_at AS timestamptz)
                    AND (i.superseded_at IS NULL OR i.superseded_at > CAST(:known_at AS timestamptz)) END"""
    )
)
_LIST = query(
    sa.text(
        f"""{_INSPECTIONS}
             WHERE i.inspection_duty_id = :inspection_duty_id AND i.superseded_at IS NULL
               AND (CAST(:after AS uuid) IS NULL OR i.inspection_id > CAST(:after AS uuid))
             ORDER BY i.inspection_id LIMIT :size"""
    )
)
_DAYS = query(
    sa.text(
        """SELECT max(inspected_on) AS last, max(inspected_on) FILTER (WHERE inspected_on < :day) AS before
             FROM inspection WHERE inspection_duty_id = :inspection_duty_id AND superseded_at IS NULL
              AND inspection_id IS DISTINCT FROM CAST(:without AS uuid)"""
    )
)
_SUPERSEDE = query(
    sa.text(
        """UPDATE inspection SET superseded_at = :now
            WHERE inspection_id = :inspection_id AND superseded_at IS NULL"""
    )
)
_ADD = query(insert(tables.inspection, *_INSPECTION))


@dataclass(frozen=True, slots=True)
class DutyFilter:
    """Which duties a list shows."""

    unit_id: UUID | None = None
    level: str | None = None
    overdue: bool = False


def _duty(row: Record) -> InspectionDuty:
    values = dict(row)
    return InspectionDuty(**values | {"level": Level(values["level"])})


async def find_duty(reader: Reader, inspection_duty_id: UUID) -> InspectionDuty | None:
    """The duty, None where there is none."""
    row = await reader.fetch_one(_FIND_DUTY, inspection_duty_id=inspection_duty_id)
    return None if row is None else _duty(row)


async def lock_duty(work: UnitOfWork, inspection_duty_id: UUID) -> InspectionDuty | None:
    """The duty, held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK_DUTY, inspection_duty_id=inspection_duty_id)
    return None if row is None else _duty(row)


async def open_duty(reader: Reader, unit_id: UUID, level: Level) -> InspectionDuty | None:
    """The duty by which a committee is inspected from a level."""
    row = await reader.fetch_one(_OPEN_DUTY, unit_id=unit_id, level=level.value)
    return None if row is None else _duty(row)


async def save_duty(work: UnitOfWork, duty: InspectionDuty) -> None:
    """Write a duty, a new one or a changed one."""
    await work.execute(_PUT_DUTY, **{name: getattr(duty, name) for name in _DUTY})


async def duties(
    reader: Reader, *, scope: Mapping[str, Any], wanted: DutyFilter, after: UUID | None, size: int
) -> list[InspectionDuty]:
    """Duties of the caller's scope, in the order of their ids."""
    rows = await reader.fetch(_LIST_DUTIES, after=after, size=size, **asdict(wanted), **scope)
    return [_duty(row) for row in rows]


async def find(reader: Reader, inspection_id: UUID, *, known_at: datetime | None = None) -> Record | None:
    """An inspection as believed at an instant (None: now), for `inspections_of`."""
    return await reader.fetch_one(_FIND, inspection_id=inspection_id, known_at=known_at)


async def page(
    reader: Reader, inspection_duty_id: UUID, *, after: UUID | None, size: int
) -> Sequence[Record]:
    """The inspections of a duty as they are believed, in the order of their ids, for `inspections_of`."""
    return await reader.fetch(_LIST, inspection_duty_id=inspection_duty_id, after=after, size=size)


def inspections_of(rows: Sequence[Record], rules: Mapping[str, RuleSet]) -> list[Inspection]:
    """Inspections, with the words of the rule sets that judged them."""
    return [_inspection(row, rules[row["pack_digest"]]) for row in rows]


def _inspection(row: Record, rules: RuleSet) -> Inspection:
    return Inspection(
        inspection_id=row["inspection_id"],
        inspection_duty_id=row["inspection_duty_id"],
        unit_id=row["unit_id"],
        found=Found(row["inspected_on"], row["basis"], row["conclusion"], tuple(row["problems"])),
        pack_digest=row["pack_digest"],
        judgements=from_records(rules, row["verdicts"]),
        recorded_at=row["recorded_at"],
        recorded_by=row["recorded_by"],
        revision=row["revision"],
        correction_reason=row["correction_reason"],
    )


async def days(
    reader: Reader, inspection_duty_id: UUID, day: date, *, without: UUID | None = None
) -> tuple[date | None, date | None]:
    """The day of a duty's newest inspection and of the newest one before a day; one inspection may be left out."""
    row = await reader.fetch_one(_DAYS, inspection_duty_id=inspection_duty_id, day=day, without=without)
    assert row is not None
    return row["last"], row["before"]


async def add(work: UnitOfWork, made: Inspection) -> None:
    """Write an inspection, or a corrected one in the place of what was believed of it."""
    await work.execute(_SUPERSEDE, inspection_id=made.inspection_id, now=made.recorded_at)
    found = made.found
    await work.execute(
        _ADD,
        inspection_id=made.inspection_id,
        inspection_duty_id=made.inspection_duty_id,
        revision=made.revision,
        inspected_on=found.inspected_on,
        basis=found.basis,
        conclusion=found.conclusion,
        problems=list(found.problems),
        correction_reason=made.correction_reason,
        pack_digest=made.pack_digest,
        verdicts=to_records(made.judgements),
        recorded_by=made.recorded_by,
        recorded_at=made.recorded_at,
    )
