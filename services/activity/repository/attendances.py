"""Who is expected at a meeting, and who came."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from activity.domain.meetings import Attendance, VoterCount
from activity.domain.plans import Capacity, Participant
from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import query

_ATTENDANCE = "a.meeting_id, a.person_id, a.capacity, a.expected, a.checked_in_at"
_EXPECT = query(
    sa.text(
        """INSERT INTO attendance (meeting_id, person_id, capacity, expected)
           SELECT CAST(:meeting_id AS uuid), p.person_id, p.capacity, true
             FROM unnest(CAST(:person_ids AS uuid[]), CAST(:capacities AS text[])) AS p (person_id, capacity)"""
    )
)
_DROP_EXPECTED = query(sa.text("DELETE FROM attendance WHERE meeting_id = :meeting_id"))
_CHECK_IN = query(
    sa.text(
        f"""INSERT INTO attendance AS a (meeting_id, person_id, capacity, expected, checked_in_at)
            SELECT CAST(:meeting_id AS uuid), p.person_id, p.capacity, false, CAST(:now AS timestamptz)
              FROM unnest(CAST(:person_ids AS uuid[]), CAST(:capacities AS text[])) AS p (person_id, capacity)
             ORDER BY p.person_id
            ON CONFLICT (meeting_id, person_id) DO UPDATE
               SET checked_in_at = excluded.checked_in_at, capacity = excluded.capacity
             WHERE a.checked_in_at IS NULL
            RETURNING {_ATTENDANCE}"""
    )
)
_ATTENDANCES_OF = query(
    sa.text(
        f"""SELECT {_ATTENDANCE} FROM attendance a
             WHERE a.meeting_id = :meeting_id AND a.person_id = ANY (CAST(:person_ids AS uuid[]))
             ORDER BY a.person_id"""
    )
)
_LIST_ATTENDANCES = query(
    sa.text(
        f"""SELECT {_ATTENDANCE} FROM attendance a
             WHERE a.meeting_id = :meeting_id
               AND (CAST(:after AS uuid) IS NULL OR a.person_id > CAST(:after AS uuid))
               AND (CAST(:capacity AS text) IS NULL OR a.capacity = CAST(:capacity AS text))
               AND (NOT CAST(:present_only AS boolean) OR a.checked_in_at IS NOT NULL)
             ORDER BY a.person_id LIMIT :size"""
    )
)
_EXPECTED = query(
    sa.text(
        """SELECT person_id, capacity FROM attendance
            WHERE meeting_id = :meeting_id AND expected ORDER BY person_id"""
    )
)
_PRESENT = query(
    sa.text(
        """SELECT person_id, capacity FROM attendance
            WHERE meeting_id = :meeting_id AND checked_in_at IS NOT NULL ORDER BY person_id"""
    )
)
_COUNTS = query(
    sa.text(
        """SELECT count(*) FILTER (WHERE expected) AS expected,
                  count(*) FILTER (WHERE checked_in_at IS NOT NULL) AS present
             FROM attendance WHERE meeting_id = :meeting_id"""
    )
)
_VOTERS = query(
    sa.text(
        """SELECT count(*) FILTER (WHERE checked_in_at IS NOT NULL) AS present, count(*) AS should_attend
             FROM attendance WHERE meeting_id = :meeting_id AND capacity = 'voter'"""
    )
)


def _attendance(row: Record) -> Attendance:
    return Attendance(
        meeting_id=row["meeting_id"],
        person_id=row["person_id"],
        capacity=Capacity(row["capacity"]),
        expected=row["expected"],
        checked_in_at=row["checked_in_at"],
    )


def _participant(row: Record) -> Participant:
    return Participant(row["person_id"], Capacity(row["capacity"]))


def _named(participants: Iterable[Participant]) -> dict[str, list[Any]]:
    ordered = sorted(participants, key=lambda each: each.person_id)
    return {
        "person_ids": [each.person_id for each in ordered],
        "capacities": [each.capacity.value for each in ordered],
    }


async def expect(work: UnitOfWork, meeting_id: UUID, participants: Sequence[Participant]) -> None:
    """Keep who is expected at a new meeting."""
    if participants:
        await work.execute(_EXPECT, meeting_id=meeting_id, **_named(participants))


async def expect_instead(work: UnitOfWork, meeting_id: UUID, participants: Sequence[Participant]) -> None:
    """Keep who is expected in place of those before; nobody can have checked in yet."""
    await work.execute(_DROP_EXPECTED, meeting_id=meeting_id)
    await expect(work, meeting_id, participants)


async def check_in(
    work: UnitOfWork, meeting_id: UUID, participants: Sequence[Participant], now: datetime
) -> list[Attendance]:
    """Check people in; answers those who were not there already."""
    rows = await work.fetch(_CHECK_IN, meeting_id=meeting_id, now=now, **_named(participants))
    return [_attendance(row) for row in rows]


async def attendances_of(reader: Reader, meeting_id: UUID, person_ids: Iterable[UUID]) -> list[Attendance]:
    """The attendances of these people at a meeting, by person."""
    rows = await reader.fetch(_ATTENDANCES_OF, meeting_id=meeting_id, person_ids=list(person_ids))
    return [_attendance(row) for row in rows]


async def list_attendances(
    reader: Reader,
    meeting_id: UUID,
    *,
    capacity: Capacity | None,
    present_only: bool,
    after: UUID | None,
    size: int,
) -> list[Attendance]:
    """Attendances of a meeting, by person."""
    rows = await reader.fetch(
        _LIST_ATTENDANCES,
        meeting_id=meeting_id,
        capacity=capacity.value if capacity else None,
        present_only=present_only,
        after=after,
        size=size,
    )
    return [_attendance(row) for row in rows]


async def expected(reader: Reader, meeting_id: UUID) -> list[Participant]:
    """Who is expected at a meeting, by person."""
    return [_participant(row) for row in await reader.fetch(_EXPECTED, meeting_id=meeting_id)]


async def present(reader: Reader, meeting_id: UUID) -> list[Participant]:
    """Who came to a meeting, by person."""
    return [_participant(row) for row in await reader.fetch(_PRESENT, meeting_id=meeting_id)]


async def counts(reader: Reader, meeting_id: UUID) -> tuple[int, int]:
    """How many are expected at a meeting, and how many came."""
    row = await reader.fetch_one(_COUNTS, meeting_id=meeting_id)
    assert row is not None, "a count is always answered"
    return row["expected"], row["present"]


async def voters(reader: Reader, meeting_id: UUID) -> VoterCount:
    """How many voters came, of how many who should."""
    row = await reader.fetch_one(_VOTERS, meeting_id=meeting_id)
    assert row is not None
    return VoterCount(present=row["present"], should_attend=row["should_attend"])
