"""The public shape of each resource; events carry it and answers are it. Ids as text, days as YYYY-MM-DD."""

from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from google.protobuf.descriptor import EnumDescriptor

from activity.domain.ceremonies import Ceremony, OathTaker
from activity.domain.class_hours import Credit, Entry
from activity.domain.meetings import Attendance, Meeting, Vote
from activity.domain.plans import AgendaItem, Participant, Session
from activity.domain.rules import Judgement
from activity.domain.talks import Talk
from chassis import verdicts
from chassis.message_values import maybe_stamp, stamp
from shuyuan.activity.v1 import ceremony_pb2, class_hour_pb2, meeting_pb2, talk_pb2
from shuyuan.rules.v1 import verdict_pb2

E = TypeVar("E", bound=StrEnum)

# Events are read by programs of the university: their sentences are in its language.
EVENT_LANGUAGE = "zh-CN"


@cache
def _numbers(enum: EnumDescriptor) -> dict[str, int]:
    """The number of each value by its name in the domain: MEETING_KIND_THEME_DAY is `theme_day`."""
    prefix = enum.values[0].name.removesuffix("UNSPECIFIED")
    return {value.name.removeprefix(prefix).lower(): value.number for value in enum.values if value.number}


def number(enum: EnumDescriptor, value: StrEnum | None) -> Any:
    """The enum's number for a domain value, 0 for none."""
    return 0 if value is None else _numbers(enum)[value]


@cache
def _values(enum: EnumDescriptor, kind: type[E]) -> dict[int, E]:
    return {found: kind(name) for name, found in _numbers(enum).items()}


def value(enum: EnumDescriptor, kind: type[E], given: int) -> E | None:
    """The domain value for an enum's number, None for 0."""
    return _values(enum, kind)[given] if given else None


KIND = meeting_pb2.MeetingKind.DESCRIPTOR
MODE = meeting_pb2.LearningMode.DESCRIPTOR
CAPACITY = meeting_pb2.AttendanceCapacity.DESCRIPTOR
ITEM_KIND = meeting_pb2.AgendaItem.Kind.DESCRIPTOR
MEETING_STATE = meeting_pb2.Meeting.State.DESCRIPTOR
CEREMONY_STATE = ceremony_pb2.Ceremony.State.DESCRIPTOR
OUTCOME = ceremony_pb2.OathTaker.Outcome.DESCRIPTOR
TALK_KIND = talk_pb2.Talk.Kind.DESCRIPTOR


def text(id_: UUID | None) -> str | None:
    """An id as text."""
    return None if id_ is None else str(id_)


def verdict_messages(judgements: Iterable[Judgement], language: str) -> list[verdict_pb2.Verdict]:
    """Judgements as verdicts, in a reader's language."""
    return [verdicts.to_message(judgement, language) for judgement in judgements]


def _item_message(item: AgendaItem) -> meeting_pb2.AgendaItem:
    return meeting_pb2.AgendaItem(
        kind=number(ITEM_KIND, item.kind),
        title=item.title,
        learning_mode=number(MODE, item.learning_mode),
        material=item.material,
    )


def _session_message(session: Session) -> meeting_pb2.Session:
    return meeting_pb2.Session(
        start_time=stamp(session.start),
        end_time=stamp(session.end),
        learning_mode=number(MODE, session.learning_mode),
    )


def _vote_message(vote: Vote | None) -> meeting_pb2.VoteTotals | None:
    if vote is None:
        return None
    return meeting_pb2.VoteTotals(in_favour=vote.in_favour, against=vote.against, abstained=vote.abstained)


def participant_message(participant: Participant) -> meeting_pb2.Participant:
    """Somebody expected."""
    return meeting_pb2.Participant(
        person_id=str(participant.person_id), capacity=number(CAPACITY, participant.capacity)
    )


def attendance_message(attendance: Attendance) -> meeting_pb2.Attendance:
    """One person and one meeting."""
    return meeting_pb2.Attendance(
        meeting_id=str(attendance.meeting_id),
        person_id=str(attendance.person_id),
        capacity=number(CAPACITY, attendance.capacity),
        expected=attendance.expected,
        check_in_time=maybe_stamp(attendance.checked_in_at),
    )


