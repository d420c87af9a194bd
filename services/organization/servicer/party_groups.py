"""PartyGroupService."""

from typing import Any

from chassis.calls import answer, current
from organization.convert import party_groups as convert
from organization.convert.values import id_of, optional_day, optional_id
from organization.operations import party_groups
from shuyuan.organization.v1 import party_group_service_pb2 as pb
from shuyuan.organization.v1 import party_group_service_pb2_grpc


class PartyGroupServicer(party_group_service_pb2_grpc.PartyGroupServiceServicer):
    """Party groups with their leaders."""

    async def EstablishPartyGroup(
        self, request: pb.EstablishPartyGroupRequest, context: Any
    ) -> pb.EstablishPartyGroupResponse:
        """Set up a group."""
        call = current()
        done = party_groups.establish(
            call,
            id_of(request.branch_unit_id, "branch_unit_id"),
            name=request.name,
            leader_id=id_of(request.leader_person_id, "leader_person_id"),
            established_on=optional_day(request, "established_on"),
        )
        return await answer(
            call,
            done,
            lambda group: pb.EstablishPartyGroupResponse(party_group=convert.group_message(group)),
        )

    async def ListPartyGroups(
        self, request: pb.ListPartyGroupsRequest, context: Any
    ) -> pb.ListPartyGroupsResponse:
        """List groups."""
        call = current()
        done = party_groups.list_groups(
            call,
            branch_id=optional_id(request.branch_unit_id, "branch_unit_id"),
            leader_id=optional_id(request.leader_person_id, "leader_person_id"),
            as_of=optional_day(request, "as_of"),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.page)

    async def NamePartyGroupLeader(
        self, request: pb.NamePartyGroupLeaderRequest, context: Any
    ) -> pb.NamePartyGroupLeaderResponse:
        """Name a leader."""
        call = current()
        done = party_groups.name_leader(
            call,
            id_of(request.unit_id, "unit_id"),
            leader_id=id_of(request.leader_person_id, "leader_person_id"),
            valid_from=optional_day(request, "valid_from"),
            reason=request.reason,
        )
        return await answer(
            call,
            done,
            lambda group: pb.NamePartyGroupLeaderResponse(party_group=convert.group_message(group)),
        )
