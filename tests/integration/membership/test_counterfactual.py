"""Other rules over what is recorded: at the service, and through the gateway by the organization department."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import PermissionDeniedError
from deploy.local.stack import Stack
from membership.errors import FieldsContradictError, HypothesisRefusedError
from shuyuan.membership.v1 import counterfactual_service_pb2 as pb
from tests.integration.membership.campus import Campus
from tests.integration.membership.city import City
from tests.integration.membership.office import Office
from tests.support.http import Api

DRAFT = """\
pack: guizhou
layer: province
title: {zh: 草案, en: Draft}
effective_from: 2016-01-01
rules:
  - id: LOC-02
    kind: not_before
    severity: block
    applies_to: [admission.activist]
    facts: {since: application_on}
    parameters: {interval: P1Y}
    source: {doc: 草案, article: "1"}
    messages: {zh: "需要{needed}", en: "needed {needed}"}
"""


@pytest.fixture
async def department(campus: Campus) -> UUID:
    """Somebody of the organization department."""
    person = await campus.office.person("组织部")
    await campus.office.grant(person, "ROLE_ORGANIZATION_DEPARTMENT", campus.university)
    return person


async def ask(office: Office, unit: UUID, by: UUID, **fields: Any) -> pb.ReevaluateCasesResponse:
    request = pb.ReevaluateCasesRequest(unit_id=str(unit), **fields)
    answer: pb.ReevaluateCasesResponse = await office.ask(
        "CounterfactualService/ReevaluateCases", request, by=by
    )
    return answer


def change(rule_id: str, parameter: str, value: str) -> pb.ParameterChange:
    return pb.ParameterChange(rule_id=rule_id, parameter=parameter, value=value)


class TestAtTheService:
    async def test_a_changed_interval_names_the_case_the_act_and_the_day(
        self, campus: Campus, department: UUID
    ) -> None:
        case = await campus.prospect()  # an activist from 2025-04-15, prospect on 2026-04-20
        suppose = change("DEV-09", "interval", "P18M")

        answer = await ask(campus.office, campus.university, department, change=suppose)

        (found,) = answer.cases
        (difference,) = found.differences
        assert (answer.evaluated_cases, found.case_id) == (1, case.case_id)
        assert (difference.step, difference.rule_id) == ("prospect", "DEV-09")
        assert difference.effect_after == pb.RULE_EFFECT_FORBIDS
        assert difference.after.clears_on == "2026-10-15"
        assert difference.before.satisfied

    async def test_packs_and_a_draft(self, campus: Campus, department: UUID) -> None:
        await campus.prospect()
        packs = ["nation", "steps", "branches", "standing"]
        bare = await ask(campus.office, campus.university, department, packs=packs)
        drafted = await ask(campus.office, campus.university, department, packs=packs, draft=DRAFT)

        assert not bare.cases  # everything that the lower layers asked was kept
        (found,) = drafted.cases
        assert [one.rule_id for one in found.differences] == ["LOC-02"]

    async def test_a_wrong_draft_is_refused_with_its_line(self, campus: Campus, department: UUID) -> None:
        looser = DRAFT + "    replaces: DEV-09\n"
        with pytest.raises(HypothesisRefusedError) as caught:
            await ask(campus.office, campus.university, department, draft=looser)
        assert "draft.yaml:14: LOC-02: cannot replace DEV-09" in caught.value.violations[0].en
        with pytest.raises(HypothesisRefusedError) as caught:
            await ask(campus.office, campus.university, department, draft="pack: x\n")
        assert "draft.yaml:1" in caught.value.violations[0].en

    @pytest.mark.parametrize(
        "wrong", [change("ZZZ-99", "interval", "P1Y"), change("DEV-09", "interval", "soon")]
    )
    async def test_a_wrong_change_is_refused(
        self, campus: Campus, department: UUID, wrong: pb.ParameterChange
    ) -> None:
        with pytest.raises(HypothesisRefusedError):
            await ask(campus.office, campus.university, department, change=wrong)

    async def test_one_thing_at_a_time_is_supposed(self, campus: Campus, department: UUID) -> None:
        for fields in ({}, {"change": change("DEV-09", "interval", "P2Y"), "packs": ["nation"]}):
            with pytest.raises(FieldsContradictError):
                await ask(campus.office, campus.university, department, **fields)

    async def test_pages_follow_each_other_and_ask_as_often_for_many_as_for_one(
        self, campus: Campus, department: UUID
    ) -> None:
        await campus.activist()
        suppose = change("LOC-02", "interval", "P10Y")
        counting = campus.office.count_queries()
        await ask(campus.office, campus.university, department, change=suppose)
        for_one = len(counting.asked)
        for name in ("甲", "乙", "丙"):
            campus.applicant = await campus.office.person(name)
            campus.office.clock.go_to(date(2024, 10, 8))
            await campus.apply()
        campus.office.clock.go_to(date(2026, 1, 1))

        counting.asked.clear()
        whole = await ask(campus.office, campus.university, department, change=suppose)
        assert (whole.evaluated_cases, len(whole.cases)) == (4, 1)
        assert len(counting.asked) <= for_one
        seen, token = 0, ""
        while True:
            page = await ask(
                campus.office, campus.university, department, change=suppose, page_size=3, page_token=token
            )
            seen, token = seen + page.evaluated_cases, page.next_page_token
            if not token:
                break
        assert seen == 4

    async def test_only_the_unit_s_own_subtree(self, campus: Campus, department: UUID) -> None:
        await campus.activist()
        elsewhere = await campus.office.unit("community_committee", parent=campus.university)
        answer = await ask(campus.office, elsewhere, department, change=change("LOC-02", "interval", "P10Y"))
        assert (answer.evaluated_cases, len(answer.cases)) == (0, 0)

    async def test_nobody_but_the_organization_department(self, campus: Campus) -> None:
        with pytest.raises(PermissionDeniedError):
            await ask(
                campus.office, campus.committee, campus.approver, change=change("DEV-09", "interval", "P2Y")
            )


@pytest.mark.covers("F94")
async def test_through_the_gateway(stack: Stack, api_as: Callable[[str], Api]) -> None:
    city = await City.found(stack, api_as)
    await city.apply()
    await city.up_to_contacts()  # an activist two hundred days after the application
    body = {"unitId": city.units["committee"], "change": {"ruleId": "LOC-02", "parameter": "interval"}}
    refused = await city.send("approver", "/v1/admissionCases:reevaluate", {**body, "change": None})
    assert refused.status_code in (400, 403)
    body["change"] = {"ruleId": "LOC-02", "parameter": "interval", "value": "P201D"}
    denied = await city.send("approver", "/v1/admissionCases:reevaluate", body)
    assert (denied.status_code, denied.json()["reason"]) == (403, "PERMISSION_DENIED")
    grant = {
        "personId": city.people["officer"],
        "role": "ROLE_ORGANIZATION_DEPARTMENT",
        "unitId": city.units["committee"],
        "reason": "测试",
    }
    await city.post("admin", "/v1/grants", grant)

    stricter = await city.post("officer", "/v1/admissionCases:reevaluate", body)
    body["change"] = {"ruleId": "LOC-02", "parameter": "interval", "value": "P200D"}
    same = await city.post("officer", "/v1/admissionCases:reevaluate", body)

    (found,) = stricter["cases"]
    (difference,) = found["differences"]
    assert (found["caseId"], difference["step"]) == (city.case["caseId"], "activist")
    assert (difference["effectBefore"], difference["effectAfter"]) == (
        "RULE_EFFECT_HOLDS",
        "RULE_EFFECT_FORBIDS",
    )
    assert difference["after"]["source"]["document"] == "学校发展党员工作实施细则"
    assert (same["evaluatedCases"], same["cases"]) == (1, [])
