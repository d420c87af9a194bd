"""The shape of a standing case, and the events about it."""

from datetime import date
from uuid import UUID

from google.protobuf.message import Message

from chassis.events import Event
from membership.domain.members import Member
from membership.domain.standing import Act, Entry, StandingCase
from membership.events import shapes
from shuyuan.membership.v1 import events_pb2, standing_case_pb2

_ACT = standing_case_pb2.StandingAct


def standing_case(found: StandingCase, language: str, *, today: date) -> standing_case_pb2.StandingCase:
    """A standing case as answers and events show it."""
    pb = standing_case_pb2
    return pb.StandingCase(
        standing_case_id=str(found.standing_case_id),
        person_id=str(found.person_id),
        unit_id=str(found.unit_id),
        kind=shapes.enum_number(pb.StandingCaseKind, "STANDING_CASE_KIND", found.kind),
        ground=shapes.enum_number(pb.StandingGround, "STANDING_GROUND", found.ground),
        since=found.since.isoformat(),
        state=shapes.enum_number(pb.StandingCaseState, "STANDING_CASE_STATE", found.state),
        kept_through=shapes.day_text(found.kept_through),
        contact_due_on=shapes.day_text(found.contact_due_on),
        overdue=found.is_overdue(today),
        next_decision=shapes.enum_number(_ACT, "STANDING_ACT", found.next_decision),
        decision_from=shapes.day_text(found.decision_from),
        suspended_on=shapes.day_text(found.suspended_on),
        rectify_until=shapes.day_text(found.rectify_until),
        entries=[_entry(entry, language) for entry in found.entries],
        create_time=shapes.stamp(found.created_at),
        update_time=shapes.stamp(found.updated_at),
        version=found.version,
        etag=str(found.version),
    )


def _entry(entry: Entry, language: str) -> standing_case_pb2.StandingEntry:
    return standing_case_pb2.StandingEntry(
        act=shapes.enum_number(_ACT, "STANDING_ACT", entry.act),
        occurred_on=entry.occurred_on.isoformat(),
        record_time=shapes.stamp(entry.recorded_at),
        recorded_by=shapes.id_text(entry.recorded_by),
        reason=entry.reason,
        reached=entry.reached,
        until=shapes.day_text(entry.until),
        resolved_on=shapes.day_text(entry.resolved_on),
        approver_unit_id=shapes.id_text(entry.approver_unit_id),
        document_reference=entry.document_reference,
        verdicts=shapes.verdicts(entry.judgements, language),
        revision=entry.revision,
        correction_reason=entry.correction_reason,
    )


def opened(found: StandingCase, *, today: date) -> Event:
    """A case was opened."""
    return _event(found, events_pb2.StandingCaseOpened(standing_case=_shape(found, today)))


def acted(found: StandingCase, entry: Entry, *, today: date) -> Event:
    """A member was contacted, something was decided, or the case ended."""
    shape, day = _shape(found, today), entry.occurred_on.isoformat()
    match entry.act:
        case Act.CONTACT:
            message: Message = events_pb2.StandingCaseContacted(
                contacted_on=day, reached=entry.reached, standing_case=shape
            )
        case Act.END:
            message = events_pb2.StandingCaseEnded(ended_on=day, standing_case=shape)
        case act:
            number = shapes.enum_number(_ACT, "STANDING_ACT", act)
            message = events_pb2.StandingCaseDecided(act=number, decided_on=day, standing_case=shape)
    return _event(found, message)


def corrected(found: StandingCase, position: int, *, today: date) -> Event:
    """What is written of an act was corrected."""
    number = shapes.enum_number(_ACT, "STANDING_ACT", found.entries[position - 1].act)
    message = events_pb2.StandingCaseCorrected(
        position=position, act=number, standing_case=_shape(found, today)
    )
    return _event(found, message)


def membership_changed(member: Member, act: Act, standing_case_id: UUID, day: date) -> Event:
    """A membership was suspended, restored or ended."""
    case_id, shape, since = str(standing_case_id), shapes.member(member), day.isoformat()
    match act:
        case Act.SUSPENSION:
            message: Message = events_pb2.MemberSuspended(
                standing_case_id=case_id, suspended_on=since, member=shape
            )
        case Act.RESTORATION:
            message = events_pb2.MemberRestored(standing_case_id=case_id, restored_on=since, member=shape)
        case _:
            message = events_pb2.MemberRemoved(standing_case_id=case_id, removed_on=since, member=shape)
    return Event(member.person_id, member.version, message)


def standing_corrected(member: Member, standing_case_id: UUID, wrong: Entry, right: Entry) -> Event:
    """An act that changed a membership was another one, or changed nothing."""
    message = events_pb2.MemberStandingCorrected(
        standing_case_id=str(standing_case_id),
        wrong_act=shapes.enum_number(_ACT, "STANDING_ACT", wrong.act),
        wrong_day=wrong.occurred_on.isoformat(),
        act=shapes.enum_number(_ACT, "STANDING_ACT", right.act),
        occurred_on=right.occurred_on.isoformat(),
        member=shapes.member(member),
    )
    return Event(member.person_id, member.version, message)


def _shape(found: StandingCase, today: date) -> standing_case_pb2.StandingCase:
    return standing_case(found, shapes.EVENT_LANGUAGE, today=today)


def _event(found: StandingCase, message: Message) -> Event:
    return Event(found.standing_case_id, found.version, message)
