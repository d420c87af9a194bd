"""Who takes part in projects, in the running system, and whether a project of half a year could have a branch."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.integration.organization.test_gateway_findings import found
from tests.support.http import Api


async def team(city: City, name: str, *, ends_in: int) -> Any:
    """A project that began a month ago."""
    root = (await city.get("admin", "/v1/units", kind="KIND_UNIVERSITY"))["units"][0]["unitId"]
    unit = {
        "kind": "KIND_TASK_TEAM",
        "name": f"{name}{uuid4()}",
        "plannedEndOn": (city.today + timedelta(days=ends_in)).isoformat(),
    }
    body = {"parentUnitId": root, "unit": unit, "establishedOn": city.ago(30)}
    made = await city.post("admin", "/v1/units", body)
    city.units[name] = made["unitId"]
    return made


@pytest.mark.covers("BR-04")
async def test_a_project_whose_people_could_found_a_branch_is_found_at_once(
    stack: Stack, api_as: Callable[[str], Api]
) -> None:
    city = await City.found(stack, api_as)
    long = await team(city, "重大工程", ends_in=300)
    short = await team(city, "短期工程", ends_in=60)
    path, three = f"/v1/projects/{long['unitId']}", sorted(city.members[2:5])
    applicant = city.people["applicant"]

    unknown = await city.send(
        "admin", f"{path}:assignMembers", {"personIds": [str(uuid4())]}, etag=long["etag"]
    )
    denied = await city.send("officer", f"{path}:assignMembers", {"personIds": three}, etag=long["etag"])
    branch = await city.get("admin", f"/v1/units/{city.units['staff']}")
    wrong = await city.send(
        "admin", f"/v1/projects/{branch['unitId']}:assignMembers", {"personIds": three}, etag=branch["etag"]
    )
    two = {"personIds": [*three[:2], applicant], "task": "施工", "validFrom": city.ago(20)}
    grown = await city.post("admin", f"{path}:assignMembers", two, etag=long["etag"])
    few = await found(city, "重大工程", who="admin")
    last = {"personIds": three[2:], "validFrom": city.ago(10)}
    whole = await city.post("admin", f"{path}:assignMembers", last, etag=grown["etag"])
    enough = await found(city, "重大工程", who="admin")
    await city.post(
        "admin", f"/v1/projects/{short['unitId']}:assignMembers", {"personIds": three}, etag=short["etag"]
    )
    brief = await found(city, "短期工程", who="admin")
    page = await city.get("admin", f"{path}/members", asOf=city.ago(11))
    stale = await city.send("admin", f"{path}:endMember", {"personId": three[0]}, etag=grown["etag"])
    ended = await city.post("admin", f"{path}:endMember", {"personId": three[0]}, etag=whole["etag"])
    again = await city.send("admin", f"{path}:endMember", {"personId": three[0]}, etag=ended["etag"])
    left = await found(city, "重大工程", who="admin")

    assert [each["pointer"] for each in unknown.json()["violations"]] == ["/personIds/0"]
    assert (denied.status_code, stale.status_code) == (403, 412)
    assert [each["pointer"] for each in wrong.json()["violations"]] == ["/unitId"]
    # Two full members and an applicant found no branch; three do, and the project is to last half a year.
    assert (few, brief, left) == ({}, {}, {})
    verdict = enough["BR-04.members"]["verdict"]
    assert (verdict["severity"], verdict["source"]["article"]) == ("SEVERITY_BLOCK", "5")
    assert enough["BR-04.members"]["since"] == city.ago(10)
    assert [(each["personId"], each["task"]) for each in page["members"]] == [
        (person, "施工") for person in sorted([*three[:2], applicant])
    ]
    assert (again.status_code, again.json()["reason"]) == (404, "PROJECT_MEMBER_ABSENT")
