"""Facts about meetings, class hours, ceremonies and talks, as events of the contract."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from google.protobuf.message import Message

from activity.domain.ceremonies import Ceremony, Outcome
from activity.domain.class_hours import Credit
from activity.domain.meetings import Attendance, Meeting
from activity.domain.plans import Participant
from activity.domain.talks import Talk
from activity.events.shapes import (
    attendance_message,
    ceremony_message,
    class_hour_message,
    meeting_message,
    participant_message,
    talk_message,
    text,
)
from chassis.events import Event
from chassis.message_values import maybe_stamp
from shuyuan.activity.v1 import ceremony_pb2, events_pb2


def _of_meeting(meeting: Meeting, data: Message) -> Event:
    return Event(meeting.meeting_id, meeting.version, data)


def meeting_convened(meeting: Meeting, participants: Iterable[Participant]) -> Event:
    """The meeting was convened."""
    expected = [participant_message(each) for each in participants]
    data = events_pb2.MeetingConvened(participants=expected, meeting=meeting_message(meeting))
    return _of_meeting(meeting, data)


def meeting_updated(meeting: Meeting, participants: Iterable[Participant]) -> Event:
    """The planned meeting was changed."""
    expected = [participant_message(each) for each in participants]
    data = events_pb2.MeetingUpdated(participants=expected, meeting=meeting_message(meeting))
    return _of_meeting(meeting, data)


def meeting_opened(meeting: Meeting) -> Event:
    """The meeting was opened."""
    data = events_pb2.MeetingOpened(
        open_time=maybe_stamp(meeting.opened_at), meeting=meeting_message(meeting)
    )
    return _of_meeting(meeting, data)


def meeting_checked_in(meeting: Meeting, added: Iterable[Attendance]) -> Event:
    """People checked in."""
    data = events_pb2.MeetingCheckedIn(
        attendances=[attendance_message(each) for each in added], meeting=meeting_message(meeting)
    )
    return _of_meeting(meeting, data)


def meeting_minutes_added(meeting: Meeting) -> Event:
    """The minutes were written."""
    return _of_meeting(meeting, events_pb2.MeetingMinutesAdded(meeting=meeting_message(meeting)))


def meeting_reassigned(meeting: Meeting, of_both: Iterable[Attendance], before: UUID, after: UUID) -> Event:
    """What it says of one person it says of another."""
    data = events_pb2.MeetingReassigned(
        from_person_id=str(before),
        to_person_id=str(after),
        attendances=[attendance_message(each) for each in of_both],
        meeting=meeting_message(meeting),
    )
    return _of_meeting(meeting, data)


def meeting_closed(meeting: Meeting, credit: Credit | None) -> Event:
    """The meeting was closed."""
    data = events_pb2.MeetingClosed(
        class_hour_id=text(credit.class_hour_id) if credit else None, meeting=meeting_message(meeting)
    )
    return _of_meeting(meeting, data)


def meeting_cancelled(meeting: Meeting) -> Event:
    """The meeting was cancelled."""
    data = events_pb2.MeetingCancelled(reason=meeting.cancel_reason or "", meeting=meeting_message(meeting))
    return _of_meeting(meeting, data)


def class_hour_credited(credit: Credit) -> Event:
    """Class hours were credited."""
    data = events_pb2.ClassHourCredited(class_hour=class_hour_message(credit))
    return Event(credit.class_hour_id, 1, data)


def class_hour_reassigned(credit: Credit, before: UUID, after: UUID) -> Event:
    """Class hours of one person are another's."""
    data = events_pb2.ClassHourReassigned(
        from_person_id=str(before), to_person_id=str(after), class_hour=class_hour_message(credit)
    )
    return Event(credit.class_hour_id, credit.version, data)


def _of_ceremony(ceremony: Ceremony, data: Message) -> Event:
    return Event(ceremony.ceremony_id, ceremony.version, data)


def _ids(person_ids: Iterable[UUID]) -> list[str]:
    return sorted(str(person_id) for person_id in person_ids)


def ceremony_planned(ceremony: Ceremony) -> Event:
    """The ceremony was planned."""
    return _of_ceremony(ceremony, events_pb2.CeremonyPlanned(ceremony=ceremony_message(ceremony)))


def ceremony_oath_takers_added(ceremony: Ceremony, person_ids: Iterable[UUID]) -> Event:
    """People were put on the roll."""
    data = events_pb2.CeremonyOathTakersAdded(
        person_ids=_ids(person_ids), ceremony=ceremony_message(ceremony)
    )
    return _of_ceremony(ceremony, data)


def ceremony_oath_takers_removed(ceremony: Ceremony, person_ids: Iterable[UUID]) -> Event:
    """People were taken off the roll."""
    data = events_pb2.CeremonyOathTakersRemoved(
        person_ids=_ids(person_ids), ceremony=ceremony_message(ceremony)
    )
    return _of_ceremony(ceremony, data)


def ceremony_roll_called(ceremony: Ceremony, person_ids: Iterable[UUID]) -> Event:
    """The roll was called."""
    data = events_pb2.CeremonyRollCalled(person_ids=_ids(person_ids), ceremony=ceremony_message(ceremony))
    return _of_ceremony(ceremony, data)


def ceremony_reassigned(ceremony: Ceremony, before: UUID, after: UUID) -> Event:
    """What it says of one person it says of another."""
    data = events_pb2.CeremonyReassigned(
        from_person_id=str(before), to_person_id=str(after), ceremony=ceremony_message(ceremony)
    )
    return _of_ceremony(ceremony, data)


def ceremony_held(ceremony: Ceremony) -> Event:
    """The oath was taken by those present."""
    sworn: Sequence[ceremony_pb2.Sworn] = [
        ceremony_pb2.Sworn(person_id=str(taker.person_id), case_id=str(taker.case_id))
        for taker in ceremony.present
    ]
    data = events_pb2.CeremonyHeld(
        ceremony_id=str(ceremony.ceremony_id),
        held_on=ceremony.held_on.isoformat(),
        sworn=sworn,
        ceremony=ceremony_message(ceremony),
    )
    return _of_ceremony(ceremony, data)


def ceremony_completed(ceremony: Ceremony) -> Event:
    """Membership recorded the oaths."""
    outcomes = [taker.outcome for taker in ceremony.roll]
    data = events_pb2.CeremonyCompleted(
        sworn_count=outcomes.count(Outcome.SWORN),
        refused_count=outcomes.count(Outcome.REFUSED),
        ceremony=ceremony_message(ceremony),
    )
    return _of_ceremony(ceremony, data)


def ceremony_cancelled(ceremony: Ceremony) -> Event:
    """The ceremony was cancelled."""
    data = events_pb2.CeremonyCancelled(
        reason=ceremony.cancel_reason or "", ceremony=ceremony_message(ceremony)
    )
    return _of_ceremony(ceremony, data)


def talk_recorded(talk: Talk) -> Event:
    """A talk was recorded."""
    return Event(talk.talk_id, 1, events_pb2.TalkRecorded(talk=talk_message(talk)))
