"""Links between branches and classes: a branch looks after a class on some days, through one contact."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.intervals import Interval
from organization.domain.units import refuse
from organization.errors import ClassLinkEndedError


@dataclass(frozen=True, slots=True)
class ClassLink:
    """A branch looks after a class."""

    link_id: UUID
    unit_id: UUID
    class_id: UUID
    contact_person_id: UUID
    days: Interval
    created_at: datetime
    updated_at: datetime
    version: int


def check_end(link: ClassLink, on: date) -> None:
    """Refuse an end that lies before the beginning, or after the end."""
    if link.days.end is not None and link.days.end <= on:
        raise ClassLinkEndedError(link_id=link.link_id, valid_until=link.days.end)
    if on <= link.days.start:
        refuse("ends_on", "结束日期须晚于开始日期。", "It lies after the first day.")
