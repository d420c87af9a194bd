"""Work orders on a real database: given from a meeting, reported, closed; what the calendar tells of them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from activity.domain.meetings import MeetingKind
from activity.errors import (
    MeetingNotFoundError,
    UnitNotInForceError,
    UnitUnknownError,
    WorkOrderMeetingNotHeldError,
    WorkOrderNotFoundError,
    WorkOrderWrongStateError,
)
from activity.operations import meetings
from activity.schedule import SCHEDULE
from chassis.errors import EtagMismatchError, InvalidArgumentError, PermissionDeniedError
from chassis.ids import new_id
from chassis.schedule import ScheduleRunner
from shuyuan.activity.v1 import work_order_pb2
from shuyuan.activity.v1 import work_order_service_pb2 as pb
from tests.integration.activity.desk import Desk

TODAY = date(2026, 11, 24)


def drafted(unit_id: UUID, title: str = "摸排", *, due: int = 10, **values: Any) -> pb.WorkOrderDraft:
    return pb.WorkOrderDraft(
        assignee_unit_id=str(unit_id),
        decision="建立入党积极分子台账",
        title=title,
        due_on=(TODAY + timedelta(days=due)).isoformat(),
        **values,
    )


async def issue(
    desk: Desk, *drafts: pb.WorkOrderDraft, meeting_id: UUID | None = None, by: UUID | None = None
) -> list[work_order_pb2.WorkOrder]:
    request = pb.IssueWorkOrdersRequest(
        unit_id=str(desk.committee),
        meeting_id=None if meeting_id is None else str(meeting_id),
        work_orders=drafts or [drafted(desk.branch)],
    )
    answer = await desk.ask("WorkOrderService/IssueWorkOrders", request, by=by or desk.committee_secretary)
    return list(answer.work_orders)


async def act(desk: Desk, verb: str, order: work_order_pb2.WorkOrder, *, by: UUID, **values: Any) -> Any:
    request = getattr(pb, f"{verb}WorkOrderRequest")(work_order_id=order.work_order_id, **values)
    etag = {"if_match": order.etag} if verb in ("Reschedule", "Withdraw") else {}
    return (await desk.ask(f"WorkOrderService/{verb}WorkOrder", request, by=by, **etag)).work_order


async def report(desk: Desk, order: work_order_pb2.WorkOrder) -> Any:
    return await act(desk, "Report", order, by=desk.secretary, note="已完成", evidence=["台账编号 7"])


async def listed(desk: Desk, by: UUID, **narrow: Any) -> list[str]:
    answer = await desk.ask("WorkOrderService/ListWorkOrders", pb.ListWorkOrdersRequest(**narrow), by=by)
    return [order.work_order_id for order in answer.work_orders]


async def told(desk: Desk) -> list[str]:
    """Let the day's timed work run; what has been told in all."""
    await ScheduleRunner(desk.context, SCHEDULE).run_due(SCHEDULE[0])
    return [name for name, _ in await desk.events() if name.endswith((".reminded", ".fell_overdue"))]


async def promotion(desk: Desk) -> UUID:
    meeting = await desk.convene(
        by=desk.committee_secretary, unit_id=desk.committee, kind=MeetingKind.PROMOTION_MEETING
    )
    return meeting.meeting_id


@pytest.mark.covers("S12", "F61")
async def test_an_order_goes_from_the_meeting_to_its_closing_and_keeps_its_history(desk: Desk) -> None:
    meeting_id = await promotion(desk)
    await meetings.open_meeting(desk.call(desk.committee_secretary), meeting_id)
    (order,) = await issue(desk, meeting_id=meeting_id)

    await act(desk, "Accept", order, by=desk.secretary)
    await report(desk, order)
    await act(desk, "Return", order, by=desk.committee_secretary, reason="缺照片")
    await report(desk, order)
    closed = await act(desk, "Close", order, by=desk.committee_secretary, note="属实")

    assert closed.state == work_order_pb2.WorkOrder.STATE_CLOSED
    assert (closed.ended_on, list(closed.evidence)) == (TODAY.isoformat(), ["台账编号 7"])
    request = pb.ListWorkOrderStepsRequest(work_order_id=order.work_order_id, page_size=4)
    steps = await desk.ask("WorkOrderService/ListWorkOrderSteps", request, by=desk.secretary)
    request.page_token = steps.next_page_token
    rest = await desk.ask("WorkOrderService/ListWorkOrderSteps", request, by=desk.secretary)
    acts = [work_order_pb2.WorkOrderStep.Act.Name(step.act) for step in (*steps.steps, *rest.steps)]
    assert [name.removeprefix("ACT_") for name in acts] == [
        "ISSUED", "ACCEPTED", "REPORTED", "RETURNED", "REPORTED", "CLOSED",
    ]  # fmt: skip
    assert steps.steps[3].note == "缺照片" and steps.steps[2].person_id == str(desk.secretary)
    names = [name for name, data in await desk.events() if name.startswith("work_order.")]
    assert names == [f"work_order.{verb}" for verb in (
        "issued", "accepted", "reported", "returned", "reported", "closed",
    )]  # fmt: skip


