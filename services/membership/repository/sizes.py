"""How many members units had since when: one statement over both histories of their members."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader
from chassis.statements import query
from membership.domain.members import RollSize

# A member counts while relationship and status both hold; every first day adds one, every end takes one away.
_SIZES = query(
    sa.text(
        """WITH counted AS (
               SELECT r.unit_id, r.valid * s.valid AS valid, s.status, p.kind
                 FROM relationship r
                 JOIN membership_status s ON s.person_id = r.person_id AND s.valid && r.valid
                  AND s.recorded_until IS NULL
                 JOIN person p ON p.person_id = r.person_id
                WHERE r.unit_id = ANY (CAST(:unit_ids AS uuid[])) AND r.recorded_until IS NULL
           ), step AS (
               SELECT unit_id, lower(valid) AS day, 1 AS step, status, kind FROM counted
               UNION ALL
               SELECT unit_id, upper(valid), -1, status, kind FROM counted WHERE NOT upper_inf(valid)
           ), change AS (
               SELECT unit_id, day, sum(step) AS members,
                      coalesce(sum(step) FILTER (WHERE status = 'full'), 0) AS full,
                      coalesce(sum(step) FILTER (WHERE kind = 'staff'), 0) AS staff,
                      coalesce(sum(step) FILTER (WHERE kind = 'student'), 0) AS students
                 FROM step WHERE day <= CAST(:as_of AS date) GROUP BY unit_id, day)
           SELECT unit_id, day AS since,
                  CAST(sum(c.full) OVER so_far AS int) AS full,
                  CAST(sum(c.members) OVER so_far AS int) AS members,
                  CAST(sum(c.staff) OVER so_far AS int) AS staff,
                  CAST(sum(c.students) OVER so_far AS int) AS students
             FROM change c WINDOW so_far AS (PARTITION BY unit_id ORDER BY day)
            ORDER BY unit_id, day"""
    )
)


async def traced(reader: Reader, unit_ids: Sequence[UUID], *, until: date) -> list[RollSize]:
    """The sizes that these units had, up to a day; by unit and day."""
    rows = await reader.fetch(_SIZES, unit_ids=list(unit_ids), as_of=until)
    return [RollSize(**dict(row)) for row in rows]
