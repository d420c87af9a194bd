"""The ledger of class hours; rows are added and never change, but follow a person who was merged into another."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from activity import tables
from activity.domain.class_hours import Account, Credit, Entry, Half, HalfDay
from activity.domain.plans import LearningMode
from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import insert, query

MOST_ENTRIES = 1000

_ADD = query(
    insert(
        tables.class_hour,
        "class_hour_id",
        "meeting_id",
        "person_id",
        "material",
        "started_at",
        "ended_at",
        "created_at",
    )
)
_ENTRY_COLUMNS = (
    "class_hour_id",
    "person_id",
    "learned_on",
    "half_day",
    "learning_mode",
    "minutes",
    "credited_minutes",
)
_CREDITED = query(
    sa.text(
        """SELECT person_id, learned_on, half_day, sum(credited_minutes)::int AS credited
             FROM class_hour_entry
            WHERE person_id = ANY (CAST(:person_ids AS uuid[])) AND learned_on = ANY (CAST(:days AS date[]))
            GROUP BY person_id, learned_on, half_day"""
    )
)
_TOUCH = query(
    sa.text(
        """UPDATE class_hour SET version = version + 1 WHERE class_hour_id = :class_hour_id
           RETURNING class_hour_id, meeting_id, created_at, version"""
    )
)
_ENTRIES_OF = query(
    sa.text(
        """SELECT e.person_id, e.learned_on, e.half_day, e.learning_mode, e.minutes, e.credited_minutes,
                  h.meeting_id, h.material
             FROM class_hour_entry e JOIN class_hour h ON h.class_hour_id = e.class_hour_id
            WHERE e.class_hour_id = :class_hour_id
            ORDER BY e.person_id, e.learned_on, e.half_day, e.learning_mode"""
    )
)
_OVERLAPPING = query(
    sa.text(
        """SELECT class_hour_id FROM class_hour
            WHERE person_id = CAST(:person_id AS uuid) AND started_at < :until AND ended_at > :since LIMIT 1"""
    )
)
_SUMS = query(
    sa.text(
        """SELECT person_id, learning_mode, sum(credited_minutes)::int AS credited FROM class_hour_entry
            WHERE person_id = ANY (CAST(:person_ids AS uuid[]))
              AND learned_on BETWEEN CAST(:first AS date) AND CAST(:last AS date)
            GROUP BY person_id, learning_mode"""
    )
)
_ENTRIES = query(
    sa.text(
        """SELECT e.person_id, e.learned_on, e.half_day, e.learning_mode, e.minutes, e.credited_minutes,
                  h.meeting_id, h.material
             FROM class_hour_entry e JOIN class_hour h ON h.class_hour_id = e.class_hour_id
            WHERE e.person_id = :person_id
              AND e.learned_on BETWEEN CAST(:first AS date) AND CAST(:last AS date)
            ORDER BY e.learned_on, e.half_day, e.class_hour_id, e.learning_mode LIMIT :most"""
    )
)


async def lock_persons(work: UnitOfWork, person_ids: Iterable[UUID]) -> None:
    """Let nobody else credit these people until the end: half a day of two meetings has one cap."""
    await work.lock(*(f"class_hour|{person_id}" for person_id in person_ids))


async def credited(
    reader: Reader, person_ids: Sequence[UUID], days: Iterable[date]
) -> dict[UUID, dict[HalfDay, int]]:
    """The minutes that count already, by person and half day."""
    rows = await reader.fetch(_CREDITED, person_ids=list(person_ids), days=sorted(set(days)))
    found: dict[UUID, dict[HalfDay, int]] = {}
    for row in rows:
        half_day = (row["learned_on"], Half(row["half_day"]))
        found.setdefault(row["person_id"], {})[half_day] = row["credited"]
    return found


async def add(
    work: UnitOfWork,
    credit: Credit,
    *,
    person_id: UUID | None = None,
    material: str | None = None,
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
) -> None:
    """Keep what was credited; person, material and times are of self-study."""
    await work.execute(
        _ADD,
        class_hour_id=credit.class_hour_id,
        meeting_id=credit.meeting_id,
        person_id=person_id,
        material=material,
        started_at=started_at,
        ended_at=ended_at,
        created_at=credit.created_at,
    )
    rows = [_entry_row(credit.class_hour_id, entry) for entry in credit.entries]
    await work.copy(tables.class_hour_entry, _ENTRY_COLUMNS, rows)


def _entry_row(class_hour_id: UUID, entry: Entry) -> tuple[Any, ...]:
    return (
        class_hour_id,
        entry.person_id,
        entry.learned_on,
        int(entry.half),
        entry.mode.value,
        entry.minutes,
        entry.credited,
    )


async def reassigned(work: UnitOfWork, class_hour_id: UUID) -> Credit:
    """What was credited in one act, of which an entry is another person's now."""
    row = await work.fetch_one(_TOUCH, class_hour_id=class_hour_id)
    assert row is not None, "what was credited is never deleted"
    entries = await work.fetch(_ENTRIES_OF, class_hour_id=class_hour_id)
    return Credit(entries=tuple(_entry(each) for each in entries), **dict(row))


async def overlapping_self_study(
    reader: Reader, person_id: UUID, *, since: datetime, until: datetime
) -> UUID | None:
    """A record of self-study of the person that shares time with a period."""
    found: UUID | None = await reader.fetch_value(_OVERLAPPING, person_id=person_id, since=since, until=until)
    return found


async def accounts(reader: Reader, person_ids: Sequence[UUID], year: int) -> list[Account]:
    """The class hours of a year of each of the people, in the order asked."""
    rows = await reader.fetch(
        _SUMS, person_ids=list(person_ids), first=date(year, 1, 1), last=date(year, 12, 31)
    )
    sums: dict[UUID, dict[LearningMode, int]] = {}
    for row in rows:
        sums.setdefault(row["person_id"], {})[LearningMode(row["learning_mode"])] = row["credited"]
    return [
        Account(person_id, year, {mode: sums.get(person_id, {}).get(mode, 0) for mode in LearningMode})
        for person_id in person_ids
    ]


async def entries(reader: Reader, person_id: UUID, year: int) -> list[Entry]:
    """What a person's class hours of a year are made of, the earliest first."""
    rows = await reader.fetch(
        _ENTRIES,
        person_id=person_id,
        first=date(year, 1, 1),
        last=date(year, 12, 31),
        most=MOST_ENTRIES,
    )
    return [_entry(row) for row in rows]


def _entry(row: Record) -> Entry:
    return Entry(
        person_id=row["person_id"],
        learned_on=row["learned_on"],
        half=Half(row["half_day"]),
        mode=LearningMode(row["learning_mode"]),
        minutes=row["minutes"],
        credited=row["credited_minutes"],
        meeting_id=row["meeting_id"],
        material=row["material"],
    )
