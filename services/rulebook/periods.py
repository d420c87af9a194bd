"""ISO-8601 periods of whole days and their exact calendar arithmetic (conventions C1 to C4, C7).

Never turns a month into thirty days, and never reads the clock.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final, Self

from .errors import DayFormatError, PeriodFormatError

NO_END: Final = date.max
"""The day to state where a fact asks for an end and it is known that there is none."""

# The pattern comes first: `date.fromisoformat` also reads 20200101 and 2020-W01-1.
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# Four digits are more than any regulation needs and keep a sum inside Python's integers of days.
_PERIOD = re.compile(
    r"P(?=\d)(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,4})D)?",
    re.ASCII,
)


def parse_day(text: str) -> date:
    """
    Read a calendar day written as YYYY-MM-DD and nothing else.
    """
    if not _DAY.fullmatch(text):
        raise DayFormatError(text)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DayFormatError(text) from None


@dataclass(frozen=True)
class Period:
    """Months and days, kept apart because a month has no fixed number of days."""

    months: int = 0
    days: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        match = _PERIOD.fullmatch(text)
        if match is None:
            raise PeriodFormatError(text)
        part = {name: int(value or 0) for name, value in match.groupdict().items()}
        return cls(months=part["years"] * 12 + part["months"], days=part["weeks"] * 7 + part["days"])

    def __str__(self) -> str:
        years, months = divmod(self.months, 12)
        parts = [(years, "Y"), (months, "M"), (self.days, "D")]
        return "P" + ("".join(f"{number}{unit}" for number, unit in parts if number) or "0D")

    def after(self, day: date) -> date:
        """
        The day this period after `day`; a missing day becomes the last one of its month (C1).

        The calendar ends with year 9999; a sum beyond it is its last day.
        """
        return _shift_days(_shift_months(day, self.months), self.days)

    def before(self, day: date) -> date:
        """
        The day this period before `day`, counted back by the same rule (C7).
        """
        return _shift_days(_shift_months(day, -self.months), -self.days)

    def times(self, number: int) -> "Period":
        """
        The period `number` times over, for due days counted from one anchor and never chained (C6).
        """
        return Period(months=self.months * number, days=self.days * number)


def last_day_ending_before(end: date, period: Period) -> date:
    """
    The last day from which `period` is over before `end`.
    """
    # Counting back and forth differ by at most the three days that February is shorter.
    day = _shift_days(period.before(end), 3)
    while period.after(day) >= end and day > date.min:
        day -= timedelta(days=1)
    return day


def compare_periods(left: Period, right: Period) -> int | None:
    """
    Order two periods by where they end from every possible start day.

    Returns 1 if `left` never ends earlier, -1 if never later, 0 if always on the same day and
    None where it depends on the start day: P30D and P1M have no order, P31D and P1M have one.
    """
    shortest, longest = _difference_range(left.months, right.months)
    shortest += left.days - right.days
    longest += left.days - right.days
    if shortest == longest == 0:
        return 0
    if shortest >= 0:
        return 1
    return -1 if longest <= 0 else None


@cache
def _difference_range(left: int, right: int) -> tuple[int, int]:
    if left == right:
        return 0, 0
    differences = [
        (_shift_months(day, left) - _shift_months(day, right)).days for day in _representative_days()
    ]
    return min(differences), max(differences)


@cache
def _representative_days() -> tuple[date, ...]:
    """
    One start day for each way a month can be counted from, over one whole Gregorian cycle.

    Days 1 to 28 exist in each month and so differ alike; only 29 to 31 are cut off differently.
    """
    return tuple(
        date(year, month, day)
        for year in range(2000, 2400)
        for month in range(1, 13)
        for day in (1, *range(29, monthrange(year, month)[1] + 1))
    )


def _shift_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    if year < date.min.year:
        return date.min
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _shift_days(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min
