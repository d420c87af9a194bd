"""What a unit did, on the wire."""

from activity.domain.class_hours import hours_text
from activity.domain.unit_facts import UnitFacts
from activity.events import shapes
from shuyuan.activity.v1 import activity_fact_service_pb2 as pb

# Evidence beyond this is counted and not listed.
MOST_LISTED = 1000


def facts_response(found: UnitFacts) -> pb.GetUnitFactsResponse:
    """The facts of a period."""
    breaches = found.breaches
    facts = pb.UnitFacts(
        unit_id=str(found.unit_id),
        meetings_held=len(found.meetings),
        kinds=[
            pb.KindCount(
                kind=shapes.number(shapes.KIND, kind),
                held_count=len(ids),
                meeting_ids=[str(meeting_id) for meeting_id in ids[:MOST_LISTED]],
            )
            for kind, ids in found.by_kind.items()
        ],
        first_item_study_count=len(found.meetings) - len(breaches),
        first_item_breach_meeting_ids=[str(meeting_id) for meeting_id in breaches[:MOST_LISTED]],
        expected_attendances=found.expected,
        present_attendances=found.present,
        attendance_rate=found.attendance_rate,
        teacher_attendances=found.teachers,
        class_hours=hours_text(found.credited_minutes),
        ceremonies_held=len(found.ceremony_ids),
        ceremony_ids=[str(ceremony_id) for ceremony_id in found.ceremony_ids[:MOST_LISTED]],
        sworn_count=found.sworn,
        talks_recorded=found.talks,
    )
    # `from` is a word of Python, so it cannot be named as an argument.
    setattr(facts, "from", found.first.isoformat())
    facts.to = found.until.isoformat()
    return pb.GetUnitFactsResponse(facts=facts)
