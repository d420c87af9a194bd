"""Events about persons who became one, or two again."""

from uuid import UUID

from chassis.events import Event
from membership.domain.admission import AdmissionCase
from membership.domain.members import Member
from membership.domain.merging import PersonMerge
from membership.domain.people import Person
from membership.events import shapes
from shuyuan.membership.v1 import events_pb2, person_merge_pb2


def shape(found: PersonMerge) -> person_merge_pb2.PersonMerge:
    """A merge as answers and events show it."""
    message = person_merge_pb2.PersonMerge(
        merge_id=str(found.merge_id),
        person_id=str(found.person_id),
        merged_person_id=str(found.merged_person_id),
        state=shapes.enum_number(person_merge_pb2.PersonMerge.State, "STATE", found.state),
        moved=[person_merge_pb2.MergeCount(noun=noun, rows=rows) for noun, rows in found.moved],
        reason=found.reason,
        merged_by=shapes.id_text(found.merged_by),
        merge_time=shapes.stamp(found.merged_at),
        reversed_by=shapes.id_text(found.reversed_by),
        version=found.version,
        etag=str(found.version),
    )
    if found.reversed_at is not None:
        message.reverse_time.CopyFrom(shapes.stamp(found.reversed_at))
    return message


def made(found: PersonMerge) -> Event:
    """Two persons became one."""
    return Event(found.merge_id, found.version, events_pb2.PersonMergeMade(person_merge=shape(found)))


def reversed_(found: PersonMerge) -> Event:
    """One person became two again."""
    return Event(found.merge_id, found.version, events_pb2.PersonMergeReversed(person_merge=shape(found)))


def person_merged(person: Person, found: PersonMerge) -> Event:
    """A person was merged into another."""
    message = events_pb2.PersonMerged(
        merge_id=str(found.merge_id), into_person_id=str(found.person_id), person=shapes.person(person)
    )
    return Event(person.person_id, person.version, message)


def person_restored(person: Person, found: PersonMerge) -> Event:
    """A person is one of their own again."""
    message = events_pb2.PersonRestored(
        merge_id=str(found.merge_id), from_person_id=str(found.person_id), person=shapes.person(person)
    )
    return Event(person.person_id, person.version, message)


def member_reassigned(member: Member, *, before: UUID, after: UUID) -> Event:
    """A member's entry in the roll is another person's."""
    message = events_pb2.MemberReassigned(
        from_person_id=str(before), to_person_id=str(after), member=shapes.member(member)
    )
    return Event(member.person_id, member.version, message)


def case_reassigned(case: AdmissionCase, *, before: UUID) -> Event:
    """A case is another person's."""
    message = events_pb2.AdmissionCaseReassigned(
        from_person_id=str(before), admission_case=shapes.case(case, shapes.EVENT_LANGUAGE)
    )
    return Event(case.head.case_id, case.head.version, message)
