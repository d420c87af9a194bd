"""ImprovementItemService."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis.calls import answer, current
from evaluation.convert import improvements as convert
from evaluation.events.improvements import improvement_message
from evaluation.operations import improvements
from shuyuan.evaluation.v1 import improvement_item_service_pb2 as pb
from shuyuan.evaluation.v1 import improvement_item_service_pb2_grpc


class ImprovementItemServicer(improvement_item_service_pb2_grpc.ImprovementItemServiceServicer):
    """Improvement items."""

    async def ProposeImprovements(
        self, request: pb.ProposeImprovementsRequest, context: Any
    ) -> pb.ProposeImprovementsResponse:
        call = current()
        done = improvements.propose(call, UUID(request.edition_id), Decimal(request.threshold))
        return await answer(
            call,
            done,
            lambda found: pb.ProposeImprovementsResponse(
                proposed_count=found.new, already_count=found.already
            ),
        )

    async def ListImprovementItems(
        self, request: pb.ListImprovementItemsRequest, context: Any
    ) -> pb.ListImprovementItemsResponse:
        call = current()
        done = improvements.list_improvement_items(
            call, convert.improvement_filter(request), size=request.page_size, token=request.page_token
        )
        return await answer(call, done, convert.page_response)

    async def GetImprovementItem(
        self, request: pb.GetImprovementItemRequest, context: Any
    ) -> pb.GetImprovementItemResponse:
        call = current()
        done = improvements.get_improvement_item(call, UUID(request.improvement_item_id))
        return await answer(
            call, done, lambda item: pb.GetImprovementItemResponse(improvement_item=improvement_message(item))
        )

    async def PlanImprovement(
        self, request: pb.PlanImprovementRequest, context: Any
    ) -> pb.PlanImprovementResponse:
        call = current()
        done = improvements.plan(
            call, UUID(request.improvement_item_id), request.measure, date.fromisoformat(request.due_on)
        )
        return await answer(
            call, done, lambda item: pb.PlanImprovementResponse(improvement_item=improvement_message(item))
        )

    async def ReportImprovement(
        self, request: pb.ReportImprovementRequest, context: Any
    ) -> pb.ReportImprovementResponse:
        call = current()
        done = improvements.report(call, UUID(request.improvement_item_id), request.report)
        return await answer(
            call, done, lambda item: pb.ReportImprovementResponse(improvement_item=improvement_message(item))
        )

    async def ReturnImprovement(
        self, request: pb.ReturnImprovementRequest, context: Any
    ) -> pb.ReturnImprovementResponse:
        call = current()
        done = improvements.send_back(call, UUID(request.improvement_item_id), request.reason)
        return await answer(
            call, done, lambda item: pb.ReturnImprovementResponse(improvement_item=improvement_message(item))
        )

    async def CloseImprovement(
        self, request: pb.CloseImprovementRequest, context: Any
    ) -> pb.CloseImprovementResponse:
        call = current()
        done = improvements.close(call, UUID(request.improvement_item_id))
        return await answer(
            call, done, lambda item: pb.CloseImprovementResponse(improvement_item=improvement_message(item))
        )

    async def DismissImprovement(
        self, request: pb.DismissImprovementRequest, context: Any
    ) -> pb.DismissImprovementResponse:
        call = current()
        done = improvements.dismiss(call, UUID(request.improvement_item_id), request.reason)
        return await answer(
            call, done, lambda item: pb.DismissImprovementResponse(improvement_item=improvement_message(item))
        )
