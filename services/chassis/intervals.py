"""Half-open stretches of campus days and their algebra; standard library only, so that a domain may use it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Interval:
    """
    The days from `start` up to, and without, `end`; None means without end. Never empty.
    """

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"no day lies from {self.start} to before {self.end}")

    def contains(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.start <= day and (self.end is None or day < self.end)

    def overlaps(self, other: "Interval") -> bool:
        """Whether some day lies in both."""
        return self.intersection(other) is not None

    def covers(self, other: "Interval") -> bool:
        """Whether every day of `other` lies in it."""
        return self.intersection(other) == other

    def intersection(self, other: "Interval") -> "Interval | None":
        """The days that lie in both; None when there are none."""
        start = max(self.start, other.start)
        end = _earlier(self.end, other.end)
        return None if end is not None and end <= start else Interval(start, end)

    def without(self, other: "Interval") -> list["Interval"]:
        """Its days that do not lie in `other`, as at most two stretches."""
        if not self.overlaps(other):
            return [self]
        rest = []
        if self.start < other.start:
            rest.append(Interval(self.start, other.start))
        if other.end is not None and (self.end is None or other.end < self.end):
            rest.append(Interval(other.end, self.end))
        return rest


def _earlier(one: date | None, other: date | None) -> date | None:
    if one is None or other is None:
        return one or other
    return min(one, other)


def most_at_once(intervals: Iterable[Interval], within: Interval) -> tuple[int, date]:
    """How many of the stretches at most hold on one day of `within`, and the first day on which so many do."""
    cut = [common for interval in intervals if (common := interval.intersection(within)) is not None]
    most, day = 0, within.start
    # The count can only grow on a day on which a stretch begins.
    for candidate in sorted({interval.start for interval in cut}):
        count = sum(interval.contains(candidate) for interval in cut)
        if count > most:
            most, day = count, candidate
    return most, day