def meeting_message(meeting: Meeting, language: str = EVENT_LANGUAGE) -> meeting_pb2.Meeting:
    """A meeting as it stands."""
    plan = meeting.plan
    return meeting_pb2.Meeting(
        meeting_id=str(meeting.meeting_id),
        unit_id=str(meeting.unit_id),
        kind=number(KIND, meeting.kind),
        state=number(MEETING_STATE, meeting.state),
        title=plan.title,
        place=plan.place,
        online_link=plan.online_link,
        planned_start_time=stamp(plan.start),
        planned_end_time=stamp(plan.end),
        agenda=[_item_message(item) for item in plan.agenda],
        sessions=[_session_message(session) for session in plan.sessions],
        themes=plan.themes,
        begins_with_study=meeting.begins_with_study,
        agenda_exception_reason=meeting.exception_reason,
        verdicts=verdict_messages(meeting.judgements, language),
        expected_count=meeting.expected_count,
        present_count=meeting.present_count,
        open_time=maybe_stamp(meeting.opened_at),
        end_time=maybe_stamp(meeting.ended_at),
        minutes=meeting.minutes,
        resolution=meeting.resolution,
        vote=_vote_message(meeting.vote),
        cancel_reason=meeting.cancel_reason,
        convener_person_id=text(meeting.convener_id),
        create_time=stamp(meeting.created_at),
        update_time=stamp(meeting.updated_at),
        version=meeting.version,
        etag=str(meeting.version),
    )


def entry_message(entry: Entry) -> class_hour_pb2.ClassHourEntry:
    """What one person learnt in one half day in one mode."""
    return class_hour_pb2.ClassHourEntry(
        person_id=str(entry.person_id),
        learned_on=entry.learned_on.isoformat(),
        half_day=class_hour_pb2.HalfDay.Value(f"HALF_DAY_{entry.half.name}"),
        learning_mode=number(MODE, entry.mode),
        minutes=entry.minutes,
        credited_minutes=entry.credited,
        meeting_id=text(entry.meeting_id),
        material=entry.material,
    )


def class_hour_message(credit: Credit) -> class_hour_pb2.ClassHour:
    """Class hours credited in one act."""
    return class_hour_pb2.ClassHour(
        class_hour_id=str(credit.class_hour_id),
        meeting_id=text(credit.meeting_id),
        entries=[entry_message(entry) for entry in credit.entries],
        create_time=stamp(credit.created_at),
        version=credit.version,
    )


def _taker_message(taker: OathTaker) -> ceremony_pb2.OathTaker:
    return ceremony_pb2.OathTaker(
        person_id=str(taker.person_id),
        case_id=str(taker.case_id),
        outcome=number(OUTCOME, taker.outcome),
        refusal=taker.refusal,
    )


def ceremony_message(ceremony: Ceremony) -> ceremony_pb2.Ceremony:
    """A ceremony as it stands."""
    return ceremony_pb2.Ceremony(
        ceremony_id=str(ceremony.ceremony_id),
        unit_id=str(ceremony.unit_id),
        title=ceremony.title,
        state=number(CEREMONY_STATE, ceremony.state),
        held_on=ceremony.held_on.isoformat(),
        place=ceremony.place,
        lead_person_id=str(ceremony.lead_id),
        oath_takers=[_taker_message(taker) for taker in ceremony.roll],
        process_id=text(ceremony.process_id),
        cancel_reason=ceremony.cancel_reason,
        create_time=stamp(ceremony.created_at),
        update_time=stamp(ceremony.updated_at),
        version=ceremony.version,
        etag=str(ceremony.version),
    )


def talk_message(talk: Talk) -> talk_pb2.Talk:
    """A talk, for those who may read it; events strip who talked and what was said."""
    return talk_pb2.Talk(
        talk_id=str(talk.talk_id),
        unit_id=str(talk.unit_id),
        kind=number(TALK_KIND, talk.kind),
        held_on=talk.held_on.isoformat(),
        person_ids=[str(person_id) for person_id in talk.person_ids],
        summary=talk.summary,
        create_time=stamp(talk.created_at),
        version=1,
        etag="1",
    )