async def test_evidence_is_in_no_event_and_a_reason_is(desk: Desk) -> None:
    (order,) = await issue(desk)
    await report(desk, order)
    await act(desk, "Return", order, by=desk.committee_secretary, reason="缺照片")

    events = [data for name, data in await desk.events() if name.startswith("work_order.")]

    assert all("evidence" not in data["workOrder"] for data in events)
    assert events[-1]["reason"] == "缺照片"


async def test_each_side_does_its_own_part(desk: Desk) -> None:
    (order,) = await issue(desk, drafted(desk.branch))
    other_secretary = new_id()
    await desk.grant(other_secretary, "ROLE_BRANCH_SECRETARY", desk.other)

    with pytest.raises(PermissionDeniedError):
        await act(desk, "Report", order, by=other_secretary, note="代办", evidence=["无"])
    await report(desk, order)
    with pytest.raises(PermissionDeniedError):
        await act(desk, "Close", order, by=desk.secretary)
    with pytest.raises(PermissionDeniedError):
        await issue(desk, by=desk.secretary)


async def test_a_unit_outside_sees_an_order_only_when_it_does_it(desk: Desk) -> None:
    other_secretary = new_id()
    await desk.grant(other_secretary, "ROLE_BRANCH_SECRETARY", desk.other)
    mine, theirs = await issue(desk, drafted(desk.branch), drafted(desk.other))

    assert await listed(desk, desk.secretary) == [mine.work_order_id]
    assert await listed(desk, other_secretary) == [theirs.work_order_id]
    assert len(await listed(desk, desk.committee_secretary)) == 2
    request = pb.GetWorkOrderRequest(work_order_id=theirs.work_order_id)
    await desk.ask("WorkOrderService/GetWorkOrder", request, by=other_secretary)
    with pytest.raises(PermissionDeniedError):
        await desk.ask("WorkOrderService/GetWorkOrder", request, by=desk.secretary)


@pytest.mark.covers("S12", "F61")
async def test_the_calendar_tells_of_each_day_once(desk: Desk) -> None:
    await issue(desk, drafted(desk.branch, due=10), drafted(desk.other, due=30))

    assert await told(desk) == []
    for days, expected in ((3, 1), (0, 1), (7, 1), (1, 2), (1, 2)):
        desk.clock.instant += timedelta(days=days)
        assert len(await told(desk)) == expected
    assert await told(desk) == ["work_order.reminded", "work_order.fell_overdue"]


async def test_another_day_is_reminded_of_anew_and_asks_for_the_version(desk: Desk) -> None:
    (order,) = await issue(desk, drafted(desk.branch, due=5))
    assert await told(desk) == ["work_order.reminded"]
    values = {"due_on": (TODAY + timedelta(days=20)).isoformat(), "reason": "寒假"}

    with pytest.raises(EtagMismatchError):
        await act(desk, "Reschedule", order, by=desk.committee_secretary, **values)
    order.etag = "2"
    moved = await act(desk, "Reschedule", order, by=desk.committee_secretary, **values)

    assert moved.remind_on == (TODAY + timedelta(days=13)).isoformat()
    desk.clock.instant += timedelta(days=13)
    assert await told(desk) == ["work_order.reminded"] * 2


