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
_HELD = """m.unit_id IN (SELECT unit_id FROM below) AND m.state = 'closed'
    AND m.planned_on >= CAST(:first AS date) AND m.planned_on < CAST(:until AS date)"""
_MEETINGS = query(
    sa.text(
        f"""{_BELOW} SELECT m.meeting_id, m.kind, m.begins_with_study FROM meeting m
             WHERE {_HELD} ORDER BY m.planned_on, m.meeting_id"""
    )
)
_ATTENDANCES = query(
    sa.text(
        f"""{_BELOW}
            SELECT (count(*) FILTER (WHERE a.expected))::int AS expected,
                   (count(*) FILTER (WHERE a.expected AND a.checked_in_at IS NOT NULL))::int AS present,
                   (count(*) FILTER (WHERE a.capacity = 'teacher_attendee' AND a.checked_in_at IS NOT NULL))::int
                       AS teachers
              FROM meeting m JOIN attendance a ON a.meeting_id = m.meeting_id WHERE {_HELD}"""
    )
)
_MINUTES = query(
    sa.text(
        f"""{_BELOW}
            SELECT coalesce(sum(e.credited_minutes), 0)::int FROM meeting m
              JOIN class_hour h ON h.meeting_id = m.meeting_id
              JOIN class_hour_entry e ON e.class_hour_id = h.class_hour_id
             WHERE {_HELD}"""
    )
)
_CEREMONIES = query(
    sa.text(
        f"""{_BELOW}
            SELECT c.ceremony_id, (SELECT count(*) FROM oath_taker o
                     WHERE o.ceremony_id = c.ceremony_id AND o.outcome = 'sworn')::int AS sworn
              FROM ceremony c
             WHERE c.unit_id IN (SELECT unit_id FROM below) AND c.state IN ('held', 'completed')
               AND c.held_on >= CAST(:first AS date) AND c.held_on < CAST(:until AS date)
             ORDER BY c.held_on, c.ceremony_id"""
    )
)
_TALKS = query(
    sa.text(
        f"""{_BELOW}
            SELECT count(*)::int FROM talk t
             WHERE t.unit_id IN (SELECT unit_id FROM below)
               AND t.held_on >= CAST(:first AS date) AND t.held_on < CAST(:until AS date)"""
    )
)


async def gather(reader: Reader, unit_id: UUID, *, first: date, until: date) -> UnitFacts:
    """Count over a half-open period, in one reader so that the numbers fit each other."""
    period = {"unit_id": unit_id, "first": first, "until": until}
    meetings = await reader.fetch(_MEETINGS, **period)
    attendances = await reader.fetch_one(_ATTENDANCES, **period)
    assert attendances is not None
    ceremonies = await reader.fetch(_CEREMONIES, **period)
    return UnitFacts(
        unit_id=unit_id,
        first=first,
        until=until,
        meetings=tuple(
            HeldMeeting(row["meeting_id"], MeetingKind(row["kind"]), row["begins_with_study"])
            for row in meetings
        ),
        expected=attendances["expected"],
        present=attendances["present"],
        teachers=attendances["teachers"],
        credited_minutes=await reader.fetch_value(_MINUTES, **period),
        ceremony_ids=tuple(row["ceremony_id"] for row in ceremonies),
        sworn=sum(row["sworn"] for row in ceremonies),
        talks=await reader.fetch_value(_TALKS, **period),
    )
