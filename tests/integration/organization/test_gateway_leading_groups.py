"""The leading group through the gateway: its departments, its dual chairs, and what the rules find."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from deploy.local.stack import Stack
from tests.integration.organization.test_gateway_organization import DAY, FOUNDED, Office
from tests.support.http import Api

BEFORE = "2024-08-31"


class Group:
    """A leading group with its two chairs; the president's post hangs on the one university of the stack."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.posts: dict[str, Any] = {}
        self.unit: dict[str, Any] = {}

    @classmethod
    async def build(cls, office: Office, departments: int = 3) -> "Group":
        group = cls(office)
        root = (await office.get("/v1/units", kind="KIND_UNIVERSITY"))["units"][0]["unitId"]
        sponsors = []
        for number in range(departments):
            function = "FUNCTION_STUDENT_AFFAIRS" if number == 0 else "FUNCTION_OTHER"
            unit = await office.establish("DEPARTMENT", f"部门{number}", office.id("党委"), function=function)
            part = "PART_LEAD" if number == 0 else "PART_PARTICIPANT"
            sponsors.append({"sponsorUnitId": unit["unitId"], "part": part})
        group.unit = await office.establish(
            "LEADING_GROUP", "学生思想政治工作领导小组", office.id("党委"), sponsors=sponsors
        )
        group.posts["secretary"] = await group.post(office.id("党委"), "SECRETARY")
        group.posts["president"] = await group.post(root, "PRESIDENT")
        for name in ("secretary", "president"):
            post = await group.post(group.unit["unitId"], "CHAIR", boundPostId=group.posts[name]["postId"])
            group.posts[f"{name}'s chair"] = post
        return group

    async def post(self, unit_id: str, kind: str, **fields: Any) -> Any:
        body = {"unitId": unit_id, "kind": f"KIND_{kind}", "validFrom": FOUNDED, **fields}
        return await self.office.post("/v1/posts", body)

    async def appoint(self, post: str, *, on: str = FOUNDED) -> tuple[str, Any]:
        person = await self.office.register()
        body = {
            "postId": self.posts[post]["postId"],
            "personId": person,
            "method": "METHOD_APPOINTED",
            "validFrom": on,
        }
        return person, await self.office.post("/v1/appointments", body)

    async def composition(self, on: str) -> tuple[dict[str, list[str]], dict[str, bool]]:
        """Who sits where, and which rules hold."""
        found = await self.office.get(f"/v1/units/{self.unit['unitId']}/composition", asOf=on)
        names = {post["postId"]: name for name, post in self.posts.items()}
        seats = {
            names[seat["post"]["postId"]]: [holder["personId"] for holder in seat["holders"]]
            for seat in found["seats"]
        }
        return seats, {verdict["ruleId"]: verdict["satisfied"] for verdict in found["verdicts"]}


@pytest.fixture
async def office(stack: Stack, api_as: Callable[[str], Api]) -> Office:
    office = Office(api_as("admin"))
    root = (await office.get("/v1/units", kind="KIND_UNIVERSITY"))["units"][0]["unitId"]
    await office.establish("UNIVERSITY_COMMITTEE", "党委", root)
    return office


@pytest.mark.covers("S5", "S6", "F13", "SEED-02")
async def test_the_chairs_pass_to_whoever_takes_over_the_posts(office: Office) -> None:
    group = await Group.build(office)
    first, held = await group.appoint("secretary")
    president, _ = await group.appoint("president")

    await office.post(f"/v1/appointments/{held['appointmentId']}:end", {"endsOn": DAY}, etag=held["etag"])
    second, _ = await group.appoint("secretary", on=DAY)

    before, rules = await group.composition(BEFORE)
    after, _ = await group.composition(DAY)
    assert before == {"secretary's chair": [first], "president's chair": [president]}
    assert after == {"secretary's chair": [second], "president's chair": [president]}
    assert {rule for rule, kept in rules.items() if kept} == {
        "SEED-02",
        "SEED-02.secretary",
        "SEED-02.president",
        "SEED-02.lead",
    }


