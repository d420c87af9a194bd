"""PartyGroupService."""

from typing import Any

from chassis.calls import answer, current
from organization.clients import Membership
from organization.convert import party_groups as convert
from organization.convert.values import id_of, ids_of, instant_of, optional_day, optional_id
from organization.events.party_groups import member_message
from organization.operations import party_group_members, party_groups
from shuyuan.organization.v1 import party_group_service_pb2 as pb
from shuyuan.organization.v1 import party_group_service_pb2_grpc


class PartyGroupServicer(party_group_service_pb2_grpc.PartyGroupServiceServicer):
    """Party groups with their leaders and members."""

    def __init__(self, membership: Membership) -> None:
        self._membership = membership

    async def EstablishPartyGroup(
        self, request: pb.EstablishPartyGroupRequest, context: Any
    ) -> pb.EstablishPartyGroupResponse:
        """Set up a group."""
        call = current()
        done = party_groups.establish(
            call,
            self._membership,
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
            self._membership,
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

    async def AssignPartyGroupMembers(
        self, request: pb.AssignPartyGroupMembersRequest, context: Any
    ) -> pb.AssignPartyGroupMembersResponse:
        """Assign members of the branch to a group."""
        call = current()
        done = party_group_members.assign(
            call,
            self._membership,
            id_of(request.unit_id, "unit_id"),
            ids_of(list(request.person_ids), "person_ids"),
            valid_from=optional_day(request, "valid_from"),
        )
        return await answer(call, done, convert.assigned)

    async def RemovePartyGroupMember(
        self, request: pb.RemovePartyGroupMemberRequest, context: Any
    ) -> pb.RemovePartyGroupMemberResponse:
        """Take somebody out of a group."""
        call = current()
        done = party_group_members.remove(
            call,
            id_of(request.unit_id, "unit_id"),
            id_of(request.person_id, "person_id"),
            ends_on=optional_day(request, "ends_on"),
        )
        return await answer(
            call,
            done,
            lambda each: pb.RemovePartyGroupMemberResponse(party_group_member=member_message(each)),
        )

    async def ListPartyGroupMembers(
        self, request: pb.ListPartyGroupMembersRequest, context: Any
    ) -> pb.ListPartyGroupMembersResponse:
        """List who belongs to a group."""
        call = current()
        done = party_group_members.list_members(
            call,
            id_of(request.unit_id, "unit_id"),
            as_of=optional_day(request, "as_of"),
            known_at=instant_of(request, "known_at"),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.members_page)
