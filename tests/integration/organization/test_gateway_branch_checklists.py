"""The duties of student branches and the Party school in the running system: what is said, and what is found open."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.integration.organization.test_gateway_findings import DUTIES, declare_duties, found
from tests.support.http import Api


@pytest.fixture
async def city(stack: Stack, api_as: Callable[[str], Api]) -> City:
    return await City.found(stack, api_as)


def said(checklist: Any) -> list[str]:
    return [each["duty"].removeprefix("STUDENT_BRANCH_DUTY_") for each in checklist["fulfilled"]]


@pytest.mark.covers("HE-07")
async def test_a_student_branch_says_how_it_fulfils_its_duties(city: City) -> None:
    path = f"/v1/units/{city.units['cohort']}/branchChecklist"
    before = await city.get("secretary", path)
    open_ = await found(city, "cohort")
    duty = f"STUDENT_BRANCH_DUTY_{DUTIES[1]}"
    body = {
        "duty": duty,
        "statement": "三会一课",
        "validFrom": city.ago(100),
        "record": f"meetings/{uuid4()}",
    }
    first = await city.post("secretary", f"{path}:declare", body, etag=before["etag"])
    stale = await city.send("secretary", f"{path}:declare", body, etag=before["etag"])
    denied = await city.send("officer", f"{path}:declare", body, etag=first["etag"])
    wrong = await city.send("secretary", f"{path}:declare", {**body, "record": "见附件"}, etag=first["etag"])
    staff = await city.api_as("admin").get(f"/v1/units/{city.units['staff']}/branchChecklist")
    shut = await city.send(
        "secretary", f"{path}:reopen", {"duty": f"STUDENT_BRANCH_DUTY_{DUTIES[0]}"}, etag=first["etag"]
    )
    reopened = await city.post(
        "secretary", f"{path}:reopen", {"duty": duty, "opensOn": city.ago(10)}, etag=first["etag"]
    )
    eve, day = [await city.get("officer", path, asOf=city.ago(days)) for days in (11, 10)]
    history = await city.get("officer", f"{path}/history", pageSize=1)
    rest = await city.get("officer", f"{path}/history", pageToken=history["nextPageToken"])

    assert (before["fulfilled"], len(before["open"]), before["version"]) == ([], 5, 0)
    assert (open_["HE-07"]["verdict"]["seen"], open_["HE-07"]["verdict"]["source"]["article"]) == ("", "13")
    (line,) = first["fulfilled"]
    assert (line["personId"], line["record"]) == (city.people["secretary"], body["record"])
    assert line["validFrom"] == city.ago(100)
    assert (stale.status_code, denied.status_code) == (412, 403)
    assert [each["pointer"] for each in wrong.json()["violations"]] == ["/record"]
    assert [each["pointer"] for each in staff.json()["violations"]] == ["/unitId"]
    assert (shut.status_code, shut.json()["reason"]) == (409, "BRANCH_DUTY_OPEN")
    assert (reopened["fulfilled"], said(eve), said(day)) == ([], [DUTIES[1]], [])
    entries = [*history["entries"], *rest["entries"]]
    assert [(each["statement"], "replaceTime" in each, each.get("validUntil")) for each in entries] == [
        ("三会一课", True, None),
        ("三会一课", False, city.ago(10)),
    ]


@pytest.mark.covers("HE-07")
async def test_a_branch_that_fulfils_all_five_is_not_found(city: City) -> None:
    await declare_duties(city, "cohort")
    path = f"/v1/units/{city.units['cohort']}/branchChecklist"
    whole = await city.get("secretary", path)
    opened = {"duty": "STUDENT_BRANCH_DUTY_CULTIVATE_AND_ADMIT", "opensOn": city.ago(5)}

    assert (said(whole), whole["open"]) == (list(DUTIES), [])
    assert "HE-07" not in await found(city, "cohort")
    await city.post("secretary", f"{path}:reopen", opened, etag=whole["etag"])
    assert (await found(city, "cohort"))["HE-07"]["since"] == city.ago(5)
    assert "HE-07" not in await found(city, "cohort", asOf=city.ago(6))


@pytest.mark.covers("HE-09")
async def test_a_university_without_a_party_school_is_found(city: City) -> None:
    root = (await city.get("admin", "/v1/units", kind="KIND_UNIVERSITY"))["units"][0]["unitId"]
    city.units["university"] = root
    for school in (await city.get("admin", "/v1/units", kind="KIND_DEPARTMENT", pageSize=200))["units"]:
        assert school["function"] != "FUNCTION_PARTY_SCHOOL"

    lacking = await found(city, "university", who="admin")
    unit = {"kind": "KIND_DEPARTMENT", "function": "FUNCTION_PARTY_SCHOOL", "name": f"党校{uuid4()}"}
    body = {"parentUnitId": root, "unit": unit, "establishedOn": city.ago(30)}
    made = await city.post("admin", "/v1/units", body)
    running = await found(city, "university", who="admin")
    # Another test finds the university as this one did.
    end = {"dissolvedOn": city.ago(20), "reason": "测试"}
    school = f"/v1/units/{made['unitId']}"
    await city.post("admin", f"{school}:dissolve", end, etag=made["etag"])
    async with asyncio.timeout(30):
        while (await city.get("admin", school))["state"] != "STATE_DISSOLVED":  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.05)
    since = (await found(city, "university", who="admin"))["HE-09"]["since"]

    assert lacking["HE-09"]["verdict"]["source"]["article"] == "22"
    assert made["function"] == "FUNCTION_PARTY_SCHOOL"
    assert "HE-09" not in running
    assert since == city.ago(20)
