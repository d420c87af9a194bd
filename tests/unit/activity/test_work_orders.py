"""Work orders: what may be done when, and what is told of a day once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity.domain.work_orders import (
    Draft,
    WorkOrder,
    WorkOrderAct,
    WorkOrderState,
    check_drafts,
    issued,
)
from activity.errors import WorkOrderWrongStateError
from chassis.errors import InvalidArgumentError

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
DUE = date(2026, 12, 10)
DAY = timedelta(days=1)
UNIT, OTHER = UUID(int=1), UUID(int=2)


def draft(due_on: date = DUE, *, title: str = "摸排", unit: UUID = OTHER, remind_days: int = 7) -> Draft:
    return Draft(unit, "建立台账", title, "", due_on, remind_days)


def order(state: WorkOrderState = WorkOrderState.ISSUED, **values: object) -> WorkOrder:
    made = issued(draft(), work_order_id=UUID(int=9), unit_id=UNIT, meeting_id=None, now=NOW)
    return replace(made, state=state, **values)  # type: ignore[arg-type]


@pytest.mark.covers("S12", "F61")
def test_an_order_is_late_from_the_day_after_its_day() -> None:
    assert [order().is_overdue(day) for day in (DUE - DAY, DUE, DUE + DAY)] == [False, False, True]


def test_what_is_reported_or_over_is_never_late() -> None:
    for state in (WorkOrderState.REPORTED, WorkOrderState.CLOSED, WorkOrderState.WITHDRAWN):
        assert not order(state).is_overdue(DUE + DAY)


@pytest.mark.covers("S12", "F61")
def test_a_reminder_comes_on_its_day_and_not_before() -> None:
    day = DUE - 7 * DAY

    assert order().told(day - DAY, NOW) is None
    told = order().told(day, NOW)
    assert told is not None and told[1] is WorkOrderAct.REMINDED
    assert told[0].told(day + DAY, NOW) is None


def test_lateness_is_told_once_also_when_nobody_was_reminded() -> None:
    told = order().told(DUE + DAY, NOW)

    assert told is not None and told[1] is WorkOrderAct.FELL_OVERDUE
    assert told[0].told(DUE + 2 * DAY, NOW) is None


def test_another_day_is_told_of_anew() -> None:
    told = order().told(DUE + DAY, NOW)
    assert told is not None

    later = told[0].rescheduled(DUE + 20 * DAY, DUE + DAY, NOW)

    assert later.told(DUE + 12 * DAY, NOW) is None
    again = later.told(DUE + 13 * DAY, NOW)
    assert again is not None and again[1] is WorkOrderAct.REMINDED


@given(st.lists(st.integers(-30, 30), max_size=40), st.integers(0, 40))
def test_whatever_days_are_looked_at_each_thing_is_told_once(days: list[int], remind_days: int) -> None:
    seen, present = [], order(remind_days=remind_days)
    for number in sorted(days):
        told = present.told(DUE + timedelta(days=number), NOW)
        if told is not None:
            present = told[0]
            seen.append(told[1])

    assert len(seen) == len(set(seen))
    assert (WorkOrderAct.FELL_OVERDUE in seen) == any(number > 0 for number in days)


def test_nothing_is_closed_that_was_not_reported() -> None:
    for state in WorkOrderState:
        if state is not WorkOrderState.REPORTED:
            with pytest.raises(WorkOrderWrongStateError):
                order(state).closed(TODAY, NOW)


def test_a_returned_order_is_open_again() -> None:
    reported = order().accepted(NOW).reported(["照片"], TODAY, NOW)

    returned = reported.returned(NOW)

    assert (returned.state, returned.reported_on) == (WorkOrderState.ACCEPTED, None)
    assert returned.is_overdue(DUE + DAY)


def test_what_is_over_is_not_reported_rescheduled_or_withdrawn() -> None:
    for state in (WorkOrderState.CLOSED, WorkOrderState.WITHDRAWN):
        with pytest.raises(WorkOrderWrongStateError):
            order(state).reported([], TODAY, NOW)
        with pytest.raises(WorkOrderWrongStateError):
            order(state).rescheduled(DUE + DAY, TODAY, NOW)
        with pytest.raises(WorkOrderWrongStateError):
            order(state).withdrawn(TODAY, NOW)


def test_an_order_is_due_today_or_later() -> None:
    check_drafts([draft(TODAY)], TODAY)
    with pytest.raises(InvalidArgumentError):
        check_drafts([draft(TODAY - DAY)], TODAY)
    with pytest.raises(InvalidArgumentError):
        order().rescheduled(TODAY - DAY, TODAY, NOW)


def test_one_unit_gets_one_task_once() -> None:
    check_drafts([draft(), draft(unit=UNIT), draft(title="培训")], TODAY)
    with pytest.raises(InvalidArgumentError) as refused:
        check_drafts([draft(), draft()], TODAY)
    assert [each.field for each in refused.value.violations] == ["work_orders[1].title"]
