"""HonourService."""

from typing import Any
from uuid import UUID

from chassis.calls import answer, current
from evaluation.convert import honours as convert
from evaluation.events.shapes import honour_message
from evaluation.operations import honours
from shuyuan.evaluation.v1 import honour_service_pb2 as pb
from shuyuan.evaluation.v1 import honour_service_pb2_grpc


class HonourServicer(honour_service_pb2_grpc.HonourServiceServicer):
    """Honours of persons."""

    async def RecordHonours(self, request: pb.RecordHonoursRequest, context: Any) -> pb.RecordHonoursResponse:
        call = current()
        operation = honours.record_honours(call, UUID(request.unit_id), convert.new_honours(request))
        return await answer(call, operation, convert.recorded_response)

    async def GetHonour(self, request: pb.GetHonourRequest, context: Any) -> pb.GetHonourResponse:
        call = current()
        operation = honours.get_honour(call, UUID(request.honour_id))
        return await answer(call, operation, lambda found: pb.GetHonourResponse(honour=honour_message(found)))

    async def ListHonours(self, request: pb.ListHonoursRequest, context: Any) -> pb.ListHonoursResponse:
        call = current()
        operation = honours.list_honours(
            call, convert.honour_filter(request), page_size=request.page_size, page_token=request.page_token
        )
        return await answer(call, operation, convert.page_response)

    async def WithdrawHonour(
        self, request: pb.WithdrawHonourRequest, context: Any
    ) -> pb.WithdrawHonourResponse:
        call = current()
        operation = honours.withdraw_honour(call, UUID(request.honour_id), request.reason)
        return await answer(
            call, operation, lambda found: pb.WithdrawHonourResponse(honour=honour_message(found))
        )
