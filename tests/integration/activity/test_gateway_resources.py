"""Resources of school, academy and outside in the running system: offered, shared, booked, given by the leader."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.local.stack import Stack
from tests.integration.activity.offices import Offices, on
from tests.support.http import Api


@pytest.fixture
async def offices(stack: Stack, api_as: Callable[[str], Api]) -> Offices:
    return await Offices.found(api_as)


def at(days: int, hour: int) -> str:
    """An instant so many days from today; tests book by whole hours."""
    day = datetime.now(UTC).replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=days)
    return day.isoformat().replace("+00:00", "Z")


def resource(unit: str, name: str, **values: Any) -> dict[str, Any]:
    body = {"unitId": unit, "kind": "KIND_PLACE", "origin": "ORIGIN_INSIDE", "name": name, "capacity": 60}
    return body | values


def booking(made: Any, unit: str, *, begin: int = 2, end: int = 4, **values: Any) -> dict[str, Any]:
    body = {
        "resourceId": made["resourceId"],
        "userUnitId": unit,
        "startTime": at(3, begin),
        "endTime": at(3, end),
        "attendeeCount": 30,
        "purpose": "联合主题党日",
    }
    return body | values


@pytest.mark.covers("S18")
async def test_school_and_academy_share_what_each_has(offices: Offices) -> None:
    dean = await offices.grant("UNIT_LEADER", offices.school)
    master = await offices.grant("UNIT_LEADER", offices.academy)
    lab = await offices.post("/v1/resources", resource(offices.school, "开放实验室"), by=dean)
    hidden = await offices.send("/v1/resourceBookings", booking(lab, offices.academy), by=master)
    share = {
        "resourceId": lab["resourceId"],
        "granteeUnitId": offices.academy,
        "scope": "SCOPE_ON_APPROVAL",
        "terms": "每周开放两次",
    }
    granted = await offices.post("/v1/shareGrants", share, by=dean)

    asked = await offices.post("/v1/resourceBookings", booking(lab, offices.academy), by=master)
    path = f"/v1/resourceBookings/{asked['bookingId']}"
    own = await offices.send(f"{path}:approve", by=master)
    approved = await offices.post(f"{path}:approve", {"note": "同意"}, by=dean)
    clash = await offices.send("/v1/resourceBookings", booking(lab, offices.school, begin=3), by=dean)

    assert (hidden.status_code, hidden.json()["reason"]) == (409, "RESOURCE_NOT_SHARED")
    assert (asked["state"], asked["basis"]) == ("STATE_REQUESTED", "BASIS_SHARE")
    assert (own.status_code, approved["state"]) == (403, "STATE_APPROVED")
    assert (clash.status_code, clash.json()["reason"]) == (409, "RESOURCE_BOOKED")
    assert asked["bookingId"] in clash.json()["detail"]
    seen = await offices.get("/v1/resources", by=master, unitId=offices.school)
    assert [each["name"] for each in seen["resources"]] == ["开放实验室"]
    period = {"from": on(0), "to": on(30)}
    usage = await offices.get(f"/v1/units/{offices.school}/resourceUsage", by=dean, **period)
    (used,) = usage["usages"]
    assert (used["bookingCount"], used["minutes"], used["sharedMinutes"]) == (1, 120, 120)
    ended = await offices.post(
        f"/v1/shareGrants/{granted['shareGrantId']}:end",
        {"reason": "学期结束"},
        by=dean,
        etag=granted["etag"],
    )
    assert ended["validUntil"] == on(1)


async def leader_in_charge(offices: Offices) -> tuple[str, Any]:
    """Somebody appointed as the leader in charge in a leading group, with that role over the university."""
    office = await offices.establish(offices.committee, "DEPARTMENT", function="FUNCTION_STUDENT_AFFAIRS")
    lead = {"sponsorUnitId": office, "part": "PART_LEAD"}
    group = await offices.establish(offices.committee, "LEADING_GROUP", sponsors=[lead])
    post = {
        "unitId": group,
        "kind": "KIND_LEADER_IN_CHARGE",
        "role": "ROLE_UNIVERSITY_LEADER",
        "roleUnitId": offices.root,
        "validFrom": on(-400),
    }
    made = await offices.post("/v1/posts", post)
    number = await offices.register("校领导", kind="PERSON_KIND_STAFF")
    appointment = {
        "postId": made["postId"],
        "personId": offices.people[number],
        "method": "METHOD_APPOINTED",
        "validFrom": on(-30),
    }
    return number, await offices.post("/v1/appointments", appointment)


@pytest.mark.covers("S13", "S18")
async def test_the_leader_in_charge_gives_resources_inside_and_outside_to_whoever_asked(
    offices: Offices,
) -> None:
    leader, appointment = await leader_in_charge(offices)
    dean = await offices.grant("UNIT_LEADER", offices.school)
    master = await offices.grant("UNIT_LEADER", offices.academy)
    outside = resource(
        offices.school,
        "红色教育基地",
        origin="ORIGIN_OUTSIDE",
        provider="市纪念馆",
        kind="KIND_PRACTICE_BASE",
    )
    base = await offices.post("/v1/resources", outside | {"offered": True}, by=dean)
    wanted = [
        await offices.post("/v1/resourceBookings", booking(base, unit), by=who)
        for unit, who in ((offices.academy, master), (offices.committee, "admin"))
    ]
    first, second = (f"/v1/resourceBookings/{each['bookingId']}" for each in wanted)
    await offices.post(f"{first}:refuse", {"reason": "学院自用"}, by=dean)
    reason = {"reason": "统筹校内外资源"}

    by_dean = await offices.send(f"{first}:allocate", reason, by=dean)
    given = await offices.post(f"{first}:allocate", reason, by=leader)
    too_many = await offices.send(f"{second}:allocate", reason, by=leader)

    assert by_dean.status_code == 403
    assert (given["state"], given["basis"]) == ("STATE_APPROVED", "BASIS_COORDINATION")
    assert given["deciderPersonId"] == offices.people[leader]
    assert (too_many.status_code, too_many.json()["reason"]) == (409, "RESOURCE_BOOKED")
    await offices.post(
        f"/v1/appointments/{appointment['appointmentId']}:end", {"endsOn": on(0)}, etag=appointment["etag"]
    )
    later = await offices.send(f"{second}:allocate", reason, by=leader)
    assert later.status_code == 403


async def test_a_resource_is_changed_by_its_version(offices: Offices) -> None:
    made = await offices.post("/v1/resources", resource(offices.academy, "党员之家"))
    path = f"/v1/resources/{made['resourceId']}"

    changed = await offices.patch(path, {"offered": True, "capacity": 80}, etag=made["etag"])
    stale = await offices.api_as("admin").patch(path, {"capacity": 90}, etag=made["etag"])
    wrong = await offices.api_as("admin").patch(path, {"provider": "企业"}, etag=changed["etag"])

    assert (changed["state"], changed["capacity"], changed["name"]) == ("STATE_OFFERED", 80, "党员之家")
    assert stale.status_code == 412
    assert [each["pointer"] for each in wrong.json()["violations"]] == ["/provider"]
