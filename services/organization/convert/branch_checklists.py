"""Checklists of duties between the contract and the domain."""

from chassis.paging import Page
from organization.convert.values import chosen
from organization.domain.branch_checklists import Fulfilment, StudentDuty
from organization.events.branch_checklists import fulfilment_message
from shuyuan.organization.v1 import branch_checklist_pb2
from shuyuan.organization.v1 import branch_checklist_service_pb2 as pb

_DUTY = branch_checklist_pb2.StudentBranchDuty.DESCRIPTOR


def duty(given: int) -> StudentDuty:
    """The duty that is meant."""
    return chosen(_DUTY, StudentDuty, given, "duty")


def history_page(page: Page[Fulfilment]) -> pb.ListBranchDutyHistoryResponse:
    """A page of what was said."""
    return pb.ListBranchDutyHistoryResponse(
        entries=[fulfilment_message(each) for each in page.items], next_page_token=page.next_token
    )
