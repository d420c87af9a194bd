"""Business days are campus days."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chassis.clock import Clock, campus_day


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 9, 1, 15, 59, 59, tzinfo=UTC), date(2026, 9, 1)),
        (datetime(2026, 9, 1, 16, 0, tzinfo=UTC), date(2026, 9, 2)),
    ],
)
def test_a_day_begins_at_midnight_in_shanghai(instant: datetime, day: date) -> None:
    assert campus_day(instant) == day


def test_a_shift_moves_business_time_and_not_the_systems() -> None:
    clock = Clock(shift=timedelta(days=400))
    assert clock.now() - clock.system_now() > timedelta(days=399)
    assert clock.today() == campus_day(clock.now())
