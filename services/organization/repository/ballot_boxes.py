"""SQL about the boxes of electronic ballots, and the marks on the roll of who took a slip."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, UnitOfWork
from chassis.statements import insert, query
from organization import tables
from organization.domain.ballot_boxes import EMPTY, Box
from organization.domain.elections import Enrolled

_ADD = query(
    insert(tables.ballot_box, "election_id", "number", "is_open", "outstanding", "cast_slips", "votes")
)
# Whoever waits for the lock while the box is closed finds none.
_LOCK = query(
    sa.text(
        """SELECT number, outstanding, cast_slips, votes FROM ballot_box
            WHERE election_id = :election_id AND is_open FOR UPDATE"""
    )
)
_CHANGE = query(
    sa.update(tables.ballot_box)
    .where(
        tables.ballot_box.c.election_id == sa.bindparam("election_id", type_=sa.Uuid),
        tables.ballot_box.c.is_open,
    )
    .values(
        {
            column: sa.bindparam(name, type_=column.type)
            for name, column in (
                ("open_after", tables.ballot_box.c.is_open),
                ("outstanding", tables.ballot_box.c.outstanding),
                ("cast_slips", tables.ballot_box.c.cast_slips),
                ("votes", tables.ballot_box.c.votes),
            )
        }
    )
)
_ELECTOR = query(
    sa.text(
        """SELECT person_id, exclusion_reason, ballot_number FROM election_elector
            WHERE election_id = :election_id AND person_id = :person_id"""
    )
)
_MARK = query(
    sa.text(
        """UPDATE election_elector SET ballot_number = :number
            WHERE election_id = :election_id AND person_id = :person_id AND ballot_number < :number"""
    )
)
_CLOSED = query(
    sa.text("SELECT 1 FROM ballot_box WHERE election_id = :election_id AND number = :number AND NOT is_open")
)
_SLIPS = query(
    sa.text(
        """SELECT encode(slip, 'hex') AS digest FROM ballot_box, unnest(cast_slips) slip
            WHERE election_id = :election_id AND number = :number AND NOT is_open
              AND slip > decode(CAST(:after AS text), 'hex')
            ORDER BY slip LIMIT :most"""
    )
)


async def add(work: UnitOfWork, election_id: UUID, number: int) -> None:
    """Put up an empty box."""
    values: dict[str, Any] = {"outstanding": [], "cast_slips": [], "votes": {}}
    await work.execute(_ADD, election_id=election_id, number=number, is_open=True, **values)


async def lock(work: UnitOfWork, election_id: UUID) -> tuple[int, Box] | None:
    """The open box and its number; nobody else touches it until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, election_id=election_id)
    if row is None:
        return None
    votes = {UUID(person): count for person, count in row["votes"].items()}
    return row["number"], Box(tuple(row["outstanding"]), tuple(row["cast_slips"]), votes)


async def change(work: UnitOfWork, election_id: UUID, box: Box) -> None:
    """Keep what is in the open box."""
    await _keep(work, election_id, box, is_open=True)


async def close(work: UnitOfWork, election_id: UUID, box: Box) -> None:
    """Close the box: what is left of it are the slips that were cast. Slips that were not are forgotten."""
    await _keep(work, election_id, Box((), box.cast, {}), is_open=False)


async def throw_away(work: UnitOfWork, election_id: UUID) -> None:
    """Close the box and forget what is in it."""
    await _keep(work, election_id, EMPTY, is_open=False)


async def _keep(work: UnitOfWork, election_id: UUID, box: Box, *, is_open: bool) -> None:
    await work.execute(
        _CHANGE,
        election_id=election_id,
        open_after=is_open,
        outstanding=list(box.outstanding),
        cast_slips=list(box.cast),
        votes={str(person): count for person, count in sorted(box.votes.items())},
    )


async def elector(reader: Reader, election_id: UUID, person_id: UUID) -> Enrolled | None:
    """Somebody on the roll of an election."""
    row = await reader.fetch_one(_ELECTOR, election_id=election_id, person_id=person_id)
    return None if row is None else Enrolled(**row)


async def mark(work: UnitOfWork, election_id: UUID, person_id: UUID, number: int) -> bool:
    """Mark that the elector took a slip of the ballot; False when that was marked before."""
    touched = await work.execute(_MARK, election_id=election_id, person_id=person_id, number=number)
    return touched > 0


async def slips(reader: Reader, election_id: UUID, number: int, *, after: str, most: int) -> list[str] | None:
    """The digests of the slips that were cast in a closed ballot; None when there is none."""
    rows = await reader.fetch(_SLIPS, election_id=election_id, number=number, after=after, most=most)
    if not rows and await reader.fetch_value(_CLOSED, election_id=election_id, number=number) is None:
        return None
    return [row["digest"] for row in rows]
