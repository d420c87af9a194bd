"""Work orders on the wire."""

from datetime import date
from uuid import UUID

from activity.domain.work_orders import REMIND_DAYS, Draft, Progress, Step, WorkOrder, WorkOrderState
from activity.events import shapes
from activity.events.work_orders import STATE, step_message, work_order_message
from activity.repository.work_orders import WorkOrderFilter
from chassis.message_values import maybe_day, maybe_uuid
from chassis.paging import Page
from shuyuan.activity.v1 import work_order_service_pb2 as pb


def draft(message: pb.WorkOrderDraft) -> Draft:
    """What a work order is given with."""
    has_days = message.HasField("remind_days_before")
    return Draft(
        assignee_unit_id=UUID(message.assignee_unit_id),
        decision=message.decision,
        title=message.title,
        description=message.description,
        due_on=date.fromisoformat(message.due_on),
        remind_days=message.remind_days_before if has_days else REMIND_DAYS,
    )


def work_order_filter(request: pb.ListWorkOrdersRequest) -> WorkOrderFilter:
    """What a list is narrowed to."""
    return WorkOrderFilter(
        unit_id=maybe_uuid(request, "unit_id"),
        assignee_unit_id=maybe_uuid(request, "assignee_unit_id"),
        meeting_id=maybe_uuid(request, "meeting_id"),
        state=shapes.value(STATE, WorkOrderState, request.state),
        overdue_only=request.overdue_only,
        due_by=maybe_day(request, "due_by"),
    )


def issued_response(orders: tuple[WorkOrder, ...]) -> pb.IssueWorkOrdersResponse:
    """What was given."""
    return pb.IssueWorkOrdersResponse(work_orders=[work_order_message(order) for order in orders])


def page_response(page: Page[WorkOrder]) -> pb.ListWorkOrdersResponse:
    """A page of work orders."""
    return pb.ListWorkOrdersResponse(
        work_orders=[work_order_message(order) for order in page.items], next_page_token=page.next_token
    )


def steps_response(page: Page[Step]) -> pb.ListWorkOrderStepsResponse:
    """A page of what was done."""
    return pb.ListWorkOrderStepsResponse(
        steps=[step_message(step) for step in page.items], next_page_token=page.next_token
    )


def progress_response(progress: Progress) -> pb.GetWorkOrderProgressResponse:
    """How far the work orders of a meeting are."""
    return pb.GetWorkOrderProgressResponse(
        total_count=progress.total,
        open_count=progress.open,
        reported_count=progress.reported,
        closed_count=progress.closed,
        overdue_count=progress.overdue,
    )
