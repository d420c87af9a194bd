"""What recurs beside the steps of a case, through the gateway."""

from collections.abc import Callable

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
