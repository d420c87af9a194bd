"""Findings in the running system: rolls of membership and posts of organization, judged together over HTTP."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.support.http import Api
from tests.support.nats_listener import Listener


@pytest.fixture
async def city(stack: Stack, api_as: Callable[[str], Api]) -> City:
    return await City.found(stack, api_as)


DUTIES = (
    "CARRY_OUT_DECISIONS",
    "EDUCATE_MEMBERS",
    "TAKE_PART_IN_STUDENT_AFFAIRS",
    "CULTIVATE_AND_ADMIT",
    "KNOW_AND_SERVE_STUDENTS",
)
# After everything.
FAR = "2199-01-01T00:00:00Z"


async def found(city: City, unit: str, *, who: str = "secretary", **asked: Any) -> dict[str, Any]:
    """What is found on a unit, by rule."""
    answer = await city.get(who, "/v1/findings", unitId=city.units[unit], **asked)
    return {each["verdict"]["ruleId"]: each for each in answer["findings"]}


async def declare_duties(city: City, unit: str) -> None:
    """Let a branch say that it fulfils its duties since its first day."""
    path = f"/v1/units/{city.units[unit]}/branchChecklist"
    for version, duty in enumerate(DUTIES):
        body = {"duty": f"STUDENT_BRANCH_DUTY_{duty}", "statement": "按计划落实", "validFrom": city.ago(1500)}
        await city.post("secretary", f"{path}:declare", body, etag=str(version))


async def seat(city: City, unit: str, kind: str, person: str, *, days_ago: int) -> None:
    post = {"unitId": city.units[unit], "kind": f"KIND_{kind}", "validFrom": city.ago(1400)}
    made = await city.post("admin", "/v1/posts", post)
    appointment = {
        "postId": made["postId"],
        "personId": person,
        "method": "METHOD_ELECTED",
        "validFrom": city.ago(days_ago),
    }
    await city.post("admin", "/v1/appointments", appointment)


@pytest.mark.covers("F7", "BR-01", "BR-02", "BR-06")
async def test_too_few_and_too_many_members_are_found_with_article_and_day(city: City) -> None:
    people = [{"name": f"党员{n}", "kind": "PERSON_KIND_STUDENT"} for n in range(44)]
    made = await city.post("admin", "/v1/persons:batchRegister", {"people": people})
    entered = [
        {
            "personId": person,
            "unitId": city.units["cohort"],
            "relationshipFrom": city.ago(100),
            "status": "MEMBERSHIP_STATUS_FULL",
            "standingFrom": city.ago(400),
        }
        for person in made["personIds"]
    ]
    await city.post("admin", "/v1/members:batchEstablish", {"members": entered})

    few, many = await found(city, "staff"), await found(city, "cohort")

    assert {"BR-01", "BR-06"} <= few.keys()
    verdict = few["BR-01"]["verdict"]
    assert (verdict["seen"], verdict["needed"], few["BR-01"]["since"]) == ("2", "≥ 3", city.ago(1500))
    assert (verdict["severity"], verdict["source"]["article"]) == ("SEVERITY_BLOCK", "4")
    assert (many["BR-02"]["verdict"]["seen"], many["BR-02"]["since"]) == ("51", city.ago(100))
    assert "BR-02" not in await found(city, "cohort", asOf=city.ago(101))
    below = await city.get(
        "secretary", "/v1/findings", belowUnitId=city.units["general"], ruleId="BR-01", pageSize=1
    )
    assert [each["unitId"] for each in below["findings"]] == [city.units["staff"]]


@pytest.mark.covers("F7", "BR-21", "BR-22", "HE-04")
async def test_seven_full_members_have_a_committee_with_its_posts(city: City) -> None:
    members = city.members[2:]
    await declare_duties(city, "cohort")
    bare = await found(city, "cohort")
    await seat(city, "cohort", "SECRETARY", members[0], days_ago=300)
    led = await found(city, "cohort")
    for number, kind in enumerate(
        ("ORGANIZATION_OFFICER", "PUBLICITY_OFFICER", "DISCIPLINE_OFFICER"), start=1
    ):
        await seat(city, "cohort", kind, members[number], days_ago=200)
    whole = await found(city, "cohort")

    assert {"BR-21", "HE-04", "BR-22.secretary"} <= bare.keys()
    assert led.keys() == {"BR-21", "BR-21.usual", "HE-04"}
    assert (led["BR-21"]["verdict"]["seen"], led["BR-21"]["since"]) == ("1", city.ago(1200))
    assert whole == {}
    assert (await found(city, "cohort", asOf=city.ago(201))).keys() == led.keys()


@pytest.mark.covers("BR-04")
async def test_a_project_of_half_a_year_without_a_branch_is_found(city: City) -> None:
    root = (await city.get("admin", "/v1/units", kind="KIND_UNIVERSITY"))["units"][0]["unitId"]
    for name, days in (("team", 200), ("young", 100)):
        body = {
            "parentUnitId": root,
            "unit": {"kind": "KIND_TASK_TEAM", "name": f"支教团{uuid4()}"},
            "establishedOn": city.ago(days),
        }
        city.units[name] = (await city.post("admin", "/v1/units", body))["unitId"]

    old, young = await found(city, "team", who="admin"), await found(city, "young", who="admin")

    assert old["BR-04"]["verdict"]["severity"] == "SEVERITY_WARN"
    assert young == {}


async def test_an_applicant_reads_no_findings_and_two_units_are_refused(city: City) -> None:
    unit = city.units["staff"]
    assert await found(city, "staff", who="applicant") == {}

    both = await city.api_as("admin").get("/v1/findings", unitId=unit, belowUnitId=unit)

    assert both.status_code == 400
    assert [each["pointer"] for each in both.json()["violations"]] == ["/belowUnitId"]


@pytest.mark.covers("F7", "F9")
async def test_a_scan_announces_what_appears_and_clears_and_the_campus_slices_both(
    city: City, stack: Stack
) -> None:
    campuses = []
    for name in ("兴庆校区", "雁塔校区"):
        body = {"code": f"c-{uuid4().hex[:8]}", "name": f"{name}{uuid4()}"}
        campuses.append((await city.post("admin", "/v1/campuses", body))["campusId"])
    staff = f"/v1/units/{city.units['staff']}"
    unit = await city.get("admin", staff)
    given = {"campusId": campuses[0], "effectiveOn": city.ago(1500)}
    moved = await city.api_as("admin").patch(staff, given, etag=unit["etag"])
    assert moved.is_success, moved.text
    began = await city.post(
        "approver", "/v1/terms", {"unitId": city.units["staff"], "startedOn": city.ago(100)}
    )

    scan = {"unitId": city.units["staff"]}
    first = await city.post("admin", "/v1/findings:scan", scan)
    second = await city.post("admin", "/v1/findings:scan", scan)
    record = (await city.get("secretary", "/v1/findings", unitId=city.units["staff"], knownAt=FAR))[
        "findings"
    ]
    await seat(city, "staff", "SECRETARY", city.members[0], days_ago=1200)
    third = await city.post("admin", "/v1/findings:scan", scan)
    foreign = await city.send("applicant", "/v1/findings:scan", scan)

    assert first["appeared"] == len(record) >= 3
    assert (second, third["appeared"], foreign.status_code) == ({"appeared": 0, "cleared": 0}, 0, 403)
    ids = {each["findingId"]: each["verdict"]["ruleId"] for each in record}
    async with Listener(stack.nats_url, "organization", "shuyuan.organization.v1.finding.*") as heard:
        await heard.wait_for(lambda each: each["subject"] in ids and each["type"].endswith("Cleared"))
        events = [each for each in heard.events if each["subject"] in ids]
    said = [(each["type"].rpartition(".")[2], ids[each["subject"]]) for each in events]
    assert sorted(rule for verb, rule in said if verb == "FindingAppeared") == sorted(ids.values())
    assert sorted(rule for verb, rule in said if verb == "FindingCleared") == ["BR-22", "BR-22.secretary"]
    now = (await city.get("secretary", "/v1/findings", unitId=city.units["staff"], knownAt=FAR))["findings"]
    assert {each["verdict"]["ruleId"] for each in now} == {*ids.values()} - {"BR-22", "BR-22.secretary"}
    for campus, held in zip(campuses, (True, False), strict=True):
        slices = [
            await city.get("secretary", "/v1/findings", campusId=campus),
            await city.get("secretary", "/v1/findings", campusId=campus, knownAt=FAR),
        ]
        for each in slices:
            assert {found["unitId"] for found in each["findings"]} == (
                {city.units["staff"]} if held else set()
            )
        terms = (await city.get("secretary", "/v1/terms", campusId=campus))["terms"]
        assert [term["termId"] for term in terms] == ([began["termId"]] if held else [])
