"""MeetingService and ActivityFactService."""

from datetime import date
from typing import Any
from uuid import UUID

from activity.convert import meetings as convert
from activity.convert.unit_facts import facts_response
from activity.events.shapes import meeting_message
from activity.operations import judging, meetings
from activity.operations.people import Register
from chassis.calls import answer, current
from shuyuan.activity.v1 import (
    activity_fact_service_pb2 as facts_pb,
)
from shuyuan.activity.v1 import (
    activity_fact_service_pb2_grpc,
    meeting_service_pb2_grpc,
)
from shuyuan.activity.v1 import (
    meeting_service_pb2 as pb,
)


class MeetingServicer(meeting_service_pb2_grpc.MeetingServiceServicer):
    """Meetings and who was there."""

    def __init__(self, register: Register) -> None:
        self._register = register

    async def ConveneMeeting(
        self, request: pb.ConveneMeetingRequest, context: Any
    ) -> pb.ConveneMeetingResponse:
        call = current()
        operation = meetings.convene_meeting(call, convert.new_meeting(request), self._register)
        return await answer(
            call, operation, lambda m: pb.ConveneMeetingResponse(meeting=meeting_message(m, call.language))
        )

    async def GetMeeting(self, request: pb.GetMeetingRequest, context: Any) -> pb.GetMeetingResponse:
        call = current()
        operation = meetings.get_meeting(call, UUID(request.meeting_id))
        return await answer(
            call, operation, lambda m: pb.GetMeetingResponse(meeting=meeting_message(m, call.language))
        )

    async def ListMeetings(self, request: pb.ListMeetingsRequest, context: Any) -> pb.ListMeetingsResponse:
        call = current()
        operation = meetings.list_meetings(
            call,
            convert.meeting_filter(request),
            latest_first=convert.latest_first(request),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return await answer(call, operation, convert.page_response)

    async def UpdateMeeting(self, request: pb.UpdateMeetingRequest, context: Any) -> pb.UpdateMeetingResponse:
        call = current()
        operation = meetings.update_meeting(
            call, UUID(request.meeting_id), convert.meeting_change(request), self._register
        )
        return await answer(
            call, operation, lambda m: pb.UpdateMeetingResponse(meeting=meeting_message(m, call.language))
        )

    async def OpenMeeting(self, request: pb.OpenMeetingRequest, context: Any) -> pb.OpenMeetingResponse:
        call = current()
        operation = meetings.open_meeting(call, UUID(request.meeting_id))
        return await answer(
            call, operation, lambda m: pb.OpenMeetingResponse(meeting=meeting_message(m, call.language))
        )

    async def CheckIn(self, request: pb.CheckInRequest, context: Any) -> pb.CheckInResponse:
        call = current()
        named = convert.participants(request.participants)
        operation = meetings.check_in(call, UUID(request.meeting_id), named, self._register)
        return await answer(call, operation, lambda done: convert.check_in_response(done, call.language))

    async def AddMinutes(self, request: pb.AddMinutesRequest, context: Any) -> pb.AddMinutesResponse:
        call = current()
        operation = meetings.add_minutes(call, UUID(request.meeting_id), request.minutes)
        return await answer(
            call, operation, lambda m: pb.AddMinutesResponse(meeting=meeting_message(m, call.language))
        )

    async def CloseMeeting(self, request: pb.CloseMeetingRequest, context: Any) -> pb.CloseMeetingResponse:
        call = current()
        operation = meetings.close_meeting(call, UUID(request.meeting_id), convert.closing(request))
        return await answer(
            call, operation, lambda m: pb.CloseMeetingResponse(meeting=meeting_message(m, call.language))
        )

    async def CancelMeeting(self, request: pb.CancelMeetingRequest, context: Any) -> pb.CancelMeetingResponse:
        call = current()
        operation = meetings.cancel_meeting(call, UUID(request.meeting_id), request.reason)
        return await answer(
            call, operation, lambda m: pb.CancelMeetingResponse(meeting=meeting_message(m, call.language))
        )

    async def ListAttendances(
        self, request: pb.ListAttendancesRequest, context: Any
    ) -> pb.ListAttendancesResponse:
        call = current()
        operation = meetings.list_attendances(
            call,
            UUID(request.meeting_id),
            capacity=convert.capacity(request),
            present_only=request.present_only,
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return await answer(call, operation, convert.attendances_response)

    async def ListMeetingDuties(
        self, request: pb.ListMeetingDutiesRequest, context: Any
    ) -> pb.ListMeetingDutiesResponse:
        call = current()
        operation = judging.list_meeting_duties(call, UUID(request.unit_id))
        return await answer(call, operation, lambda duties: convert.duties_response(duties, call.language))


class ActivityFactServicer(activity_fact_service_pb2_grpc.ActivityFactServiceServicer):
    """Facts for people and services who judge a unit."""

    async def GetUnitFacts(
        self, request: facts_pb.GetUnitFactsRequest, context: Any
    ) -> facts_pb.GetUnitFactsResponse:
        call = current()
        operation = judging.get_unit_facts(
            call,
            UUID(request.unit_id),
            first=date.fromisoformat(getattr(request, "from")),
            until=date.fromisoformat(request.to),
        )
        return await answer(call, operation, facts_response)
