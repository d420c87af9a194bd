"""FormationTemplateService and TemporaryBranchService."""

from typing import Any

from chassis.calls import answer, current
from chassis.process import ProcessKind
from organization.clients import Membership
from organization.convert import formations as convert
from organization.convert.values import id_of, optional_day, optional_id
from organization.events.formations import branch_message, template_message
from organization.operations import formation_templates as templates
from organization.operations import temporary_branches as branches
from shuyuan.organization.v1 import (
    formation_template_service_pb2,
    formation_template_service_pb2_grpc,
    temporary_branch_service_pb2,
    temporary_branch_service_pb2_grpc,
)

_templates = formation_template_service_pb2
_branches = temporary_branch_service_pb2


class FormationTemplateServicer(formation_template_service_pb2_grpc.FormationTemplateServiceServicer):
    """Templates."""

    async def CreateFormationTemplate(
        self, request: _templates.CreateFormationTemplateRequest, context: Any
    ) -> _templates.CreateFormationTemplateResponse:
        """Add a template."""
        call = current()
        done = templates.create_template(call, convert.new_template(request.template))
        return await answer(
            call,
            done,
            lambda made: _templates.CreateFormationTemplateResponse(template=template_message(made)),
        )

    async def GetFormationTemplate(
        self, request: _templates.GetFormationTemplateRequest, context: Any
    ) -> _templates.GetFormationTemplateResponse:
        """Read a template."""
        call = current()
        done = templates.get_template(call, id_of(request.template_id, "template_id"))
        return await answer(
            call,
            done,
            lambda found: _templates.GetFormationTemplateResponse(template=template_message(found)),
        )

    async def ListFormationTemplates(
        self, request: _templates.ListFormationTemplatesRequest, context: Any
    ) -> _templates.ListFormationTemplatesResponse:
        """List templates."""
        call = current()
        done = templates.list_templates(
            call,
            kind=convert.template_kind(request.kind),
            include_retired=request.include_retired,
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.templates_page)

    async def UpdateFormationTemplate(
        self, request: _templates.UpdateFormationTemplateRequest, context: Any
    ) -> _templates.UpdateFormationTemplateResponse:
        """Replace what a template says."""
        call = current()
        done = templates.update_template(
            call, id_of(request.template_id, "template_id"), convert.new_template(request.template)
        )
        return await answer(
            call,
            done,
            lambda after: _templates.UpdateFormationTemplateResponse(template=template_message(after)),
        )

    async def RetireFormationTemplate(
        self, request: _templates.RetireFormationTemplateRequest, context: Any
    ) -> _templates.RetireFormationTemplateResponse:
        """Retire a template."""
        call = current()
        done = templates.retire_template(call, id_of(request.template_id, "template_id"))
        return await answer(
            call,
            done,
            lambda after: _templates.RetireFormationTemplateResponse(template=template_message(after)),
        )


class TemporaryBranchServicer(temporary_branch_service_pb2_grpc.TemporaryBranchServiceServicer):
    """Temporary branches."""

    def __init__(self, membership: Membership, dissolution_kind: ProcessKind) -> None:
        self._membership = membership
        self._dissolution = dissolution_kind

    async def SetUpTemporaryBranch(
        self, request: _branches.SetUpTemporaryBranchRequest, context: Any
    ) -> _branches.SetUpTemporaryBranchResponse:
        """Set a branch up."""
        call = current()
        done = branches.set_up_branch(call, self._membership, convert.new_branch(request.branch, "branch"))
        return await answer(
            call, done, lambda made: _branches.SetUpTemporaryBranchResponse(branch=branch_message(made))
        )

    async def GetTemporaryBranch(
        self, request: _branches.GetTemporaryBranchRequest, context: Any
    ) -> _branches.GetTemporaryBranchResponse:
        """Read a branch."""
        call = current()
        done = branches.get_branch(call, id_of(request.unit_id, "unit_id"))
        return await answer(
            call, done, lambda found: _branches.GetTemporaryBranchResponse(branch=branch_message(found))
        )

    async def ListTemporaryBranches(
        self, request: _branches.ListTemporaryBranchesRequest, context: Any
    ) -> _branches.ListTemporaryBranchesResponse:
        """List branches."""
        call = current()
        done = branches.list_branches(
            call,
            ending_by=optional_day(request, "ending_by"),
            hindered=request.hindered,
            template_id=optional_id(request.template_id, "template_id"),
            campus_id=optional_id(request.campus_id, "campus_id"),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.branches_page)

    async def EndTemporaryTask(
        self, request: _branches.EndTemporaryTaskRequest, context: Any
    ) -> _branches.EndTemporaryTaskResponse:
        """Say when the task ends."""
        call = current()
        done = branches.end_task(
            call,
            self._membership,
            self._dissolution,
            id_of(request.unit_id, "unit_id"),
            ends_on=optional_day(request, "ends_on"),
            reason=request.reason,
        )
        return await answer(
            call, done, lambda after: _branches.EndTemporaryTaskResponse(branch=branch_message(after))
        )
