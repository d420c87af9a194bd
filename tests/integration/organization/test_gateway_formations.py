"""Temporary branches from templates in the running system, over HTTP: set up, limited, and gone with their task."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.support.http import Api


class Mission:
    """A city in which a body with a task has its temporary branch set up from a template."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.template: Any = None
        self.branch: Any = None

    @classmethod
    async def prepare(cls, stack: Stack, api_as: Callable[[str], Api]) -> "Mission":
        mission = cls(await City.found(stack, api_as))
        city = mission.city
        says = {
            "kind": "KIND_TEMPORARY_BRANCH",
            "name": f"支教团 {uuid4()}",
            "purpose": "PURPOSE_CULTIVATION_CONTINUITY",
            "task": "研究生支教",
            "posts": [{"kind": "KIND_SECRETARY"}, {"kind": "KIND_COMMITTEE_MEMBER", "seats": 2}],
            "defaultLength": "P5Y",
        }
        mission.template = await city.post("admin", "/v1/formationTemplates", says)
        root = (await city.get("admin", "/v1/units", kind="KIND_UNIVERSITY"))["units"][0]["unitId"]
        team = {"kind": "KIND_TASK_TEAM", "name": f"支教团 {uuid4()}"}
        body = {"parentUnitId": root, "unit": team, "establishedOn": city.ago(1500)}
        city.units["team"] = (await city.post("admin", "/v1/units", body))["unitId"]
        return mission

    def body(self, **changes: Any) -> dict[str, Any]:
        city = self.city
        officers = [
            {"postKind": "KIND_SECRETARY", "personId": city.people["secretary"]},
            {"postKind": "KIND_COMMITTEE_MEMBER", "personId": city.people["officer"]},
        ]
        fields = {
            "templateId": self.template["templateId"],
            "parentUnitId": city.units["general"],
            "hostUnitId": city.units["team"],
            "name": f"临时党支部 {uuid4()}",
            "establishedOn": city.ago(1100),
            "officers": officers,
        }
        return {"branch": fields | changes}

    async def set_up(self, **changes: Any) -> Any:
        self.branch = await self.city.post("approver", "/v1/temporaryBranches", self.body(**changes))
        self.city.units["temporary"] = self.branch["unitId"]
        return self.branch

    async def fitness(self, unit: str) -> bool:
        """Whether the secretary of a branch is of a background that the rules name."""
        found = await self.city.get("approver", "/v1/appointments", unitId=unit, postKind="KIND_SECRETARY")
        (verdict,) = [
            each for each in found["appointments"][0]["verdicts"] if each["ruleId"] == "HE-06.joint"
        ]
        fit: bool = verdict["satisfied"]
        return fit

    async def read(self) -> Any:
        return await self.city.get("approver", f"/v1/temporaryBranches/{self.branch['unitId']}")

    async def end(self) -> Any:
        path = f"/v1/temporaryBranches/{self.branch['unitId']}:endTask"
        etag = (await self.read())["etag"]
        return await self.city.post("approver", path, {"reason": "支教期满"}, etag=etag)

    async def gone(self) -> Any:
        async with asyncio.timeout(30):
            while (found := await self.read())["state"] != "STATE_DISSOLVED":  # noqa: ASYNC110 - another process does it
                await asyncio.sleep(0.05)
        return found


@pytest.fixture
async def mission(stack: Stack, api_as: Callable[[str], Api]) -> Mission:
    return await Mission.prepare(stack, api_as)


def broken(answer: Any) -> list[tuple[str, str]]:
    return [
        (verdict["ruleId"], verdict["source"]["article"])
        for verdict in answer.json()["verdicts"]
        if not verdict["satisfied"]
    ]


@pytest.mark.covers("F6", "S34", "S35", "S40", "BR-10")
async def test_a_temporary_branch_is_set_up_in_one_step_with_its_officers(mission: Mission) -> None:
    city = mission.city
    academy_post = {"unitId": city.units["academy"], "kind": "KIND_DEPUTY_HEAD", "validFrom": city.ago(1400)}
    basis = await city.post("admin", "/v1/posts", academy_post)
    holds = {"postId": basis["postId"], "personId": city.people["secretary"], "method": "METHOD_APPOINTED"}
    await city.post("admin", "/v1/appointments", holds | {"validFrom": city.ago(1300)})
    officers = mission.body()["branch"]["officers"]
    officers[0] |= {"basisPostId": basis["postId"], "background": "BACKGROUND_BACKBONE_TEACHER"}

    own = await city.send("secretary", "/v1/temporaryBranches", mission.body())
    crowd = [*officers, *[{**officers[1], "personId": each} for each in city.members[2:4]]]
    many = await city.send("approver", "/v1/temporaryBranches", mission.body(officers=crowd))
    branch = await mission.set_up(officers=officers)

    assert own.status_code == 403
    assert await mission.fitness(branch["unitId"])
    assert [each["pointer"] for each in many.json()["violations"]] == ["/branch/officers/3/postKind"]
    assert (branch["task"], branch["purpose"]) == ("研究生支教", "PURPOSE_CULTIVATION_CONTINUITY")
    seats = (await city.get("approver", f"/v1/units/{branch['unitId']}/composition"))["seats"]
    holders = [holder for seat in seats for holder in seat["holders"]]
    assert {holder["personId"] for holder in holders} == {city.people["secretary"], city.people["officer"]}
    assert {holder["method"] for holder in holders} == {"METHOD_APPOINTED"}
    assert holders[0]["basisPostId"] == basis["postId"]
    by_purpose = await city.get(
        "approver",
        "/v1/units",
        purpose="PURPOSE_CULTIVATION_CONTINUITY",
        belowUnitId=city.units["general"],
    )
    assert [unit["unitId"] for unit in by_purpose["units"]] == [branch["unitId"]]
    elected = await city.send(
        "admin",
        "/v1/appointments",
        {
            "postId": seats[1]["post"]["postId"],
            "personId": city.members[2],
            "method": "METHOD_ELECTED",
        },
    )
    assert (elected.status_code, broken(elected)) == (422, [("BR-10", "8")])


