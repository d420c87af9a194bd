"""What an organisation may not become, and two ties at once, in the running system over HTTP."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.integration.organization.test_gateway_organization import DAY, FOUNDED, Office, office
from tests.support.http import Api

__all__ = ["office"]


@pytest.fixture
async def city(stack: Stack, api_as: Callable[[str], Api]) -> City:
    return await City.found(stack, api_as)


def pointers(answer: Any) -> list[str]:
    assert answer.status_code == 400, answer.text
    return [each["pointer"] for each in answer.json()["violations"]]


async def move(office: Office, unit: Any, parent: str, **fields: Any) -> Any:
    path = f"/v1/units/{unit['unitId']}:move"
    body = {"parentUnitId": parent, **fields}
    return await office.api.post(path, body, headers={"If-Match": f'"{unit["etag"]}"'})


@pytest.mark.covers("F1", "S26")
async def test_every_kind_stands_below_its_own_and_nothing_below_itself(office: Office) -> None:
    branch = await office.branch("支部")
    group = await office.establish("PARTY_GROUP", "小组", branch["unitId"])
    before = await office.get(f"/v1/units/{office.id('社区党委')}/tree")
    wrong = [
        ("PARTY_GROUP", office.id("党总支")),
        ("ACADEMY_GENERAL_BRANCH", office.id("书院")),
        ("COMMUNITY_COMMITTEE", branch["unitId"]),
        ("CLASS", office.id("党总支")),
        ("CLUB", str(uuid4())),
    ]
    said = []
    for kind, parent in wrong:
        body = {"parentUnitId": parent, "unit": {"kind": f"KIND_{kind}", "name": f"错位{office.mark}"}}
        said.append(pointers(await office.api.post("/v1/units", body)))
    circle = await move(office, branch, group["unitId"])
    itself = await move(office, office.units["党总支"], office.id("党总支"))

    assert said == [["/parentUnitId"]] * len(wrong)
    assert "/parentUnitId" in pointers(circle) and "/parentUnitId" in pointers(itself)
    assert await office.get(f"/v1/units/{office.id('社区党委')}/tree") == before
    kinds = [node["kind"] for node in before["nodes"]]
    assert kinds == [
        "KIND_COMMUNITY_COMMITTEE",
        "KIND_ACADEMY_GENERAL_BRANCH",
        "KIND_BRANCH",
        "KIND_PARTY_GROUP",
    ]


@pytest.mark.covers("F2")
async def test_the_tree_of_a_day_changes_with_it_and_nothing_stands_before_its_parent(office: Office) -> None:
    other = await office.establish("ACADEMY_GENERAL_BRANCH", "另一党总支", office.id("社区党委"))
    branch = await office.branch("支部")
    cohort = {"kind": "KIND_BRANCH", "form": "FORM_COHORT", "cohortYear": 2021, "name": f"早{office.mark}"}
    early = await office.api.post(
        "/v1/units",
        {"parentUnitId": other["unitId"], "establishedOn": "2019-12-31", "unit": cohort},
    )
    moved = await move(office, branch, other["unitId"], effectiveOn=DAY)
    outside = await move(office, moved.json(), office.id("党总支"), effectiveOn="2019-12-31")

    async def below(unit: str, day: str) -> list[str]:
        tree = await office.get(f"/v1/units/{unit}/tree", asOf=day)
        return [node["unitId"] for node in tree["nodes"][1:]]

    assert pointers(early) == ["/parentUnitId"]
    assert pointers(outside)[0] == "/effectiveOn"
    assert await below(office.id("党总支"), "2024-08-31") == [branch["unitId"]]
    assert await below(other["unitId"], "2024-08-31") == []
    assert await below(office.id("党总支"), DAY) == []
    assert await below(other["unitId"], DAY) == [branch["unitId"]]
    gone = await office.api.get(f"/v1/units/{branch['unitId']}/tree", asOf="2019-12-31")
    assert (gone.status_code, gone.json()["reason"]) == (404, "UNIT_NOT_FOUND")


@pytest.mark.covers("F8")
async def test_terms_lie_in_the_days_of_their_post_and_seats_are_never_taken_twice(office: Office) -> None:
    branch = await office.branch("支部")
    post = {"unitId": branch["unitId"], "kind": "KIND_SECRETARY"}
    before = await office.api.post("/v1/posts", {**post, "validFrom": "2019-12-31"})
    seat = await office.post("/v1/posts", {**post, "validFrom": "2021-01-01"})
    first, second = await office.register(), await office.register()
    term = {"postId": seat["postId"], "method": "METHOD_APPOINTED"}
    early = await office.api.post("/v1/appointments", {**term, "personId": first, "validFrom": FOUNDED})
    backwards = await office.api.post(
        "/v1/appointments", {**term, "personId": first, "validFrom": DAY, "validUntil": DAY}
    )
    held = {**term, "personId": first, "validFrom": "2021-01-01", "validUntil": DAY}
    made = await office.post("/v1/appointments", held)
    overlapping = await office.api.post(
        "/v1/appointments", {**term, "personId": second, "validFrom": "2024-08-31"}
    )
    follows = await office.post("/v1/appointments", {**term, "personId": second, "validFrom": DAY})
    longer = await office.api.post(
        f"/v1/appointments/{made['appointmentId']}:correct",
        {"validFrom": "2021-01-01", "validUntil": "2024-09-02", "reason": "录入有误"},
        headers={"If-Match": f'"{made["etag"]}"'},
    )

    assert (pointers(before), pointers(early)) == (["/validFrom"], ["/validFrom"])
    assert pointers(backwards) == ["/validUntil"]
    for refused in (overlapping, longer):
        assert (refused.status_code, refused.json()["reason"]) == (409, "SEATS_TAKEN")
    composition = f"/v1/units/{branch['unitId']}/composition"
    holders = [
        [
            holder["personId"]
            for seat in (await office.get(composition, asOf=day))["seats"]
            for holder in seat["holders"]
        ]
        for day in ("2024-08-31", DAY)
    ]
    assert holders == [[first], [second]]
    assert follows["validFrom"] == DAY


@pytest.mark.covers("F4", "S16")
async def test_a_change_of_major_leaves_the_academy_and_both_find_their_students(city: City) -> None:
    root = (await city.get("admin", "/v1/units", kind="KIND_UNIVERSITY"))["units"][0]["unitId"]
    other = {"kind": "KIND_SCHOOL", "name": f"另一学院 {uuid4()}"}
    body = {"parentUnitId": root, "unit": other, "establishedOn": city.ago(1500)}
    city.units["other"] = (await city.post("admin", "/v1/units", body))["unitId"]
    student = city.members[4]

    async def belong(kind: str, unit: str, days_ago: int) -> Any:
        etag = (await city.get("admin", f"/v1/persons/{student}"))["etag"]
        tie = {
            "kind": f"AFFILIATION_KIND_{kind}",
            "unitId": city.units[unit],
            "validFrom": city.ago(days_ago),
        }
        path = f"/v1/persons/{student}:setAffiliation"
        return await city.send("admin", path, {"affiliation": tie}, etag=etag)

    for kind, unit, days_ago in (
        ("SCHOOL", "school", 900),
        ("ACADEMY", "academy", 900),
        ("SCHOOL", "other", 100),
    ):
        answer = await belong(kind, unit, days_ago)
        assert answer.is_success, answer.text
    crossed = await belong("ACADEMY", "other", 50)

    async def ties(day: str) -> dict[str, str]:
        listed = await city.get("admin", f"/v1/persons/{student}/affiliations", asOf=day)
        return {each["kind"]: each["unitId"] for each in listed["affiliations"]}

    async def found(unit: str) -> bool:
        listed = await city.get("admin", "/v1/persons", unitId=city.units[unit])
        return student in [person["personId"] for person in listed["persons"]]

    then, now = await ties(city.ago(101)), await ties(city.ago(100))
    assert then == {
        "AFFILIATION_KIND_SCHOOL": city.units["school"],
        "AFFILIATION_KIND_ACADEMY": city.units["academy"],
    }
    assert now == then | {"AFFILIATION_KIND_SCHOOL": city.units["other"]}
    assert crossed.status_code in (400, 409)
    assert (await found("other"), await found("academy")) == (True, True)


@pytest.mark.covers("S36", "F38", "DEV-08", "DEV-09")
async def test_cultivation_goes_on_in_the_branch_that_takes_the_activist_over(city: City) -> None:
    await city.apply()
    await city.up_to_contacts()
    sent = await city.post(
        "approver",
        "/v1/transfers",
        {
            "personId": city.people["applicant"],
            "fromUnitId": city.units["cohort"],
            "toUnitId": city.units["staff"],
            "letterNumber": f"介-{uuid4().hex[:6]}",
            "letterIssuedOn": city.ago(320),
        },
    )
    path = f"/v1/transfers/{sent['transferId']}:accept"
    await city.post("secretary", path, {"acceptedOn": city.ago(310)}, etag=sent["etag"])
    case = f"/v1/admissionCases/{city.case['caseId']}"
    city.case = await city.get("secretary", case)

    # The year of cultivation is counted from before the transfer: ten days in the new branch are enough.
    await city.step(
        "secretary",
        "determineProspect",
        300,
        groupHeard=True,
        contactsHeard=True,
        membersHeard=True,
        massesHeard=True,
        decidedByCommittee=True,
        noticedFrom=city.ago(309),
    )
    timeline = await city.get("secretary", f"{case}/timeline")

    assert city.case["unitId"] == city.units["staff"]
    said = [verdict for entry in timeline["entries"] for verdict in entry["verdicts"]]
    proof = {verdict["ruleId"]: verdict for verdict in said}
    assert proof["DEV-09"]["satisfied"]


async def test_a_unit_with_members_is_not_dissolved_and_a_stranger_is_no_successor(city: City) -> None:
    unit = await city.get("admin", f"/v1/units/{city.units['cohort']}")
    path = f"/v1/units/{unit['unitId']}:dissolve"
    held = await city.send("admin", path, {"reason": "调整"}, etag=unit["etag"])
    first = {"reason": "调整", "dissolvedOn": unit["establishedOn"]}
    early = await city.send("admin", path, first, etag=unit["etag"])
    parent = await city.get("admin", f"/v1/units/{city.units['general']}")
    above = await city.send(
        "admin", f"/v1/units/{parent['unitId']}:dissolve", {"reason": "调整"}, etag=parent["etag"]
    )
    after = await city.get("admin", f"/v1/units/{unit['unitId']}")

    assert (held.status_code, held.json()["reason"]) == (409, "UNIT_HAS_MEMBERS")
    assert pointers(early) == ["/dissolvedOn"]
    assert (above.status_code, above.json()["reason"]) == (409, "UNIT_HAS_CHILDREN")
    assert after == unit
