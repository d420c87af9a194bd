"""SQL that writes units and their history."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.bitemporal import History, Interval, interval_of
from chassis.database import UnitOfWork
from chassis.statements import Write, insert, query
from chassis.text_keys import keys_of
from organization import tables
from organization.domain.units import Description, Lineage, NewUnit, Part

_DESCRIPTION = History(tables.unit_description, ["unit_id"], ["name", "short_name", "campus_id"])
_PARENT = History(tables.unit_parent, ["unit_id"], ["parent_id"])
_SPONSOR = History(tables.unit_sponsor, ["unit_id", "sponsor_id"], ["part"])

# One statement for one round trip; it holds the first rows of three histories, as `History` would open them.
_ADD = Write(
    """
        added AS (
            INSERT INTO unit (unit_id, kind, form, function, cohort_year, major_code, purpose, host_id, task,
                              planned_end_on, established_on, created_at, updated_at, version)
            VALUES (CAST(:unit_id AS uuid), :kind, :form, :function, :cohort_year, :major_code, :purpose, :host_id,
                    :task, :planned_end_on, CAST(:established_on AS date), CAST(:now AS timestamptz),
                    CAST(:now AS timestamptz), 1)
        ), described AS (
            INSERT INTO unit_description (unit_id, name, short_name, campus_id, valid, recorded_from)
            VALUES (CAST(:unit_id AS uuid), :name, :short_name, :campus_id,
                    daterange(CAST(:established_on AS date), NULL), CAST(:now AS timestamptz))
        ), named AS (
            INSERT INTO unit_name (name, folded, initials, grams)
            VALUES (:name, :folded, :initials, CAST(:grams AS text[])),
                   (:short_name, :short_folded, :short_initials, CAST(:short_grams AS text[]))
            ON CONFLICT (name) DO NOTHING
        ), placed AS (
            INSERT INTO unit_parent (unit_id, parent_id, valid, recorded_from)
            SELECT CAST(:unit_id AS uuid), CAST(:parent_id AS uuid),
                   daterange(CAST(:established_on AS date), NULL), CAST(:now AS timestamptz)
             WHERE CAST(:parent_id AS uuid) IS NOT NULL
        ), sponsored AS (
            INSERT INTO unit_sponsor (unit_id, sponsor_id, part, valid, recorded_from)
            SELECT CAST(:unit_id AS uuid), s.sponsor_id, s.part,
                   daterange(CAST(:established_on AS date), NULL), CAST(:now AS timestamptz)
              FROM unnest(CAST(:sponsor_ids AS uuid[]), CAST(:parts AS text[])) AS s (sponsor_id, part))
    """
)
_NAME = query(
    sa.text(
        """INSERT INTO unit_name (name, folded, initials, grams)
           VALUES (:name, :folded, :initials, CAST(:grams AS text[])) ON CONFLICT (name) DO NOTHING"""
    )
)
_TOUCH = query(
    sa.text(
        "UPDATE unit SET version = version + 1, updated_at = :now WHERE unit_id = :unit_id RETURNING version"
    )
)
_END = query(
    sa.text(
        """UPDATE unit SET dissolved_on = CAST(:day AS date), dissolved_because = CAST(:because AS text)
            WHERE unit_id = :unit_id"""
    )
)
_TOUCH_MANY = query(
    sa.text(
        """UPDATE unit SET version = version + 1, updated_at = :now
            WHERE unit_id = ANY (CAST(:unit_ids AS uuid[]))"""
    )
)
_END_MANY = query(
    sa.text(
        """UPDATE unit SET dissolved_on = CAST(:day AS date), dissolved_because = CAST(:because AS text)
            WHERE unit_id = ANY (CAST(:unit_ids AS uuid[]))"""
    )
)
_SPONSORS_OF_MANY = query(
    sa.text(
        """SELECT DISTINCT unit_id, sponsor_id FROM unit_sponsor
            WHERE unit_id = ANY (CAST(:unit_ids AS uuid[])) AND recorded_until IS NULL
              AND valid && daterange(CAST(:day AS date), NULL)"""
    )
)
_FREEZE = query(sa.text("UPDATE unit SET frozen_by = CAST(:process_id AS uuid) WHERE unit_id = :unit_id"))
_ADD_LINEAGE = query(
    insert(
        tables.unit_lineage,
        "from_unit_id",
        "to_unit_id",
        "kind",
        "effective_on",
        "reorganization_id",
        "recorded_at",
    )
)
_DESCRIPTIONS = query(
    sa.text(
        """SELECT name, short_name, campus_id, valid FROM unit_description
            WHERE unit_id = :unit_id AND recorded_until IS NULL
              AND valid && daterange(CAST(:starts AS date), CAST(:ends AS date))
            ORDER BY lower(valid)"""
    )
)
_SPONSOR_PARTS = query(
    sa.text(
        """SELECT sponsor_id FROM unit_sponsor
            WHERE unit_id = :unit_id AND recorded_until IS NULL
              AND valid && daterange(CAST(:day AS date), NULL)"""
    )
)


async def add(
    work: UnitOfWork, unit_id: UUID, parent_id: UUID | None, new: NewUnit, *, established_on: date
) -> None:
    """Keep a new unit with its first name, parent and sponsors."""
    await work.write_later(_ADD, **_row(work, unit_id, parent_id, new, established_on))


async def add_many(
    work: UnitOfWork, new: Iterable[tuple[UUID, UUID, NewUnit]], *, established_on: date
) -> None:
    """The same for many units with their parents, pipelined."""
    rows = [_row(work, unit_id, parent_id, each, established_on) for unit_id, parent_id, each in new]
    await work.execute_many(_ADD.alone, rows)


def _row(
    work: UnitOfWork, unit_id: UUID, parent_id: UUID | None, new: NewUnit, established_on: date
) -> dict[str, Any]:
    return {
        "unit_id": unit_id,
        "kind": new.kind,
        "form": new.form,
        "function": new.function,
        "cohort_year": new.cohort_year,
        "major_code": new.major_code,
        "purpose": new.purpose,
        "host_id": new.host_id,
        "task": new.task,
        "planned_end_on": new.planned_end_on,
        "established_on": established_on,
        "now": work.now,
        "name": new.name,
        "short_name": new.short_name,
        **_found_by(new.name),
        **{f"short_{key}": value for key, value in _found_by(new.short_name).items()},
        "campus_id": new.campus_id,
        "parent_id": parent_id,
        "sponsor_ids": [sponsor.sponsor_id for sponsor in new.sponsors],
        "parts": [sponsor.part for sponsor in new.sponsors],
    }


def _found_by(name: str) -> dict[str, Any]:
    keys = keys_of(name)
    return {"folded": keys.folded, "initials": keys.initials, "grams": keys.grams}


async def touch(work: UnitOfWork, unit_id: UUID) -> int:
    """Raise the version of a unit; answers the new one."""
    return int(await work.fetch_value(_TOUCH, unit_id=unit_id, now=work.now))


async def touch_many(work: UnitOfWork, unit_ids: Sequence[UUID]) -> None:
    """Raise the version of each of these units."""
    await work.execute(_TOUCH_MANY, unit_ids=list(unit_ids), now=work.now)


async def freeze(work: UnitOfWork, unit_id: UUID, process_id: UUID | None) -> None:
    """Let a unit show the process that holds it, or none."""
    await work.execute(_FREEZE, unit_id=unit_id, process_id=process_id)


async def descriptions(work: UnitOfWork, unit_id: UUID, days: Interval) -> list[tuple[Interval, Description]]:
    """What is believed of name and campus on the days, stretch by stretch."""
    rows = await work.fetch(_DESCRIPTIONS, unit_id=unit_id, starts=days.start, ends=days.end)
    return [
        (shared, Description(row["name"], row["short_name"], row["campus_id"]))
        for row in rows
        if (shared := interval_of(row["valid"]).intersection(days)) is not None
    ]


async def describe(
    work: UnitOfWork, unit_id: UUID, days: Interval, description: Description
) -> datetime | None:
    """Believe this description on the days."""
    values = {
        "name": description.name,
        "short_name": description.short_name,
        "campus_id": description.campus_id,
    }
    for name in {description.name, description.short_name}:
        await work.execute(_NAME, name=name, **_found_by(name))
    return await _DESCRIPTION.record(work, {"unit_id": unit_id}, days, values)


async def put_below(work: UnitOfWork, unit_id: UUID, days: Interval, parent_id: UUID) -> datetime | None:
    """Believe this parent on the days."""
    return await _PARENT.record(work, {"unit_id": unit_id}, days, {"parent_id": parent_id})


async def put_sponsor(
    work: UnitOfWork, unit_id: UUID, sponsor_id: UUID, days: Interval, part: Part | None
) -> datetime | None:
    """Believe that the sponsor has this part on the days; None: that it does not sponsor."""
    subject = {"unit_id": unit_id, "sponsor_id": sponsor_id}
    return await _SPONSOR.record(work, subject, days, None if part is None else {"part": part})


async def end(work: UnitOfWork, unit_id: UUID, day: date, *, because: str) -> None:
    """End name, parent and sponsors of a unit on a day, and the unit with them."""
    rest = Interval(day)
    subject = {"unit_id": unit_id}
    await work.execute(_END, unit_id=unit_id, day=day, because=because)
    await _DESCRIPTION.record(work, subject, rest, None)
    await _PARENT.record(work, subject, rest, None)
    for row in await work.fetch(_SPONSOR_PARTS, unit_id=unit_id, day=day):
        await put_sponsor(work, unit_id, row["sponsor_id"], rest, None)


async def end_many(work: UnitOfWork, unit_ids: Sequence[UUID], day: date, *, because: str) -> None:
    """The same for many units, which a process of the caller's holds."""
    rest = Interval(day)
    subjects: list[tuple[Mapping[str, Any], Interval, None]] = [
        ({"unit_id": unit_id}, rest, None) for unit_id in unit_ids
    ]
    await work.execute(_END_MANY, unit_ids=list(unit_ids), day=day, because=because)
    await _DESCRIPTION.record_many(work, subjects)
    await _PARENT.record_many(work, subjects)
    sponsored = await work.fetch(_SPONSORS_OF_MANY, unit_ids=list(unit_ids), day=day)
    await _SPONSOR.record_many(work, [(dict(row), rest, None) for row in sponsored])


async def add_lineage(work: UnitOfWork, steps: list[Lineage]) -> None:
    """Keep what follows from what."""
    await work.execute_many(
        _ADD_LINEAGE,
        [
            {
                "from_unit_id": step.from_unit_id,
                "to_unit_id": step.to_unit_id,
                "kind": step.kind,
                "effective_on": step.effective_on,
                "reorganization_id": step.reorganization_id,
                "recorded_at": work.now,
            }
            for step in steps
        ],
    )
