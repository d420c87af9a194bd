"""What recurs beside the steps of a case, through the gateway."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.support.http import Api


@pytest.fixture
async def city(stack: Stack, api_as: Callable[[str], Api]) -> City:
    return await City.found(stack, api_as)


@pytest.mark.covers("LOC-04", "F25")
async def test_an_activist_hands_in_a_thought_report_and_hears_whether_it_was_in_time(city: City) -> None:
    await city.apply()
    early = await city.try_step("applicant", "recordThoughtReport", 985)
    assert (early.status_code, early.json()["reason"]) == (409, "STEP_NOT_DUE")
    await city.up_to_contacts()

    await city.step("applicant", "recordThoughtReport", 760, archiveReference="SX-1")
    in_time = await city.get("applicant", f"/v1/admissionCases/{city.case['caseId']}/timeline")
    await city.step("secretary", "recordThoughtReport", 590)

    (first,) = [item for item in in_time["entries"] if item["step"]["step"] == "thought_report"]
    assert first["zh"] == "提交思想汇报"
    assert [(item["ruleId"], item["satisfied"]) for item in first["verdicts"]] == [("LOC-04", True)]
    (late,) = city.case["verdicts"]
    assert (late["ruleId"], late["satisfied"], late["severity"]) == ("LOC-04", False, "SEVERITY_WARN")
    assert late["source"]["article"] == "第6、21步"
    assert city.case["step"] == "cultivation_assessment"


async def inbox(city: City, who: str, **params: Any) -> list[dict[str, Any]]:
    found = await city.get(who, "/v1/inbox", **params)
    items: list[dict[str, Any]] = found["items"]
    return items


@pytest.mark.covers("F30", "F25", "S84")
async def test_the_branch_finds_what_is_overdue_due_and_next_with_its_reason(city: City) -> None:
    await city.apply()
    (talk,) = await inbox(city, "secretary", unitId=city.units["cohort"])
    assert (talk["step"], talk["urgency"], talk["kind"]) == ("talk", "URGENCY_OVERDUE", "KIND_DEADLINE")
    assert (talk["ruleId"], talk["source"]["article"], talk["actor"]) == ("DEV-03", "7", "branch_committee")
    assert talk["daysLeft"] == (date.fromisoformat(talk["dueOn"]) - city.today).days < 0

    await city.up_to_contacts()

    items = {item["step"]: item for item in await inbox(city, "secretary", unitId=city.units["cohort"])}
    half_year = items["cultivation_assessment"]
    assert (half_year["zh"], half_year["urgency"]) == ("培养教育考察", "URGENCY_OVERDUE")
    assert (half_year["ruleId"], half_year["source"]["article"]) == ("DEV-06", "11")
    assert city.ago(600) in half_year["message"]
    assert (items["prospect"]["kind"], items["prospect"]["urgency"]) == ("KIND_OPENING", "URGENCY_DUE")
    assert items["thought_report"]["caseId"] == city.case["caseId"]

    # The next assessment ends it; the applicant sees the same, and who has no part in it sees nothing.
    await city.step("secretary", "recordAssessment", 0)
    overdue = await inbox(city, "applicant", urgency="URGENCY_OVERDUE")
    assert {item["step"] for item in overdue} == {"thought_report"}
    later = await inbox(city, "applicant", until=city.ago(-200), urgency="URGENCY_UPCOMING")
    assert "cultivation_assessment" in {item["step"] for item in later}
    city.numbers["stranger"] = f"stranger-{city.case['caseId'][-8:]}"
    stranger = {"name": "路人", "campusNumber": city.numbers["stranger"], "kind": "PERSON_KIND_STUDENT"}
    await city.post("admin", "/v1/persons", {"person": stranger})
    assert await inbox(city, "stranger") == []


async def test_a_page_token_of_another_list_is_refused(city: City) -> None:
    answer = await city.api_as("admin").get("/v1/inbox", pageToken="bm8")
    assert answer.status_code == 400
    assert "/pageToken" in {item["pointer"] for item in answer.json()["violations"]}


@pytest.mark.covers("F24", "F25")
async def test_what_was_taken_late_and_what_is_late_now_is_found_in_one_call(city: City) -> None:
    await city.apply()
    await city.up_to_contacts()

    found = await city.get("secretary", "/v1/caseFindings", unitId=city.units["cohort"])

    (case,) = found["caseFindings"]
    assert (found["casesExamined"], case["caseId"]) == (1, city.case["caseId"])
    # The first assessment came 200 days after the activist's day.
    (late,) = case["steps"]
    assert (late["step"], late["occurredOn"]) == ("cultivation_assessment", city.ago(600))
    assert (late["verdict"]["ruleId"], late["verdict"]["source"]["article"]) == ("DEV-06", "11")
    assert {item["step"] for item in case["overdue"]} == {"cultivation_assessment", "thought_report"}
    nothing = await city.get("secretary", "/v1/caseFindings", unitId=city.units["staff"])
    assert (nothing["caseFindings"], nothing["casesExamined"]) == ([], 0)
