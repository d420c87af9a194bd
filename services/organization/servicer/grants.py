"""GrantService and AccessService."""

from typing import Any

from chassis.calls import answer, current
from organization.convert import posts as convert
from organization.convert.values import id_of, instant_of, optional_day, optional_id
from organization.events.shapes import grant_message
from organization.operations import grants
from shuyuan.organization.v1 import (
    access_service_pb2,
    access_service_pb2_grpc,
    grant_service_pb2_grpc,
)
from shuyuan.organization.v1 import grant_service_pb2 as pb


class GrantServicer(grant_service_pb2_grpc.GrantServiceServicer):
    """Roles and grants."""

    async def GrantRole(self, request: pb.GrantRoleRequest, context: Any) -> pb.GrantRoleResponse:
        """Give a role."""
        call = current()
        done = grants.grant_role(
            call,
            person_id=id_of(request.person_id, "person_id"),
            role=convert.needed_role(request.role, "role"),
            unit_id=id_of(request.unit_id, "unit_id"),
            valid_from=optional_day(request, "valid_from"),
            valid_until=optional_day(request, "valid_until"),
            reason=request.reason,
        )
        return await answer(call, done, lambda grant: pb.GrantRoleResponse(grant=grant_message(grant)))

    async def GetGrant(self, request: pb.GetGrantRequest, context: Any) -> pb.GetGrantResponse:
        """Read a grant."""
        call = current()
        done = grants.get_grant(call, id_of(request.grant_id, "grant_id"))
        return await answer(call, done, lambda grant: pb.GetGrantResponse(grant=grant_message(grant)))

    async def ListGrants(self, request: pb.ListGrantsRequest, context: Any) -> pb.ListGrantsResponse:
        """List grants."""
        call = current()
        done = grants.list_grants(
            call,
            person_id=optional_id(request.person_id, "person_id"),
            unit_id=optional_id(request.unit_id, "unit_id"),
            role=convert.role_of(request.role, "role"),
            as_of=optional_day(request, "as_of"),
            known_at=instant_of(request, "known_at"),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.grants_page)

    async def ListOwnGrants(self, request: pb.ListOwnGrantsRequest, context: Any) -> pb.ListOwnGrantsResponse:
        """List the caller's grants."""
        call = current()
        return await answer(call, grants.list_own_grants(call), convert.own_grants)

    async def RevokeGrant(self, request: pb.RevokeGrantRequest, context: Any) -> pb.RevokeGrantResponse:
        """Take a role back."""
        call = current()
        done = grants.revoke_grant(call, id_of(request.grant_id, "grant_id"), reason=request.reason)
        return await answer(call, done, lambda grant: pb.RevokeGrantResponse(grant=grant_message(grant)))

    async def ListRoles(self, request: pb.ListRolesRequest, context: Any) -> pb.ListRolesResponse:
        """List the roles, which the contract itself says."""
        return convert.roles()


class AccessServicer(access_service_pb2_grpc.AccessServiceServicer):
    """Answers services that are about to refuse somebody."""

    async def CheckAccess(
        self, request: access_service_pb2.CheckAccessRequest, context: Any
    ) -> access_service_pb2.CheckAccessResponse:
        """Say whether a person may."""
        call = current()
        done = grants.check_access(
            call,
            person_id=id_of(request.person_id, "person_id"),
            permission=request.permission,
            unit_id=optional_id(request.unit_id, "unit_id"),
        )
        return await answer(
            call, done, lambda allowed: access_service_pb2.CheckAccessResponse(allowed=allowed)
        )
