"""Emergencies at the service: declared with what they need in one step, read, and ended with all of it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import AlreadyExistsError, InvalidArgumentError, PermissionDeniedError, StateError
from chassis.schedule import ScheduleRunner
from shuyuan.organization.v1 import (
    appointment_pb2,
    emergency_pb2,
    formation_template_pb2,
    temporary_branch_pb2,
    temporary_branch_service_pb2,
    unit_pb2,
    vanguard_team_service_pb2,
)
from shuyuan.organization.v1 import emergency_service_pb2 as pb
from tests.integration.organization.test_formations import Task, task
from tests.integration.organization.world import Campus, World

__all__ = ["task"]

TEAM = formation_template_pb2.FormationTemplate.KIND_VANGUARD_TEAM


class Crisis:
    """An emergency below the community committee, with templates of a branch and a team."""

    def __init__(self, world: World, campus: Campus, task: Task) -> None:
        self.world, self.campus, self.task = world, campus, task
        self.emergency: Any = None
        self.team_template: Any = None
        self.approver = UUID(int=0)

    @classmethod
    async def prepare(cls, world: World, campus: Campus, task: Task) -> "Crisis":
        crisis = cls(world, campus, task)
        crisis.team_template = await task.add_template(
            kind=TEAM, name="抗疫先锋队", purpose=0, posts=[], default_length="", task="值守与配送"
        )
        crisis.approver = await world.person("approver")
        return crisis

    async def branch(self, name: str, **changes: Any) -> temporary_branch_pb2.TemporaryBranchInput:
        officer = temporary_branch_pb2.OfficerInput(
            post_kind=appointment_pb2.Post.KIND_SECRETARY, person_id=str(await self.world.person(name))
        )
        fields: dict[str, Any] = {
            "template_id": self.task.template.template_id,
            "parent_unit_id": self.campus.general_branch.unit_id,
            "host_unit_id": self.task.team.unit_id,
            "name": name,
            "officers": [officer],
        }
        return temporary_branch_pb2.TemporaryBranchInput(**(fields | changes))

    async def team(self, name: str, **changes: Any) -> pb.EmergencyTeamInput:
        fields: dict[str, Any] = {
            "template_id": self.team_template.template_id,
            "unit_id": self.campus.community.unit_id,
            "name": name,
            "leader_person_id": str(await self.world.person(f"{name}-leader")),
            "member_person_ids": [str(await self.world.person(f"{name}-{n}")) for n in range(2)],
        }
        return pb.EmergencyTeamInput(**(fields | changes))

    async def declare(self, *, by: str = "admin", **fields: Any) -> Any:
        given: dict[str, Any] = {
            "unit_id": self.campus.community.unit_id,
            "name": "2021年疫情防控",
            "approver_person_id": str(self.approver),
            "started_on": (self.world.clock.today() - timedelta(days=3)).isoformat(),
        }
        request = pb.DeclareEmergencyRequest(**(given | fields))
        answer = await self.world.ask(self.world.stubs.emergencies.DeclareEmergency, request, by=by)
        self.emergency = answer.emergency
        return self.emergency

    async def set_up(self, *, by: str = "admin", **fields: Any) -> Any:
        request = pb.SetUpInEmergencyRequest(emergency_id=self.emergency.emergency_id, **fields)
        method = self.world.stubs.emergencies.SetUpInEmergency
        self.emergency = (await self.world.ask(method, request, by=by, etag=self.emergency.etag)).emergency
        return self.emergency

    async def end(self, on: date, *, by: str = "admin") -> Any:
        request = pb.EndEmergencyRequest(
            emergency_id=self.emergency.emergency_id, ended_on=on.isoformat(), reason="疫情结束"
        )
        method = self.world.stubs.emergencies.EndEmergency
        self.emergency = (await self.world.ask(method, request, by=by, etag=self.emergency.etag)).emergency
        return self.emergency

    async def people(self, *, by: str = "admin", size: int = 50, **fields: Any) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        token = ""
        while True:
            request = pb.ListEmergencyPeopleRequest(
                emergency_id=self.emergency.emergency_id, page_size=size, page_token=token, **fields
            )
            page = await self.world.ask(self.world.stubs.emergencies.ListEmergencyPeople, request, by=by)
            found += [
                (each.person_id, emergency_pb2.EmergencyPerson.Part.Name(each.part)) for each in page.people
            ]
            token = page.next_page_token
            if not token:
                return found

    async def disbanded_on(self) -> list[str]:
        teams = [each.team_id for each in self.emergency.formations if each.HasField("team_id")]
        stub = self.world.stubs.teams.GetVanguardTeam
        found = [
            (await self.world.ask(stub, vanguard_team_service_pb2.GetVanguardTeamRequest(team_id=team))).team
            for team in teams
        ]
        return [each.disbanded_on for each in found]


@pytest.fixture
async def crisis(world: World, campus: Campus, task: Task) -> Crisis:
    return await Crisis.prepare(world, campus, task)


@pytest.mark.covers("S37", "F66")
async def test_an_emergency_is_declared_with_what_it_needs_in_one_step(crisis: Crisis, world: World) -> None:
    declared = await crisis.declare(
        branches=[await crisis.branch("兴庆校区临时党支部"), await crisis.branch("雁塔校区临时党支部")],
        teams=[await crisis.team("先锋队")],
    )

    kinds = [each.kind for each in declared.formations]
    assert kinds == [1, 1, TEAM]
    verbs = [event["verb"] for event in await world.events("emergency")]
    assert (verbs, declared.version) == (["declared", "formed"], 2)
    people = await crisis.people(size=2)
    assert sorted(part for _, part in people) == [
        "PART_OFFICER",
        "PART_OFFICER",
        "PART_TEAM_LEADER",
        "PART_TEAM_MEMBER",
        "PART_TEAM_MEMBER",
    ]
    assert [person for person, _ in people] == sorted(person for person, _ in people)


async def test_one_unfit_branch_leaves_nothing_behind(crisis: Crisis, world: World) -> None:
    before = len(await world.events())
    good, elsewhere = await crisis.branch("甲"), await crisis.branch("乙")
    elsewhere.parent_unit_id = crisis.campus.committee.unit_id
    early = await crisis.team("丙", formed_on="2020-02-01")
    twice = await crisis.branch("甲")

    with pytest.raises(InvalidArgumentError) as refused:
        await crisis.declare(branches=[good, elsewhere], teams=[early])
    with pytest.raises(AlreadyExistsError):
        await crisis.declare(branches=[good, twice])

    assert [each.field for each in refused.value.violations] == [
        "branches[1].parent_unit_id",
        "teams[0].unit_id",
    ]
    assert len(await world.events()) == before


async def test_the_approver_named_beforehand_sets_up_without_another_permission(
    crisis: Crisis, world: World
) -> None:
    await crisis.declare()
    await world.person("stranger")
    with pytest.raises(PermissionDeniedError):
        await crisis.set_up(by="stranger", branches=[await crisis.branch("甲")])
    with pytest.raises(InvalidArgumentError):
        await crisis.set_up(by="approver")

    formed = await crisis.set_up(by="approver", branches=[await crisis.branch("甲")])

    assert len(formed.formations) == 1
    assert len(await crisis.people(by="approver")) == 1
    with pytest.raises(PermissionDeniedError):
        await crisis.people(by="stranger")
    with pytest.raises(PermissionDeniedError):
        await crisis.end(world.clock.today() + timedelta(days=1), by="approver")


@pytest.mark.covers("S37", "F66", "BR-11")
async def test_what_was_set_up_ends_with_the_emergency(crisis: Crisis, world: World) -> None:
    today = world.clock.today()
    await crisis.declare()
    earlier = (today - timedelta(days=2)).isoformat()
    await crisis.set_up(
        branches=[await crisis.branch("甲", established_on=earlier)],
        teams=[await crisis.team("先锋队", formed_on=earlier)],
    )
    (branch_id,) = [each.unit_id for each in crisis.emergency.formations if each.HasField("unit_id")]
    world.membership.participants[UUID(branch_id)] = 30

    with pytest.raises(InvalidArgumentError):
        await crisis.end(today - timedelta(days=2))
    ended = await crisis.end(today)
    await world.work_off()

    gone = await world.unit(branch_id)
    assert (gone.state, gone.dissolved_on) == (unit_pb2.Unit.STATE_DISSOLVED, today.isoformat())
    assert await crisis.disbanded_on() == [today.isoformat()]
    assert len(await crisis.people()) == 4
    assert (ended.ended_on, ended.reason) == (today.isoformat(), "疫情结束")
    with pytest.raises(StateError) as refused:
        await crisis.set_up(branches=[await crisis.branch("乙")])
    assert refused.value.reason == "EMERGENCY_ENDED"


async def test_what_is_set_up_while_the_end_is_prepared_ends_too(
    crisis: Crisis, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = world.clock.today()
    earlier = (today - timedelta(days=2)).isoformat()
    await crisis.declare()
    await crisis.set_up(branches=[await crisis.branch("甲", established_on=earlier)])
    late = await crisis.branch("乙", established_on=earlier)
    count = world.membership.count_roll

    async def count_roll(unit_id: UUID, on: date, **asked: Any) -> int:
        if len(crisis.emergency.formations) == 1:
            await crisis.set_up(branches=[late])
        return await count(unit_id, on, **asked)

    monkeypatch.setattr(world.membership, "count_roll", count_roll)
    request = pb.EndEmergencyRequest(
        emergency_id=crisis.emergency.emergency_id, ended_on=today.isoformat(), reason="疫情结束"
    )
    await world.ask(world.stubs.emergencies.EndEmergency, request)
    await world.work_off()

    units = [await world.unit(each.unit_id) for each in crisis.emergency.formations]
    assert [unit.dissolved_on for unit in units] == [today.isoformat(), ""]
    listed = await world.ask(
        world.stubs.temporary.ListTemporaryBranches,
        temporary_branch_service_pb2.ListTemporaryBranchesRequest(ending_by=today.isoformat()),
    )
    assert [each.unit_id for each in listed.branches] == [units[1].unit_id]


async def test_an_end_ahead_is_carried_out_by_the_timetable(crisis: Crisis, world: World) -> None:
    await crisis.declare(branches=[await crisis.branch("甲")], teams=[await crisis.team("先锋队")])
    (branch_id,) = [each.unit_id for each in crisis.emergency.formations if each.HasField("unit_id")]
    later = world.clock.today() + timedelta(days=5)

    await crisis.end(later)
    await world.work_off()
    still = await world.unit(branch_id)
    await crisis.task.go_to(later.isoformat())
    await ScheduleRunner(world.context, [crisis.task.timed]).run_due(crisis.task.timed)
    await world.work_off()

    assert (still.state, still.planned_end_on) == (unit_pb2.Unit.STATE_ACTIVE, later.isoformat())
    assert (await world.unit(branch_id)).dissolved_on == later.isoformat()
    assert await crisis.disbanded_on() == [later.isoformat()]


async def test_emergencies_are_listed_by_day_and_unit(crisis: Crisis, world: World) -> None:
    first = await crisis.declare()
    second = await crisis.declare(name="防汛", unit_id=crisis.campus.general_branch.unit_id)

    async def listed(**filters: Any) -> list[str]:
        request = pb.ListEmergenciesRequest(**filters)
        answer = await world.ask(world.stubs.emergencies.ListEmergencies, request)
        return [each.emergency_id for each in answer.emergencies]

    assert await listed() == [first.emergency_id, second.emergency_id]
    assert await listed(unit_id=crisis.campus.community.unit_id) == [first.emergency_id]
    assert await listed(as_of="2020-01-01") == []
    with pytest.raises(InvalidArgumentError):
        await crisis.declare(unit_id=crisis.campus.school.unit_id)
    world.membership.strangers.add(crisis.approver)
    with pytest.raises(InvalidArgumentError) as refused:
        await crisis.declare()
    assert [each.field for each in refused.value.violations] == ["approver_person_id"]
