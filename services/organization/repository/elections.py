"""SQL about elections."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.access import within
from chassis.database import Reader, Record, UnitOfWork
from chassis.intervals import Interval
from chassis.statements import insert, query
from organization import tables
from organization.domain.elections import OVER, Election, ElectionKind, ElectionState, Elector, Enrolled
from organization.repository import election_documents as documents

_COLUMNS = [column.name for column in tables.election.columns]
_GET = query(sa.text("SELECT * FROM election WHERE election_id = :election_id"))
_LOCK = query(sa.text("SELECT * FROM election WHERE election_id = :election_id FOR UPDATE"))
_UNDERWAY = query(
    sa.text(
        """SELECT election_id FROM election
            WHERE unit_id = :unit_id AND state <> ALL (CAST(:over AS text[])) LIMIT 1"""
    )
)
_PAGE = query(
    sa.select(sa.text("e.*"))
    .select_from(sa.text("election e"))
    .where(
        sa.text(
            """(CAST(:unit_id AS uuid) IS NULL OR e.unit_id = :unit_id)
               AND (CAST(:state AS text) IS NULL OR e.state = :state)
               AND (CAST(:after_id AS uuid) IS NULL OR e.election_id < :after_id)"""
        ),
        within(sa.literal_column("e.unit_id", sa.Uuid)),
    )
    .order_by(sa.text("e.election_id DESC"))
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_ADD = query(insert(tables.election, *_COLUMNS))
_FIXED = ("election_id", "unit_id", "kind", "created_at")
_CHANGE = query(
    sa.update(tables.election)
    .where(tables.election.c.election_id == sa.bindparam("election_id", type_=sa.Uuid))
    .values(
        {
            column: sa.bindparam(column.name, type_=column.type)
            for column in tables.election.columns
            if column.name not in _FIXED
        }
    )
)
_CLEAR_ROLL = query(sa.text("DELETE FROM election_elector WHERE election_id = :election_id"))
_ADD_ELECTOR = query(
    insert(tables.election_elector, "election_id", "person_id", "standing_from", "exclusion_reason")
)
_ROLL = query(
    sa.text(
        """SELECT person_id, exclusion_reason, ballot_number FROM election_elector
            WHERE election_id = :election_id
              AND (CAST(:after_id AS uuid) IS NULL OR person_id > CAST(:after_id AS uuid))
            ORDER BY person_id LIMIT :most"""
    )
)
_STANDING = query(
    sa.text(
        """SELECT person_id, standing_from FROM election_elector
            WHERE election_id = :election_id AND person_id = ANY (CAST(:people AS uuid[]))"""
    )
)


def _read(row: Record) -> Election:
    values = {name: row[name] for name in _COLUMNS}
    term = Interval(values.pop("term_from"), values.pop("term_until"))
    values |= {
        "kind": ElectionKind(row["kind"]),
        "state": ElectionState(row["state"]),
        "seats": documents.seats(row["seats"]),
        "candidates": documents.candidates(row["candidates"]),
        "steps": documents.steps(row["steps"]),
        "rounds": documents.rounds(row["rounds"]),
        "results": documents.results(row["results"]),
        "ballot": documents.ballot(row["ballot"]),
        "elected": tuple(row["elected"]),
        "appointment_ids": tuple(row["appointment_ids"]),
    }
    return Election(term=term, **values)


def _row(election: Election) -> dict[str, Any]:
    own = {name: getattr(election, name) for name in _COLUMNS if not name.startswith("term_")}
    return {
        **own,
        "term_from": election.term.start,
        "term_until": election.term.end,
        "seats": documents.documents(election.seats),
        "candidates": documents.documents(election.candidates),
        "steps": documents.documents(election.steps),
        "rounds": documents.documents(election.rounds),
        "results": documents.documents(election.results),
        "ballot": None if election.ballot is None else asdict(election.ballot),
        "elected": list(election.elected),
        "appointment_ids": list(election.appointment_ids),
    }


async def find(reader: Reader, election_id: UUID) -> Election | None:
    """The election, if there is one."""
    row = await reader.fetch_one(_GET, election_id=election_id)
    return None if row is None else _read(row)


async def lock(work: UnitOfWork, election_id: UUID) -> Election | None:
    """The election; nobody else changes it until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, election_id=election_id)
    return None if row is None else _read(row)


async def underway(reader: Reader, unit_id: UUID) -> UUID | None:
    """An election of the unit that is not over."""
    found: UUID | None = await reader.fetch_value(_UNDERWAY, unit_id=unit_id, over=list(OVER))
    return found


async def page(
    reader: Reader,
    scope: dict[str, Any],
    *,
    unit_id: UUID | None,
    state: ElectionState | None,
    after_id: UUID | None,
    most: int,
) -> list[Election]:
    """Elections that the caller may see, newest first."""
    rows = await reader.fetch(_PAGE, unit_id=unit_id, state=state, after_id=after_id, most=most, **scope)
    return [_read(row) for row in rows]


async def add(work: UnitOfWork, election: Election) -> None:
    """Keep a new election."""
    await work.execute(_ADD, **_row(election))


async def change(work: UnitOfWork, election: Election) -> None:
    """Keep the next version of an election."""
    row = _row(election)
    for name in _FIXED[1:]:
        del row[name]
    await work.execute(_CHANGE, **row)


async def fix_roll(
    work: UnitOfWork, election_id: UUID, electors: Iterable[Elector], excluded: Mapping[UUID, str]
) -> None:
    """Keep who votes; replaces the roll that was."""
    await work.execute(_CLEAR_ROLL, election_id=election_id)
    await work.execute_many(
        _ADD_ELECTOR,
        [
            {
                "election_id": election_id,
                "person_id": each.person_id,
                "standing_from": each.standing_from,
                "exclusion_reason": excluded.get(each.person_id, ""),
            }
            for each in electors
        ],
    )


async def roll(reader: Reader, election_id: UUID, *, after_id: UUID | None, most: int) -> list[Enrolled]:
    """Who votes, in the order of their ids."""
    rows = await reader.fetch(_ROLL, election_id=election_id, after_id=after_id, most=most)
    return [Enrolled(row["person_id"], row["exclusion_reason"], row["ballot_number"]) for row in rows]


async def standings(reader: Reader, election_id: UUID, people: Iterable[UUID]) -> dict[UUID, date | None]:
    """The first day of party standing of people on the roll."""
    rows = await reader.fetch(_STANDING, election_id=election_id, people=list(people))
    return {row["person_id"]: row["standing_from"] for row in rows}
