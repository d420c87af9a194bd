"""Plans and the forecast on real tables, and through the gateway."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import EtagMismatchError, PermissionDeniedError
from deploy.local.stack import Stack
from membership.errors import (
    PlanAlreadyExistsError,
    PlanExceededError,
    PlanNotFoundError,
    QuotaExhaustedError,
)
from shuyuan.membership.v1 import admission_plan_service_pb2 as pb
from tests.integration.membership.campus import Campus
from tests.integration.membership.city import City
from tests.support.http import Api


async def plan(campus: Campus, unit: UUID, quota: int, *, year: int = 2026) -> Any:
    request = pb.CreateAdmissionPlanRequest(unit_id=str(unit), year=year, quota=quota)
    answer = await campus.office.ask("AdmissionPlanService/CreateAdmissionPlan", request, by=campus.approver)
    return answer.plan


async def set_quota(campus: Campus, found: Any, quota: int, *, etag: str | None = None) -> Any:
    request = pb.SetAdmissionQuotaRequest(plan_id=found.plan_id, quota=quota)
    answer = await campus.office.ask(
        "AdmissionPlanService/SetAdmissionQuota", request, by=campus.approver, if_match=etag or found.etag
    )
    return answer.plan


async def uses(campus: Campus, by: UUID, **wanted: Any) -> list[tuple[int, int, int, int]]:
    request = pb.ListAdmissionPlansRequest(**wanted)
    answer = await campus.office.ask("AdmissionPlanService/ListAdmissionPlans", request, by=by)
    return [(one.plan.quota, one.admitted, one.reserved, one.remaining) for one in answer.plans]


async def forecast(campus: Campus, unit: UUID, by: UUID, **page: Any) -> Any:
    request = pb.ForecastAdmissionsRequest(unit_id=str(unit), **page)
    return await campus.office.ask("AdmissionPlanService/ForecastAdmissions", request, by=by)


class TestPlans:
    async def test_quotas_add_up_and_the_history_is_announced(self, campus: Campus) -> None:
        above = await plan(campus, campus.committee, 3)
        with pytest.raises(PlanExceededError):
            await plan(campus, campus.general_branch, 4)
        below = await plan(campus, campus.general_branch, 3)
        with pytest.raises(PlanExceededError):
            await set_quota(campus, above, 2)
        with pytest.raises(PlanAlreadyExistsError):
            await plan(campus, campus.committee, 9)
        below = await set_quota(campus, below, 1)
        with pytest.raises(EtagMismatchError):
            await set_quota(campus, below, 2, etag="1")

        assert below.version == 2
        assert await campus.office.events("admission_plan") == ["admission_plan.set"] * 3
        assert await uses(campus, campus.approver, year=2026) == [(3, 0, 0, 3), (1, 0, 0, 1)]
        assert await uses(campus, campus.approver, year=2025) == []
        with pytest.raises(PlanNotFoundError):
            await campus.office.grant(campus.approver, "ROLE_COMMITTEE_SECRETARY", campus.university)
            missing = type(below)(plan_id=str(campus.branch), etag="1")
            await set_quota(campus, missing, 1)

    async def test_a_form_takes_a_place_and_the_meeting_keeps_it(self, campus: Campus) -> None:
        await plan(campus, campus.committee, 1)
        case = await campus.vote(await campus.reviewed(), "2026-06-12")
        assert case.step == "branch_meeting"

        assert await uses(campus, campus.secretary, unit_id=str(campus.branch)) == []
        assert await uses(campus, campus.approver) == [(1, 1, 0, 0)]
        assert await uses(campus, campus.approver, unit_id=str(campus.branch)) == []

    async def test_nothing_is_issued_when_nothing_is_left(self, campus: Campus) -> None:
        campus.office.clock.go_to(date(2024, 10, 8))
        await plan(campus, campus.committee, 1, year=2027)  # another year limits nothing
        spent = await plan(campus, campus.general_branch, 0)
        with pytest.raises(QuotaExhaustedError):
            await campus.reviewed()
        await set_quota(campus, spent, 1)

    async def test_a_secretary_reads_and_does_not_set(self, campus: Campus) -> None:
        request = pb.CreateAdmissionPlanRequest(unit_id=str(campus.branch), year=2026, quota=1)
        with pytest.raises(PermissionDeniedError):
            await campus.office.ask("AdmissionPlanService/CreateAdmissionPlan", request, by=campus.secretary)


class TestForecast:
    async def test_who_becomes_eligible_when_against_the_quota(self, campus: Campus) -> None:
        await plan(campus, campus.branch, 2, year=2025)
        await campus.activist()  # from 2025-04-15
        campus.applicant = await campus.office.person("第二人")
        campus.office.clock.go_to(date(2025, 5, 6))
        await campus.apply(applied_on="2025-05-06")

        found = await forecast(campus, campus.branch, campus.secretary)

        assert [(one.step, one.eligible_on, one.rule_id) for one in found.people] == [
            ("prospect", "2026-04-15", "DEV-09"),
            ("activist", "2025-11-06", "LOC-02"),
        ]
        assert [(one.month, one.step, one.people) for one in found.months] == [
            ("2025-11", "activist", 1),
            ("2026-04", "prospect", 1),
        ]
        assert (found.plan.plan.quota, found.plan.remaining, found.next_page_token) == (2, 2, "")
        first = await forecast(campus, campus.branch, campus.secretary, page_size=1)
        last = await forecast(
            campus, campus.branch, campus.secretary, page_size=1, page_token=first.next_page_token
        )
        assert [one.step for one in (*first.people, *last.people)] == ["prospect", "activist"]
        with pytest.raises(PermissionDeniedError):
            await forecast(campus, campus.branch, campus.applicant)


@pytest.mark.covers("F48", "F49")
async def test_through_the_gateway(stack: Stack, api_as: Callable[[str], Api]) -> None:
    city = await City.found(stack, api_as)
    await city.apply()
    await city.up_to_contacts()
    year = city.today.year
    body = {"unitId": city.units["committee"], "year": year, "quota": 1}
    denied = await city.send("secretary", "/v1/admissionPlans", body)
    assert (denied.status_code, denied.json()["reason"]) == (403, "PERMISSION_DENIED")
    made = await city.post("approver", "/v1/admissionPlans", body)
    too_much = await city.send(
        "approver", "/v1/admissionPlans", {**body, "unitId": city.units["general"], "quota": 2}
    )
    assert (too_much.status_code, too_much.json()["reason"]) == (409, "PLAN_EXCEEDED")

    told = await city.get("approver", f"/v1/admissionForecasts/{city.units['committee']}")
    (person,) = told["people"]
    # An activist for eight hundred days may be determined a prospective member today.
    assert (person["step"], person["eligibleOn"]) == ("prospect", city.today.isoformat())
    assert told["months"] == [{"month": city.today.isoformat()[:7], "step": "prospect", "people": 1}]
    assert (told["plan"]["plan"]["planId"], told["plan"]["remaining"]) == (made["planId"], 1)

    path = f"/v1/admissionPlans/{made['planId']}:setQuota"
    changed = await city.post("approver", path, {"quota": 3}, etag=made["etag"])
    assert (changed["quota"], changed["version"]) == (3, 2)
    listed = await city.get("approver", "/v1/admissionPlans", unitId=city.units["committee"], year=str(year))
    assert [use["remaining"] for use in listed["plans"]] == [3]
