"""The end of an admission through the gateway: the twenty-five steps, conversion, extension and revocation.

What lies before is taken over from paper, as a past meeting cannot be held again: the roll of its day is not known here.
"""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from rulebook import Period
from tests.integration.membership.city import City
from tests.support.http import Api

# The branch met 400 days ago, so that probation ended some weeks ago.
MET = 400
BEFORE: tuple[tuple[str, int], ...] = (
    ("talk", 995),
    ("activist", 800),
    ("activist_filing", 790),
    ("contacts", 780),
    ("cultivation_assessment", 620),
    ("prospect", 430),
    ("prospect_filing", 428),
    ("introducers", 426),
    ("political_review", 424),
    ("training", 420),
    ("committee_review", 415),
    ("pre_review", 410),
    ("admission_form", 405),
    ("branch_meeting", MET),
    ("superior_talk", 395),
    ("approval", 390),
)


@pytest.fixture
async def city(stack: Stack, api_as: Callable[[str], Api]) -> City:
    return await City.found(stack, api_as)


def step(city: City, name: str, days_ago: int, **fields: Any) -> dict[str, Any]:
    return {"step": name, "occurredOn": city.ago(days_ago), **fields}


async def taken_over(city: City, *after: dict[str, Any]) -> Any:
    """Somebody's case from paper up to the approval, and what came after it."""
    person = {"name": "预备党员", "kind": "PERSON_KIND_STUDENT", "birthDate": "2002-02-02"}
    made = await city.post("admin", "/v1/persons", {"person": person})
    case = {
        "personId": made["personId"],
        "unitId": city.units["cohort"],
        "appliedOn": city.ago(1000),
        "steps": [*(step(city, name, days) for name, days in BEFORE), *after],
    }
    body = {"sourceReference": "发展党员台账", "cases": [case]}
    answer = await city.post("admin", "/v1/admissionCases:import", body, key=str(uuid4()))
    (brought,) = answer["cases"]
    city.case = await city.get("approver", f"/v1/admissionCases/{brought['caseId']}")
    return city.case


def conversion(city: City, outcome: str, *, request: int = 70, review: int = 36, meeting: int = 30) -> Any:
    """The steps of the end of probation up to the meeting, as the minutes have them."""
    heard = ["conversion_group_opinion", "conversion_mass_opinions", "conversion_committee_review"]
    resolved = {"conversionOutcome": f"CONVERSION_OUTCOME_{outcome}"}
    return (
        step(city, "conversion_request", request),
        step(city, "conversion_review", review, documents=heard),
        step(city, "conversion_meeting", meeting, **resolved),
    )


async def decide(city: City, outcome: str, **fields: Any) -> Any:
    body = {
        "approverUnitId": city.units["committee"],
        "outcome": f"CONVERSION_OUTCOME_{outcome}",
        "decidedCollectively": True,
        "decidedIndividually": True,
        "noticedFrom": city.ago(20),
        **fields,
    }
    return await city.try_step("approver", "approveConversion", 0, **body)


