"""Vanguard teams over gRPC on a real database."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import PermissionDeniedError, StateError
from shuyuan.organization.v1 import vanguard_team_service_pb2 as pb
from tests.integration.organization.world import ADMIN, FOUNDED, Campus, World

SEP = date(2024, 9, 1)


async def form(world: World, unit: Any, leader: UUID, *members: UUID) -> Any:
    request = pb.FormVanguardTeamRequest(
        unit_id=unit.unit_id,
        name="党员先锋队",
        mission="迎新服务",
        leader_person_id=str(leader),
        member_person_ids=[str(each) for each in members],
        formed_on=FOUNDED.isoformat(),
    )
    return (await world.ask(world.stubs.teams.FormVanguardTeam, request)).team


async def listed(world: World, *, by: str = ADMIN, **wanted: Any) -> list[str]:
    answer = await world.ask(
        world.stubs.teams.ListVanguardTeams, pb.ListVanguardTeamsRequest(**wanted), by=by
    )
    return [each.team_id for each in answer.teams]


async def test_the_leader_changes_on_a_day_and_both_are_remembered(world: World, campus: Campus) -> None:
    old, new = await world.person("old"), await world.person("new")
    team = await form(world, await campus.branch(world, "支部"), old)

    request = pb.ChangeVanguardTeamLeaderRequest(
        team_id=team.team_id, person_id=str(new), valid_from=SEP.isoformat()
    )
    after = (await world.ask(world.stubs.teams.ChangeVanguardTeamLeader, request, etag=team.etag)).team

    assert [(each.person_id, each.leads, each.valid_from) for each in after.members] == [
        (str(old), True, FOUNDED.isoformat()),
        (str(new), True, SEP.isoformat()),
        (str(old), False, SEP.isoformat()),
    ]
    assert await listed(world, person_id=str(new), as_of="2024-08-31") == []
    assert await listed(world, person_id=str(new), as_of="2024-09-01") == [team.team_id]
    with pytest.raises(StateError) as refused:
        await world.ask(world.stubs.teams.ChangeVanguardTeamLeader, request, etag=after.etag)
    assert refused.value.reason == "VANGUARD_TEAM_MEMBER_OVERLAPS"
    assert [event["verb"] for event in await world.events("vanguard_team")] == ["formed", "leader_changed"]


async def test_whoever_belongs_to_a_team_reads_it_and_no_other(world: World, campus: Campus) -> None:
    branch = await campus.branch(world, "支部")
    own = await form(world, branch, await world.person("leader"), await world.person("member"))
    other = await form(world, branch, await world.person("other"))

    request = pb.GetVanguardTeamRequest(team_id=own.team_id)
    assert (await world.ask(world.stubs.teams.GetVanguardTeam, request, by="member")).team == own
    with pytest.raises(PermissionDeniedError):
        request = pb.GetVanguardTeamRequest(team_id=other.team_id)
        await world.ask(world.stubs.teams.GetVanguardTeam, request, by="member")
    assert await listed(world, by="member") == []


async def test_somebody_comes_and_leaves_and_the_team_is_disbanded(world: World, campus: Campus) -> None:
    leader, comer = await world.person("leader"), await world.person("comer")
    team = await form(world, await campus.branch(world, "支部"), leader)

    request = pb.EndVanguardTeamMemberRequest(team_id=team.team_id, person_id=str(leader))
    with pytest.raises(StateError) as refused:
        await world.ask(world.stubs.teams.EndVanguardTeamMember, request, etag=team.etag)
    add = pb.AddVanguardTeamMemberRequest(
        team_id=team.team_id, person_id=str(comer), valid_from=SEP.isoformat()
    )
    joined = (await world.ask(world.stubs.teams.AddVanguardTeamMember, add, etag=team.etag)).team
    end = pb.EndVanguardTeamMemberRequest(team_id=team.team_id, person_id=str(comer), ends_on="2024-10-01")
    left = (await world.ask(world.stubs.teams.EndVanguardTeamMember, end, etag=joined.etag)).team
    over = pb.DisbandVanguardTeamRequest(team_id=team.team_id, disbanded_on="2024-11-01", reason="任务完成")
    gone = (await world.ask(world.stubs.teams.DisbandVanguardTeam, over, etag=left.etag)).team

    assert refused.value.reason == "VANGUARD_TEAM_NEEDS_LEADER"
    assert [(each.valid_from, each.valid_until) for each in gone.members] == [
        (FOUNDED.isoformat(), "2024-11-01"),
        (SEP.isoformat(), "2024-10-01"),
    ]
    assert await listed(world, as_of="2024-11-01") == []
