"""Meetings, attendances and duties on the wire."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from activity.domain.meetings import Closing, MeetingKind, MeetingState, Vote
from activity.domain.plans import AgendaItem, Capacity, ItemKind, LearningMode, Participant, Plan, Session
from activity.events import shapes
from activity.operations.judging import Duty
from activity.operations.meetings import AttendancePage, CheckedIn, MeetingChange, NewMeeting, Page
from activity.repository.meetings import MeetingFilter
from chassis.message_values import instant, maybe_day, maybe_text, maybe_uuid
from shuyuan.activity.v1 import meeting_pb2
from shuyuan.activity.v1 import meeting_service_pb2 as pb


def _item(item: meeting_pb2.AgendaItem) -> AgendaItem:
    kind = shapes.value(shapes.ITEM_KIND, ItemKind, item.kind)
    assert kind is not None, "the contract requires it"
    mode = shapes.value(shapes.MODE, LearningMode, item.learning_mode)
    return AgendaItem(kind, item.title, mode, item.material)


def _session(session: meeting_pb2.Session) -> Session:
    mode = shapes.value(shapes.MODE, LearningMode, session.learning_mode)
    return Session(instant(session.start_time), instant(session.end_time), mode)


def participants(messages: Iterable[meeting_pb2.Participant]) -> tuple[Participant, ...]:
    """People named with their capacity."""
    return tuple(_participant(message) for message in messages)


def _participant(message: meeting_pb2.Participant) -> Participant:
    capacity = shapes.value(shapes.CAPACITY, Capacity, message.capacity)
    assert capacity is not None, "the contract requires it"
    return Participant(UUID(message.person_id), capacity)


def new_meeting(request: pb.ConveneMeetingRequest) -> NewMeeting:
    """What a meeting is convened with."""
    kind = shapes.value(shapes.KIND, MeetingKind, request.kind)
    assert kind is not None, "the contract requires it"
    plan = Plan(
        title=request.title,
        start=instant(request.planned_start_time),
        end=instant(request.planned_end_time),
        agenda=tuple(_item(item) for item in request.agenda),
        place=request.place,
        online_link=maybe_text(request, "online_link"),
        sessions=tuple(_session(session) for session in request.sessions),
        themes=tuple(request.themes),
    )
    return NewMeeting(
        unit_id=UUID(request.unit_id),
        kind=kind,
        plan=plan,
        participants=participants(request.participants),
        exception_reason=maybe_text(request, "agenda_exception_reason"),
    )


def meeting_change(request: pb.UpdateMeetingRequest) -> MeetingChange:
    """What changes of a planned meeting."""
    has = request.HasField
    return MeetingChange(
        title=maybe_text(request, "title"),
        start=instant(request.planned_start_time) if has("planned_start_time") else None,
        end=instant(request.planned_end_time) if has("planned_end_time") else None,
        place=maybe_text(request, "place"),
        online_link=maybe_text(request, "online_link"),
        agenda=tuple(_item(item) for item in request.agenda.items) if has("agenda") else None,
        sessions=tuple(_session(each) for each in request.sessions.items) if has("sessions") else None,
        participants=participants(request.participants.items) if has("participants") else None,
        exception_reason=maybe_text(request, "agenda_exception_reason"),
    )


def meeting_filter(request: pb.ListMeetingsRequest) -> MeetingFilter:
    """What a list is narrowed to."""
    return MeetingFilter(
        unit_id=maybe_uuid(request, "unit_id"),
        kind=shapes.value(shapes.KIND, MeetingKind, request.kind),
        state=shapes.value(shapes.MEETING_STATE, MeetingState, request.state),
        first_day=maybe_day(request, "from"),
        end_day=maybe_day(request, "to"),
        theme=maybe_text(request, "theme"),
        person_id=maybe_uuid(request, "person_id"),
    )


def latest_first(request: pb.ListMeetingsRequest) -> bool:
    """The order asked for."""
    return request.order_by != "planned_start_time"


def capacity(request: pb.ListAttendancesRequest) -> Capacity | None:
    """The capacity asked for."""
    return shapes.value(shapes.CAPACITY, Capacity, request.capacity)


def closing(request: pb.CloseMeetingRequest) -> Closing:
    """What is said of a meeting at its close."""
    vote = request.vote
    return Closing(
        minutes=maybe_text(request, "minutes"),
        resolution=request.resolution,
        vote=Vote(vote.in_favour, vote.against, vote.abstained) if request.HasField("vote") else None,
        sessions=tuple(_session(session) for session in request.sessions),
    )


def page_response(page: Page) -> pb.ListMeetingsResponse:
    """A page of meetings."""
    return pb.ListMeetingsResponse(
        meetings=[shapes.meeting_message(meeting) for meeting in page.meetings],
        next_page_token=page.next_token,
    )


def check_in_response(done: CheckedIn, language: str) -> pb.CheckInResponse:
    """What checking in did."""
    return pb.CheckInResponse(
        meeting=shapes.meeting_message(done.meeting, language),
        attendances=[shapes.attendance_message(each) for each in done.attendances],
        added_count=done.added,
        already_count=done.already,
    )


def attendances_response(page: AttendancePage) -> pb.ListAttendancesResponse:
    """A page of attendances."""
    return pb.ListAttendancesResponse(
        attendances=[shapes.attendance_message(each) for each in page.attendances],
        next_page_token=page.next_token,
    )


def duties_response(duties: Sequence[Duty], language: str) -> pb.ListMeetingDutiesResponse:
    """The duties of a unit."""
    return pb.ListMeetingDutiesResponse(duties=[_duty_message(duty, language) for duty in duties])


def _duty_message(duty: Duty, language: str) -> meeting_pb2.MeetingDuty:
    return meeting_pb2.MeetingDuty(
        kind=shapes.number(shapes.KIND, duty.kind),
        last_held_on=None if duty.last_on is None else duty.last_on.isoformat(),
        last_meeting_id=shapes.text(duty.last_meeting_id),
        verdicts=shapes.verdict_messages(duty.judgements, language),
    )
