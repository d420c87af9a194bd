"""ProjectMemberService."""

from typing import Any

from chassis.calls import answer, current
from organization.clients import Membership
from organization.convert import project_members as convert
from organization.convert.values import id_of, ids_of, instant_of, optional_day
from organization.events.shapes import unit_message
from organization.operations import project_members
from shuyuan.organization.v1 import project_member_service_pb2 as pb
from shuyuan.organization.v1 import project_member_service_pb2_grpc


class ProjectMemberServicer(project_member_service_pb2_grpc.ProjectMemberServiceServicer):
    """Who takes part in projects."""

    def __init__(self, membership: Membership) -> None:
        self._membership = membership

    async def AssignProjectMembers(
        self, request: pb.AssignProjectMembersRequest, context: Any
    ) -> pb.AssignProjectMembersResponse:
        """Let people take part."""
        call = current()
        done = project_members.assign(
            call,
            self._membership,
            id_of(request.unit_id, "unit_id"),
            ids_of(list(request.person_ids), "person_ids"),
            task=request.task,
            valid_from=optional_day(request, "valid_from"),
            valid_until=optional_day(request, "valid_until"),
        )
        return await answer(call, done, lambda unit: pb.AssignProjectMembersResponse(unit=unit_message(unit)))

    async def EndProjectMember(
        self, request: pb.EndProjectMemberRequest, context: Any
    ) -> pb.EndProjectMemberResponse:
        """Let somebody leave."""
        call = current()
        done = project_members.end(
            call,
            id_of(request.unit_id, "unit_id"),
            id_of(request.person_id, "person_id"),
            ends_on=optional_day(request, "ends_on"),
        )
        return await answer(call, done, lambda unit: pb.EndProjectMemberResponse(unit=unit_message(unit)))

    async def ListProjectMembers(
        self, request: pb.ListProjectMembersRequest, context: Any
    ) -> pb.ListProjectMembersResponse:
        """List who takes part."""
        call = current()
        done = project_members.list_members(
            call,
            id_of(request.unit_id, "unit_id"),
            as_of=optional_day(request, "as_of"),
            known_at=instant_of(request, "known_at"),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.members_page)
