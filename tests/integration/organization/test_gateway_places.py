"""Places in the running system: registered, assigned and asked for over HTTP."""

from collections.abc import Callable

import pytest

from deploy.local.stack import Stack
from tests.integration.organization.test_gateway_organization import FOUNDED, Office
from tests.support.http import Api


@pytest.fixture
async def office(stack: Stack, api_as: Callable[[str], Api]) -> Office:
    office = Office(api_as("admin"))
    root = (await office.get("/v1/units", kind="KIND_UNIVERSITY"))["units"][0]["unitId"]
    await office.establish("ACADEMY", "书院", root)
    await office.establish("UNIVERSITY_COMMITTEE", "党委", root)
    await office.establish("COMMUNITY_COMMITTEE", "社区党委", office.id("党委"))
    await office.establish("ACADEMY_GENERAL_BRANCH", "党总支", office.id("社区党委"))
    return office


@pytest.mark.covers("S48", "S50")
async def test_the_branch_of_a_members_home_is_answered_in_one_call(office: Office) -> None:
    campus = await office.post("/v1/campuses", {"code": f"c-{office.mark}", "name": f"校区{office.mark}"})
    common = {"unitId": office.id("书院"), "campusId": campus["campusId"], "openedOn": FOUNDED}
    building = await office.post("/v1/places", {**common, "kind": "KIND_BUILDING", "name": "东21舍"})
    inside = {**common, "parentPlaceId": building["placeId"]}
    hours = [{"weekday": 1, "opensAt": "08:00", "closesAt": "22:00"}]
    home = await office.post(
        "/v1/places", {**inside, "kind": "KIND_MEMBER_HOME", "name": "党员之家", "openingHours": hours}
    )
    branch = await office.branch("年级支部")
    zone = {"unitId": branch["unitId"], "placeId": building["placeId"], "validFrom": FOUNDED}
    assigned = await office.post("/v1/zones", zone)

    path = f"/v1/places/{home['placeId']}/responsibleBranch"
    found = await office.get(path, asOf="2024-09-01")
    bad = await office.api.post("/v1/places", {**inside, "kind": "KIND_BUILDING", "name": "内楼"})
    tree = await office.get(f"/v1/places/{building['placeId']}/tree")

    assert found == {
        "placeId": home["placeId"],
        "asOf": "2024-09-01",
        "unitId": branch["unitId"],
        "zoneId": assigned["zoneId"],
        "assignedPlaceId": building["placeId"],
    }
    assert (bad.status_code, bad.json()["violations"][0]["pointer"]) == (400, "/parentPlaceId")
    assert [node["place"]["name"] for node in tree["nodes"]] == ["东21舍", "党员之家"]
