"""Rule packs as a caller meets them: dated, layered, and kept by the cases that began under them."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.support.http import Api

# The day on which the province's and the university's examples came into force, beside the nation's.
LAST_OF_THE_NATION_ALONE, FIRST_OF_ALL_LAYERS = "2015-12-31", "2016-01-01"


@pytest.fixture
async def city(stack: Stack, api_as: Callable[[str], Api]) -> City:
    return await City.found(stack, api_as)


async def old_branch(city: City) -> str:
    """A branch that existed before there were rules of the province."""
    roots = await city.get("admin", "/v1/units", kind="KIND_UNIVERSITY")
    parent: str = roots["units"][0]["unitId"]
    for kind, fields in (
        ("KIND_UNIVERSITY_COMMITTEE", {}),
        ("KIND_COMMUNITY_COMMITTEE", {}),
        ("KIND_ACADEMY_GENERAL_BRANCH", {}),
        ("KIND_BRANCH", {"form": "FORM_STAFF"}),
    ):
        body = {
            "parentUnitId": parent,
            "unit": {"kind": kind, "name": f"{kind} {uuid4()}", **fields},
            "establishedOn": "2014-06-01",
        }
        parent = (await city.post("admin", "/v1/units", body))["unitId"]
    grant = {"personId": city.people["secretary"], "role": "ROLE_BRANCH_SECRETARY", "reason": "测试"}
    await city.post("admin", "/v1/grants", {**grant, "unitId": parent})
    return parent


async def apply(city: City, unit: str, day: str) -> Any:
    """Somebody old enough applies on a day of the past."""
    number = f"old-{uuid4().hex[:8]}"
    person = {
        "name": "老申请人",
        "campusNumber": number,
        "kind": "PERSON_KIND_STAFF",
        "birthDate": "1990-01-01",
    }
    made = await city.post("admin", "/v1/persons", {"person": person})
    body = {
        "personId": made["personId"],
        "unitId": unit,
        "appliedOn": day,
        "route": "APPLICATION_ROUTE_WORK_OR_STUDY_UNIT",
        "isChineseCitizen": True,
        "acceptsProgramme": True,
    }
    city.numbers[day] = number
    return await city.post(day, "/v1/admissionCases", body)


async def rules_of_the_next_step(city: City, who: str, case: Any) -> set[tuple[str, str]]:
    """Rule and layer of everything that is asked before the activist is determined."""
    found = await city.get(who, f"/v1/admissionCases/{case['caseId']}/verdicts")
    (step,) = [item for item in found["nextSteps"] if item["step"] == "activist"]
    return {(verdict["ruleId"], verdict["layer"]) for verdict in step["verdicts"]}


@pytest.mark.covers("F27")
async def test_the_day_of_the_application_chooses_the_packs_for_the_whole_case(city: City) -> None:
    branch = await old_branch(city)
    asked: dict[str, set[tuple[str, str]]] = {}
    digests: dict[str, str] = {}
    for day in (LAST_OF_THE_NATION_ALONE, FIRST_OF_ALL_LAYERS):
        case = await apply(city, branch, day)
        path = f"/v1/admissionCases/{case['caseId']}:recordTalk"
        talk = {"talkerPersonId": city.people["officer"], "occurredOn": f"{day[:4]}-12-31"}
        digests[day] = case["packDigest"]
        case = await city.post("secretary", path, talk, etag=case["etag"])
        # The case goes on by what it began under, on days on which other packs are in force.
        assert case["packDigest"] == digests[day]
        asked[day] = await rules_of_the_next_step(city, day, case)

    assert digests[LAST_OF_THE_NATION_ALONE] != digests[FIRST_OF_ALL_LAYERS]
    assert {layer for _, layer in asked[LAST_OF_THE_NATION_ALONE]} == {"nation"}
    assert {layer for _, layer in asked[FIRST_OF_ALL_LAYERS]} == {"nation", "province", "university"}


@pytest.mark.covers("F27")
async def test_a_case_that_moves_keeps_its_packs(city: City) -> None:
    await city.apply()
    before = city.case["packDigest"]
    await city.up_to_contacts()

    letter = {
        "personId": city.people["applicant"],
        "fromUnitId": city.units["cohort"],
        "toUnitId": city.units["staff"],
        "letterNumber": f"介-{uuid4().hex[:6]}",
        "letterIssuedOn": city.ago(10),
    }
    sent = await city.post("approver", "/v1/transfers", letter)
    path = f"/v1/transfers/{sent['transferId']}:accept"
    await city.post("secretary", path, {"acceptedOn": city.ago(2)}, etag=sent["etag"])

    moved = await city.get("applicant", f"/v1/admissionCases/{city.case['caseId']}")
    assert (moved["unitId"], moved["packDigest"]) == (city.units["staff"], before)


@pytest.mark.covers("F28")
async def test_layers_add_up_and_the_stricter_value_decides(city: City) -> None:
    await city.apply()
    await city.step("secretary", "recordTalk", 990, talkerPersonId=city.people["officer"])
    asked = await rules_of_the_next_step(city, "secretary", city.case)
    # The university's half year stands in the place of the province's three months, and beside the province's
    # five working days, with which they have no order, its seven days.
    assert asked >= {("LOC-02", "university"), ("LOC-01", "province"), ("LOC-01.calendar", "university")}
    assert ("LOC-02", "province") not in asked

    # Between three months and six.
    answer = await city.try_step(
        "secretary",
        "determineActivist",
        850,
        recommendedByLeague=True,
        decidedBy="DECISION_BODY_BRANCH_COMMITTEE",
        noticedFrom=city.ago(856),
    )

    assert (answer.status_code, answer.json()["reason"]) == (422, "STEP_FORBIDDEN_BY_RULES")
    refused = {item["ruleId"]: item for item in answer.json()["verdicts"] if not item["satisfied"]}
    assert refused["LOC-02"]["layer"] == "university"
    applied = date.fromisoformat(city.case["appliedOn"])
    months = applied.year * 12 + applied.month - 1 + 6
    clears = date.fromisoformat(refused["LOC-02"]["clearsOn"])
    assert clears.year * 12 + clears.month - 1 == months
    assert refused["LOC-01.calendar"]["clearsOn"] == city.ago(848)
