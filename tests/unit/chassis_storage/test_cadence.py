"""When timed work is due."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from chassis.clock import Clock
from chassis.schedule import Daily, Every


class _Stopped(Clock):
    def __init__(self, now: datetime) -> None:
        super().__init__()
        self._now = now

    def now(self) -> datetime:
        return self._now

    def system_now(self) -> datetime:
        return self._now


def at(*values: int) -> Any:
    return _Stopped(datetime(*values, tzinfo=UTC))  # type: ignore[misc, arg-type] # the parts of an instant


def test_a_day_is_due_from_its_time_on_by_campus_time() -> None:
    cadence = Daily(time(8, 0))
    assert cadence.slots(at(2026, 9, 1, 0, 0), None) == [("2026-09-01", date(2026, 9, 1))]
    assert cadence.slots(at(2026, 8, 31, 23, 59), None) == [("2026-08-31", date(2026, 8, 31))]


def test_after_a_jump_only_the_newest_day_is_due() -> None:
    assert [key for key, _ in Daily().slots(at(2026, 9, 10, 4), "2026-09-01")] == ["2026-09-10"]


def test_where_every_day_counts_the_missed_ones_are_due_in_order() -> None:
    cadence = Daily(catch_up=True)
    assert [key for key, _ in cadence.slots(at(2026, 9, 4, 4), "2026-09-01")] == [
        "2026-09-02",
        "2026-09-03",
        "2026-09-04",
    ]
    assert cadence.slots(at(2026, 9, 4, 4), "2026-09-04") == []


def test_an_interval_has_one_slot() -> None:
    cadence = Every(timedelta(minutes=10))
    first, second = (cadence.slots(at(2026, 9, 1, 0, minute), None) for minute in (1, 9))
    assert first == second
    assert cadence.slots(at(2026, 9, 1, 0, 10), None) != first
