"""Emergencies in the running system, over HTTP: set up at once by a shortened path, gone when they are over."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from tests.integration.organization.test_gateway_formations import Mission
from tests.support.http import Api
from tests.support.nats_listener import Listener


@pytest.fixture
async def mission(stack: Stack, api_as: Callable[[str], Api]) -> Mission:
    return await Mission.prepare(stack, api_as)


@pytest.mark.covers("S37", "S38", "F66", "HE-06", "BR-11")
async def test_branches_and_teams_are_set_up_at_once_and_go_with_the_emergency(
    stack: Stack, mission: Mission
) -> None:
    city = mission.city
    says = {"kind": "KIND_VANGUARD_TEAM", "name": f"先锋队 {uuid4()}", "task": "楼栋值守"}
    team_template = await city.post("admin", "/v1/formationTemplates", says)
    campus = await city.post("admin", "/v1/campuses", {"code": f"c{uuid4().hex[:12]}", "name": "兴庆校区"})
    branch = mission.body(establishedOn=city.ago(10), campusId=campus["campusId"])["branch"]
    branch["officers"][0]["background"] = "BACKGROUND_COUNSELLOR"
    team = {
        "templateId": team_template["templateId"],
        "unitId": city.units["general"],
        "name": "党员先锋队",
        "leaderPersonId": city.members[2],
        "memberPersonIds": [city.members[3]],
        "formedOn": city.ago(9),
    }
    declared: dict[str, Any] = {
        "unitId": city.units["general"],
        "name": "疫情防控",
        "approverPersonId": city.people["officer"],
        "documentNumber": "校党发〔2021〕1号",
        "startedOn": city.ago(12),
        "branches": [branch],
        "teams": [team],
    }

    own = await city.send("secretary", "/v1/emergencies", declared)
    stranger = {**declared, "teams": [{**team, "memberPersonIds": [str(uuid4())]}]}
    unknown = await city.send("approver", "/v1/emergencies", stranger)
    emergency = await city.post("approver", "/v1/emergencies", declared)
    path = f"/v1/emergencies/{emergency['emergencyId']}"
    second = mission.body(establishedOn=city.ago(8))["branch"]
    # The approver named beforehand may set up without the permission to establish units.
    async with Listener(stack.nats_url, "organization") as events:
        grown = await city.post("officer", f"{path}:setUp", {"branches": [second]}, etag=emergency["etag"])
        heard = await events.wait_for(lambda each: each["type"].endswith(".EmergencyFormed"))
    units = [each["unitId"] for each in grown["formations"] if "unitId" in each]
    # The secretary of the first has a background that was named, the one of the second has none.
    said = [await mission.fitness(unit) for unit in units]
    member = city.members[4]
    etag = (await city.get("secretary", f"/v1/members/{member}"))["etag"]
    part = {"unitId": units[0], "validFrom": city.ago(5)}
    await city.post("secretary", f"/v1/members/{member}:addParticipation", part, etag=etag)
    people = (await city.get("approver", f"{path}/people"))["people"]
    on_campus = await city.get("approver", "/v1/temporaryBranches", campusId=campus["campusId"])
    ended = await city.post("approver", f"{path}:end", {"reason": "疫情结束"}, etag=grown["etag"])
    late = await city.send("officer", f"{path}:setUp", {"branches": [second]}, etag=ended["etag"])

    assert own.status_code == 403
    assert [each["pointer"] for each in unknown.json()["violations"]] == ["/teams/0/memberPersonIds/0"]
    assert said == [True, False]
    assert heard["data"]["emergency"]["approverPersonId"] == city.people["officer"]
    assert [each["unitId"] for each in on_campus["branches"]] == units[:1]
    parts = {(each["personId"], each["part"]) for each in people}
    assert {
        (city.people["secretary"], "PART_OFFICER"),
        (city.members[2], "PART_TEAM_LEADER"),
        (city.members[3], "PART_TEAM_MEMBER"),
        (member, "PART_PARTICIPANT"),
    } <= parts
    assert (late.status_code, late.json()["reason"]) == (409, "EMERGENCY_ENDED")
    async with asyncio.timeout(30):
        for unit in units:
            while (await city.get("approver", f"/v1/units/{unit}"))["state"] != "STATE_DISSOLVED":  # noqa: ASYNC110 - another process does it
                await asyncio.sleep(0.05)
    teams = [each["teamId"] for each in grown["formations"] if "teamId" in each]
    gone = await city.get("approver", f"/v1/vanguardTeams/{teams[0]}")
    assert (gone["disbandedOn"], ended["endedOn"]) == (city.today.isoformat(), city.today.isoformat())
