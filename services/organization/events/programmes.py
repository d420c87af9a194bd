"""Programmes: their public shape, and the facts about them as events of the contract."""

from datetime import date
from uuid import UUID

from chassis.events import Event
from organization.domain.programmes import Assessment, Participation, Programme
from organization.events.shapes import day, instant, number, text
from shuyuan.organization.v1 import events_pb2, programme_pb2

_STATUS = programme_pb2.Participation.Status.DESCRIPTOR
_GRADE = programme_pb2.ProgrammeAssessment.Grade.DESCRIPTOR


def participation_message(participation: Participation) -> programme_pb2.Participation:
    """The part of a unit in a programme."""
    return programme_pb2.Participation(
        unit_id=str(participation.unit_id),
        batch=participation.batch,
        status=number(_STATUS, participation.status),
        valid_from=participation.days.start.isoformat(),
        valid_until=day(participation.days.end),
    )


def assessment_message(assessment: Assessment) -> programme_pb2.ProgrammeAssessment:
    """What a unit says of its own part in a year."""
    return programme_pb2.ProgrammeAssessment(
        programme_id=str(assessment.programme_id),
        unit_id=str(assessment.unit_id),
        year=assessment.year,
        grade=number(_GRADE, assessment.grade),
        summary=assessment.summary,
        person_id=str(assessment.person_id),
        create_time=instant(assessment.created_at),
    )


def programme_message(programme: Programme) -> programme_pb2.Programme:
    """A programme as everybody who may read programmes sees it."""
    return programme_pb2.Programme(
        programme_id=str(programme.programme_id),
        unit_id=str(programme.unit_id),
        code=programme.code,
        name=programme.name,
        issuer=programme.issuer,
        first_responsible_post_id=text(programme.first_responsible_id),
        leader_in_charge_post_id=text(programme.leader_in_charge_id),
        valid_from=programme.days.start.isoformat(),
        valid_until=day(programme.days.end),
        participations=[participation_message(each) for each in programme.participations],
        create_time=instant(programme.created_at),
        update_time=instant(programme.updated_at),
        version=programme.version,
        etag=str(programme.version),
    )


def programme_registered(programme: Programme) -> Event:
    """A programme was registered."""
    data = events_pb2.ProgrammeRegistered(programme=programme_message(programme))
    return Event(programme.programme_id, programme.version, data)


def programme_updated(programme: Programme) -> Event:
    """How a programme is named, or by which posts it is answered for, was said anew."""
    data = events_pb2.ProgrammeUpdated(programme=programme_message(programme))
    return Event(programme.programme_id, programme.version, data)


def programme_ended(programme: Programme, on: date) -> Event:
    """A programme no longer runs from a day on."""
    data = events_pb2.ProgrammeEnded(ends_on=on.isoformat(), programme=programme_message(programme))
    return Event(programme.programme_id, programme.version, data)


def participation_set(programme: Programme, new: Participation) -> Event:
    """It was said how a unit takes part."""
    data = events_pb2.ProgrammeJoined(
        participation=participation_message(new), programme=programme_message(programme)
    )
    return Event(programme.programme_id, programme.version, data)


def participation_ended(programme: Programme, unit_id: UUID, on: date) -> Event:
    """A unit no longer takes part from a day on."""
    data = events_pb2.ProgrammeLeft(
        unit_id=str(unit_id), ends_on=on.isoformat(), programme=programme_message(programme)
    )
    return Event(programme.programme_id, programme.version, data)


def programme_assessed(programme: Programme, new: Assessment) -> Event:
    """A unit said how its own part went in a year."""
    data = events_pb2.ProgrammeAssessed(
        assessment=assessment_message(new), programme=programme_message(programme)
    )
    return Event(programme.programme_id, programme.version, data)
