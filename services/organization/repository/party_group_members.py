"""SQL about who belongs to which Party group."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.bitemporal import History, Interval, interval_of, range_of
from chassis.database import Reader, Record, UnitOfWork
from chassis.ids import new_id
from chassis.statements import insert, query
from organization import tables
from organization.domain.party_groups import Enlisted, GroupMember, Stay
from organization.repository.beliefs import beliefs

_TERM = History(tables.party_group_term, ["member_id"], ["unit_id"])
_ENROL = query(
    sa.text(
        """INSERT INTO party_group_member (member_id, branch_id, person_id, checked_at, created_at, updated_at, version)
           SELECT n.member_id, :branch_id, n.person_id, CAST(:checked_at AS timestamptz), CAST(:now AS timestamptz), CAST(:now AS timestamptz), 0
             FROM unnest(CAST(:member_ids AS uuid[]), CAST(:person_ids AS uuid[])) AS n (member_id, person_id)
            ORDER BY n.person_id
           ON CONFLICT ON CONSTRAINT party_group_member_once_key DO NOTHING"""
    )
)
# The bounds of the days, because the driver cannot read a range inside a row.
_MEMBERS = """
    SELECT m.member_id, m.branch_id, m.person_id, m.checked_at, m.version,
           (SELECT array_agg(ROW(t.unit_id, lower(t.valid), upper(t.valid)) ORDER BY lower(t.valid))
              FROM party_group_term t WHERE t.member_id = m.member_id AND t.recorded_until IS NULL) AS stays
      FROM party_group_member m
"""
_OF_BRANCH = query(
    sa.text(
        f"""{_MEMBERS} WHERE m.branch_id = :branch_id AND m.person_id = ANY (CAST(:person_ids AS uuid[]))
             ORDER BY m.person_id FOR UPDATE OF m"""
    )
)
_OF_PERSON = query(sa.text(f"{_MEMBERS} WHERE m.person_id = :person_id ORDER BY m.member_id FOR UPDATE OF m"))
_CHANGED = query(
    sa.text(
        """UPDATE party_group_member SET checked_at = :checked_at, updated_at = :now, version = :version
            WHERE member_id = :member_id"""
    )
)
_CUTS = query(
    sa.text("SELECT unit_id, valid FROM party_group_cut WHERE member_id = :member_id ORDER BY lower(valid)")
)
_NOTE_CUT = query(insert(tables.party_group_cut, "member_id", "unit_id", "valid"))
_FORGET_CUTS = query(sa.text("DELETE FROM party_group_cut WHERE member_id = :member_id"))
_PAGE = beliefs(
    """SELECT m.person_id, t.valid
         FROM party_group_term t
         JOIN party_group_member m ON m.member_id = t.member_id
         JOIN unit u ON u.unit_id = t.unit_id
        WHERE t.unit_id = :unit_id AND t.valid @> CAST(:day AS date) AND {believed:t}
          AND (u.dissolved_on IS NULL OR u.dissolved_on > CAST(:day AS date))
          AND (CAST(:after_id AS uuid) IS NULL OR m.person_id > CAST(:after_id AS uuid))
        ORDER BY m.person_id LIMIT CAST(:most AS int)"""
)


def _read(row: Record) -> GroupMember:
    stays = tuple(Stay(unit_id, Interval(start, end)) for unit_id, start, end in row["stays"] or ())
    return GroupMember(
        row["member_id"], row["branch_id"], row["person_id"], stays, row["checked_at"], row["version"]
    )


async def enrol(
    work: UnitOfWork, branch_id: UUID, person_ids: Iterable[UUID], *, checked_at: datetime
) -> dict[UUID, GroupMember]:
    """The people as members of the groups of a branch, also those who never were; nobody else changes them."""
    people = list(person_ids)
    member_ids = [new_id() for _ in people]
    await work.execute(
        _ENROL,
        branch_id=branch_id,
        member_ids=member_ids,
        person_ids=people,
        checked_at=checked_at,
        now=work.now,
    )
    rows = await work.fetch(_OF_BRANCH, branch_id=branch_id, person_ids=people)
    return {row["person_id"]: _read(row) for row in rows}


async def of_branch(work: UnitOfWork, branch_id: UUID, person_id: UUID) -> GroupMember | None:
    """Somebody in the groups of a branch; nobody else changes that."""
    row = await work.fetch_one(_OF_BRANCH, branch_id=branch_id, person_ids=[person_id])
    return None if row is None else _read(row)


async def of_person(work: UnitOfWork, person_id: UUID) -> list[GroupMember]:
    """What somebody is in the groups of any branch; nobody else changes it."""
    return [_read(row) for row in await work.fetch(_OF_PERSON, person_id=person_id)]


async def put(work: UnitOfWork, member: GroupMember, days: Interval, unit_id: UUID | None) -> None:
    """Believe from now on that the member is in the group on the days, or in none."""
    values = None if unit_id is None else {"unit_id": unit_id}
    await _TERM.record(work, {"member_id": member.member_id}, days, values)


async def changed(work: UnitOfWork, member: GroupMember, *, checked_at: datetime) -> GroupMember:
    """Raise the version of a member, and read what is believed of them now."""
    await work.execute(
        _CHANGED,
        member_id=member.member_id,
        checked_at=checked_at,
        now=work.now,
        version=member.version + 1,
    )
    found = await of_branch(work, member.branch_id, member.person_id)
    assert found is not None, "a member is never deleted"
    return found


async def cuts(reader: Reader, member_id: UUID) -> list[Stay]:
    """The days in groups that ended because somebody was said not to be in the branch."""
    rows = await reader.fetch(_CUTS, member_id=member_id)
    return [Stay(row["unit_id"], interval_of(row["valid"])) for row in rows]


async def note_cut(work: UnitOfWork, member: GroupMember, outside: Iterable[Interval]) -> None:
    """Keep the days on which somebody is said not to be in the branch, and the groups that they had then."""
    await _add_cuts(
        work,
        member.member_id,
        [
            Stay(stay.unit_id, days)
            for away in outside
            for stay in member.stays
            if (days := stay.days.intersection(away)) is not None
        ],
    )


async def keep_cuts(work: UnitOfWork, member_id: UUID, left: Iterable[Stay]) -> None:
    """Keep these in place of what was kept."""
    await work.execute(_FORGET_CUTS, member_id=member_id)
    await _add_cuts(work, member_id, left)


async def _add_cuts(work: UnitOfWork, member_id: UUID, stays: Iterable[Stay]) -> None:
    await work.execute_many(
        _NOTE_CUT,
        [{"member_id": member_id, "unit_id": stay.unit_id, "valid": range_of(stay.days)} for stay in stays],
    )


async def page(
    reader: Reader, unit_id: UUID, *, day: date, known_at: datetime | None, after_id: UUID | None, most: int
) -> list[Enlisted]:
    """Who belongs to a group on a day, by id."""
    statement, known = _PAGE.of(known_at)
    values: dict[str, Any] = {"unit_id": unit_id, "day": day, "after_id": after_id, "most": most}
    rows = await reader.fetch(statement, **values, **known)
    return [Enlisted(row["person_id"], interval_of(row["valid"])) for row in rows]