@pytest.mark.covers("S12", "F61")
async def test_overdue_orders_are_listed_and_counted_for_their_meeting(desk: Desk) -> None:
    meeting_id = await promotion(desk)
    await meetings.open_meeting(desk.call(desk.committee_secretary), meeting_id)
    drafts = [drafted(desk.branch, title, due=due) for title, due in (("甲", 1), ("乙", 2), ("丙", 9))]
    first, second, third = await issue(desk, *drafts, meeting_id=meeting_id)
    await report(desk, second)
    withdrawn = await act(desk, "Withdraw", third, by=desk.committee_secretary, reason="并案")
    assert withdrawn.state == work_order_pb2.WorkOrder.STATE_WITHDRAWN

    desk.clock.instant += timedelta(days=1)
    assert await listed(desk, desk.secretary, overdue_only=True) == []
    desk.clock.instant += timedelta(days=1)
    assert await listed(desk, desk.secretary, overdue_only=True) == [first.work_order_id]

    request = pb.GetWorkOrderProgressRequest(meeting_id=str(meeting_id))
    progress = await desk.ask("WorkOrderService/GetWorkOrderProgress", request, by=desk.committee_secretary)
    assert (progress.total_count, progress.open_count, progress.reported_count) == (2, 1, 1)
    assert (progress.closed_count, progress.overdue_count) == (0, 1)


async def test_a_list_is_paged_by_the_day_and_narrowed(desk: Desk) -> None:
    drafts = [drafted(desk.branch, str(due), due=due) for due in (3, 1, 2)]
    orders = await issue(desk, *drafts, drafted(desk.other, due=5))
    by_day = [orders[index].work_order_id for index in (1, 2, 0, 3)]
    request = pb.ListWorkOrdersRequest(page_size=3)
    first = await desk.ask("WorkOrderService/ListWorkOrders", request, by=desk.committee_secretary)
    request.page_token = first.next_page_token
    rest = await desk.ask("WorkOrderService/ListWorkOrders", request, by=desk.committee_secretary)

    assert [order.work_order_id for order in (*first.work_orders, *rest.work_orders)] == by_day
    reader = desk.committee_secretary
    assert await listed(desk, reader, assignee_unit_id=str(desk.other)) == by_day[3:]
    assert await listed(desk, reader, due_by=(TODAY + timedelta(days=2)).isoformat()) == by_day[:2]
    assert await listed(desk, reader, unit_id=str(desk.branch)) == []
    await act(desk, "Accept", orders[0], by=desk.secretary)
    accepted = work_order_pb2.WorkOrder.STATE_ACCEPTED
    assert await listed(desk, reader, state=accepted) == [orders[0].work_order_id]


class TestRefusals:
    async def test_a_meeting_that_was_not_held_gives_no_orders(self, desk: Desk) -> None:
        with pytest.raises(WorkOrderMeetingNotHeldError):
            await issue(desk, meeting_id=await promotion(desk))
        elsewhere = await desk.held()
        with pytest.raises(WorkOrderMeetingNotHeldError):
            await issue(desk, meeting_id=elsewhere.meeting_id)
        with pytest.raises(MeetingNotFoundError):
            await issue(desk, meeting_id=new_id())
        assert await listed(desk, desk.committee_secretary) == []

    @pytest.mark.parametrize(
        ("draft", "error"),
        [
            (lambda desk: drafted(new_id()), UnitUnknownError),
            (lambda desk: drafted(desk.branch, due=-1), InvalidArgumentError),
        ],
    )
    async def test_all_or_none_are_given(
        self, desk: Desk, draft: Callable[[Desk], pb.WorkOrderDraft], error: type[Exception]
    ) -> None:
        with pytest.raises(error):
            await issue(desk, drafted(desk.branch), draft(desk))

        assert await listed(desk, desk.committee_secretary) == []

    async def test_a_unit_that_is_gone_by_the_day_gets_none(self, desk: Desk) -> None:
        data = {
            "unit": {
                "kind": "KIND_BRANCH",
                "establishedOn": "2020-01-01",
                "dissolvedOn": (TODAY + timedelta(days=10)).isoformat(),
            }
        }
        gone = new_id()
        await desk.receive("organization", "unit", gone, data)

        await issue(desk, drafted(gone, due=9))
        with pytest.raises(UnitNotInForceError):
            await issue(desk, drafted(gone, due=10))

    async def test_nothing_unreported_is_closed_and_nothing_unknown_found(self, desk: Desk) -> None:
        (order,) = await issue(desk)
        with pytest.raises(WorkOrderWrongStateError):
            await act(desk, "Close", order, by=desk.committee_secretary)
        order.work_order_id = str(new_id())
        with pytest.raises(PermissionDeniedError):
            await act(desk, "Accept", order, by=desk.secretary)
        await desk.grant(desk.committee_secretary, "ROLE_COMMITTEE_SECRETARY", desk.university)
        with pytest.raises(WorkOrderNotFoundError):
            await act(desk, "Close", order, by=desk.committee_secretary)
