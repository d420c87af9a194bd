"""Facts about units, posts, appointments, grants and reorganisations, as events of the contract."""

from datetime import date
from uuid import UUID

from google.protobuf.message import Message

from chassis.events import Event
from chassis.intervals import Interval
from organization.domain.grants import Grant
from organization.domain.posts import Appointment, Post
from organization.domain.reorganizations import Reorganization
from organization.domain.units import Campus, Unit
from organization.events.shapes import (
    appointment_message,
    campus_message,
    day,
    grant_message,
    post_message,
    reorganization_message,
    text,
    unit_message,
)
from shuyuan.organization.v1 import events_pb2


def _of_unit(unit: Unit, data: Message) -> Event:
    return Event(unit.unit_id, unit.version, data)


def unit_established(unit: Unit) -> Event:
    """The unit was established."""
    return _of_unit(unit, events_pb2.UnitEstablished(unit=unit_message(unit)))


def unit_updated(unit: Unit, days: Interval) -> Event:
    """Name or campus of the unit changed on some days."""
    data = events_pb2.UnitUpdated(
        effective_on=days.start.isoformat(), effective_until=day(days.end), unit=unit_message(unit)
    )
    return _of_unit(unit, data)


def unit_moved(unit: Unit, parent_id: UUID, on: date) -> Event:
    """The unit went below another parent."""
    data = events_pb2.UnitMoved(
        parent_unit_id=str(parent_id), effective_on=on.isoformat(), unit=unit_message(unit)
    )
    return _of_unit(unit, data)


def sponsor_added(unit: Unit, sponsor_id: UUID, days: Interval) -> Event:
    """The unit got a sponsor."""
    data = events_pb2.UnitSponsorAdded(
        sponsor_unit_id=str(sponsor_id),
        valid_from=days.start.isoformat(),
        valid_until=day(days.end),
        unit=unit_message(unit),
    )
    return _of_unit(unit, data)


def sponsor_ended(unit: Unit, sponsor_id: UUID, on: date) -> Event:
    """A sponsorship ended."""
    data = events_pb2.UnitSponsorEnded(
        sponsor_unit_id=str(sponsor_id), ends_on=on.isoformat(), unit=unit_message(unit)
    )
    return _of_unit(unit, data)


def unit_dissolved(unit: Unit, on: date, *, reason: str, reorganization_id: UUID | None) -> Event:
    """The unit was dissolved."""
    data = events_pb2.UnitDissolved(
        dissolved_on=on.isoformat(),
        successor_unit_ids=[str(each) for each in unit.successor_ids],
        reason=reason,
        reorganization_id=text(reorganization_id),
        unit=unit_message(unit),
    )
    return _of_unit(unit, data)


def dissolution_begun(unit: Unit, on: date, process_id: UUID) -> Event:
    """The unit was frozen in order to be dissolved."""
    data = events_pb2.UnitDissolutionBegun(
        dissolved_on=on.isoformat(), process_id=str(process_id), unit=unit_message(unit)
    )
    return _of_unit(unit, data)


def dissolution_undone(unit: Unit, process_id: UUID, failure: str) -> Event:
    """The unit stays, and is free again."""
    data = events_pb2.UnitDissolutionUndone(
        process_id=str(process_id), failure=failure, unit=unit_message(unit)
    )
    return _of_unit(unit, data)


def campus_created(campus: Campus) -> Event:
    """A campus was added."""
    return Event(campus.campus_id, campus.version, events_pb2.CampusCreated(campus=campus_message(campus)))


def campus_updated(campus: Campus) -> Event:
    """A campus changed."""
    return Event(campus.campus_id, campus.version, events_pb2.CampusUpdated(campus=campus_message(campus)))


def post_created(post: Post) -> Event:
    """A post was created."""
    return Event(post.post_id, post.version, events_pb2.PostCreated(post=post_message(post)))


def post_abolished(post: Post, on: date) -> Event:
    """A post was abolished."""
    data = events_pb2.PostAbolished(abolished_on=on.isoformat(), post=post_message(post))
    return Event(post.post_id, post.version, data)


