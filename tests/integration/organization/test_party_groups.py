"""Party groups over gRPC on a real database."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import (
    AlreadyExistsError,
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    StateError,
)
from chassis.ids import new_id
from organization.domain.elections import Elector
from shuyuan.organization.v1 import (
    finding_service_pb2,
    grant_service_pb2,
    party_group_service_pb2,
    role_pb2,
)
from tests.integration.organization.test_coverage import hear
from tests.integration.organization.world import ADMIN, FOUNDED, Campus, World, stamp

SEP = date(2024, 9, 1)
DAY = timedelta(days=1)


@dataclass
class Groups:
    """A branch of five with two groups."""

    branch: Any
    first: Any
    second: Any
    people: list[UUID]


@pytest.fixture
async def two(world: World, campus: Campus) -> Groups:
    branch, leader = await campus.branch(world, "支部"), await world.person("leader")
    people = [new_id() for _ in range(5)]
    world.membership.roll = [Elector(each, "full", None) for each in people]
    first = await establish(world, branch, "第一党小组", leader)
    return Groups(branch, first, await establish(world, branch, "第二党小组", leader), people)


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


class TestMembers:
    """Who of a branch belongs to which of its groups."""

    @staticmethod
    async def assign(world: World, group: Any, *people: UUID, on: date = FOUNDED, **options: Any) -> Any:
        request = party_group_service_pb2.AssignPartyGroupMembersRequest(
            unit_id=group.unit_id, person_ids=[str(each) for each in people], valid_from=on.isoformat()
        )
        return await world.ask(world.stubs.party_groups.AssignPartyGroupMembers, request, **options)

    @staticmethod
    async def remove(world: World, group: Any, person: UUID, on: date) -> Any:
        request = party_group_service_pb2.RemovePartyGroupMemberRequest(
            unit_id=group.unit_id, person_id=str(person), ends_on=on.isoformat()
        )
        method = world.stubs.party_groups.RemovePartyGroupMember
        return (await world.ask(method, request)).party_group_member

    @staticmethod
    async def members(world: World, group: Any, on: date = SEP, **asked: Any) -> list[str]:
        request = party_group_service_pb2.ListPartyGroupMembersRequest(
            unit_id=group.unit_id, as_of=on.isoformat(), **asked
        )
        answer = await world.ask(world.stubs.party_groups.ListPartyGroupMembers, request)
        return [each.person_id for each in answer.members]

    async def test_somebody_is_in_one_group_of_a_branch_at_a_time(self, world: World, two: Groups) -> None:
        person, other = sorted(two.people[:2])
        await self.assign(world, two.first, person, other)
        known = world.instant()
        again = await self.assign(world, two.first, person)
        moved = await self.assign(world, two.second, person, on=SEP)

        (member,) = moved.party_group_members
        assert [(each.unit_id, each.valid_from, each.valid_until) for each in member.stays] == [
            (two.first.unit_id, FOUNDED.isoformat(), SEP.isoformat()),
            (two.second.unit_id, SEP.isoformat(), ""),
        ]
        assert (again.party_group_members[0].version, member.version) == (1, 2)
        assert await self.members(world, two.first, SEP - timedelta(days=1)) == [str(person), str(other)]
        assert await self.members(world, two.first) == [str(other)]
        assert await self.members(world, two.second) == [str(person)]
        assert await self.members(world, two.first, known_at=stamp(known)) == [str(person), str(other)]
        verbs = [event["verb"] for event in await world.events("party_group_member")]
        assert verbs == ["assigned", "assigned", "assigned"]

    async def test_only_members_of_the_branch_are_assigned_and_all_or_nobody(
        self, world: World, two: Groups
    ) -> None:
        with pytest.raises(StateError) as stranger:
            await self.assign(world, two.first, two.people[0], await world.person("stranger"))
        with pytest.raises(InvalidArgumentError) as early:
            await self.assign(world, two.first, two.people[0], on=date(2019, 12, 31))
        with pytest.raises(InvalidArgumentError) as branch:
            await self.assign(world, two.branch, two.people[0])
        await world.person("nobody")
        with pytest.raises(PermissionDeniedError):
            await self.assign(world, two.first, two.people[0], by="nobody")

        assert stranger.value.reason == "PARTY_GROUP_MEMBER_NOT_OF_BRANCH"
        assert [each.field for each in early.value.violations] == ["valid_from"]
        assert [each.field for each in branch.value.violations] == ["unit_id"]
        assert await self.members(world, two.first) == []

    async def test_who_is_taken_out_was_in_it_until_then(self, world: World, two: Groups) -> None:
        person = two.people[0]
        await self.assign(world, two.first, person)
        left = await self.remove(world, two.first, person, SEP)
        with pytest.raises(NotFoundError) as absent:
            await self.remove(world, two.first, person, SEP)
        with pytest.raises(NotFoundError):
            await self.remove(world, two.second, person, FOUNDED)

        assert [(each.valid_from, each.valid_until) for each in left.stays] == [
            (FOUNDED.isoformat(), SEP.isoformat())
        ]
        assert absent.value.reason == "PARTY_GROUP_MEMBER_ABSENT"
        assert await self.members(world, two.first, SEP - timedelta(days=1)) == [str(person)]
        assert await self.members(world, two.first) == []

    async def test_who_leaves_the_branch_leaves_its_group_on_that_day(
        self, world: World, two: Groups
    ) -> None:
        person, other = two.people[:2]
        await self.assign(world, two.first, person, other)
        here = {"unitId": two.branch.unit_id, "validFrom": FOUNDED.isoformat(), "validUntil": SEP.isoformat()}
        there = {"unitId": str(new_id()), "validFrom": SEP.isoformat()}

        # What was said before membership was asked is known already.
        old = here | {"unitId": str(new_id())}
        await hear(world, "member", "established", person, at=world.clock.now() - DAY, relationships=[old])
        for _ in range(2):
            await hear(world, "member", "moved", person, at=world.instant(), relationships=[here, there])

        assert await self.members(world, two.first, SEP - timedelta(days=1)) == sorted(
            [str(person), str(other)]
        )
        assert await self.members(world, two.first) == [str(other)]
        events = await world.events("party_group_member")
        assert [(each["verb"], each["resource_version"]) for each in events] == [
            ("assigned", 1),
            ("assigned", 1),
            ("left", 2),
        ]
        # Who comes back is assigned anew.
        back = here | {"validFrom": "2025-03-01", "validUntil": "2199-01-01"}
        await hear(world, "member", "moved", person, at=world.instant(), relationships=[here, there, back])
        assert await self.members(world, two.first, date(2025, 3, 1)) == [str(other)]

    async def test_who_did_not_leave_after_all_or_on_another_day_goes_on(
        self, world: World, two: Groups
    ) -> None:
        person = two.people[0]
        await self.assign(world, two.first, person)

        async def said(until: date | None) -> None:
            here = {"unitId": two.branch.unit_id, "validFrom": FOUNDED.isoformat()}
            ends = {} if until is None else {"validUntil": until.isoformat()}
            for _ in range(2):
                await hear(
                    world,
                    "member",
                    "standing_corrected",
                    person,
                    at=world.instant(),
                    relationships=[here | ends],
                )

        async def there(*days: date) -> list[bool]:
            return [await self.members(world, two.first, day) == [str(person)] for day in days]

        days = (SEP - 2 * DAY, SEP - DAY, SEP, SEP + DAY)
        for until, found in (
            (SEP, [True, True, False, False]),
            (SEP - DAY, [True, False, False, False]),
            (SEP + DAY, [True, True, True, False]),
            (None, [True, True, True, True]),
        ):
            await said(until)
            assert await there(*days) == found
        verbs = [each["verb"] for each in await world.events("party_group_member")]
        assert verbs == ["assigned", "left", "left", "assigned", "assigned"]

    async def test_who_was_taken_out_before_a_removal_does_not_go_on(self, world: World, two: Groups) -> None:
        person = two.people[0]
        await self.assign(world, two.first, person)
        here = {"unitId": two.branch.unit_id, "validFrom": FOUNDED.isoformat()}
        left = here | {"validUntil": SEP.isoformat()}
        await hear(world, "member", "removed", person, at=world.instant(), relationships=[left])
        await self.remove(world, two.first, person, SEP - DAY)

        await hear(world, "member", "standing_corrected", person, at=world.instant(), relationships=[here])

        assert await self.members(world, two.first, SEP) == []

    async def test_a_group_that_is_dissolved_has_nobody(self, world: World, two: Groups) -> None:
        await self.assign(world, two.first, two.people[0])
        await world.dissolve(await world.unit(two.first.unit_id), on=SEP)

        assert await self.members(world, two.first, SEP - timedelta(days=1)) == [str(two.people[0])]
        assert await self.members(world, two.first) == []

    async def test_members_are_paged_by_one_statement(self, world: World, two: Groups) -> None:
        await self.assign(world, two.first, *two.people)
        request = party_group_service_pb2.ListPartyGroupMembersRequest(unit_id=two.first.unit_id, page_size=3)
        first = await world.ask(world.stubs.party_groups.ListPartyGroupMembers, request)
        request.page_token = first.next_page_token
        rest = await world.ask(world.stubs.party_groups.ListPartyGroupMembers, request)

        listed = [each.person_id for each in (*first.members, *rest.members)]
        assert (len(first.members), listed) == (3, sorted(str(each) for each in two.people))