@pytest.mark.covers("F5", "F6", "S34", "BR-09", "DEV-21")
async def test_reserved_powers_are_refused_with_the_article(mission: Mission) -> None:
    city = mission.city
    temporary = (await mission.set_up())["unitId"]
    dues = await city.send(
        "secretary", "/v1/duesLedgers", {"unitId": temporary, "fromMonth": city.ago(0)[:7]}
    )
    # It cultivates whoever applies there, up to the vote.
    city.units["cohort"] = temporary
    await city.apply()
    await city.up_to_contacts()
    await city.up_to_form()
    vote = await city.try_step("secretary", "enterBallotTotals", 0, **city.totals())

    assert (vote.status_code, broken(vote)) == (422, [("BR-09", "8")])
    assert (dues.status_code, broken(dues)) == (422, [("BR-09", "8")])


@pytest.mark.covers("DEV-21", "F6")
async def test_a_temporary_branch_approves_no_admission(mission: Mission) -> None:
    city = mission.city
    temporary = (await mission.set_up())["unitId"]
    await city.apply()
    await city.up_to_contacts()
    await city.up_to_form()
    await city.vote(present=7, yesVotes=7)
    await city.step(
        "approver",
        "recordSuperiorTalk",
        0,
        talkerPersonId=city.people["approver"],
        talkerRole="TALKER_ROLE_COMMITTEE_MEMBER",
        opinionWritten=True,
    )
    refused = await city.try_step(
        "approver",
        "approve",
        0,
        approverUnitId=temporary,
        decidedCollectively=True,
        decidedIndividually=True,
    )

    assert (refused.status_code, broken(refused)) == (422, [("DEV-21", "23")])


@pytest.mark.covers("F6", "S34", "BR-11")
async def test_a_branch_ends_with_its_task_and_with_it_who_took_part(mission: Mission) -> None:
    city = mission.city
    branch = await mission.set_up()
    member = city.members[3]
    etag = (await city.get("secretary", f"/v1/members/{member}"))["etag"]
    part = {"unitId": branch["unitId"], "validFrom": city.ago(100)}
    await city.post("secretary", f"/v1/members/{member}:addParticipation", part, etag=etag)
    group = {"kind": "KIND_PARTY_GROUP", "name": "第一小组"}
    body = {"parentUnitId": branch["unitId"], "unit": group, "establishedOn": city.ago(10)}
    below = await city.post("admin", "/v1/units", body)

    hindered = await mission.end()
    listed = await city.get("approver", "/v1/temporaryBranches", hindered="true")
    await city.post("admin", f"/v1/units/{below['unitId']}:dissolve", {"reason": "撤销"}, etag=below["etag"])
    async with asyncio.timeout(30):
        while (await city.get("admin", f"/v1/units/{below['unitId']}"))["state"] == "STATE_ACTIVE":  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.05)
    begun = await mission.end()
    over = await mission.gone()

    assert hindered["hindrances"] == [{"reason": "UNIT_HAS_CHILDREN", "count": 1}]
    assert branch["unitId"] in [each["unitId"] for each in listed["branches"]]
    assert begun["hindrances"] == [] and begun["frozenByProcessId"]
    assert (over["dissolvedOn"], over["hindrances"]) == (city.today.isoformat(), [])
    async with asyncio.timeout(30):
        while True:
            found = await city.get("secretary", f"/v1/members/{member}")
            if "validUntil" in found["participations"][0]:
                break
            await asyncio.sleep(0.05)
    assert found["participations"][0]["validUntil"] == city.today.isoformat()
    assert "validUntil" not in found["relationships"][-1]


async def test_bad_input_names_its_field(mission: Mission) -> None:
    city = mission.city
    early = mission.body(plannedEndOn=city.ago(1100))
    wrong = mission.body(parentUnitId=city.units["academy"])
    late = mission.body(establishedOn=(city.today - timedelta(days=2000)).isoformat())
    unknown = mission.body(templateId=str(uuid4()))
    said = []
    for body in (early, wrong, late, unknown):
        answer = await city.send("admin", "/v1/temporaryBranches", body)
        assert answer.status_code == 400, answer.text
        said.append([each["pointer"] for each in answer.json()["violations"]])

    assert said == [
        ["/branch/plannedEndOn"],
        ["/branch/parentUnitId"],
        ["/branch/parentUnitId", "/branch/hostUnitId"],
        ["/branch/templateId"],
    ]
