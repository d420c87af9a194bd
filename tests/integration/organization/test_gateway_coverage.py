"""Coverage gaps in the running system: units and places of organization, people of membership."""

from collections.abc import Callable
from typing import Any

import pytest

from deploy.local.stack import Stack
from tests.integration.organization.test_gateway_links import Community, community
from tests.integration.organization.test_gateway_organization import DAY, FOUNDED
from tests.support.http import Api

__all__ = ["community"]


class People:
    """People whom membership registers; what it announced last is waited for by whoever reads next."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.after: dict[str, str] = {}

    async def post(self, path: str, body: Any, *, etag: str | None = None) -> Any:
        headers = {**self.after, **({"If-Match": f'"{etag}"'} if etag else {})}
        answer = await self.api.post(path, body, headers=headers)
        assert answer.status_code == 200, answer.text
        self.after = {"After-Event": answer.headers["Event-Id"]}
        return answer.json()

    async def person(self, name: str, kind: str, group: str | None = None) -> str:
        body = {"person": {"name": name, "kind": f"PERSON_KIND_{kind}"}}
        person = await self.post("/v1/persons", body)
        if group is not None:
            tie = {"kind": "AFFILIATION_KIND_CLASS", "unitId": group, "validFrom": FOUNDED}
            path = f"/v1/persons/{person['personId']}:setAffiliation"
            await self.post(path, {"affiliation": tie}, etag=person["etag"])
        found: str = person["personId"]
        return found

    async def member(self, person: str, branch: str) -> None:
        entered = {
            "personId": person,
            "unitId": branch,
            "relationshipFrom": FOUNDED,
            "status": "MEMBERSHIP_STATUS_FULL",
            "standingFrom": FOUNDED,
        }
        await self.post("/v1/members:batchEstablish", {"members": [entered]})


async def _read(people: People, path: str, **params: Any) -> Any:
    answer = await people.api.get(path, headers=people.after, asOf=DAY, **params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _lacks(people: People, campus: str, **known: str) -> dict[str, list[str]]:
    found = await _read(people, "/v1/coverageGaps", campusId=campus, **known)
    return {
        gap["subjectId"]: [each.removeprefix("COVERAGE_ASPECT_") for each in gap["lacks"]]
        for gap in found["gaps"]
    }


@pytest.mark.covers("S54", "F93", "F18")
async def test_gaps_close_as_branches_zones_members_and_teachers_come(
    stack: Stack, community: Community, api_as: Callable[[str], Api]
) -> None:
    people, campus = People(api_as("admin")), community.campuses["兴庆校区"]
    building = await community.place("BUILDING", "东21舍", "兴庆校区")
    room = await community.place("ROOM", "101", "兴庆校区", "东21舍")
    group = await community.group("机械2101", "兴庆校区")
    club = (await community.establish("CLUB", "读书会", community.id("书院"), campusId=campus))["unitId"]
    branch = (await community.branch("支部"))["unitId"]
    nothing = await _lacks(people, campus)

    member = await people.person("党员", "STUDENT", group)
    await people.member(member, branch)
    teacher = await people.person("教师", "STAFF")
    common = {"unitId": branch, "validFrom": FOUNDED}
    link = await community.post(
        "/v1/classLinks", {**common, "classUnitId": group, "contactPersonId": teacher, "validUntil": DAY}
    )
    for area in ({"placeId": building}, {"classUnitId": group}):
        await community.post("/v1/zones", {**common, **area})
    plaque = {"unitId": branch, "placeId": room, "personId": member, "issuedOn": FOUNDED}
    await community.post("/v1/plaques", plaque)
    some = await _lacks(people, campus)
    told = await _read(people, f"/v1/coverageGaps/{group}")
    counts = await _read(people, "/v1/coverageCounts", campusId=campus)

    assert nothing == {
        building: ["BRANCH", "ZONE", "MEMBER"],
        group: ["BRANCH", "ZONE", "MEMBER", "TEACHER"],
        club: ["BRANCH", "MEMBER", "TEACHER"],
    }
    assert some == {group: ["BRANCH", "TEACHER"], club: ["BRANCH", "MEMBER", "TEACHER"]}
    finding = next(each for each in told["findings"] if each["aspect"] == "COVERAGE_ASPECT_TEACHER")
    assert (finding["covered"], finding["reason"]) == (False, "OBSTACLE_ENDED")
    assert finding["evidence"][0]["resourceId"] == link["linkId"]
    assert [
        (each["kind"].removeprefix("COVERAGE_SUBJECT_KIND_"), each["covered"]) for each in counts["counts"]
    ] == [
        ("BUILDING", 1),
        ("CLASS", 0),
        ("CLUB", 0),
    ]
    elsewhere = await _lacks(people, community.campuses["创新港"])
    assert elsewhere == {}


@pytest.mark.covers("F93", "F81")
async def test_coverage_is_told_as_it_was_known_before_a_zone_was_found_to_have_ended(
    community: Community, api_as: Callable[[str], Api]
) -> None:
    people, campus = People(api_as("admin")), community.campuses["兴庆校区"]
    building = await community.place("BUILDING", "东21舍", "兴庆校区")
    branch = (await community.branch("支部"))["unitId"]
    body = {"unitId": branch, "placeId": building, "validFrom": FOUNDED}
    zone = await community.post("/v1/zones", body)
    known = zone["updateTime"]
    await community.post(f"/v1/zones/{zone['zoneId']}:end", {"endsOn": DAY}, etag=zone["etag"])

    then, now = await _lacks(people, campus, knownAt=known), await _lacks(people, campus)
    told = await _read(people, f"/v1/coverageGaps/{building}", knownAt=known)
    counts = await _read(people, "/v1/coverageCounts", campusId=campus, knownAt=known)

    assert then == {building: ["MEMBER"]}
    assert now == {building: ["BRANCH", "ZONE", "MEMBER"]}
    assert [each["covered"] for each in told["findings"]] == [True, True, False]
    assert [each["withoutBranch"] for each in counts["counts"]] == [0]