def broken(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [item["ruleId"] for item in answer.json()["verdicts"] if not item["satisfied"]]


@pytest.mark.covers("F22", "F36", "DEV-31")
async def test_a_case_runs_through_five_stages_and_twenty_five_steps_into_standing(city: City) -> None:
    probation = (step(city, "oath", 380), step(city, "probation_assessment", 200))
    case = await taken_over(city, *probation, *conversion(city, "CONVERT"))
    ends = Period.parse("P1Y").after(city.today.fromisoformat(city.ago(MET)))
    assert (case["probationFrom"], case["probationUntil"]) == (city.ago(MET), ends.isoformat())
    path = f"/v1/admissionCases/{case['caseId']}/timeline"
    coming = (await city.get("approver", path))["nextSteps"]
    assert {item["number"]: item["zh"] for item in coming} == {
        18: "再上一级党委组织部门备案",
        19: "编入党支部和党小组",
        24: "上级党委审批转正",
    }
    skipped = await city.try_step("secretary", "archive", 0, archiveReference="DA-1")
    assert (skipped.status_code, skipped.json()["reason"]) == (409, "STEP_NOT_DUE")

    await city.step("approver", "recordFiling", 380, kind="FILING_KIND_APPROVAL")
    await city.step("secretary", "assignToGroup", 379, groupName="第一党小组")
    # Decided weeks later, and nevertheless a full member from the end of probation on.
    converted = await decide(city, "CONVERT")
    assert converted.is_success, converted.text
    city.case = converted.json()
    assert (city.case["state"], city.case["fullMemberFrom"]) == ("STATE_CONVERTED", ends.isoformat())
    member = await city.get("approver", f"/v1/members/{case['personId']}")
    assert member["standingFrom"] == ends.isoformat()
    assert [(item["status"], item["validFrom"]) for item in member["statuses"]] == [
        ("MEMBERSHIP_STATUS_PROBATIONARY", city.ago(MET)),
        ("MEMBERSHIP_STATUS_FULL", ends.isoformat()),
    ]
    papers = [
        "admission_form",
        "membership_application",
        "political_review_conclusion",
        "conversion_request",
        "cultivation_records",
    ]
    await city.step("secretary", "archive", 0, archiveReference="DA-1", documents=papers)

    timeline = await city.get("approver", path)
    steps = [entry["step"] for entry in timeline["entries"]]
    assert {item["number"] for item in steps} == set(range(1, 26))
    assert len({item["stage"] for item in steps}) == 5
    assert timeline["nextSteps"] == []


@pytest.mark.covers("F34", "DEV-27")
async def test_probation_is_extended_once_by_half_a_year_to_a_year_or_revoked(city: City) -> None:
    case = await taken_over(city, *conversion(city, "EXTEND"))
    ends = city.today.fromisoformat(case["probationUntil"])
    unresolved = await decide(city, "CONVERT")
    assert (unresolved.status_code, unresolved.json()["reason"]) == (409, "OUTCOME_NOT_RESOLVED")
    assert broken(await decide(city, "EXTEND", extension="P5M")) == ["DEV-27.min"]
    assert broken(await decide(city, "EXTEND", extension="P13M")) == ["DEV-27.max"]
    extended = await decide(city, "EXTEND", extension="P6M")
    assert extended.is_success, extended.text
    until = Period.parse("P6M").after(ends)
    assert (extended.json()["state"], extended.json()["probationUntil"]) == ("STATE_OPEN", until.isoformat())
    member = await city.get("approver", f"/v1/members/{case['personId']}")
    assert [item["status"] for item in member["statuses"]] == ["MEMBERSHIP_STATUS_PROBATIONARY"]

    # Somebody else's probation was extended before; there is no second time.
    long_ago = {"request": 70, "review": 36, "meeting": 30}
    first = step(
        city,
        "conversion_approval",
        28,
        conversionOutcome="CONVERSION_OUTCOME_EXTEND",
        extension="P6M",
        unitId=city.units["committee"],
    )
    again = conversion(city, "EXTEND", request=15, review=14, meeting=13)
    await taken_over(city, *conversion(city, "EXTEND", **long_ago), first, *again)
    assert "DEV-27.once" in broken(await decide(city, "EXTEND", extension="P6M", noticedFrom=city.ago(12)))

    case = await taken_over(city, *conversion(city, "REVOKE"))
    before = await city.get("approver", f"/v1/rolls/{city.units['cohort']}")
    revoked = await decide(city, "REVOKE")
    assert revoked.is_success, revoked.text
    after = await city.get("approver", f"/v1/rolls/{city.units['cohort']}")
    assert revoked.json()["state"] == "STATE_REVOKED"
    assert after["probationaryMembers"] == before["probationaryMembers"] - 1
