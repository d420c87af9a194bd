"""BranchChecklistService."""

from typing import Any

from chassis.calls import answer, current
from organization.convert import branch_checklists as convert
from organization.convert.values import id_of, instant_of, optional_day
from organization.events.branch_checklists import checklist_message
from organization.operations import branch_checklists as checklists
from shuyuan.organization.v1 import branch_checklist_service_pb2 as pb
from shuyuan.organization.v1 import branch_checklist_service_pb2_grpc


class BranchChecklistServicer(branch_checklist_service_pb2_grpc.BranchChecklistServiceServicer):
    """The duties of student branches."""

    async def GetBranchChecklist(
        self, request: pb.GetBranchChecklistRequest, context: Any
    ) -> pb.GetBranchChecklistResponse:
        """Read a checklist."""
        call = current()
        done = checklists.get_checklist(
            call,
            id_of(request.unit_id, "unit_id"),
            as_of=optional_day(request, "as_of"),
            known_at=instant_of(request, "known_at"),
        )
        return await answer(
            call, done, lambda each: pb.GetBranchChecklistResponse(checklist=checklist_message(each))
        )

    async def DeclareBranchDuty(
        self, request: pb.DeclareBranchDutyRequest, context: Any
    ) -> pb.DeclareBranchDutyResponse:
        """Say by what a duty is fulfilled."""
        call = current()
        done = checklists.declare(
            call,
            id_of(request.unit_id, "unit_id"),
            convert.duty(request.duty),
            statement=request.statement,
            record=request.record,
            valid_from=optional_day(request, "valid_from"),
            valid_until=optional_day(request, "valid_until"),
        )
        return await answer(
            call, done, lambda each: pb.DeclareBranchDutyResponse(checklist=checklist_message(each))
        )

    async def ReopenBranchDuty(
        self, request: pb.ReopenBranchDutyRequest, context: Any
    ) -> pb.ReopenBranchDutyResponse:
        """Say that a duty is open again."""
        call = current()
        done = checklists.reopen(
            call,
            id_of(request.unit_id, "unit_id"),
            convert.duty(request.duty),
            opens_on=optional_day(request, "opens_on"),
        )
        return await answer(
            call, done, lambda each: pb.ReopenBranchDutyResponse(checklist=checklist_message(each))
        )

    async def ListBranchDutyHistory(
        self, request: pb.ListBranchDutyHistoryRequest, context: Any
    ) -> pb.ListBranchDutyHistoryResponse:
        """List what was said."""
        call = current()
        done = checklists.list_history(
            call, id_of(request.unit_id, "unit_id"), size=request.page_size, token=request.page_token
        )
        return await answer(call, done, convert.history_page)
