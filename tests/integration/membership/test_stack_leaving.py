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


@pytest.mark.covers("F39", "S83")
async def test_what_a_removal_ended_goes_on_until_another_day_or_for_good(city: City) -> None:
    mentor, first = city.members[2:4]
    guiding = await guide(city, mentor)
    mentors = f"/v1/peerMentors/{guiding['peerMentorId']}"
    body = {"mentees": [{"personId": first, "cohortYear": 2023}], "validFrom": city.ago(100)}
    await city.post("secretary", f"{mentors}:assign", body, etag=guiding["etag"])
    group = await city.post(
        "secretary",
        "/v1/partyGroups",
        {
            "branchUnitId": city.units["cohort"],
            "name": "第一党小组",
            "leaderPersonId": first,
            "establishedOn": city.ago(60),
        },
    )
    members = f"/v1/partyGroups/{group['unitId']}/members"
    await city.post(
        "secretary",
        f"/v1/partyGroups/{group['unitId']}:assignMembers",
        {"personIds": [mentor], "validFrom": city.ago(50)},
    )
    case = await city.post(
        "secretary",
        "/v1/standingCases",
        {
            "personId": mentor,
            "kind": "STANDING_CASE_KIND_SELF_WITHDRAWAL",
            "ground": "STANDING_GROUND_NO_DUES",
            "since": city.ago(400),
            "reason": "连续六个月未交党费",
        },
    )
    path = f"/v1/standingCases/{case['standingCaseId']}"
    stated = {"approverUnitId": city.units["committee"], "resolvedOn": city.ago(30)}
    decided = {"act": "STANDING_ACT_REMOVAL", "decidedOn": city.ago(20), "reason": "除名", **stated}
    case = await city.post("approver", f"{path}:decide", decided, etag=case["etag"])

    async def ends() -> tuple[Any, Any, list[bool]]:
        found = await city.get("approver", mentors)
        there = [
            mentor
            in {
                each["personId"]
                for each in (await city.get("admin", members, asOf=city.ago(days)))["members"]
            }
            for days in (21, 15, 5)
        ]
        return found.get("validUntil"), found["mentees"][0].get("validUntil"), there

    assert await ends() == (city.ago(20), city.ago(20), [True, False, False])
    right = {"position": 2, "occurredOn": city.ago(10), "note": "除名", "reason": "日期误录", **stated}
    case = await city.post("approver", f"{path}:correctEntry", right, etag=case["etag"])
    assert await ends() == (city.ago(10), city.ago(10), [True, True, False])
    # There was no removal: the dues had been paid, and the matter was settled.
    none = {"position": 2, "occurredOn": city.ago(20), "note": "已补交", "reason": "并未除名"}
    none["act"] = "STANDING_ACT_END"
    settled = await city.post("approver", f"{path}:correctEntry", none, etag=case["etag"])
    assert (settled["state"], settled["entries"][-1]["act"]) == (
        "STANDING_CASE_STATE_ENDED",
        "STANDING_ACT_END",
    )
    assert await ends() == (None, None, [True, True, True])
    member = await city.get("approver", f"/v1/members/{mentor}")
    assert [each["status"] for each in member["statuses"]] == ["MEMBERSHIP_STATUS_FULL"]
