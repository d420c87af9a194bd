"""What of running elections follows a person who was merged into another: the place on the roll, with its mark.

Nobody votes twice: where both are on the roll, whoever took a slip under either entry takes none under the other. How
many should attend stays as it was counted; slips, votes and what was held are never touched.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from chassis.database import UnitOfWork
from chassis.statements import query

_RUNNING = "e.state NOT IN ('completed', 'withdrawn')"
_HELD = query(
    sa.text(
        f"""SELECT e.election_id FROM election e
             WHERE {_RUNNING} AND (
                   EXISTS (SELECT FROM election_elector r WHERE r.election_id = e.election_id AND r.person_id = :person_id)
                OR position(CAST(CAST(:person_id AS uuid) AS text) IN CAST(e.candidates AS text)) > 0)
             ORDER BY e.election_id FOR UPDATE"""
    )
)
_MARKED = query(
    sa.text(
        """UPDATE election_elector r SET ballot_number = o.ballot_number FROM election_elector o
            WHERE r.election_id = ANY (CAST(:election_ids AS uuid[])) AND o.election_id = r.election_id
              AND (r.person_id, o.person_id) IN ((:person_id, :merged_person_id), (:merged_person_id, :person_id))
              AND o.ballot_number > r.ballot_number"""
    )
)
_FORTH = query(
    sa.text(
        """WITH moved AS (
               UPDATE election_elector r SET person_id = :person_id
                WHERE r.election_id = ANY (CAST(:election_ids AS uuid[])) AND r.person_id = :merged_person_id
                  AND NOT EXISTS (SELECT FROM election_elector o
                       WHERE o.election_id = r.election_id AND o.person_id = :person_id)
               RETURNING r.election_id AS id),
           noted AS (
               INSERT INTO merged_holding (merge_id, noun, resource_id)
               SELECT :merge_id, 'election_elector', id FROM moved ON CONFLICT DO NOTHING)
           SELECT id FROM moved"""
    )
)
_BACK = query(
    sa.text(
        """WITH given AS (
               DELETE FROM merged_holding h WHERE h.merge_id = :merge_id AND h.noun = 'election_elector'
               RETURNING h.resource_id)
           UPDATE election_elector r SET person_id = :merged_person_id FROM given g
            WHERE r.election_id = g.resource_id AND r.person_id = :person_id
              AND NOT EXISTS (SELECT FROM election_elector o
                   WHERE o.election_id = r.election_id AND o.person_id = :merged_person_id)
           RETURNING r.election_id AS id"""
    )
)
_NOTE = query(
    sa.text(
        """INSERT INTO merged_holding (merge_id, noun, resource_id) VALUES (:merge_id, 'candidate', :election_id)
           ON CONFLICT DO NOTHING"""
    )
)
_NOTED = query(
    sa.text(
        """DELETE FROM merged_holding WHERE merge_id = :merge_id AND noun = 'candidate'
           RETURNING resource_id AS id"""
    )
)


@dataclass(frozen=True, slots=True)
class Followed:
    """The elections whose rolls say something else now, and those in which a candidacy followed before."""

    rolls: frozenset[UUID]
    candidacies: frozenset[UUID] = frozenset()


async def running(work: UnitOfWork, person_id: UUID) -> Sequence[UUID]:
    """The elections under way in which somebody votes or stands; nobody else changes them."""
    return [row["election_id"] for row in await work.fetch(_HELD, person_id=person_id)]


async def forth(
    work: UnitOfWork, merge_id: UUID, election_ids: Sequence[UUID], *, kept: UUID, merged: UUID
) -> Followed:
    """Let the survivor vote in the other's place, or with the mark of whichever took a slip."""
    values = {"election_ids": list(election_ids), "person_id": kept, "merged_person_id": merged}
    await work.execute(_MARKED, **values)
    rows = await work.fetch(_FORTH, merge_id=merge_id, **values)
    return Followed(frozenset(row["id"] for row in rows))


async def back(work: UnitOfWork, merge_id: UUID, *, kept: UUID, merged: UUID) -> Followed:
    """Give the places on rolls back, with the marks that they have now."""
    rows = await work.fetch(_BACK, merge_id=merge_id, person_id=kept, merged_person_id=merged)
    noted = await work.fetch(_NOTED, merge_id=merge_id)
    return Followed(frozenset(row["id"] for row in rows), frozenset(row["id"] for row in noted))


async def note_candidacy(work: UnitOfWork, merge_id: UUID, election_id: UUID) -> None:
    """Keep that a candidacy followed."""
    await work.execute(_NOTE, merge_id=merge_id, election_id=election_id)
