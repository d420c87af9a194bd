"""Half-open intervals of days, and what remains of some when another is laid over them. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self


@dataclass(frozen=True, slots=True)
class Interval:
    """The days from `start` until the day before `end`; without `end`, for ever. Never empty."""

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"no day lies in {self.start} until {self.end}")

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.start <= day and (self.end is None or day < self.end)

    def overlaps(self, other: "Interval") -> bool:
        """Whether some day lies in both."""
        return (other.end is None or self.start < other.end) and (self.end is None or other.start < self.end)

    def covers(self, other: "Interval") -> bool:
        """Whether every day of the other lies in this one."""
        ends_later = self.end is None or (other.end is not None and other.end <= self.end)
        return self.start <= other.start and ends_later

    def intersection(self, other: "Interval") -> "Interval | None":
        """The days that lie in both."""
        if not self.overlaps(other):
            return None
        ends = [end for end in (self.end, other.end) if end is not None]
        return Interval(max(self.start, other.start), min(ends) if ends else None)

    def minus(self, other: "Interval") -> tuple["Interval", ...]:
        """The days that lie here and not in the other: none, one or two intervals."""
        if not self.overlaps(other):
            return (self,)
        rest = []
        if self.start < other.start:
            rest.append(Interval(self.start, other.start))
        if other.end is not None and (self.end is None or other.end < self.end):
            rest.append(Interval(other.end, self.end))
        return tuple(rest)

    @classmethod
    def of(cls, start: date, end: date | None) -> Self | None:
        """The interval, or None when no day lies in it."""
        return None if end is not None and end <= start else cls(start, end)


def cut(intervals: Iterable[Interval], new: Interval) -> list[Interval]:
    """What remains of the intervals beside the new one, in their order."""
    return [rest for interval in intervals for rest in interval.minus(new)]
