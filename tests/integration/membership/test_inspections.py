"""Inspections of how members are admitted: on real tables, and through the gateway."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import EtagMismatchError, PermissionDeniedError
from deploy.local.stack import Stack
from membership.errors import UnitKindNotAllowedError
from membership.errors.inspections import InspectionDutyAlreadyOpenError, InspectionDutyEndedError
from rulebook import Period
from shuyuan.membership.v1 import inbox_pb2, inbox_service_pb2, inspection_pb2
from shuyuan.membership.v1 import inspection_service_pb2 as pb
from tests.integration.membership.campus import Campus
from tests.integration.membership.city import City
from tests.integration.membership.test_inbox import REMINDERS, timer
from tests.support.http import Api

CITY = inspection_pb2.InspectionDuty.LEVEL_COUNTY_OR_CITY


async def ask(campus: Campus, method: str, request: Any, *, by: UUID | None = None, **values: Any) -> Any:
    return await campus.office.ask(f"InspectionService/{method}", request, by=by or campus.approver, **values)


async def started(campus: Campus, unit: UUID, starts_on: str, **fields: Any) -> Any:
    values: dict[str, Any] = {"level": CITY, "inspector": "市委组织部", "starts_on": starts_on} | fields
    request = pb.StartInspectionDutyRequest(unit_id=str(unit), **values)
    return (await ask(campus, "StartInspectionDuty", request)).inspection_duty


def inspected(duty: Any, day: str, **fields: Any) -> Any:
    values: dict[str, Any] = {
        "basis": "检查通知〔2025〕3号",
        "conclusion": "总体规范",
        "inspected_on": day,
    } | fields
    return pb.RecordInspectionRequest(inspection_duty_id=duty.inspection_duty_id, **values)


async def waiting(campus: Campus) -> list[tuple[str, str, int]]:
    request = inbox_service_pb2.ListInboxItemsRequest(until="2099-12-31")
    items = (await campus.office.ask("InboxService/ListInboxItems", request, by=campus.approver)).items
    kind = inbox_pb2.InboxItem.SUBJECT_KIND_INSPECTION_DUTY
    return [(item.step, item.due_on, item.urgency) for item in items if item.subject_kind == kind]


async def test_what_is_overdue_stands_in_the_inbox_until_an_inspection(campus: Campus) -> None:
    office = campus.office
    office.clock.go_to(date(2025, 3, 1))
    duty = await started(campus, campus.committee, "2024-08-31")
    assert (duty.due_on, duty.overdue) == ("2025-02-28", True)
    assert await waiting(campus) == [
        ("admission_inspection", "2025-02-28", inbox_pb2.InboxItem.URGENCY_OVERDUE)
    ]
    run = timer(office)
    await run()
    office.clock.go_to(date(2025, 3, 2))
    await run()
    rows = [row["data"] for row in await office.real_database.fetch(REMINDERS)]
    given = [(json.loads(row) if isinstance(row, str) else row)["reminder"]["item"] for row in rows]
    assert [item["step"] for item in given] == ["admission_inspection"]
    assert ("personId" in given[0], given[0]["subjectKind"]) == (False, "SUBJECT_KIND_INSPECTION_DUTY")

    made = (
        await ask(campus, "RecordInspection", inspected(duty, "2025-03-01", problems=["谈话记录不全"]))
    ).inspection
    assert [(item.rule_id, item.satisfied) for item in made.verdicts] == [("DEV-36", False)]
    listed = await ask(campus, "ListInspectionDuties", pb.ListInspectionDutiesRequest(level=CITY))
    (after,) = listed.inspection_duties
    assert (after.last_inspected_on, after.due_on, after.overdue) == ("2025-03-01", "2025-09-01", False)
    assert [day for _, day, _ in await waiting(campus)] == ["2025-09-01"]
    overdue = await ask(campus, "ListInspectionDuties", pb.ListInspectionDutiesRequest(overdue=True))
    assert not overdue.inspection_duties


async def test_a_correction_keeps_what_was_known_and_counts_anew(campus: Campus) -> None:
    office = campus.office
    office.clock.go_to(date(2025, 3, 1))
    duty = await started(campus, campus.committee, "2024-08-31")
    made = (await ask(campus, "RecordInspection", inspected(duty, "2025-02-28"))).inspection
    known = made.record_time
    office.clock.go_to(date(2025, 3, 5))
    correction = pb.CorrectInspectionRequest(
        inspection_id=made.inspection_id,
        inspected_on="2025-01-20",
        basis=made.basis,
        conclusion="存在问题",
        problems=["公示不足五个工作日"],
        reason="日期误录",
    )
    with pytest.raises(EtagMismatchError):
        await ask(campus, "CorrectInspection", correction, if_match="7")
    after = (await ask(campus, "CorrectInspection", correction, if_match=made.etag)).inspection
    assert (after.version, after.correction_reason, after.inspected_on) == (2, "日期误录", "2025-01-20")
    old = pb.GetInspectionRequest(inspection_id=made.inspection_id, known_at=known)
    assert (await ask(campus, "GetInspection", old)).inspection == made
    now = pb.GetInspectionRequest(inspection_id=made.inspection_id)
    assert (await ask(campus, "GetInspection", now)).inspection == after
    page = await ask(
        campus,
        "ListInspections",
        pb.ListInspectionsRequest(inspection_duty_id=duty.inspection_duty_id, page_size=1),
    )
    assert (list(page.inspections), page.next_page_token) == ([after], "")
    assert [day for _, day, _ in await waiting(campus)] == ["2025-07-20"]
    assert await office.events("inspection") == ["inspection.recorded", "inspection.corrected"]


async def test_a_committee_is_inspected_once_from_each_level_until_it_ends(campus: Campus) -> None:
    campus.office.clock.go_to(date(2025, 3, 1))
    with pytest.raises(UnitKindNotAllowedError):
        await started(campus, campus.general_branch, "2025-01-01")
    duty = await started(campus, campus.committee, "2025-01-01")
    with pytest.raises(InspectionDutyAlreadyOpenError):
        await started(campus, campus.committee, "2025-01-01")
    with pytest.raises(PermissionDeniedError):
        await ask(campus, "RecordInspection", inspected(duty, "2025-02-01"), by=campus.secretary)
    ending = pb.EndInspectionDutyRequest(
        inspection_duty_id=duty.inspection_duty_id, ended_on="2025-02-28", reason="改由省委检查"
    )
    ended = (await ask(campus, "EndInspectionDuty", ending, if_match=duty.etag)).inspection_duty
    assert (ended.due_on, ended.ended_on, await waiting(campus)) == ("", "2025-02-28", [])
    with pytest.raises(InspectionDutyEndedError):
        await ask(campus, "RecordInspection", inspected(duty, "2025-03-01"))
    await started(campus, campus.committee, "2025-03-01")


@pytest.mark.covers("DEV-36")
async def test_the_committee_sees_by_when_it_is_inspected_through_the_gateway(
    stack: Stack, api_as: Callable[[str], Api]
) -> None:
    city = await City.found(stack, api_as)
    unit, today = city.units["committee"], city.today
    # The latest beginning whose first half year is over, and the earliest whose first is not.
    missed = next(day for n in range(181, 190) if half_after(day := today - timedelta(days=n)) < today)
    body = {"unitId": unit, "inspector": "市委组织部", "startsOn": missed.isoformat()}
    level = {"level": "LEVEL_COUNTY_OR_CITY"}
    path = "/v1/inspectionDuties"
    assert (await city.send("secretary", path, body | level)).status_code == 403
    duty = await city.post("approver", path, body | level)
    assert (duty["overdue"], duty["dueOn"]) == (True, half_after(missed).isoformat())
    yearly = await city.post("approver", path, body | {"level": "LEVEL_PROVINCE"})
    assert (yearly["overdue"], yearly["dueOn"]) == (False, after(missed, "P1Y").isoformat())
    again = await city.send("approver", path, body | level)
    assert (again.status_code, again.json()["reason"]) == (409, "INSPECTION_DUTY_ALREADY_OPEN")

    items = (await city.get("approver", "/v1/inbox", unitId=unit, urgency="URGENCY_OVERDUE"))["items"]
    mine = [item for item in items if item["step"] == "admission_inspection"]
    assert [(item["subjectId"], item["ruleId"], item["source"]["article"]) for item in mine] == [
        (duty["inspectionDutyId"], "DEV-36", "38")
    ]
    found: dict[str, Any] = {
        "inspectedOn": half_after(missed).isoformat(),
        "basis": "检查通知〔2025〕3号",
        "conclusion": "总体规范",
        "problems": ["谈话记录不全"],
    }
    made = await city.post("approver", f"{path}/{duty['inspectionDutyId']}:record", found)
    assert [(item["ruleId"], item["satisfied"]) for item in made["verdicts"]] == [("DEV-36", True)]
    late = found | {"inspectedOn": (half_after(missed) + timedelta(days=1)).isoformat(), "reason": "日期误录"}
    url = f"/v1/inspections/{made['inspectionId']}"
    corrected = await city.post("approver", f"{url}:correct", late, etag=made["etag"])
    assert [item["satisfied"] for item in corrected["verdicts"]] == [False]
    known = await city.get("approver", url, knownAt=made["recordTime"])
    assert (known["inspectedOn"], known["version"]) == (found["inspectedOn"], 1)
    early = found | {"inspectedOn": (half_after(missed) - timedelta(days=1)).isoformat(), "reason": "再更正"}
    corrected = await city.post("approver", f"{url}:correct", early, etag=corrected["etag"])
    assert [item["satisfied"] for item in corrected["verdicts"]] == [True]
    left = await city.get("approver", "/v1/inbox", unitId=unit, urgency="URGENCY_OVERDUE")
    assert [item["step"] for item in left["items"]] == []


def after(day: date, period: str) -> date:
    return Period.parse(period).after(day)


def half_after(day: date) -> date:
    return after(day, "P6M")
