"""The responsibility matrix through the gateway."""

from collections.abc import Callable
from typing import Any

import pytest

from deploy.local.stack import Stack
from tests.integration.organization.test_gateway_organization import DAY, FOUNDED, Office
from tests.support.http import Api

BEFORE = "2024-08-31"


def part(unit_id: str, part: str, **fields: Any) -> dict[str, Any]:
    return {"unitId": unit_id, "part": f"PART_{part}", **fields}


class Desk:
    """The department that publishes duties; titles are new in every test, because the stack is shared."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def publish(self, title: str, *parts: dict[str, Any], **fields: Any) -> Any:
        body = {
            "unitId": self.office.id("党委学工部"),
            "title": f"{title}{self.office.mark}",
            "validFrom": FOUNDED,
            "assignments": list(parts),
            **fields,
        }
        return await self.office.post("/v1/duties", body)

    async def change(self, duty: Any, verb: str, body: dict[str, Any]) -> Any:
        return await self.office.post(f"/v1/duties/{duty['dutyId']}:{verb}", body, etag=duty["etag"])

    async def findings(self, on: str, **asked: Any) -> list[tuple[str, str]]:
        found = await self.office.get(
            "/v1/dutyFindings", unitId=self.office.id("党委学工部"), validFrom=on, **asked
        )
        return [(each["title"].removesuffix(self.office.mark), each["kind"]) for each in found["findings"]]


@pytest.fixture
async def desk(stack: Stack, api_as: Callable[[str], Api]) -> Desk:
    office = Office(api_as("admin"))
    root = (await office.get("/v1/units", kind="KIND_UNIVERSITY"))["units"][0]["unitId"]
    await office.establish("SCHOOL", "学院", root)
    await office.establish("ACADEMY", "书院", root)
    await office.establish("UNIVERSITY_COMMITTEE", "党委", root)
    for name, function in (("党委学工部", "STUDENT_AFFAIRS"), ("教务处", "ACADEMIC_AFFAIRS")):
        await office.establish("DEPARTMENT", name, office.id("党委"), function=f"FUNCTION_{function}")
    return Desk(office)


@pytest.mark.covers("S8", "S9", "F14")
async def test_who_answers_for_something_is_found_with_who_leads_the_unit(desk: Desk) -> None:
    office = desk.office
    post = await office.post(
        "/v1/posts", {"unitId": office.id("教务处"), "kind": "KIND_HEAD", "validFrom": FOUNDED}
    )
    head = await office.register()
    appointment = {"postId": post["postId"], "personId": head, "method": "METHOD_APPOINTED"}
    await office.post("/v1/appointments", {**appointment, "validFrom": DAY})
    await desk.publish(
        "学业预警", part(office.id("教务处"), "ACCOUNTABLE"), part(office.id("学院"), "CONSULTED")
    )

    asked = {"text": f"预警{office.mark}"}
    after = (await office.get("/v1/answerableUnits", asOf=DAY, **asked))["answerableUnits"]
    before = (await office.get("/v1/answerableUnits", asOf=BEFORE, **asked))["answerableUnits"]

    (line,) = after
    assert (line["unitId"], line["part"]) == (office.id("教务处"), "PART_ACCOUNTABLE")
    assert [(each["postKind"], each["personId"]) for each in line["leaders"]] == [("KIND_HEAD", head)]
    assert [each["leaders"] for each in before] == [[]]


@pytest.mark.covers("S9", "S17", "F14")
async def test_a_duty_without_an_accountable_unit_and_one_with_two_are_found(desk: Desk) -> None:
    office = desk.office
    gap = await desk.publish("心理健康", part(office.id("书院"), "RESPONSIBLE"))
    double = await desk.publish("班级管理", part(office.id("学院"), "ACCOUNTABLE"))
    await desk.change(double, "assign", {**part(office.id("书院"), "ACCOUNTABLE"), "validFrom": DAY})

    assert await desk.findings(BEFORE) == [("心理健康", "KIND_GAP")]
    assert await desk.findings(DAY) == [("心理健康", "KIND_GAP"), ("班级管理", "KIND_OVERLAP")]

    await desk.change(gap, "assign", {**part(office.id("书院"), "ACCOUNTABLE"), "validFrom": DAY})
    assert await desk.findings(DAY, kind="KIND_GAP") == []


@pytest.mark.covers("S17")
async def test_what_falls_to_the_school_and_to_the_academy_is_compared(desk: Desk) -> None:
    office = desk.office
    await desk.publish(
        "专业学习", part(office.id("学院"), "ACCOUNTABLE"), part(office.id("书院"), "INFORMED")
    )
    await desk.publish(
        "社区生活", part(office.id("书院"), "ACCOUNTABLE"), part(office.id("学院"), "INFORMED")
    )

    async def of(unit: str) -> dict[str, str]:
        found = await office.get("/v1/duties", assignedUnitId=office.id(unit), asOf=DAY)
        return {
            duty["title"].removesuffix(office.mark): each["part"]
            for duty in found["duties"]
            for each in duty["assignments"]
            if each["unitId"] == office.id(unit)
        }

    assert await of("学院") == {"专业学习": "PART_ACCOUNTABLE", "社区生活": "PART_INFORMED"}
    assert await of("书院") == {"专业学习": "PART_INFORMED", "社区生活": "PART_ACCOUNTABLE"}


@pytest.mark.covers("S9", "S20")
async def test_a_joint_duty_is_overdue_until_school_and_academy_have_both_signed(desk: Desk) -> None:
    office = desk.office
    sharers = [
        part(office.id(name), "ACCOUNTABLE", share=share) for name, share in (("学院", 60), ("书院", 40))
    ]
    duty = await desk.publish("协同育人", *sharers, joint=True, dueOn=BEFORE)
    overdue = {"unitId": office.id("党委学工部"), "overdueOn": DAY}

    first = await desk.change(duty, "signOff", {"unitId": office.id("学院")})
    assert len((await office.get("/v1/duties", **overdue))["duties"]) == 1
    second = await desk.change(first, "signOff", {"unitId": office.id("书院"), "note": "已落实"})

    assert "fulfilledOn" not in first
    assert second["fulfilledOn"] == second["signOffs"][0]["signedOn"]
    assert sorted(each["share"] for each in second["assignments"]) == [40, 60]
    body = {"unitId": office.id("书院")}
    again = await office.api.post(
        f"/v1/duties/{duty['dutyId']}:signOff", body, headers={"If-Match": f'"{second["etag"]}"'}
    )
    assert (again.status_code, again.json()["reason"]) == (409, "DUTY_SIGNED_OFF")


async def test_shares_over_a_hundred_are_refused_by_their_pointer(desk: Desk) -> None:
    office = desk.office
    sharers = [part(office.id(name), "ACCOUNTABLE", share=60) for name in ("学院", "书院")]
    body = {"unitId": office.id("党委学工部"), "title": "协同", "joint": True, "assignments": sharers}

    answer = await office.api.post("/v1/duties", body)

    assert answer.status_code == 400
    assert [each["pointer"] for each in answer.json()["violations"]] == ["/assignments/1/share"]
