"""What carries Party work into the community, in the running system: homes, zones, class links and plaques."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from tests.integration.organization.test_gateway_organization import DAY, FOUNDED, Office
from tests.support.http import Api

EVE = "2024-08-31"


class Community(Office):
    """An office that registers campuses, places and classes by name."""

    campuses: dict[str, str]
    places: dict[str, str]

    async def campus(self, name: str) -> str:
        body = {"code": f"c{len(self.campuses)}-{self.mark}", "name": f"{name}{self.mark}"}
        self.campuses[name] = (await self.post("/v1/campuses", body))["campusId"]
        return self.campuses[name]

    async def place(self, kind: str, name: str, campus: str, inside: str | None = None, **more: Any) -> str:
        body = {
            "unitId": self.id("书院"),
            "kind": f"KIND_{kind}",
            "name": f"{name}{self.mark}",
            "campusId": self.campuses[campus],
            "openedOn": FOUNDED,
            **({"parentPlaceId": self.places[inside]} if inside else {}),
            **more,
        }
        self.places[name] = (await self.post("/v1/places", body))["placeId"]
        return self.places[name]

    async def group(self, name: str, campus: str) -> str:
        made = await self.establish("CLASS", name, self.id("书院"), campusId=self.campuses[campus])
        found: str = made["unitId"]
        return found


@pytest.fixture
async def community(stack: Stack, api_as: Callable[[str], Api]) -> Community:
    community = Community(api_as("admin"))
    community.campuses, community.places = {}, {}
    root = (await community.get("/v1/units", kind="KIND_UNIVERSITY"))["units"][0]["unitId"]
    await community.establish("ACADEMY", "书院", root)
    await community.establish("UNIVERSITY_COMMITTEE", "党委", root)
    await community.establish("COMMUNITY_COMMITTEE", "社区党委", community.id("党委"))
    await community.establish("ACADEMY_GENERAL_BRANCH", "党总支", community.id("社区党委"))
    for name in ("兴庆校区", "雁塔校区", "创新港"):
        await community.campus(name)
    return community


@pytest.mark.covers("S79", "F16")
async def test_a_branch_looks_after_a_class_until_the_link_ends(community: Community) -> None:
    group = await community.group("机械2101", "兴庆校区")
    branch = (await community.branch("支部"))["unitId"]
    contact = str(uuid4())
    body = {
        "unitId": branch,
        "classUnitId": group,
        "contactPersonId": contact,
        "validFrom": FOUNDED,
    }

    link = await community.post("/v1/classLinks", body)
    again = await community.api.post("/v1/classLinks", body)
    ended = await community.post(f"/v1/classLinks/{link['linkId']}:end", {"endsOn": DAY}, etag=link["etag"])
    by_contact = await community.get("/v1/classLinks", contactPersonId=contact)
    before = await community.get("/v1/classLinks", classUnitId=group, asOf=EVE)
    after = await community.get("/v1/classLinks", classUnitId=group, asOf=DAY)

    assert (again.status_code, again.json()["reason"]) == (409, "CLASS_LINK_OVERLAPS")
    assert ended["validUntil"] == DAY
    assert [each["linkId"] for each in by_contact["classLinks"]] == [link["linkId"]]
    assert [each["linkId"] for each in before["classLinks"]] == [link["linkId"]]
    assert after["classLinks"] == []


@pytest.mark.covers("S50", "F16")
async def test_the_nearest_zone_says_which_branch_answers_for_a_room(community: Community) -> None:
    await community.place("BUILDING", "东21舍", "兴庆校区")
    await community.place("FLOOR", "3层", "兴庆校区", "东21舍")
    room = await community.place("ROOM", "301", "兴庆校区", "3层")
    whole, floor = await community.branch("整楼支部"), await community.branch("楼层支部")
    for branch, name in ((whole, "东21舍"), (floor, "3层")):
        zone = {"unitId": branch["unitId"], "placeId": community.places[name], "validFrom": FOUNDED}
        last = await community.post("/v1/zones", zone)

    path = f"/v1/places/{room}/responsibleBranch"
    nearest = await community.get(path, asOf=DAY)
    await community.post(f"/v1/zones/{last['zoneId']}:end", {"endsOn": DAY}, etag=last["etag"])
    eve, day = await community.get(path, asOf=EVE), await community.get(path, asOf=DAY)

    assert nearest["unitId"] == floor["unitId"]
    assert (eve["unitId"], day["unitId"]) == (floor["unitId"], whole["unitId"])


@pytest.mark.covers("S48", "S49", "S53", "F15")
async def test_homes_workstations_and_plaques_are_kept_at_their_buildings(community: Community) -> None:
    await community.place("BUILDING", "东21舍", "兴庆校区")
    room = await community.place("ROOM", "101", "兴庆校区", "东21舍")
    home = await community.place("MEMBER_HOME", "党员之家", "兴庆校区", "东21舍", capacity=40)
    hours = [{"weekday": 1, "opensAt": "08:00", "closesAt": "22:00"}]
    station = await community.place("WORKSTATION", "党员工作站", "兴庆校区", "东21舍", openingHours=hours)
    branch, member = (await community.branch("支部"))["unitId"], str(uuid4())
    body = {"unitId": branch, "placeId": room, "personId": member, "issuedOn": FOUNDED}

    plaque = await community.post("/v1/plaques", body)
    closing = await community.api.post(
        f"/v1/places/{room}:close",
        {},
        headers={"If-Match": f'"{(await community.get(f"/v1/places/{room}"))["etag"]}"'},
    )
    gone = await community.post(
        f"/v1/plaques/{plaque['plaqueId']}:withdraw",
        {"withdrawnOn": DAY, "reason": "搬离"},
        etag=plaque["etag"],
    )
    eve = await community.get("/v1/plaques", placeId=room, asOf=EVE)
    day = await community.get("/v1/plaques", placeId=room, asOf=DAY)
    stations = await community.get(
        "/v1/places", parentPlaceId=community.places["东21舍"], kind="KIND_WORKSTATION"
    )
    homes = await community.get(
        "/v1/places", campusId=community.campuses["兴庆校区"], kind="KIND_MEMBER_HOME"
    )

    assert (closing.status_code, closing.json()["reason"]) == (409, "PLACE_IN_USE")
    assert (gone["withdrawnOn"], gone["reason"]) == (DAY, "搬离")
    assert ([each["plaqueId"] for each in eve["plaques"]], day["plaques"]) == ([plaque["plaqueId"]], [])
    assert [(each["placeId"], each["openingHours"]) for each in stations["places"]] == [(station, hours)]
    assert [(each["placeId"], each["capacity"]) for each in homes["places"]] == [(home, 40)]


@pytest.mark.covers("S38", "F18")
async def test_every_list_about_the_community_is_sliced_by_campus(community: Community) -> None:
    branch = (await community.branch("支部"))["unitId"]
    made: dict[str, dict[str, set[str]]] = {}
    for campus in ("兴庆校区", "创新港"):
        building = await community.place("BUILDING", f"{campus}楼", campus)
        room = await community.place("ROOM", f"{campus}室", campus, f"{campus}楼")
        group = await community.group(f"{campus}班", campus)
        common = {"unitId": branch, "validFrom": FOUNDED}
        link = {**common, "classUnitId": group, "contactPersonId": str(uuid4())}
        plaque = {"unitId": branch, "placeId": room, "personId": str(uuid4()), "issuedOn": FOUNDED}
        zones = [{**common, "placeId": building}, {**common, "classUnitId": group}]
        made[campus] = {
            "units": {group},
            "places": {building, room},
            "zones": {(await community.post("/v1/zones", zone))["zoneId"] for zone in zones},
            "classLinks": {(await community.post("/v1/classLinks", link))["linkId"]},
            "plaques": {(await community.post("/v1/plaques", plaque))["plaqueId"]},
        }

    ids = {
        "units": "unitId",
        "places": "placeId",
        "zones": "zoneId",
        "classLinks": "linkId",
        "plaques": "plaqueId",
    }
    for campus, campus_id in community.campuses.items():
        for name, key in ids.items():
            listed = (
                await community.get(f"/v1/{name}", campusId=campus_id, asOf=DAY)
                if name != "places"
                else await community.get("/v1/places", campusId=campus_id)
            )
            assert {each[key] for each in listed[name]} == made.get(campus, {}).get(name, set()), (
                campus,
                name,
            )
