"""Appointments without an election in the running system: who is known, who is fit, and what is cancelled."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.support.http import Api


@pytest.fixture
async def city(stack: Stack, api_as: Callable[[str], Api]) -> City:
    return await City.found(stack, api_as)


async def post_of(city: City, unit: str, kind: str) -> str:
    body = {"unitId": city.units[unit], "kind": f"KIND_{kind}", "validFrom": city.ago(1400)}
    made: str = (await city.post("admin", "/v1/posts", body))["postId"]
    return made


def body(post: str, person: str, **fields: Any) -> dict[str, Any]:
    return {"postId": post, "personId": person, "method": "METHOD_APPOINTED", **fields}


@pytest.mark.covers("HE-06", "BR-26", "F8")
async def test_a_secretary_appointed_without_an_election_is_judged_by_background_and_standing(
    city: City,
) -> None:
    post = await post_of(city, "cohort", "SECRETARY")
    stranger = await city.send("approver", "/v1/appointments", body(post, str(uuid4())))
    early = body(post, city.members[2], validFrom=city.ago(1390), validUntil=city.ago(1380))
    young = await city.post("approver", "/v1/appointments", early)
    fit = body(post, city.members[3], validFrom=city.ago(300), background="BACKGROUND_OUTSTANDING_STUDENT")
    made = await city.post("approver", "/v1/appointments", fit)
    read = await city.get("approver", f"/v1/appointments/{made['appointmentId']}")

    assert (stranger.status_code, [each["pointer"] for each in stranger.json()["violations"]]) == (
        400,
        ["/personId"],
    )
    said = {verdict["ruleId"]: verdict for verdict in young["verdicts"]}
    # Neither a background was named, nor had a year passed since the standing began; the pack warns of both.
    assert (said["BR-26"]["satisfied"], said["BR-26"]["source"]["article"]) == (False, "23")
    assert {verdict["severity"] for verdict in young["verdicts"]} == {"SEVERITY_WARN"}
    fitting = {verdict["ruleId"]: verdict["satisfied"] for verdict in read["verdicts"]}
    assert fitting == {"HE-06.student": True, "BR-26": True}
    assert read["background"] == "BACKGROUND_OUTSTANDING_STUDENT"


@pytest.mark.covers("F8")
async def test_a_term_that_has_not_begun_is_cancelled_and_leaves_the_seat_free(city: City) -> None:
    post = await post_of(city, "staff", "SECRETARY")
    ahead = (city.today + timedelta(days=40)).isoformat()
    made = await city.post("approver", "/v1/appointments", body(post, city.members[2], validFrom=ahead))
    other = body(post, city.members[3], validFrom=ahead)
    taken = await city.send("approver", "/v1/appointments", other)
    path = f"/v1/appointments/{made['appointmentId']}:cancel"
    missing = await city.send("approver", path, {"reason": "人选调整"})
    cancelled = await city.post("approver", path, {"reason": "人选调整"}, etag=made["etag"])
    free = await city.post("approver", "/v1/appointments", other)
    now = body(await post_of(city, "staff", "ORGANIZATION_OFFICER"), city.members[4])
    begun = await city.post("approver", "/v1/appointments", now)
    late = await city.send(
        "approver", f"/v1/appointments/{begun['appointmentId']}:cancel", {"reason": "x"}, etag=begun["etag"]
    )

    assert (taken.status_code, taken.json()["reason"]) == (409, "SEATS_TAKEN")
    assert missing.status_code == 428
    assert (cancelled["state"], cancelled["reason"]) == ("STATE_CANCELLED", "人选调整")
    listed = (await city.get("approver", "/v1/appointments", postId=post))["appointments"]
    assert [each["appointmentId"] for each in listed] == [free["appointmentId"]]
    assert (late.status_code, late.json()["reason"]) == (409, "APPOINTMENT_BEGUN")


@pytest.mark.covers("F8", "BR-10")
async def test_only_who_approves_sets_a_rule_aside(city: City) -> None:
    root = (await city.get("admin", "/v1/units", kind="KIND_UNIVERSITY"))["units"][0]["unitId"]
    team = {"parentUnitId": root, "unit": {"kind": "KIND_TASK_TEAM", "name": f"支教团{uuid4()}"}}
    temporary = {
        "kind": "KIND_BRANCH",
        "form": "FORM_TEMPORARY",
        "name": f"临时党支部{uuid4()}",
        "hostUnitId": (await city.post("admin", "/v1/units", team))["unitId"],
        "task": "支教",
        "purpose": "PURPOSE_MAJOR_EVENT",
    }
    made = await city.post("admin", "/v1/units", {"parentUnitId": city.units["general"], "unit": temporary})
    seat = {"unitId": made["unitId"], "kind": "KIND_SECRETARY"}
    post = (await city.post("admin", "/v1/posts", seat))["postId"]
    general = {"role": "ROLE_GENERAL_BRANCH_SECRETARY", "unitId": city.units["general"], "reason": "测试"}
    await city.post("admin", "/v1/grants", {**general, "personId": city.people["officer"]})
    elected = {"postId": post, "personId": city.members[2], "method": "METHOD_ELECTED"}
    excused = {**elected, "overrideReason": "上级党委批准"}

    forbidden = await city.send("officer", "/v1/appointments", elected)
    refused = [await city.send(who, "/v1/appointments", excused) for who in ("officer", "admin")]
    approved = await city.post("approver", "/v1/appointments", excused)

    assert (forbidden.status_code, forbidden.json()["reason"]) == (422, "ORGANIZATION_RULE_REFUSED")
    assert [answer.status_code for answer in refused] == [403, 403]
    assert approved["overrideReason"] == "上级党委批准"
    assert {each["ruleId"]: each["satisfied"] for each in approved["verdicts"]}["BR-10"] is False
