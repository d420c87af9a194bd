"""Improvement items."""

from chassis.message_values import maybe_uuid
from chassis.paging import Page
from evaluation.domain.improvements import ImprovementItem, ImprovementState, Outcome
from evaluation.events.improvements import OUTCOME, STATE, improvement_message
from evaluation.events.shapes import value
from evaluation.repository.improvements import ImprovementFilter
from shuyuan.evaluation.v1 import improvement_item_service_pb2 as pb


def improvement_filter(request: pb.ListImprovementItemsRequest) -> ImprovementFilter:
    """What a list is narrowed to."""
    return ImprovementFilter(
        unit_id=maybe_uuid(request, "unit_id"),
        edition_id=maybe_uuid(request, "edition_id"),
        state=value(STATE, ImprovementState, request.state),
        outcome=value(OUTCOME, Outcome, request.outcome),
        overdue_only=request.overdue_only,
    )


def page_response(page: Page[ImprovementItem]) -> pb.ListImprovementItemsResponse:
    """A page of items."""
    return pb.ListImprovementItemsResponse(
        improvement_items=[improvement_message(item) for item in page.items], next_page_token=page.next_token
    )
