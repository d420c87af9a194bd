"""Duties: their public shape, and the facts about them as events of the contract."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from chassis.events import Event
from organization.domain.duties import Assignment, Duty, Part, SignOff
from organization.events.shapes import day, instant, number
from shuyuan.organization.v1 import duty_pb2, events_pb2

Fact = Callable[[Duty], Event]
_PART = duty_pb2.DutyAssignment.Part.DESCRIPTOR


def assignment_message(assignment: Assignment) -> duty_pb2.DutyAssignment:
    """The part of a unit in a duty."""
    return duty_pb2.DutyAssignment(
        unit_id=str(assignment.unit_id),
        part=number(_PART, assignment.part),
        share=assignment.share,
        valid_from=assignment.days.start.isoformat(),
        valid_until=day(assignment.days.end),
    )


def sign_off_message(signed: SignOff) -> duty_pb2.DutySignOff:
    """The word of an accountable unit."""
    return duty_pb2.DutySignOff(
        unit_id=str(signed.unit_id),
        person_id=str(signed.person_id),
        signed_on=signed.signed_on.isoformat(),
        note=signed.note,
    )


def duty_message(duty: Duty) -> duty_pb2.Duty:
    """A duty as everybody who may read duties sees it."""
    return duty_pb2.Duty(
        duty_id=str(duty.duty_id),
        unit_id=str(duty.unit_id),
        title=duty.title,
        description=duty.description,
        joint=duty.joint,
        due_on=day(duty.due_on),
        valid_from=duty.days.start.isoformat(),
        valid_until=day(duty.days.end),
        fulfilled_on=day(duty.fulfilled_on),
        assignments=[assignment_message(each) for each in duty.assignments],
        sign_offs=[sign_off_message(each) for each in duty.sign_offs],
        create_time=instant(duty.created_at),
        update_time=instant(duty.updated_at),
        version=duty.version,
        etag=str(duty.version),
    )


def duty_published(duty: Duty) -> Event:
    """A duty was published."""
    return Event(duty.duty_id, duty.version, events_pb2.DutyPublished(duty=duty_message(duty)))


def duty_updated(duty: Duty) -> Event:
    """What a duty is, or until when it is due, was said anew."""
    return Event(duty.duty_id, duty.version, events_pb2.DutyUpdated(duty=duty_message(duty)))


def duty_retired(duty: Duty, on: date) -> Event:
    """A duty no longer holds from a day on."""
    data = events_pb2.DutyRetired(ends_on=on.isoformat(), duty=duty_message(duty))
    return Event(duty.duty_id, duty.version, data)


def duty_assigned(duty: Duty, new: Assignment) -> Event:
    """A unit got a part in a duty."""
    data = events_pb2.DutyAssigned(assignment=assignment_message(new), duty=duty_message(duty))
    return Event(duty.duty_id, duty.version, data)


def duty_unassigned(duty: Duty, unit_id: UUID, part: Part, on: date) -> Event:
    """A unit no longer has a part in a duty from a day on."""
    data = events_pb2.DutyUnassigned(
        unit_id=str(unit_id), part=number(_PART, part), ends_on=on.isoformat(), duty=duty_message(duty)
    )
    return Event(duty.duty_id, duty.version, data)


def duty_signed_off(duty: Duty, signed: SignOff) -> Event:
    """A unit signed a duty off."""
    data = events_pb2.DutySignedOff(sign_off=sign_off_message(signed), duty=duty_message(duty))
    return Event(duty.duty_id, duty.version, data)
