"""Working days with make-up days, and the windows of public notices."""

from datetime import date, timedelta

import pytest
from chinese_calendar import is_workday
from hypothesis import given, settings
from hypothesis import strategies as st

from rulebook import (
    NO_END,
    NoticeWindow,
    is_provisional,
    is_working_day,
    nth_working_day_after,
    published_range,
)

unhurried = settings(deadline=None)  # the machine is shared; these tests measure no time
DAY = timedelta(days=1)
days = st.dates(min_value=date(2004, 1, 1), max_value=date(2040, 12, 31))


class TestWorkingDay:
    @pytest.mark.parametrize(
        ("day", "working"),
        [
            (date(2024, 9, 29), True),
            (date(2024, 10, 1), False),
            (date(2024, 10, 8), True),
            (date(2024, 10, 12), True),
            (date(2024, 10, 13), False),
        ],
    )
    def test_make_up_days_are_worked_and_holidays_are_not(self, day: date, working: bool) -> None:
        assert is_working_day(day) is working

    @unhurried
    @given(st.dates(*published_range()))
    def test_published_years_are_the_librarys(self, day: date) -> None:
        assert not is_provisional(day)
        assert is_working_day(day) == is_workday(day)

    @unhurried
    @given(st.dates(min_value=published_range()[1] + DAY))
    def test_beyond_published_years_monday_to_friday_is_assumed(self, day: date) -> None:
        assert is_provisional(day)
        assert is_working_day(day) == (day.weekday() < 5)

    def test_published_range_is_whole_years_up_to_the_last_published(self) -> None:
        first, last = published_range()

        assert (first.month, first.day, last.month, last.day) == (1, 1, 12, 31)
        assert is_provisional(first - DAY)
        assert is_provisional(last + DAY)


class TestNthWorkingDay:
    @unhurried
    @given(days, st.integers(1, 15))
    def test_exactly_n_working_days_lie_behind_the_start(self, day: date, number: int) -> None:
        reckoned = nth_working_day_after(day, number)
        span = [day + DAY * step for step in range(1, (reckoned.day - day).days + 1)]

        assert is_working_day(reckoned.day)
        assert sum(map(is_working_day, span)) == number
        assert reckoned.provisional == any(map(is_provisional, span))

    def test_calendar_ends_with_its_last_day(self) -> None:
        assert nth_working_day_after(NO_END, 5).day == NO_END


class TestNoticeWindow:
    @unhurried
    @given(days, st.integers(1, 15))
    def test_next_step_follows_the_last_working_day(self, posted: date, number: int) -> None:
        window = NoticeWindow.parse(f"{number}WD")

        assert window.next_step_after(posted).day == nth_working_day_after(posted, number).day + DAY

    @unhurried
    @given(days, st.integers(1, 30))
    def test_day_of_posting_is_not_counted(self, posted: date, number: int) -> None:
        reckoned = NoticeWindow.parse(f"P{number}D").next_step_after(posted)

        assert reckoned.day == posted + DAY * (number + 1)
        assert not reckoned.provisional

    def test_window_into_an_unpublished_year_is_provisional(self) -> None:
        _, last = published_range()

        assert NoticeWindow.parse("5WD").next_step_after(last).provisional

    @pytest.mark.parametrize("text", ["5WD", "P7D", "P1M"])
    def test_text_is_read_back(self, text: str) -> None:
        assert str(NoticeWindow.parse(text)) == text
