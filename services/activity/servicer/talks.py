"""TalkService."""

from typing import Any
from uuid import UUID

from activity.convert import talks as convert
from activity.events.shapes import talk_message
from activity.operations import talks
from activity.operations.people import Register
from chassis.calls import answer, current
from shuyuan.activity.v1 import talk_service_pb2 as pb
from shuyuan.activity.v1 import talk_service_pb2_grpc


class TalkServicer(talk_service_pb2_grpc.TalkServiceServicer):
    """Heart-to-heart talks."""

    def __init__(self, register: Register) -> None:
        self._register = register

    async def RecordTalk(self, request: pb.RecordTalkRequest, context: Any) -> pb.RecordTalkResponse:
        call = current()
        operation = talks.record_talk(call, convert.new_talk(request), self._register)
        return await answer(call, operation, lambda talk: pb.RecordTalkResponse(talk=talk_message(talk)))

    async def GetTalk(self, request: pb.GetTalkRequest, context: Any) -> pb.GetTalkResponse:
        call = current()
        operation = talks.get_talk(call, UUID(request.talk_id))
        return await answer(call, operation, lambda talk: pb.GetTalkResponse(talk=talk_message(talk)))

    async def ListTalks(self, request: pb.ListTalksRequest, context: Any) -> pb.ListTalksResponse:
        call = current()
        operation = talks.list_talks(
            call,
            convert.talk_filter(request),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return await answer(call, operation, convert.page_response)

    async def ListTalkCounts(
        self, request: pb.ListTalkCountsRequest, context: Any
    ) -> pb.ListTalkCountsResponse:
        call = current()
        operation = talks.list_talk_counts(
            call,
            UUID(request.unit_id),
            request.year,
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return await answer(call, operation, convert.counts_response)
