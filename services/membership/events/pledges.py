"""The shape of a pledge, and the events about it; what was done stays out of events."""

from collections.abc import Callable
from datetime import date

from google.protobuf.message import Message

from chassis.events import Event
from membership.domain.pledges import Act, Evidence, Pledge, Review
from membership.events import shapes
from shuyuan.membership.v1 import events_pb2 as pb
from shuyuan.membership.v1 import pledge_pb2


def pledge(found: Pledge, language: str | None = None) -> pledge_pb2.Pledge:
    """A pledge as lists and events show it; with a language, with what was done and what the rules said."""
    shape = pledge_pb2.Pledge(
        pledge_id=str(found.pledge_id),
        person_id=str(found.person_id),
        unit_id=str(found.unit_id),
        year=found.year,
        items=[pledge_pb2.PledgeItem(act=_act(item.act), text=item.text) for item in found.items],
        state=shapes.enum_number(pledge_pb2.Pledge.State, "STATE", found.state),
        badge_number=found.badge_number,
        published_on=shapes.day_text(found.published_on),
        reason=found.reason,
        review=None if found.review is None else _review(found.review),
        create_time=shapes.stamp(found.created_at),
        update_time=shapes.stamp(found.updated_at),
        version=found.version,
        etag=str(found.version),
    )
    if language is not None:
        shape.evidence.extend(_evidence(each) for each in found.evidence)
        shape.verdicts.extend(shapes.verdicts(found.judgements, language))
    return shape


def _act(act: Act) -> pledge_pb2.PledgeAct.ValueType:
    number: pledge_pb2.PledgeAct.ValueType = shapes.enum_number(pledge_pb2.PledgeAct, "PLEDGE_ACT", act)
    return number


def _review(review: Review) -> pledge_pb2.PledgeReview:
    return pledge_pb2.PledgeReview(
        reviewed_on=review.reviewed_on.isoformat(),
        kept=[_act(act) for act in review.kept],
        opinion=review.opinion,
        reviewed_by=shapes.id_text(review.reviewed_by),
    )


def _evidence(each: Evidence) -> pledge_pb2.PledgeEvidence:
    return pledge_pb2.PledgeEvidence(
        act=_act(each.act),
        occurred_on=each.occurred_on.isoformat(),
        note=each.note,
        reference=each.reference,
        record_time=shapes.stamp(each.recorded_at),
        recorded_by=shapes.id_text(each.recorded_by),
    )


def changed(message: Callable[..., Message], found: Pledge) -> Event:
    """An event that says no more than the pledge after it."""
    return Event(found.pledge_id, found.version, message(pledge=pledge(found)))


def evidence_added(found: Pledge, day: date) -> Event:
    """Something was done for a promise."""
    message = pb.PledgeEvidenceAdded(occurred_on=day.isoformat(), pledge=pledge(found))
    return Event(found.pledge_id, found.version, message)
