"""The organization service in the running system: HTTP in, problems out, events on the broker, a process over two."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from tests.support.http import Api
from tests.support.nats_listener import Listener

FOUNDED, DAY = "2020-01-01", "2024-09-01"


class Office:
    """The administrator at work; names are new in every test, because the stack is shared."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.mark = uuid4().hex[:8]
        self.units: dict[str, dict[str, Any]] = {}

    async def post(self, path: str, body: Any, *, etag: str | None = None) -> Any:
        headers = {"If-Match": f'"{etag}"'} if etag else None
        answer = await self.api.post(path, body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def get(self, path: str, **params: Any) -> Any:
        answer = await self.api.get(path, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def register(self) -> str:
        """Somebody who is registered."""
        people = [{"name": "人员", "kind": "PERSON_KIND_STAFF"}]
        made = await self.post("/v1/persons:batchRegister", {"people": people})
        found: str = made["personIds"][0]
        return found

    async def establish(self, kind: str, name: str, parent: str, **unit: Any) -> Any:
        body = {
            "parentUnitId": parent,
            "establishedOn": FOUNDED,
            "unit": {"kind": f"KIND_{kind}", "name": f"{name}{self.mark}", **unit},
        }
        self.units[name] = await self.post("/v1/units", body)
        return self.units[name]

    def id(self, name: str) -> str:
        found: str = self.units[name]["unitId"]
        return found

    async def branch(self, name: str, **unit: Any) -> Any:
        return await self.establish(
            "BRANCH", name, self.id("党总支"), **{"form": "FORM_COHORT", "cohortYear": 2021, **unit}
        )

    def sponsors(self) -> list[dict[str, str]]:
        return [{"sponsorUnitId": self.id("学院")}, {"sponsorUnitId": self.id("书院")}]


@pytest.fixture
async def office(stack: Stack, api_as: Callable[[str], Api]) -> Office:
    office = Office(api_as("admin"))
    root = (await office.get("/v1/units", kind="KIND_UNIVERSITY"))["units"][0]["unitId"]
    await office.establish("SCHOOL", "学院", root)
    await office.establish("ACADEMY", "书院", root)
    await office.establish("UNIVERSITY_COMMITTEE", "党委", root)
    await office.establish("COMMUNITY_COMMITTEE", "社区党委", office.id("党委"))
    await office.establish("ACADEMY_GENERAL_BRANCH", "党总支", office.id("社区党委"))
    return office


@pytest.mark.covers("S25", "S26")
async def test_the_three_tiers_are_drawn_as_of_a_day(office: Office) -> None:
    body = {
        "parentUnitId": office.id("党总支"),
        "establishedOn": DAY,
        "unit": {
            "kind": "KIND_BRANCH",
            "form": "FORM_JOINT_TEACHER_STUDENT",
            "name": f"联合支部{office.mark}",
            "sponsors": office.sponsors(),
        },
    }
    joint = await office.post("/v1/units", body)

    before = await office.get(f"/v1/units/{office.id('社区党委')}/tree", asOf="2024-08-31")
    after = await office.get(f"/v1/units/{office.id('社区党委')}/tree", asOf=DAY)

    assert [node["depth"] for node in before["nodes"]] == [0, 1]
    assert [node["depth"] for node in after["nodes"]] == [0, 1, 2]
    assert sorted(after["nodes"][2]["sponsorUnitIds"]) == sorted([office.id("学院"), office.id("书院")])
    assert joint["state"] == "STATE_ACTIVE"


@pytest.mark.covers("S25")
async def test_a_joint_branch_without_an_academy_is_refused_with_its_verdict(office: Office) -> None:
    body = {
        "parentUnitId": office.id("党总支"),
        "unit": {
            "kind": "KIND_BRANCH",
            "form": "FORM_JOINT_TEACHER_STUDENT",
            "name": f"联合支部{office.mark}",
            "sponsors": office.sponsors()[:1],
        },
    }

    answer = await office.api.post("/v1/units", body)

    problem = answer.json()
    assert (answer.status_code, problem["reason"]) == (422, "ORGANIZATION_RULE_REFUSED")
    (broken,) = [verdict for verdict in problem["verdicts"] if not verdict["satisfied"]]
    assert broken["ruleId"] == "SEED-04.academy"


async def test_a_wrong_parent_is_named_by_its_pointer(office: Office) -> None:
    body = {"parentUnitId": office.id("学院"), "unit": {"kind": "KIND_PARTY_GROUP", "name": "党小组"}}

    answer = await office.api.post("/v1/units", body)

    assert answer.status_code == 400
    assert [each["pointer"] for each in answer.json()["violations"]] == ["/parentUnitId"]


@pytest.mark.covers("S26")
async def test_a_move_leaves_the_past_and_asks_for_the_version(office: Office) -> None:
    branch = await office.branch("年级支部")
    other = await office.establish("ACADEMY_GENERAL_BRANCH", "另一党总支", office.id("社区党委"))
    path = f"/v1/units/{branch['unitId']}"
    move = {"parentUnitId": other["unitId"], "effectiveOn": DAY}

    missing = await office.api.post(f"{path}:move", move)
    await office.post(f"{path}:move", move, etag=branch["etag"])
    stale = await office.api.post(f"{path}:move", move, headers={"If-Match": f'"{branch["etag"]}"'})

    assert (missing.status_code, stale.status_code) == (428, 412)
    assert (await office.get(path, asOf="2024-08-31"))["parentUnitId"] == office.id("党总支")
    assert (await office.get(path, asOf=DAY))["parentUnitId"] == other["unitId"]


async def test_what_happens_to_a_unit_is_heard_on_the_broker(stack: Stack, office: Office) -> None:
    async with Listener(stack.nats_url, "organization") as events:
        branch = await office.branch("年级支部")
        event = await events.wait_for(lambda each: each["subject"] == branch["unitId"])

    assert event["type"] == "shuyuan.organization.v1.UnitEstablished"
    assert event["data"]["unit"]["name"] == branch["name"]
    assert event["data"]["unit"]["parents"][0]["parentUnitId"] == office.id("党总支")


@pytest.mark.covers("S5", "S6")
async def test_a_leading_group_shows_its_two_chairs(office: Office) -> None:
    group = await office.establish("LEADING_GROUP", "领导小组", office.id("党委"))
    secretary = await office.post(
        "/v1/posts", {"unitId": office.id("党委"), "kind": "KIND_SECRETARY", "validFrom": FOUNDED}
    )
    vice = await office.post(
        "/v1/posts", {"unitId": office.id("党委"), "kind": "KIND_DEPUTY_SECRETARY", "validFrom": FOUNDED}
    )
    for post in (secretary, vice):
        await office.post(
            "/v1/posts",
            {
                "unitId": group["unitId"],
                "kind": "KIND_CHAIR",
                "boundPostId": post["postId"],
                "validFrom": FOUNDED,
            },
        )
    person = await office.register()
    await office.post(
        "/v1/appointments",
        {
            "postId": secretary["postId"],
            "personId": person,
            "method": "METHOD_ELECTED",
            "validFrom": FOUNDED,
        },
    )

    composition = await office.get(f"/v1/units/{group['unitId']}/composition", asOf=DAY)

    holders = [[holder["personId"] for holder in seat["holders"]] for seat in composition["seats"]]
    assert sorted(holders) == [[], [person]]
    (chairs,) = [verdict for verdict in composition["verdicts"] if verdict["ruleId"] == "SEED-02"]
    assert chairs["satisfied"]


async def test_the_roles_are_listed_with_their_permissions(office: Office) -> None:
    roles = (await office.get("/v1/roles"))["roles"]

    assert {"ROLE_BRANCH_SECRETARY", "ROLE_AUDITOR"} <= {role["role"] for role in roles}


@pytest.mark.covers("S22", "S25")
async def test_a_reorganisation_waits_for_membership_and_holds_its_units_meanwhile(
    stack: Stack, office: Office
) -> None:
    old = await office.branch("年级支部")
    plan = {
        "effectiveOn": DAY,
        "establishes": [
            {
                "key": "new",
                "parentUnitId": office.id("党总支"),
                "unit": {
                    "kind": "KIND_BRANCH",
                    "form": "FORM_STAFF",
                    "name": f"新支部{office.mark}",
                },
            }
        ],
        "dissolvesUnitIds": [old["unitId"]],
        "moves": [{"fromUnitId": old["unitId"], "toKey": "new"}],
    }
    draft = await office.post(
        "/v1/reorganizations", {"unitId": office.id("社区党委"), "title": "调整", "plan": plan}
    )
    path = f"/v1/reorganizations/{draft['reorganizationId']}"
    simulated = await office.post(f"{path}:simulate", {})
    approved = await office.post(f"{path}:approve", {}, etag=draft["etag"])

    stack.kill("membership")
    started = await office.post(f"{path}:execute", {}, etag=approved["etag"])
    held = await office.api.patch(f"/v1/units/{old['unitId']}", {"name": "另名"}, etag=old["etag"])
    stack.start("membership")
    await stack.ready()
    async with asyncio.timeout(60):
        while (done := await office.get(path))["state"] == "STATE_EXECUTING":  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.1)

    assert simulated["executable"]
    assert (held.status_code, held.json()["reason"]) == (409, "RESOURCE_FROZEN")
    assert started["processId"] in held.text
    assert (done["state"], done["movedPersons"]) == ("STATE_COMPLETED", 0)
    gone = await office.get(f"/v1/units/{old['unitId']}")
    assert gone["state"] == "STATE_DISSOLVED"
    assert gone["successorUnitIds"] == [done["establishes"][0]["unitId"]]
