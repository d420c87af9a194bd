"""Periods and their calendar arithmetic, also against stepping day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rulebook import (
    NO_END,
    DayFormatError,
    Period,
    PeriodFormatError,
    compare_periods,
    last_day_ending_before,
    parse_day,
)

unhurried = settings(deadline=None)  # the machine is shared; these tests measure no time
DAY = timedelta(days=1)
days = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31))
periods = st.builds(Period, months=st.integers(0, 60), days=st.integers(0, 90))


def stepped_months(day: date, months: int) -> date:
    """Walk from day to day, counting months, and stop at the like-numbered day or the month's end (C1)."""
    wanted, passed = day.day, 0
    while passed < months:
        passed += (day + DAY).month != day.month
        day += DAY
    while day.day < wanted and (day + DAY).month == day.month:
        day += DAY
    return day


class TestParseDay:
    def test_calendar_day_is_read(self) -> None:
        assert parse_day("2024-02-29") == date(2024, 2, 29)

    @pytest.mark.parametrize(
        "text",
        [
            "20240229",
            "2020-W01-1",
            "2023-02-29",
            "2024-2-29",
            "2024-02-29 ",
            "2024-02-29T00:00:00",
            "２０２４-02-29",
            "",
        ],
    )
    def test_anything_else_is_refused(self, text: str) -> None:
        with pytest.raises(DayFormatError):
            parse_day(text)


class TestParsePeriod:
    @pytest.mark.parametrize(
        ("text", "period"),
        [
            ("P1M", Period(months=1)),
            ("P1Y6M", Period(months=18)),
            ("P10D", Period(days=10)),
            ("P2W", Period(days=14)),
            ("P0D", Period()),
        ],
    )
    def test_period_is_read(self, text: str, period: Period) -> None:
        assert Period.parse(text) == period

    @pytest.mark.parametrize("text", ["", "P", "1M", "P1", "PT1H", "P-1M", "P1.5M", "P1M1Y", "p1m", "P１M"])
    def test_anything_else_is_refused(self, text: str) -> None:
        with pytest.raises(PeriodFormatError):
            Period.parse(text)

    @unhurried
    @given(periods)
    def test_text_is_read_back(self, period: Period) -> None:
        assert Period.parse(str(period)) == period


class TestAfter:
    @pytest.mark.parametrize(
        ("day", "period", "end"),
        [
            (date(2024, 1, 31), "P1M", date(2024, 2, 29)),
            (date(2023, 1, 31), "P1M", date(2023, 2, 28)),
            (date(2024, 2, 29), "P1Y", date(2025, 2, 28)),
            (date(2023, 2, 28), "P1Y", date(2024, 2, 28)),
            (date(2024, 8, 31), "P6M", date(2025, 2, 28)),
            (date(2024, 11, 30), "P3M", date(2025, 2, 28)),
            (date(2024, 12, 15), "P1M", date(2025, 1, 15)),
            (date(2024, 2, 28), "P10D", date(2024, 3, 9)),
        ],
    )
    def test_missing_day_becomes_the_last_of_its_month(self, day: date, period: str, end: date) -> None:
        assert Period.parse(period).after(day) == end

    def test_month_end_does_not_stick(self) -> None:
        month = Period(months=1)

        assert month.after(month.after(date(2024, 1, 31))) == date(2024, 3, 29)

    def test_due_days_are_counted_from_the_anchor_and_not_chained(self) -> None:
        month = Period(months=1)

        assert month.times(2).after(date(2024, 1, 31)) == date(2024, 3, 31)

    def test_calendar_ends_with_its_last_day(self) -> None:
        assert Period(months=1).after(NO_END) == NO_END
        assert Period(days=1).after(NO_END) == NO_END
        assert Period(months=1).before(date.min) == date.min
        assert Period(days=1).before(date.min) == date.min

    @unhurried
    @pytest.mark.covers("F35")
    @given(days, periods)
    def test_sum_equals_stepping_day_by_day(self, day: date, period: Period) -> None:
        assert period.after(day) == stepped_months(day, period.months) + timedelta(days=period.days)

    @unhurried
    @given(days, days, periods)
    def test_later_start_never_ends_earlier(self, one: date, other: date, period: Period) -> None:
        assert period.after(min(one, other)) <= period.after(max(one, other))


class TestBefore:
    @pytest.mark.parametrize(
        ("day", "period", "start"),
        [
            (date(2024, 3, 31), "P1M", date(2024, 2, 29)),
            (date(2024, 8, 31), "P6M", date(2024, 2, 29)),
            (date(2024, 2, 29), "P1Y", date(2023, 2, 28)),
            (date(2024, 3, 5), "P7D", date(2024, 2, 27)),
        ],
    )
    def test_counts_back_from_the_end(self, day: date, period: str, start: date) -> None:
        assert Period.parse(period).before(day) == start

    @unhurried
    @given(days, st.builds(Period, months=st.integers(0, 60)))
    def test_there_and_back_loses_at_most_three_days(self, day: date, period: Period) -> None:
        assert timedelta(0) <= day - period.before(period.after(day)) <= 3 * DAY


class TestLastDayEndingBefore:
    @unhurried
    @pytest.mark.covers("F35")
    @given(days, periods)
    def test_equals_stepping_back_day_by_day(self, end: date, period: Period) -> None:
        day = end
        while period.after(day) >= end:
            day -= DAY

        assert last_day_ending_before(end, period) == day


class TestCompare:
    @pytest.mark.parametrize(
        ("left", "right", "order"),
        [
            ("P3M", "P1M", 1),
            ("P1M", "P3M", -1),
            ("P12M", "P1Y", 0),
            ("P1W", "P7D", 0),
            ("P31D", "P1M", 1),
            ("P28D", "P1M", -1),
            ("P30D", "P1M", None),
            ("P365D", "P1Y", -1),
            ("P366D", "P1Y", 1),
            ("P1M1D", "P31D", None),
        ],
    )
    def test_order_holds_from_every_start_day_or_not_at_all(
        self, left: str, right: str, order: int | None
    ) -> None:
        assert compare_periods(Period.parse(left), Period.parse(right)) == order

    @unhurried
    @given(days, periods, periods)
    def test_longer_period_never_ends_earlier(self, day: date, left: Period, right: Period) -> None:
        order = compare_periods(left, right)

        if order is not None and order >= 0:
            assert left.after(day) >= right.after(day)
        if order is not None and order <= 0:
            assert left.after(day) <= right.after(day)

    @unhurried
    @given(periods, periods)
    def test_order_turns_with_its_sides(self, left: Period, right: Period) -> None:
        order = compare_periods(right, left)

        assert compare_periods(left, right) == (None if order is None else -order)
