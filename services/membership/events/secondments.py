"""The shape of a secondment, and the events about it."""

from google.protobuf.message import Message

from chassis.events import Event
from membership.domain.secondments import Secondment, State
from membership.events import shapes
from shuyuan.membership.v1 import events_pb2, secondment_pb2


def secondment(found: Secondment) -> secondment_pb2.Secondment:
    """A secondment as answers and events show it."""
    pb = secondment_pb2
    return pb.Secondment(
        secondment_id=str(found.secondment_id),
        person_id=str(found.person_id),
        from_unit_id=str(found.from_unit_id),
        to_unit_id=str(found.to_unit_id),
        purposes=[
            shapes.enum_number(pb.SecondmentPurpose, "SECONDMENT_PURPOSE", purpose)
            for purpose in found.purposes
        ],
        qualification=found.qualification,
        valid_from=found.valid_from.isoformat(),
        valid_until=shapes.day_text(found.valid_until),
        state=shapes.enum_number(pb.Secondment.State, "STATE", found.state),
        nominated_by=shapes.id_text(found.nominated_by),
        decided_by=shapes.id_text(found.decided_by),
        decided_on=shapes.day_text(found.decided_on),
        reason=found.reason,
        create_time=shapes.stamp(found.created_at),
        update_time=shapes.stamp(found.updated_at),
        version=found.version,
        etag=str(found.version),
    )


def changed(found: Secondment) -> Event:
    """A secondment was nominated, decided or ended."""
    shape = secondment(found)
    match found.state:
        case State.NOMINATED:
            message: Message = events_pb2.SecondmentNominated(secondment=shape)
        case State.APPROVED:
            message = events_pb2.SecondmentApproved(secondment=shape)
        case State.DECLINED:
            message = events_pb2.SecondmentDeclined(secondment=shape)
        case State.ENDED:
            message = events_pb2.SecondmentEnded(ended_on=str(found.valid_until), secondment=shape)
    return Event(found.secondment_id, found.version, message)
