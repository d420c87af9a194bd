"""What ends when a member leaves the roll or comes to another branch, through the gateway."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.integration.membership.test_stack_secondments import joint_branch, teacher
from tests.support.http import Api


@pytest.fixture
async def city(stack: Stack, api_as: Callable[[str], Api]) -> City:
    return await City.found(stack, api_as)


async def transfer(city: City, person: str, unit: str, days_ago: int, to: str | None = None) -> Any:
    """Send somebody to another branch, or out of the university, and let them be received."""
    body = {
        "personId": person,
        "fromUnitId": city.units[unit],
        "letterNumber": f"介-{uuid4().hex[:6]}",
        "letterIssuedOn": city.ago(days_ago + 5),
    }
    outside = {"toOrganization": "某市某局党支部", "issuingUnitId": city.units["committee"]}
    body |= outside if to is None else {"toUnitId": city.units[to]}
    sent = await city.post("approver", "/v1/transfers", body)
    accepted = {"acceptedOn": city.ago(days_ago)}
    path = f"/v1/transfers/{sent['transferId']}:accept"
    return await city.post("approver", path, accepted, etag=sent["etag"])


async def seconded(city: City, person: str) -> str:
    body = {
        "fromUnitId": city.units["school"],
        "personId": person,
        "toUnitId": await joint_branch(city),
        "purposes": ["SECONDMENT_PURPOSE_TALK"],
        "qualification": "行业领军人物",
        "validFrom": city.ago(300),
    }
    made = await city.post("approver", "/v1/secondments", body)
    path = f"/v1/secondments/{made['secondmentId']}"
    await city.post("approver", f"{path}:approve", {}, etag=made["etag"])
    return path


async def guide(city: City, person: str) -> Any:
    """A student of an upper year who guides others."""
    body = {
        "unitId": city.units["cohort"],
        "personId": person,
        "cohortYear": 2021,
        "grounds": ["SELECTION_GROUND_BRANCH_RECOMMENDATION", "SELECTION_GROUND_SCHOLARSHIP"],
        "validFrom": city.ago(100),
    }
    return await city.post("secretary", "/v1/peerMentors", body)


@pytest.mark.covers("F37", "F39", "S27", "S83")
async def test_what_rests_on_belonging_there_ends_with_it(city: City) -> None:
    mentor, first, second, kept = city.members[2:6]
    guiding = await guide(city, mentor)
    leaving = await guide(city, kept)
    mentors = f"/v1/peerMentors/{guiding['peerMentorId']}"
    mentees = [{"personId": each, "cohortYear": 2023} for each in (first, second)]
    body = {"mentees": mentees, "validFrom": city.ago(100)}
    await city.post("secretary", f"{mentors}:assign", body, etag=guiding["etag"])
    case = await city.post(
        "secretary",
        "/v1/standingCases",
        {
            "personId": kept,
            "kind": "STANDING_CASE_KIND_GRADUATE_KEPT",
            "since": city.ago(200),
            "reason": "暂缓就业",
        },
    )
    lecturer = await teacher(city)
    grant = {"personId": city.people["approver"], "role": "ROLE_UNIT_LEADER", "reason": "聘任"}
    await city.post("admin", "/v1/grants", grant | {"unitId": city.units["school"]})
    secondment = await seconded(city, lecturer)

    await transfer(city, first, "cohort", 20)
    after = (await city.get("approver", mentors))["mentees"]
    until = {item["personId"]: item.get("validUntil") for item in after}
    assert until == {first: city.ago(20), second: None}
    await transfer(city, mentor, "cohort", 10, to="staff")
    after = await city.get("approver", mentors)
    assert (after["validUntil"], after["reason"]) == (city.ago(10), "组织关系已转出")
    assert {item["personId"]: item["validUntil"] for item in after["mentees"]} == {
        first: city.ago(20),
        second: city.ago(10),
    }

    await transfer(city, kept, "cohort", 3)
    left = await city.get("approver", f"/v1/peerMentors/{leaving['peerMentorId']}")
    assert left["validUntil"] == city.ago(3)
    closed = await city.get("approver", f"/v1/standingCases/{case['standingCaseId']}")
    assert (closed["state"], closed["entries"][-1]["act"]) == (
        "STANDING_CASE_STATE_ENDED",
        "STANDING_ACT_END",
    )
    assert closed["entries"][-1]["occurredOn"] == city.ago(3)
    until_day = city.today.replace(year=city.today.year + 5).isoformat()
    waiting = (await city.get("approver", "/v1/inbox", until=until_day))["items"]
    assert case["standingCaseId"] not in {item["subjectId"] for item in waiting}

    await transfer(city, lecturer, "staff", 2)
    ended = await city.get("approver", secondment)
    assert (ended["state"], ended["validUntil"]) == ("STATE_ENDED", city.ago(2))
