"""Programmes through the gateway: the pilot of the published case, and who answers for it."""

from collections.abc import Callable
from typing import Any

import pytest

from deploy.local.stack import Stack
from tests.integration.organization.test_gateway_organization import DAY, FOUNDED, Office
from tests.support.http import Api

BEFORE = "2024-08-31"


class Pilot:
    """The pilot programme; its code is new in every test, because the stack is shared."""

    def __init__(self, office: Office, root: str) -> None:
        self.office, self.root = office, root

    async def register(self, **fields: Any) -> Any:
        body = {
            "unitId": self.root,
            "code": f"一站式{self.office.mark}",
            "name": "“一站式”学生社区综合管理模式建设",
            "issuer": "教育部",
            "validFrom": FOUNDED,
            **fields,
        }
        return await self.office.post("/v1/programmes", body)

    async def join(self, programme: Any, unit: str, **fields: Any) -> Any:
        body = {"unitId": self.office.id(unit), "validFrom": FOUNDED, "status": "STATUS_PILOT", **fields}
        path = f"/v1/programmes/{programme['programmeId']}:setParticipation"
        return await self.office.post(path, body, etag=programme["etag"])

    async def post(self, unit_id: str, kind: str, **fields: Any) -> Any:
        body = {"unitId": unit_id, "kind": f"KIND_{kind}", "validFrom": FOUNDED, **fields}
        return await self.office.post("/v1/posts", body)

    async def appoint(self, post: Any, *, on: str = FOUNDED) -> tuple[str, Any]:
        person = await self.office.register()
        body = {"postId": post["postId"], "personId": person, "method": "METHOD_APPOINTED", "validFrom": on}
        return person, await self.office.post("/v1/appointments", body)

    async def chain(self, programme: Any, on: str) -> list[tuple[str, list[str]]]:
        found = await self.office.get(f"/v1/programmes/{programme['programmeId']}/accountability", asOf=on)
        return [(line["level"].removeprefix("LEVEL_"), line["personIds"]) for line in found["lines"]]


@pytest.fixture
async def pilot(stack: Stack, api_as: Callable[[str], Api]) -> Pilot:
    office = Office(api_as("admin"))
    root = (await office.get("/v1/units", kind="KIND_UNIVERSITY"))["units"][0]["unitId"]
    await office.establish("ACADEMY", "书院", root)
    await office.establish("UNIVERSITY_COMMITTEE", "党委", root)
    await office.establish("LEADING_GROUP", "领导小组", office.id("党委"))
    return Pilot(office, root)


@pytest.mark.covers("S2")
async def test_the_university_s_units_come_in_with_the_first_batch(pilot: Pilot) -> None:
    office = pilot.office
    programme = await pilot.register()
    programme = await pilot.join(programme, "书院", batch=1, status="STATUS_APPLIED")
    await pilot.join(programme, "书院", batch=1, validFrom=DAY)

    path = f"/v1/programmes/{programme['programmeId']}"
    before, after = [(await office.get(path, asOf=day))["participations"] for day in (BEFORE, DAY)]
    listed = await office.get(
        "/v1/programmes", participantUnitId=office.id("书院"), status="STATUS_PILOT", asOf=DAY
    )

    assert [(each["batch"], each["status"]) for each in (*before, *after)] == [
        (1, "STATUS_APPLIED"),
        (1, "STATUS_PILOT"),
    ]
    assert [each["programmeId"] for each in listed["programmes"]] == [programme["programmeId"]]
    outside = {"unitId": office.id("书院"), "status": "STATUS_PILOT", "validFrom": "2019-12-31"}
    etag = (await office.get(path))["etag"]
    refused = await office.api.post(f"{path}:setParticipation", outside, headers={"If-Match": f'"{etag}"'})
    assert refused.status_code == 400
    assert {each["pointer"] for each in refused.json()["violations"]} == {"/unitId", "/validFrom"}


@pytest.mark.covers("S2")
async def test_a_unit_reports_on_its_own_part_each_year(pilot: Pilot) -> None:
    office = pilot.office
    programme = await pilot.join(await pilot.register(), "书院", batch=1)
    body = {"unitId": office.id("书院"), "year": 2021, "grade": "GRADE_MET", "summary": "已建成社区党委。"}
    path = f"/v1/programmes/{programme['programmeId']}:assess"

    await office.post(path, body)
    again = await office.api.post(path, body)

    found = await office.get("/v1/programmeAssessments", programmeId=programme["programmeId"])
    assert [(each["year"], each["grade"]) for each in found["assessments"]] == [(2021, "GRADE_MET")]
    assert (again.status_code, again.json()["reason"]) == (409, "PROGRAMME_ASSESSED")


@pytest.mark.covers("S11")
async def test_primary_responsibility_follows_the_post_of_the_secretary(pilot: Pilot) -> None:
    office = pilot.office
    secretary = await pilot.post(office.id("党委"), "SECRETARY")
    first = await pilot.post(office.id("领导小组"), "FIRST_RESPONSIBLE", boundPostId=secretary["postId"])
    charge = await pilot.post(office.id("领导小组"), "LEADER_IN_CHARGE")
    head = await pilot.post(office.id("书院"), "HEAD")
    programme = await pilot.register(
        firstResponsiblePostId=first["postId"], leaderInChargePostId=charge["postId"]
    )
    await pilot.join(programme, "书院")
    old, held = await pilot.appoint(secretary)
    leader, _ = await pilot.appoint(charge)
    dean, _ = await pilot.appoint(head, on=DAY)

    await office.post(f"/v1/appointments/{held['appointmentId']}:end", {"endsOn": DAY}, etag=held["etag"])
    new, _ = await pilot.appoint(secretary, on=DAY)

    assert await pilot.chain(programme, BEFORE) == [
        ("FIRST_RESPONSIBLE", [old]),
        ("LEADER_IN_CHARGE", [leader]),
        ("PARTICIPANT", []),
    ]
    assert await pilot.chain(programme, DAY) == [
        ("FIRST_RESPONSIBLE", [new]),
        ("LEADER_IN_CHARGE", [leader]),
        ("PARTICIPANT", [dean]),
    ]


async def test_a_post_of_another_kind_carries_no_primary_responsibility(pilot: Pilot) -> None:
    secretary = await pilot.post(pilot.office.id("党委"), "SECRETARY")
    body = {
        "unitId": pilot.root,
        "code": f"另{pilot.office.mark}",
        "name": "另",
        "issuer": "教育部",
        "firstResponsiblePostId": secretary["postId"],
    }

    refused = await pilot.office.api.post("/v1/programmes", body)

    assert refused.status_code == 400
    assert [each["pointer"] for each in refused.json()["violations"]] == ["/firstResponsiblePostId"]
