"""What a unit and the units below it did over a period; read by whoever judges them."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa

from activity.domain.meetings import MeetingKind
from activity.domain.unit_facts import HeldMeeting, UnitFacts
from chassis.database import Reader
from chassis.statements import query

# Only real parents: a sponsor or a successor did not do what was done below another.
_BELOW = """
    WITH RECURSIVE below (unit_id) AS (
        SELECT CAST(:unit_id AS uuid)
        UNION
        SELECT e.child_id FROM access_edge e JOIN below b ON e.parent_id = b.unit_id
         WHERE e.kind = 'parent' AND e.valid && daterange(CAST(:first AS date), CAST(:until AS date)))
"""
# One statement and so one snapshot: what is judged by must fit together.
_FACTS = query(
    sa.text(
        f"""{_BELOW},
            held AS MATERIALIZED (
                SELECT m.meeting_id, m.kind, m.begins_with_study, m.planned_on FROM meeting m
                 WHERE m.unit_id IN (SELECT unit_id FROM below) AND m.state = 'closed'
                   AND m.planned_on >= CAST(:first AS date) AND m.planned_on < CAST(:until AS date)),
            sworn_in AS MATERIALIZED (
                SELECT c.ceremony_id, c.held_on FROM ceremony c
                 WHERE c.unit_id IN (SELECT unit_id FROM below) AND c.state IN ('held', 'completed')
                   AND c.held_on >= CAST(:first AS date) AND c.held_on < CAST(:until AS date))
            SELECT ARRAY(SELECT meeting_id FROM held ORDER BY planned_on, meeting_id) AS meeting_ids,
                   ARRAY(SELECT kind FROM held ORDER BY planned_on, meeting_id) AS kinds,
                   ARRAY(SELECT begins_with_study FROM held ORDER BY planned_on, meeting_id) AS begun_with_study,
                   came.*,
                   (SELECT coalesce(sum(e.credited_minutes), 0)::int FROM held h
                      JOIN class_hour l ON l.meeting_id = h.meeting_id
                      JOIN class_hour_entry e ON e.class_hour_id = l.class_hour_id) AS credited_minutes,
                   ARRAY(SELECT ceremony_id FROM sworn_in ORDER BY held_on, ceremony_id) AS ceremony_ids,
                   (SELECT count(*)::int FROM sworn_in s JOIN oath_taker o ON o.ceremony_id = s.ceremony_id
                     WHERE o.outcome = 'sworn') AS sworn,
                   (SELECT count(*)::int FROM talk t
                     WHERE t.unit_id IN (SELECT unit_id FROM below)
                       AND t.held_on >= CAST(:first AS date) AND t.held_on < CAST(:until AS date)) AS talks
              FROM (SELECT (count(*) FILTER (WHERE a.expected))::int AS expected,
                           (count(*) FILTER (WHERE a.expected AND a.checked_in_at IS NOT NULL))::int AS present,
                           (count(*) FILTER (WHERE a.capacity = 'teacher_attendee'
                                               AND a.checked_in_at IS NOT NULL))::int AS teachers
                      FROM held h JOIN attendance a ON a.meeting_id = h.meeting_id) came"""
    )
)


async def gather(reader: Reader, unit_id: UUID, *, first: date, until: date) -> UnitFacts:
    """Count over a half-open period."""
    row = await reader.fetch_one(_FACTS, unit_id=unit_id, first=first, until=until)
    assert row is not None, "an aggregate answers one row"
    held = zip(row["meeting_ids"], row["kinds"], row["begun_with_study"], strict=True)
    return UnitFacts(
        unit_id=unit_id,
        first=first,
        until=until,
        meetings=tuple(HeldMeeting(meeting_id, MeetingKind(kind), study) for meeting_id, kind, study in held),
        ceremony_ids=tuple(row["ceremony_ids"]),
        **{
            name: row[name]
            for name in ("expected", "present", "teachers", "credited_minutes", "sworn", "talks")
        },
    )
