"""Findings in the running system: rolls of membership and posts of organization, judged together over HTTP."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.support.http import Api


@pytest.fixture
async def city(stack: Stack, api_as: Callable[[str], Api]) -> City:
    return await City.found(stack, api_as)


async def found(city: City, unit: str, *, who: str = "secretary", **asked: Any) -> dict[str, Any]:
    """What is found on a unit, by rule."""
    answer = await city.get(who, "/v1/findings", unitId=city.units[unit], **asked)
    return {each["verdict"]["ruleId"]: each for each in answer["findings"]}


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