def _of_appointment(appointment: Appointment, data: Message) -> Event:
    return Event(appointment.appointment_id, appointment.version, data)


def appointment_made(appointment: Appointment) -> Event:
    """A person was appointed."""
    return _of_appointment(
        appointment, events_pb2.AppointmentMade(appointment=appointment_message(appointment))
    )


def appointment_ended(appointment: Appointment, on: date) -> Event:
    """An appointment was ended."""
    data = events_pb2.AppointmentEnded(ends_on=on.isoformat(), appointment=appointment_message(appointment))
    return _of_appointment(appointment, data)


def appointment_cancelled(appointment: Appointment) -> Event:
    """An appointment was cancelled before its term began."""
    return _of_appointment(
        appointment, events_pb2.AppointmentCancelled(appointment=appointment_message(appointment))
    )


def appointment_corrected(appointment: Appointment) -> Event:
    """The days of a term were corrected."""
    return _of_appointment(
        appointment, events_pb2.AppointmentCorrected(appointment=appointment_message(appointment))
    )


def grant_given(grant: Grant) -> Event:
    """A role was given."""
    return Event(grant.grant_id, grant.version, events_pb2.GrantGiven(grant=grant_message(grant)))


def grant_changed(grant: Grant) -> Event:
    """The days of a grant followed its appointment."""
    return Event(grant.grant_id, grant.version, events_pb2.GrantChanged(grant=grant_message(grant)))


def grant_revoked(grant: Grant) -> Event:
    """A role was taken back."""
    return Event(grant.grant_id, grant.version, events_pb2.GrantRevoked(grant=grant_message(grant)))


def _of_reorganization(reorganization: Reorganization, data: Message) -> Event:
    return Event(reorganization.reorganization_id, reorganization.version, data)


def reorganization_drafted(reorganization: Reorganization) -> Event:
    """A reorganisation was drafted."""
    shape = reorganization_message(reorganization)
    return _of_reorganization(reorganization, events_pb2.ReorganizationDrafted(reorganization=shape))


def reorganization_revised(reorganization: Reorganization) -> Event:
    """The plan of a draft was replaced."""
    shape = reorganization_message(reorganization)
    return _of_reorganization(reorganization, events_pb2.ReorganizationRevised(reorganization=shape))


def reorganization_approved(reorganization: Reorganization) -> Event:
    """A draft was approved."""
    shape = reorganization_message(reorganization)
    return _of_reorganization(reorganization, events_pb2.ReorganizationApproved(reorganization=shape))


def reorganization_started(reorganization: Reorganization) -> Event:
    """The execution began."""
    data = events_pb2.ReorganizationStarted(
        process_id=text(reorganization.process_id) or "",
        reorganization=reorganization_message(reorganization),
    )
    return _of_reorganization(reorganization, data)


def reorganization_executed(reorganization: Reorganization) -> Event:
    """The units are changed; the people are to follow."""
    data = events_pb2.ReorganizationExecuted(
        reorganization_id=str(reorganization.reorganization_id),
        process_id=text(reorganization.process_id) or "",
        effective_on=reorganization.plan.effective_on.isoformat(),
        reorganization=reorganization_message(reorganization),
    )
    return _of_reorganization(reorganization, data)


def reorganization_completed(reorganization: Reorganization) -> Event:
    """Every service has done its part."""
    data = events_pb2.ReorganizationCompleted(
        moved_persons=reorganization.moved_persons or 0,
        moved_cases=reorganization.moved_cases or 0,
        reorganization=reorganization_message(reorganization),
    )
    return _of_reorganization(reorganization, data)


def reorganization_undone(reorganization: Reorganization) -> Event:
    """The execution was given up."""
    data = events_pb2.ReorganizationUndone(
        failure=reorganization.failure, reorganization=reorganization_message(reorganization)
    )
    return _of_reorganization(reorganization, data)


def reorganization_withdrawn(reorganization: Reorganization) -> Event:
    """A reorganisation was withdrawn."""
    shape = reorganization_message(reorganization)
    return _of_reorganization(reorganization, events_pb2.ReorganizationWithdrawn(reorganization=shape))
