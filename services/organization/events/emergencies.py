"""Emergencies: their public shape, and the facts about them as events of the contract."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from chassis.events import Event
from organization.domain.emergencies import Emergency, EmergencyPerson, Formation
from organization.domain.formation_templates import TemplateKind
from organization.events.shapes import day, instant, number
from shuyuan.organization.v1 import emergency_pb2, events_pb2, formation_template_pb2

_KIND = formation_template_pb2.FormationTemplate.Kind.DESCRIPTOR
_PART = emergency_pb2.EmergencyPerson.Part.DESCRIPTOR


def _formation(given: Formation) -> emergency_pb2.EmergencyFormation:
    is_branch = given.kind is TemplateKind.TEMPORARY_BRANCH
    return emergency_pb2.EmergencyFormation(
        kind=number(_KIND, given.kind),
        unit_id=str(given.formation_id) if is_branch else None,
        team_id=None if is_branch else str(given.formation_id),
        template_id=str(given.template_id),
        set_up_on=given.set_up_on.isoformat(),
    )


def emergency_message(emergency: Emergency) -> emergency_pb2.Emergency:
    """An emergency as whoever may read it sees it."""
    return emergency_pb2.Emergency(
        emergency_id=str(emergency.emergency_id),
        unit_id=str(emergency.unit_id),
        name=emergency.name,
        approver_person_id=str(emergency.approver_id),
        document_number=emergency.document_number,
        started_on=emergency.life.start.isoformat(),
        ended_on=day(emergency.life.end),
        reason=emergency.reason,
        formations=[_formation(each) for each in emergency.formations],
        create_time=instant(emergency.created_at),
        update_time=instant(emergency.updated_at),
        version=emergency.version,
        etag=str(emergency.version),
    )


def person_message(person: EmergencyPerson) -> emergency_pb2.EmergencyPerson:
    """Somebody who is in an emergency."""
    return emergency_pb2.EmergencyPerson(
        person_id=str(person.person_id),
        part=number(_PART, person.part),
        formation_id=str(person.formation_id),
        valid_from=person.days.start.isoformat(),
        valid_until=day(person.days.end),
    )


def declared(emergency: Emergency) -> Event:
    """An emergency was declared."""
    data = events_pb2.EmergencyDeclared(emergency=emergency_message(emergency))
    return Event(emergency.emergency_id, emergency.version, data)


def formed(emergency: Emergency, new: Iterable[Formation]) -> Event:
    """Branches and teams were set up."""
    data = events_pb2.EmergencyFormed(
        formed=[_formation(each) for each in new], emergency=emergency_message(emergency)
    )
    return Event(emergency.emergency_id, emergency.version, data)


def reassigned(emergency: Emergency, before: UUID, after: UUID) -> Event:
    """The approver is another entry of the same person."""
    data = events_pb2.EmergencyReassigned(
        from_person_id=str(before), to_person_id=str(after), emergency=emergency_message(emergency)
    )
    return Event(emergency.emergency_id, emergency.version, data)


def ended(emergency: Emergency, on: date) -> Event:
    """An emergency ended, or its end was set."""
    data = events_pb2.EmergencyEnded(ended_on=on.isoformat(), emergency=emergency_message(emergency))
    return Event(emergency.emergency_id, emergency.version, data)
