"""Who is in units that change, moving them in one go, and the marks by which nothing is applied twice."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, UnitOfWork
from chassis.statements import query
from membership.domain.admission import OathCandidate
from membership.domain.members import Movable
from membership.domain.people import PersonKind

# Members by their relationship of the day, applicants by their open case; one row for each person and unit.
_MOVABLE = query(
    sa.text(
        """WITH units AS (SELECT unnest(CAST(:unit_ids AS uuid[])) AS unit_id),
           members AS (
               SELECT r.person_id, r.unit_id FROM relationship r JOIN units USING (unit_id)
                WHERE r.recorded_until IS NULL AND r.valid @> CAST(:day AS date)),
           cases AS (
               SELECT k.person_id, k.unit_id, array_agg(k.case_id ORDER BY k.case_id) AS case_ids
                 FROM admission_case k JOIN units USING (unit_id) WHERE k.state = 'open'
                GROUP BY k.person_id, k.unit_id)
           SELECT coalesce(m.person_id, c.person_id) AS person_id, coalesce(m.unit_id, c.unit_id) AS unit_id,
                  m.person_id IS NOT NULL AS is_member, coalesce(c.case_ids, '{}') AS case_ids, p.kind,
                  ARRAY(SELECT a.unit_id FROM affiliation a
                         WHERE a.person_id = p.person_id AND a.recorded_until IS NULL
                           AND a.valid @> CAST(:day AS date)) AS affiliated_to,
                  EXISTS (SELECT FROM relationship l WHERE l.person_id = m.person_id
                           AND l.recorded_until IS NULL AND lower(l.valid) > CAST(:day AS date)) AS changes_later
             FROM members m FULL JOIN cases c ON c.person_id = m.person_id AND c.unit_id = m.unit_id
             JOIN person p ON p.person_id = coalesce(m.person_id, c.person_id)
            ORDER BY 2, 1"""
    )
)
_PARTICIPANTS = query(
    sa.text(
        """SELECT DISTINCT q.person_id, q.unit_id FROM participation q
            WHERE q.unit_id = ANY (CAST(:unit_ids AS uuid[])) AND q.recorded_until IS NULL
              AND (upper(q.valid) IS NULL OR upper(q.valid) > CAST(:day AS date))
            ORDER BY q.person_id, q.unit_id"""
    )
)
_APPLIED = query(
    sa.text("SELECT EXISTS (SELECT FROM roll_move WHERE reorganization_id = :reorganization_id)")
)
_MARK = query(
    sa.text(
        """INSERT INTO roll_move (reorganization_id, effective_on, moved_persons, moved_cases,
                                  ended_participations, applied_at)
           VALUES (:reorganization_id, :effective_on, :moved_persons, :moved_cases, :ended_participations, :now)"""
    )
)
_CANDIDATES = query(
    sa.text(
        """SELECT DISTINCT ON (k.person_id) k.person_id, k.case_id, k.unit_id, k.oath_on,
                  (SELECT max(s.occurred_on) FROM case_step s
                    WHERE s.case_id = k.case_id AND s.step = 'approval' AND NOT s.superseded) AS approved_on
             FROM admission_case k
            WHERE k.person_id = ANY (CAST(:person_ids AS uuid[])) AND k.state IN ('open', 'converted', 'archived')
            ORDER BY k.person_id, k.case_id DESC"""
    )
)
_SWORN = query(sa.text("SELECT EXISTS (SELECT FROM oath_roll WHERE ceremony_id = :ceremony_id)"))
_MARK_OATHS = query(
    sa.text(
        """INSERT INTO oath_roll (ceremony_id, held_on, case_ids, refusals, recorded_at)
           VALUES (:ceremony_id, :held_on, :case_ids, CAST(:refusals AS jsonb), :now)"""
    )
)


async def movable(reader: Reader, unit_ids: Sequence[UUID], *, day: date) -> list[Movable]:
    """Everybody whose relationship or open case lies in these units on the day."""
    rows = await reader.fetch(_MOVABLE, unit_ids=list(unit_ids), day=day)
    return [
        Movable(
            person_id=row["person_id"],
            unit_id=row["unit_id"],
            kind=PersonKind(row["kind"]),
            is_member=row["is_member"],
            case_ids=tuple(row["case_ids"]),
            affiliated_to=frozenset(row["affiliated_to"]),
            changes_later=row["changes_later"],
        )
        for row in rows
    ]


async def participants(reader: Reader, unit_ids: Sequence[UUID], *, day: date) -> list[tuple[UUID, UUID]]:
    """Who takes part in these units on the day or later: person and unit."""
    rows = await reader.fetch(_PARTICIPANTS, unit_ids=list(unit_ids), day=day)
    return [(row["person_id"], row["unit_id"]) for row in rows]


async def is_applied(reader: Reader, reorganization_id: UUID) -> bool:
    """Whether the moves of a reorganisation were applied."""
    return bool(await reader.fetch_value(_APPLIED, reorganization_id=reorganization_id))


async def mark_applied(
    work: UnitOfWork,
    reorganization_id: UUID,
    *,
    effective_on: date,
    moved_persons: int,
    moved_cases: int,
    ended_participations: int,
) -> None:
    """Write down that the moves were applied, and how many there were."""
    await work.execute(
        _MARK,
        reorganization_id=reorganization_id,
        effective_on=effective_on,
        moved_persons=moved_persons,
        moved_cases=moved_cases,
        ended_participations=ended_participations,
        now=work.now,
    )


async def oath_candidates(reader: Reader, person_ids: Sequence[UUID]) -> list[OathCandidate]:
    """The newest living case of each of these persons."""
    rows = await reader.fetch(_CANDIDATES, person_ids=list(person_ids))
    return [OathCandidate(**dict(row)) for row in rows]


async def is_recorded(reader: Reader, ceremony_id: UUID) -> bool:
    """Whether the oaths of a ceremony were recorded."""
    return bool(await reader.fetch_value(_SWORN, ceremony_id=ceremony_id))


async def mark_recorded(
    work: UnitOfWork,
    ceremony_id: UUID,
    *,
    held_on: date,
    case_ids: Sequence[UUID],
    refusals: Sequence[tuple[UUID, str]],
) -> None:
    """Write down whose oaths were recorded and whose were not."""
    await work.execute(
        _MARK_OATHS,
        ceremony_id=ceremony_id,
        held_on=held_on,
        case_ids=list(case_ids),
        refusals=[{"person_id": str(person), "reason": reason} for person, reason in refusals],
        now=work.now,
    )
