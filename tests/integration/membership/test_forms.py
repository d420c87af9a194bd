"""The ledger of forms on real tables, and through the gateway."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.errors import PermissionDeniedError
from deploy.local.stack import Stack
from membership.errors import FormNumbersTakenError, FormYearClosedError, StepForbiddenError
from shuyuan.membership.v1 import admission_form_pb2
from shuyuan.membership.v1 import admission_form_service_pb2 as pb
from tests.integration.membership.campus import Campus, refused_rules
from tests.integration.membership.city import City
from tests.support.http import Api


async def draw(campus: Campus, first: int, count: int, *, unit: UUID | None = None, year: int = 2026) -> Any:
    request = pb.DrawFormsRequest(
        unit_id=str(unit or campus.committee),
        year=year,
        prefix="2026-",
        first=first,
        count=count,
        drawn_on="2024-10-08",
    )
    answer = await campus.office.ask("AdmissionFormService/DrawForms", request, by=campus.approver)
    return answer.ledger


async def ledger(campus: Campus) -> dict[str, int]:
    request = pb.GetFormLedgerRequest(unit_id=str(campus.committee), year=2026)
    answer = await campus.office.ask("AdmissionFormService/GetFormLedger", request, by=campus.approver)
    names = ("drawn", "in_hand", "used", "lost", "void", "returned")
    return {name: getattr(answer.ledger, name) for name in names if getattr(answer.ledger, name)}


async def listed(campus: Campus, **wanted: Any) -> list[Any]:
    request = pb.ListFormsRequest(unit_id=str(campus.committee), **wanted)
    answer = await campus.office.ask("AdmissionFormService/ListForms", request, by=campus.approver)
    return list(answer.forms)


async def account(
    campus: Campus, form: Any, state: admission_form_pb2.AdmissionFormState.ValueType, day: str
) -> Any:
    request = pb.AccountForFormRequest(form_id=form.form_id, state=state, occurred_on=day, reason="污损")
    answer = await campus.office.ask(
        "AdmissionFormService/AccountForForm", request, by=campus.approver, if_match=form.etag
    )
    return answer.form


async def close(campus: Campus) -> Any:
    request = pb.CloseFormYearRequest(unit_id=str(campus.committee), year=2026)
    answer = await campus.office.ask("AdmissionFormService/CloseFormYear", request, by=campus.approver)
    return answer.ledger


class TestLedger:
    async def test_a_year_is_closed_when_every_form_is_accounted_for(self, campus: Campus) -> None:
        await draw(campus, 122, 3)
        with pytest.raises(FormNumbersTakenError):
            await draw(campus, 124, 2, unit=campus.general_branch)
        case = await campus.reviewed()  # with the number 2026-000123
        assert await ledger(campus) == {"drawn": 3, "in_hand": 2, "used": 1}
        (used,) = await listed(campus, state=admission_form_pb2.ADMISSION_FORM_STATE_USED)
        assert (used.case_id, used.accounted_on) == (case.case_id, "2026-05-30")

        with pytest.raises(StepForbiddenError) as caught:
            await close(campus)
        assert refused_rules(caught.value) == ["LOC-13"]
        first, second = await listed(campus, state=admission_form_pb2.ADMISSION_FORM_STATE_IN_HAND)
        await account(campus, first, admission_form_pb2.ADMISSION_FORM_STATE_LOST, "2026-05-30")
        with pytest.raises(StepForbiddenError):
            await close(campus)
        await account(campus, second, admission_form_pb2.ADMISSION_FORM_STATE_RETURNED, "2026-05-30")
        closed = await close(campus)

        assert (closed.balanced, closed.closed_on) == (True, "2026-05-30")
        assert await ledger(campus) == {"drawn": 3, "used": 1, "lost": 1, "returned": 1}
        with pytest.raises(FormYearClosedError):
            await draw(campus, 500, 1)
        with pytest.raises(FormYearClosedError):
            await account(campus, used, admission_form_pb2.ADMISSION_FORM_STATE_VOID, "2026-05-30")
        assert await campus.office.events("form_ledger") == ["form_ledger.drawn", "form_ledger.closed"]
        assert len(await campus.office.events("admission_form")) == 3

    async def test_a_form_of_no_ledger_and_of_another_unit_is_refused(self, campus: Campus) -> None:
        await draw(campus, 1, 5)
        with pytest.raises(StepForbiddenError) as caught:
            await campus.reviewed()
        assert refused_rules(caught.value) == ["LOC-13.series"]

    async def test_a_form_of_another_branch_s_ledger_is_refused(self, campus: Campus) -> None:
        elsewhere = await campus.office.unit("community_committee", parent=campus.university)
        await campus.office.grant(campus.approver, "ROLE_COMMITTEE_SECRETARY", elsewhere)
        await draw(campus, 123, 1, unit=elsewhere)
        with pytest.raises(StepForbiddenError) as caught:
            await campus.reviewed()
        assert refused_rules(caught.value) == ["LOC-13.series"]

    async def test_another_form_takes_the_place_of_the_first(self, campus: Campus) -> None:
        await draw(campus, 123, 2)
        case = await campus.reviewed()
        again = await campus.on("2026-06-01", case, "IssueAdmissionForm", form_number="2026-000124")
        assert again.step == "admission_form"
        assert await ledger(campus) == {"drawn": 2, "used": 1, "void": 1}
        (void,) = await listed(campus, state=admission_form_pb2.ADMISSION_FORM_STATE_VOID)
        assert void.reason == "换发 2026-000124"

    async def test_without_a_ledger_any_number_may_be_written(self, campus: Campus) -> None:
        case = await campus.reviewed()
        assert case.step == "admission_form"
        assert await ledger(campus) == {}

    async def test_a_secretary_reads_and_does_not_keep(self, campus: Campus) -> None:
        request = pb.DrawFormsRequest(
            unit_id=str(campus.branch), year=2026, prefix="A", first=1, count=1, drawn_on="2024-10-08"
        )
        with pytest.raises(PermissionDeniedError):
            await campus.office.ask("AdmissionFormService/DrawForms", request, by=campus.secretary)


@pytest.mark.covers("F47", "LOC-13")
async def test_through_the_gateway(stack: Stack, api_as: Callable[[str], Api]) -> None:
    city = await City.found(stack, api_as)
    unit, year, prefix = city.units["committee"], city.today.year, f"{uuid4().hex[:8]}-"
    body = {"unitId": unit, "year": year, "prefix": prefix, "first": 1, "count": 2, "drawnOn": city.ago(0)}
    denied = await city.send("secretary", "/v1/admissionForms:draw", body)
    assert (denied.status_code, denied.json()["reason"]) == (403, "PERMISSION_DENIED")
    drawn = await city.post("approver", "/v1/admissionForms:draw", body)
    assert (drawn["drawn"], drawn["inHand"], drawn["balanced"]) == (2, 2, False)
    twice = await city.send("approver", "/v1/admissionForms:draw", body)
    assert (twice.status_code, twice.json()["reason"]) == (409, "FORM_NUMBERS_TAKEN")

    refused = await city.send("approver", f"/v1/formLedgers/{unit}:close", {"year": year})
    assert (refused.status_code, refused.json()["reason"]) == (422, "STEP_FORBIDDEN_BY_RULES")
    (verdict,) = [one for one in refused.json()["verdicts"] if not one["satisfied"]]
    assert (verdict["ruleId"], verdict["seen"], verdict["needed"]) == ("LOC-13", "0", "≥ 2")
    found = await city.get("approver", "/v1/admissionForms", unitId=unit)
    for form, state in zip(found["forms"], ("LOST", "RETURNED"), strict=True):
        told = {"state": f"ADMISSION_FORM_STATE_{state}", "occurredOn": city.ago(0), "reason": "测试"}
        await city.post("approver", f"/v1/admissionForms/{form['formId']}:account", told, etag=form["etag"])
    closed = await city.post("approver", f"/v1/formLedgers/{unit}:close", {"year": year})
    assert (closed["balanced"], closed["closedOn"]) == (True, city.ago(0))
    shown = await city.get("secretary", f"/v1/formLedgers/{city.units['general']}", year=str(year))
    assert shown["drawn"] == 0
    assert date.fromisoformat(closed["closedOn"]) == city.today
