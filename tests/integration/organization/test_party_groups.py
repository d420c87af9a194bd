"""Party groups over gRPC on a real database."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import AlreadyExistsError, InvalidArgumentError, PermissionDeniedError
from shuyuan.organization.v1 import (
    finding_service_pb2,
    grant_service_pb2,
    party_group_service_pb2,
    role_pb2,
)
from tests.integration.organization.world import ADMIN, FOUNDED, Campus, World

SEP = date(2024, 9, 1)


async def establish(
    world: World, branch: Any, name: str, leader: UUID, *, on: date = FOUNDED, by: str = ADMIN
) -> Any:
    request = party_group_service_pb2.EstablishPartyGroupRequest(
        branch_unit_id=branch.unit_id,
        name=name,
        leader_person_id=str(leader),
        established_on=on.isoformat(),
    )
    return (await world.ask(world.stubs.party_groups.EstablishPartyGroup, request, by=by)).party_group


async def name_leader(world: World, unit_id: str, leader: UUID, on: date) -> Any:
    request = party_group_service_pb2.NamePartyGroupLeaderRequest(
        unit_id=unit_id, leader_person_id=str(leader), valid_from=on.isoformat(), reason="毕业离校"
    )
    return (await world.ask(world.stubs.party_groups.NamePartyGroupLeader, request)).party_group


async def listed(world: World, *, by: str = ADMIN, **asked: Any) -> list[tuple[str, str]]:
    request = party_group_service_pb2.ListPartyGroupsRequest(**{"as_of": SEP.isoformat(), **asked})
    answer = await world.ask(world.stubs.party_groups.ListPartyGroups, request, by=by)
    return [(group.name, group.leader.person_id) for group in answer.party_groups]


async def test_a_branch_sets_up_its_groups_with_their_leaders(world: World, campus: Campus) -> None:
    branch, other = await campus.branch(world, "支部"), await campus.branch(world, "另支部")
    secretary, leader = await world.person("secretary"), await world.person("leader")
    grant = grant_service_pb2.GrantRoleRequest(
        person_id=str(secretary),
        role=role_pb2.ROLE_BRANCH_SECRETARY,
        unit_id=branch.unit_id,
        reason="任职",
    )
    await world.ask(world.stubs.grants.GrantRole, grant)

    group = await establish(world, branch, "第一党小组", leader, by="secretary")
    with pytest.raises(PermissionDeniedError):
        await establish(world, other, "第一党小组", leader, by="secretary")
    with pytest.raises(AlreadyExistsError):
        await establish(world, branch, "第一党小组", leader)

    assert (group.branch_unit_id, group.leader.person_id) == (branch.unit_id, str(leader))
    assert await listed(world, by="secretary") == [("第一党小组", str(leader))]
    # The role of a leader came with the post.
    assert await listed(world, by="leader") == [("第一党小组", str(leader))]


async def test_a_new_leader_follows_and_the_old_one_is_remembered(world: World, campus: Campus) -> None:
    branch = await campus.branch(world, "支部")
    first, second = await world.person("first"), await world.person("second")
    group = await establish(world, branch, "第一党小组", first)

    after = await name_leader(world, group.unit_id, second, SEP)
    again = await name_leader(world, group.unit_id, second, SEP)

    assert after == again
    assert await listed(world, branch_unit_id=branch.unit_id) == [("第一党小组", str(second))]
    assert await listed(world, as_of="2024-08-31", leader_person_id=str(first)) == [
        ("第一党小组", str(first))
    ]
    assert await listed(world, leader_person_id=str(first)) == []
    assert await listed(world, by="first") == []
    with pytest.raises(InvalidArgumentError) as refused:
        await name_leader(world, group.unit_id, first, SEP)
    assert [each.field for each in refused.value.violations] == ["valid_from"]
    with pytest.raises(InvalidArgumentError) as refused:
        await name_leader(world, branch.unit_id, first, SEP)
    assert [each.field for each in refused.value.violations] == ["unit_id"]


async def test_a_group_without_a_leader_is_found(world: World, campus: Campus) -> None:
    branch = await campus.branch(world, "支部")
    bare = await world.establish("party_group", "第二党小组", branch.unit_id)
    request = finding_service_pb2.ListFindingsRequest(unit_id=bare.unit_id, as_of=SEP.isoformat())

    before = (await world.ask(world.stubs.findings.ListFindings, request)).findings
    await name_leader(world, bare.unit_id, await world.person("leader"), SEP)
    after = (await world.ask(world.stubs.findings.ListFindings, request)).findings

    assert [(each.verdict.rule_id, each.since) for each in before] == [("BR-15.leader", FOUNDED.isoformat())]
    assert list(after) == []


async def test_groups_are_paged_and_stand_in_branches_only(world: World, campus: Campus) -> None:
    branch, leader = await campus.branch(world, "支部"), await world.person("leader")
    for number in range(3):
        await establish(world, branch, f"党小组{number}", leader)
    names: list[str] = []
    token = ""
    while True:
        request = party_group_service_pb2.ListPartyGroupsRequest(
            branch_unit_id=branch.unit_id, page_size=2, page_token=token
        )
        answer = await world.ask(world.stubs.party_groups.ListPartyGroups, request)
        names += [group.name for group in answer.party_groups]
        token = answer.next_page_token
        if not token:
            break

    assert names == ["党小组0", "党小组1", "党小组2"]
    for parent, on, field in (
        (campus.school, FOUNDED, "branch_unit_id"),
        (branch, date(2019, 12, 31), "established_on"),
    ):
        with pytest.raises(InvalidArgumentError) as refused:
            await establish(world, parent, "党小组", leader, on=on)
        assert [each.field for each in refused.value.violations] == [field]
