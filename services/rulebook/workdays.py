"""Working days of the People's Republic, with make-up days (调休), and notice windows (C5).

The published years are those of the chinesecalendar library (2004 to 2026 in release 1.11.0) and are
read from its data, so that a newer release extends them. Outside them Monday to Friday is assumed
and the answer is provisional.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final, Self

from chinese_calendar.constants import holidays, workdays

from .periods import Period, compare_periods

_DAY: Final = timedelta(days=1)
_WORKING_DAYS = re.compile(r"(\d{1,3})WD", re.ASCII)


@dataclass(frozen=True)
class Reckoned:
    """A day that was counted, and whether unpublished holidays may still move it."""

    day: date
    provisional: bool


@cache
def published_range() -> tuple[date, date]:
    """
    The first and last day of the years whose holidays are published.
    """
    return date(min(holidays).year, 1, 1), date(max(holidays).year, 12, 31)


def is_working_day(day: date) -> bool:
    """
    Whether work is done on the day, make-up days included; Monday to Friday in unpublished years.
    """
    return day in workdays or (day.weekday() < 5 and day not in holidays)


def is_provisional(day: date) -> bool:
    """
    Whether the holidays of the day's year are unpublished.
    """
    first, last = published_range()
    return not first <= day <= last


def nth_working_day_after(day: date, number: int) -> Reckoned:
    """
    The `number`-th working day after `day`, which itself is not counted.
    """
    provisional = False
    while number > 0 and day < date.max:
        day += _DAY
        provisional = provisional or is_provisional(day)
        number -= is_working_day(day)
    return Reckoned(day, provisional)


@dataclass(frozen=True)
class NoticeWindow:
    """
    How long a public notice hangs: working days (`5WD`) or a period (`P7D`).

    The day of posting is not counted and the next step may follow the day after the last one.
    """

    working_days: int | None
    period: Period | None

    @classmethod
    def parse(cls, text: str) -> Self:
        match = _WORKING_DAYS.fullmatch(text)
        if match is not None:
            return cls(working_days=int(match[1]), period=None)
        return cls(working_days=None, period=Period.parse(text))

    def __str__(self) -> str:
        return f"{self.working_days}WD" if self.period is None else str(self.period)

    def next_step_after(self, posted_on: date) -> Reckoned:
        """
        The first day on which the step that the notice precedes may be taken.
        """
        if self.period is None:
            last = nth_working_day_after(posted_on, self.working_days or 0)
        else:
            last = Reckoned(self.period.after(posted_on), provisional=False)
        return Reckoned(Period(days=1).after(last.day), last.provisional)


def compare_windows(left: NoticeWindow, right: NoticeWindow) -> int | None:
    """
    Order two windows of one unit; working days and calendar days have no order (C16).
    """
    if left.period is not None and right.period is not None:
        return compare_periods(left.period, right.period)
    if left.working_days is None or right.working_days is None:
        return None
    return (left.working_days > right.working_days) - (left.working_days < right.working_days)
