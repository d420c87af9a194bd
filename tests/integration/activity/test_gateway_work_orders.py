"""A promotion meeting in the running system: its decisions become work orders that are followed to their closing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.local.stack import Stack
from tests.integration.activity.offices import Offices, on
from tests.support.http import Api
from tests.support.nats_listener import Listener


@pytest.fixture
async def offices(stack: Stack, api_as: Callable[[str], Api]) -> Offices:
    return await Offices.found(api_as)


async def promotion_meeting(offices: Offices) -> str:
    start = datetime.now(UTC).replace(microsecond=0)
    body = {
        "unitId": offices.committee,
        "kind": "MEETING_KIND_PROMOTION_MEETING",
        "title": "“一站式”学生社区建设推进会",
        "plannedStartTime": start.isoformat().replace("+00:00", "Z"),
        "plannedEndTime": (start + timedelta(hours=2)).isoformat().replace("+00:00", "Z"),
        "agenda": [
            {"kind": "KIND_STUDY", "title": "学习"},
            {"kind": "KIND_ASSIGNMENT", "title": "部署社区建设"},
        ],
    }
    convened = await offices.post("/v1/meetings", body)
    path = f"/v1/meetings/{convened['meetingId']}"
    await offices.post(f"{path}:open")
    await offices.post(f"{path}:close", {"minutes": "会议部署三项工作", "resolution": "分工落实"})
    found: str = convened["meetingId"]
    return found


def order(unit: str, title: str, **values: Any) -> dict[str, Any]:
    return {"assigneeUnitId": unit, "decision": "空间建设", "title": title, "dueOn": on(30), **values}


@pytest.mark.covers("S12", "F61")
async def test_decisions_of_a_promotion_meeting_are_followed_until_they_are_done(
    stack: Stack, offices: Offices
) -> None:
    meeting = await promotion_meeting(offices)
    secretary = await offices.grant("COMMITTEE_SECRETARY", offices.committee)
    head = await offices.grant("UNIT_LEADER", offices.academy)
    body = {
        "unitId": offices.committee,
        "meetingId": meeting,
        "workOrders": [order(offices.academy, "建成党员活动室"), order(offices.school, "选派教师党员")],
    }
    async with Listener(stack.nats_url, "activity") as events:
        issued = (await offices.post("/v1/workOrders:issue", body, by=secretary))["workOrders"]
        path = f"/v1/workOrders/{issued[0]['workOrderId']}"
        await offices.post(f"{path}:accept", by=head)
        report = {"note": "已启用", "evidence": ["验收单 2026-7"]}
        await offices.post(f"{path}:report", report, by=head)
        await offices.post(f"{path}:return", {"reason": "补充照片"}, by=secretary)
        await offices.post(f"{path}:report", report, by=head)
        closed = await offices.post(f"{path}:close", {"note": "属实"}, by=secretary)
        await events.wait_for(lambda event: event["type"].endswith(".WorkOrderClosed"))

    assert (closed["state"], closed["evidence"]) == ("STATE_CLOSED", ["验收单 2026-7"])
    steps = await offices.get(f"{path}/steps", by=head)
    assert [each["act"].removeprefix("ACT_") for each in steps["steps"]] == [
        "ISSUED", "ACCEPTED", "REPORTED", "RETURNED", "REPORTED", "CLOSED",
    ]  # fmt: skip
    progress = await offices.get(f"/v1/meetings/{meeting}/workOrderProgress", by=secretary)
    assert (progress["totalCount"], progress["openCount"], progress["closedCount"]) == (2, 1, 1)
    seen = await offices.get("/v1/workOrders", by=head)
    assert [each["workOrderId"] for each in seen["workOrders"]] == [issued[0]["workOrderId"]]
    assert all("evidence" not in str(event) for event in events.events)


@pytest.mark.covers("F61")
async def test_an_order_is_moved_by_its_version_and_refused_with_its_reason(offices: Offices) -> None:
    secretary = await offices.grant("COMMITTEE_SECRETARY", offices.committee)
    body = {"unitId": offices.committee, "workOrders": [order(offices.academy, "排查")]}
    (issued,) = (await offices.post("/v1/workOrders:issue", body, by=secretary))["workOrders"]
    path = f"/v1/workOrders/{issued['workOrderId']}"
    move = {"dueOn": on(60), "reason": "寒假"}

    unclosed = await offices.send(f"{path}:close", by=secretary)
    missing = await offices.send(f"{path}:reschedule", move, by=secretary)
    moved = await offices.post(f"{path}:reschedule", move, by=secretary, etag=issued["etag"])
    stale = await offices.send(f"{path}:reschedule", move, by=secretary, etag=issued["etag"])
    past = await offices.send(
        f"{path}:reschedule", {"dueOn": on(-1), "reason": "误"}, by=secretary, etag=moved["etag"]
    )

    assert (unclosed.status_code, unclosed.json()["reason"]) == (409, "WORK_ORDER_WRONG_STATE")
    assert (missing.status_code, stale.status_code, past.status_code) == (428, 412, 400)
    assert [each["pointer"] for each in past.json()["violations"]] == ["/dueOn"]
    assert (moved["dueOn"], moved["remindOn"]) == (on(60), on(53))


async def test_a_stranger_gives_and_sees_none(offices: Offices) -> None:
    body = {"unitId": offices.committee, "workOrders": [order(offices.academy, "排查")]}
    (issued,) = (await offices.post("/v1/workOrders:issue", body))["workOrders"]
    stranger = await offices.register()

    given = await offices.send("/v1/workOrders:issue", body, by=stranger)
    closed = await offices.send(f"/v1/workOrders/{issued['workOrderId']}:close", by=stranger)

    assert (given.status_code, closed.status_code) == (403, 403)
    assert (await offices.get("/v1/workOrders", by=stranger))["workOrders"] == []