@pytest.mark.covers("S6", "F13", "SEED-02")
async def test_a_third_chair_and_an_appointment_to_a_bound_chair_are_refused(office: Office) -> None:
    group = await Group.build(office)
    chair = {"unitId": group.unit["unitId"], "kind": "KIND_CHAIR", "validFrom": FOUNDED}
    seat = {
        "postId": group.posts["secretary's chair"]["postId"],
        "personId": await office.register(),
        "method": "METHOD_APPOINTED",
    }

    third = await office.api.post("/v1/posts", chair)
    seated = await office.api.post("/v1/appointments", seat)

    assert (third.status_code, third.json()["reason"]) == (422, "ORGANIZATION_RULE_REFUSED")
    (broken,) = [
        each for each in third.json()["verdicts"] if not each["satisfied"] and "02" in each["ruleId"]
    ]
    assert broken["ruleId"] == "SEED-02"
    assert (seated.status_code, seated.json()["reason"]) == (409, "POST_IS_BOUND_SEAT")


@pytest.mark.covers("S5", "S6")
async def test_chairs_that_follow_other_posts_and_a_missing_lead_are_found(office: Office) -> None:
    group = Group(office)
    group.unit = await office.establish("LEADING_GROUP", "领导小组", office.id("党委"))
    group.posts["deputy"] = await group.post(office.id("党委"), "DEPUTY_SECRETARY")
    bound = group.posts["deputy"]["postId"]
    group.posts["one"] = await group.post(group.unit["unitId"], "CHAIR", boundPostId=bound)
    group.posts["two"] = await group.post(group.unit["unitId"], "CHAIR", boundPostId=bound)

    _, rules = await group.composition(DAY)

    assert rules["SEED-02"]
    assert not any(rules[f"SEED-02.{part}"] for part in ("secretary", "president", "lead"))


@pytest.mark.covers("S7", "S8", "SEED-03", "F13")
async def test_eighteen_departments_take_part_and_one_leads(office: Office) -> None:
    group = await Group.build(office, departments=18)
    path = f"/v1/units/{group.unit['unitId']}"
    _, full = await group.composition(DAY)
    last = group.unit["sponsors"][-1]["sponsorUnitId"]

    await office.post(f"{path}:endSponsor", {"sponsorUnitId": last, "endsOn": DAY}, etag=group.unit["etag"])

    _, before = await group.composition(BEFORE)
    _, after = await group.composition(DAY)
    shown = await office.get(path, asOf=DAY)
    leads = [each["sponsorUnitId"] for each in shown["sponsors"] if each["part"] == "PART_LEAD"]
    assert (full["SEED-03"], before["SEED-03"], after["SEED-03"]) == (True, True, False)
    assert leads == [office.id("部门0")]
    assert after["SEED-02.lead"]


@pytest.mark.covers("S5")
async def test_a_leading_group_is_renamed_and_dissolved_and_remembered(office: Office) -> None:
    group = await office.establish("LEADING_GROUP", "专班", office.id("党委"))
    path = f"/v1/units/{group['unitId']}"

    rename = {"name": f"领导小组{office.mark}", "effectiveOn": "2022-01-01"}
    renamed = await office.api.patch(path, rename, etag=group["etag"])
    assert renamed.status_code == 200, renamed.text
    body = {"dissolvedOn": DAY, "reason": "任务完成"}
    await office.post(f"{path}:dissolve", body, etag=renamed.json()["etag"])
    async with asyncio.timeout(60):
        while (await office.get(path, asOf=DAY))["state"] != "STATE_DISSOLVED":  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.1)

    shown = [await office.get(path, asOf=day) for day in (FOUNDED, BEFORE)]
    assert [unit["state"] for unit in shown] == ["STATE_ACTIVE", "STATE_ACTIVE"]
    assert [unit["name"] for unit in shown] == [group["name"], rename["name"]]
