"""AwardService."""

from typing import Any
from uuid import UUID

from chassis.calls import answer, current
from chassis.message_values import maybe_uuid
from evaluation.convert import awards as convert
from evaluation.events.shapes import award_message
from evaluation.operations import awards
from shuyuan.evaluation.v1 import award_service_pb2 as pb
from shuyuan.evaluation.v1 import award_service_pb2_grpc


class AwardServicer(award_service_pb2_grpc.AwardServiceServicer):
    """Awards and their criteria."""

    async def CreateAward(self, request: pb.CreateAwardRequest, context: Any) -> pb.CreateAwardResponse:
        call = current()
        operation = awards.create_award(call, convert.new_award(request))
        return await answer(call, operation, lambda found: pb.CreateAwardResponse(award=award_message(found)))

    async def GetAward(self, request: pb.GetAwardRequest, context: Any) -> pb.GetAwardResponse:
        call = current()
        operation = awards.get_award(call, UUID(request.award_id))
        return await answer(call, operation, lambda found: pb.GetAwardResponse(award=award_message(found)))

    async def ListAwards(self, request: pb.ListAwardsRequest, context: Any) -> pb.ListAwardsResponse:
        call = current()
        operation = awards.list_awards(
            call,
            unit_id=maybe_uuid(request, "unit_id"),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return await answer(call, operation, convert.page_response)

    async def SetCriteria(self, request: pb.SetCriteriaRequest, context: Any) -> pb.SetCriteriaResponse:
        call = current()
        operation = awards.set_criteria(
            call, UUID(request.award_id), convert.catalogue(request.dimensions, request.criteria)
        )
        return await answer(call, operation, lambda found: pb.SetCriteriaResponse(award=award_message(found)))
