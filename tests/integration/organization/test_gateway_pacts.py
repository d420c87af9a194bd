"""Pacts of co-building in the running system."""

from collections.abc import Callable

import pytest

from deploy.local.stack import Stack
from tests.integration.organization.test_gateway_organization import Office
from tests.support.http import Api


@pytest.mark.covers("S43", "S44", "F17")
async def test_a_branch_co_builds_with_committees_that_consent(
    stack: Stack, api_as: Callable[[str], Api]
) -> None:
    office = Office(api_as("admin"))
    root = (await office.get("/v1/units", kind="KIND_UNIVERSITY"))["units"][0]["unitId"]
    await office.establish("UNIVERSITY_COMMITTEE", "党委", root)
    await office.establish("COMMUNITY_COMMITTEE", "社区党委", office.id("党委"))
    await office.establish("ACADEMY_GENERAL_BRANCH", "党总支", office.id("社区党委"))
    staff = await office.establish("STAFF_COMMITTEE", "机关党委", office.id("党委"))
    retirees = await office.establish("RETIREES_COMMITTEE", "离退休党委", office.id("党委"))
    lead, other = await office.branch("学生支部"), await office.branch("另一支部")
    asked = [unit["unitId"] for unit in (staff, retirees, other)]
    body = {
        "unitId": lead["unitId"],
        "title": "1+X支部共建",
        "plan": "联学联做",
        "partnerUnitIds": asked,
        "leastPartners": 2,
    }

    pact = await office.post("/v1/pacts", body)
    path = f"/v1/pacts/{pact['pactId']}"
    first = await office.post(f"{path}:consent", {"unitId": asked[0]})
    refused = await office.post(f"{path}:refuse", {"unitId": asked[2], "reason": "任务冲突"})
    again = await office.api.post(f"{path}:consent", {"unitId": asked[2]})
    standing = await office.post(f"{path}:consent", {"unitId": asked[1]})
    found = await office.get("/v1/pacts", partnerUnitId=asked[1], asOf=standing["proposedOn"])
    end = {"endsOn": standing["proposedOn"], "reason": "届满"}
    stale = await office.api.post(f"{path}:end", end, headers={"If-Match": f'"{pact["etag"]}"'})
    ended = await office.post(f"{path}:end", end, etag=standing["etag"])
    bad = await office.api.post("/v1/pacts", {**body, "partnerUnitIds": [lead["unitId"]], "leastPartners": 1})

    states = [each["state"] for each in (pact, first, refused, standing, ended)]
    assert states == [f"STATE_{name}" for name in ("PROPOSED", "PROPOSED", "PROPOSED", "STANDING", "ENDED")]
    assert (again.status_code, again.json()["reason"]) == (409, "PACT_ANSWERED")
    assert [each["pactId"] for each in found["pacts"]] == [pact["pactId"]]
    answers = {each["unitId"]: each["answer"] for each in standing["partners"]}
    assert [answers[unit] for unit in asked] == ["ANSWER_CONSENTED", "ANSWER_CONSENTED", "ANSWER_REFUSED"]
    assert stale.status_code == 412
    assert (bad.status_code, bad.json()["violations"][0]["pointer"]) == (400, "/partnerUnitIds/0")
    assert (await office.get("/v1/pacts", unitId=lead["unitId"], asOf=standing["proposedOn"]))["pacts"] == []
