"""Responsibility zones: a branch answers for a place or a class on some days."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.intervals import Interval
from organization.domain.places import Place
from organization.domain.units import Kind, Outline, refuse
from organization.errors import ZoneEndedError


@dataclass(frozen=True, slots=True)
class Zone:
    """A branch answers for one place or one class; exactly one of the two is set."""

    zone_id: UUID
    unit_id: UUID
    place_id: UUID | None
    class_id: UUID | None
    days: Interval
    created_at: datetime
    updated_at: datetime
    version: int

    @property
    def area_id(self) -> UUID:
        """What the branch answers for; one branch at most does on any day."""
        area = self.place_id or self.class_id
        assert area is not None, "a zone has an area"
        return area


@dataclass(frozen=True, slots=True)
class Responsible:
    """Who answers for a place on a day; nobody when the zone is None."""

    place_id: UUID
    day: date
    unit_id: UUID | None
    zone_id: UUID | None
    assigned_place_id: UUID | None


def check_area(place_id: UUID | None, class_id: UUID | None) -> None:
    """Refuse a zone over nothing, or over two things."""
    if (place_id is None) == (class_id is None):
        refuse("place_id", "场所与班级须且只须填写一项。", "Exactly one of place and class is given.")


def check_branch(branch: Outline | None, days: Interval, *, path: str = "unit_id") -> None:
    """Refuse what is no branch on all of the days."""
    if branch is None or branch.kind is not Kind.BRANCH:
        refuse(path, "不是党支部。", "It is no branch.")
    if not branch.life.covers(_bounded(days, branch.life)):
        refuse(path, "党支部在该时段内并非存续。", "The branch does not exist on all of the days.")


def check_class(found: Outline | None, days: Interval, *, path: str = "class_unit_id") -> None:
    """Refuse what is no class on all of the days."""
    if found is None or found.kind is not Kind.CLASS:
        refuse(path, "不是班级。", "It is no class.")
    if not found.life.covers(_bounded(days, found.life)):
        refuse(path, "班级在该时段内并非存续。", "The class does not exist on all of the days.")


def check_place(place: Place, days: Interval) -> None:
    """Refuse a place that is not in use on all of the days."""
    if not place.life.covers(_bounded(days, place.life)):
        refuse("place_id", "场所在该时段内并非使用中。", "The place is not in use on all of the days.")


def _bounded(days: Interval, life: Interval) -> Interval:
    """Days without a set end last as long as what they are about, if they begin in its life at all."""
    if days.end is None and days.start in life:
        return Interval(days.start, life.end)
    return days


def check_end(zone: Zone, on: date) -> None:
    """Refuse an end that lies before the beginning, or after the end."""
    if zone.days.end is not None and zone.days.end <= on:
        raise ZoneEndedError(zone_id=zone.zone_id, valid_until=zone.days.end)
    if on <= zone.days.start:
        refuse("ends_on", "结束日期须晚于开始日期。", "It lies after the first day.")
