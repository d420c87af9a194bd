"""What several nouns refuse of a field, and how a stretch of days is cut short. Pure."""

from datetime import date
from typing import NoReturn

from chassis.errors import InvalidArgumentError, Violation
from chassis.intervals import Interval


def refuse(field: str, zh: str, en: str) -> NoReturn:
    """Refuse the request for what one field says."""
    raise InvalidArgumentError([Violation(field, zh, en)])


def ended_early(days: Interval, until: date, today: date) -> Interval:
    """The days with an earlier end; refuses one that is past, before they began, or no earlier than the present end."""
    too_late = days.end is not None and until >= days.end
    if until < today or until <= days.start or too_late:
        refuse(
            "valid_until",
            "须晚于起始日期、早于现有终止日期，且不早于今天",
            "lies after the first day, before the present end, and not in the past",
        )
    return Interval(days.start, until)
