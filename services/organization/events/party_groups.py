"""Members of Party groups: their public shape, and the facts about them as events of the contract."""

from datetime import date
from uuid import UUID

from chassis.events import Event
from organization.domain.party_groups import GroupMember, Stay
from organization.events.shapes import day
from shuyuan.organization.v1 import events_pb2, party_group_pb2


def member_message(member: GroupMember) -> party_group_pb2.PartyGroupMember:
    """Somebody in the groups of a branch."""
    return party_group_pb2.PartyGroupMember(
        member_id=str(member.member_id),
        branch_unit_id=str(member.branch_id),
        person_id=str(member.person_id),
        stays=[_stay(stay) for stay in member.stays],
        version=member.version,
    )


def _stay(stay: Stay) -> party_group_pb2.PartyGroupStay:
    return party_group_pb2.PartyGroupStay(
        unit_id=str(stay.unit_id), valid_from=stay.days.start.isoformat(), valid_until=day(stay.days.end)
    )


def assigned(member: GroupMember, unit_id: UUID, on: date) -> Event:
    """Somebody belongs to a group from a day on."""
    data = events_pb2.PartyGroupMemberAssigned(
        unit_id=str(unit_id), valid_from=on.isoformat(), party_group_member=member_message(member)
    )
    return Event(member.member_id, member.version, data)


def reassigned(member: GroupMember, before: UUID, after: UUID) -> Event:
    """The member is another entry of the same person."""
    data = events_pb2.PartyGroupMemberReassigned(
        from_person_id=str(before), to_person_id=str(after), party_group_member=member_message(member)
    )
    return Event(member.member_id, member.version, data)


def left(member: GroupMember) -> Event:
    """Somebody belongs to no group on some days on which they did."""
    data = events_pb2.PartyGroupMemberLeft(party_group_member=member_message(member))
    return Event(member.member_id, member.version, data)
