"""Party groups as the contract shows them."""

from chassis.paging import Page
from organization.domain.party_groups import Enlisted, GroupMember, PartyGroup
from organization.events.party_groups import member_message
from organization.events.shapes import appointment_message, day
from shuyuan.organization.v1 import party_group_pb2, party_group_service_pb2


def group_message(group: PartyGroup) -> party_group_pb2.PartyGroup:
    """A group with its leader."""
    return party_group_pb2.PartyGroup(
        unit_id=str(group.unit_id),
        branch_unit_id=str(group.branch_id),
        name=group.name,
        established_on=group.established_on.isoformat(),
        leader=None if group.leader is None else appointment_message(group.leader),
    )


def page(found: Page[PartyGroup]) -> party_group_service_pb2.ListPartyGroupsResponse:
    """A page of groups."""
    return party_group_service_pb2.ListPartyGroupsResponse(
        party_groups=[group_message(group) for group in found.items], next_page_token=found.next_token
    )


def members_page(found: Page[Enlisted]) -> party_group_service_pb2.ListPartyGroupMembersResponse:
    """A page of who belongs to a group."""
    return party_group_service_pb2.ListPartyGroupMembersResponse(
        members=[
            party_group_pb2.PartyGroupMembership(
                person_id=str(each.person_id),
                valid_from=each.days.start.isoformat(),
                valid_until=day(each.days.end),
            )
            for each in found.items
        ],
        next_page_token=found.next_token,
    )


def assigned(done: list[GroupMember]) -> party_group_service_pb2.AssignPartyGroupMembersResponse:
    """Those who were assigned."""
    return party_group_service_pb2.AssignPartyGroupMembersResponse(
        party_group_members=[member_message(each) for each in done]
    )
