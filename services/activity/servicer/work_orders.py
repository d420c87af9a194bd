"""WorkOrderService."""

from datetime import date
from typing import Any
from uuid import UUID

from activity.convert import work_orders as convert
from activity.events.work_orders import work_order_message
from activity.operations import work_orders
from chassis.calls import answer, current
from chassis.message_values import maybe_uuid
from shuyuan.activity.v1 import work_order_service_pb2 as pb
from shuyuan.activity.v1 import work_order_service_pb2_grpc


class WorkOrderServicer(work_order_service_pb2_grpc.WorkOrderServiceServicer):
    """Work orders."""

    async def IssueWorkOrders(
        self, request: pb.IssueWorkOrdersRequest, context: Any
    ) -> pb.IssueWorkOrdersResponse:
        call = current()
        done = work_orders.issue_work_orders(
            call,
            UUID(request.unit_id),
            maybe_uuid(request, "meeting_id"),
            [convert.draft(each) for each in request.work_orders],
        )
        return await answer(call, done, convert.issued_response)

    async def GetWorkOrder(self, request: pb.GetWorkOrderRequest, context: Any) -> pb.GetWorkOrderResponse:
        call = current()
        done = work_orders.get_work_order(call, UUID(request.work_order_id))
        return await answer(
            call, done, lambda order: pb.GetWorkOrderResponse(work_order=work_order_message(order))
        )

    async def ListWorkOrders(
        self, request: pb.ListWorkOrdersRequest, context: Any
    ) -> pb.ListWorkOrdersResponse:
        call = current()
        done = work_orders.list_work_orders(
            call, convert.work_order_filter(request), size=request.page_size, token=request.page_token
        )
        return await answer(call, done, convert.page_response)

    async def ListWorkOrderSteps(
        self, request: pb.ListWorkOrderStepsRequest, context: Any
    ) -> pb.ListWorkOrderStepsResponse:
        call = current()
        done = work_orders.list_work_order_steps(
            call, UUID(request.work_order_id), size=request.page_size, token=request.page_token
        )
        return await answer(call, done, convert.steps_response)

    async def GetWorkOrderProgress(
        self, request: pb.GetWorkOrderProgressRequest, context: Any
    ) -> pb.GetWorkOrderProgressResponse:
        call = current()
        done = work_orders.work_order_progress(call, UUID(request.meeting_id))
        return await answer(call, done, convert.progress_response)

    async def AcceptWorkOrder(
        self, request: pb.AcceptWorkOrderRequest, context: Any
    ) -> pb.AcceptWorkOrderResponse:
        call = current()
        done = work_orders.accept_work_order(call, UUID(request.work_order_id))
        return await answer(
            call, done, lambda order: pb.AcceptWorkOrderResponse(work_order=work_order_message(order))
        )

    async def ReportWorkOrder(
        self, request: pb.ReportWorkOrderRequest, context: Any
    ) -> pb.ReportWorkOrderResponse:
        call = current()
        done = work_orders.report_work_order(
            call, UUID(request.work_order_id), note=request.note, evidence=tuple(request.evidence)
        )
        return await answer(
            call, done, lambda order: pb.ReportWorkOrderResponse(work_order=work_order_message(order))
        )

    async def ReturnWorkOrder(
        self, request: pb.ReturnWorkOrderRequest, context: Any
    ) -> pb.ReturnWorkOrderResponse:
        call = current()
        done = work_orders.return_work_order(call, UUID(request.work_order_id), reason=request.reason)
        return await answer(
            call, done, lambda order: pb.ReturnWorkOrderResponse(work_order=work_order_message(order))
        )

    async def CloseWorkOrder(
        self, request: pb.CloseWorkOrderRequest, context: Any
    ) -> pb.CloseWorkOrderResponse:
        call = current()
        done = work_orders.close_work_order(call, UUID(request.work_order_id), note=request.note)
        return await answer(
            call, done, lambda order: pb.CloseWorkOrderResponse(work_order=work_order_message(order))
        )

    async def RescheduleWorkOrder(
        self, request: pb.RescheduleWorkOrderRequest, context: Any
    ) -> pb.RescheduleWorkOrderResponse:
        call = current()
        done = work_orders.reschedule_work_order(
            call,
            UUID(request.work_order_id),
            due_on=date.fromisoformat(request.due_on),
            reason=request.reason,
        )
        return await answer(
            call, done, lambda order: pb.RescheduleWorkOrderResponse(work_order=work_order_message(order))
        )

    async def WithdrawWorkOrder(
        self, request: pb.WithdrawWorkOrderRequest, context: Any
    ) -> pb.WithdrawWorkOrderResponse:
        call = current()
        done = work_orders.withdraw_work_order(call, UUID(request.work_order_id), reason=request.reason)
        return await answer(
            call, done, lambda order: pb.WithdrawWorkOrderResponse(work_order=work_order_message(order))
        )
