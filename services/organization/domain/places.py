"""Places: which may lie in which, when they are open, and where one stands in its life."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from chassis.intervals import Interval
from organization.domain.units import Findings, check_name
from organization.errors import PlaceClosedError


class PlaceKind(StrEnum):
    """What sort of place it is."""

    BUILDING = "building"
    FLOOR = "floor"
    ROOM = "room"
    MEMBER_HOME = "member_home"
    WORKSTATION = "workstation"
    VENUE = "venue"


class PlaceState(StrEnum):
    """Where a place stands on a day."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


# None: it may stand alone. A chain of parents is four places long at most, so walking up is cheap.
_INDOORS = frozenset({PlaceKind.BUILDING, PlaceKind.FLOOR, PlaceKind.ROOM})
PARENTS: dict[PlaceKind, frozenset[PlaceKind | None]] = {
    PlaceKind.BUILDING: frozenset({None}),
    PlaceKind.FLOOR: frozenset({PlaceKind.BUILDING}),
    PlaceKind.ROOM: frozenset({PlaceKind.BUILDING, PlaceKind.FLOOR}),
    PlaceKind.MEMBER_HOME: _INDOORS | {None},
    PlaceKind.WORKSTATION: _INDOORS | {None},
    PlaceKind.VENUE: _INDOORS | {None},
}


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """One stretch of opening hours; times are HH:MM and so compare as text."""

    weekday: int
    opens_at: str
    closes_at: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place as it stands on `day`."""

    place_id: UUID
    kind: PlaceKind
    name: str
    campus_id: UUID
    parent_id: UUID | None
    unit_id: UUID
    capacity: int | None
    hours: tuple[Hours, ...]
    life: Interval
    created_at: datetime
    updated_at: datetime
    version: int
    day: date

    @property
    def state(self) -> PlaceState:
        """Where it stands on its day."""
        if self.day < self.life.start:
            return PlaceState.PLANNED
        return PlaceState.OPEN if self.day in self.life else PlaceState.CLOSED


@dataclass(frozen=True, slots=True)
class NewPlace:
    """What a place is registered with."""

    unit_id: UUID
    kind: PlaceKind
    name: str
    campus_id: UUID
    parent_id: UUID | None
    capacity: int | None
    hours: tuple[Hours, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a tree, and how far below the root it lies."""

    place: Place
    depth: int


def check_description(name: str, hours: Sequence[Hours]) -> None:
    """Refuse a name with blanks around it, and hours that are empty or overlap."""
    findings = Findings()
    check_name(name, path="name", findings=findings)
    for number, each in enumerate(hours):
        if each.closes_at <= each.opens_at:
            findings.add(
                f"opening_hours[{number}].closes_at",
                "关闭时间须晚于开放时间。",
                "It lies after the hour of opening.",
            )
    ordered = sorted(hours)
    for earlier, later in pairwise(ordered):
        if earlier.weekday == later.weekday and later.opens_at < earlier.closes_at:
            findings.add("opening_hours", "开放时间有重叠。", "Opening hours overlap.")
    findings.refuse_if_any()


def check_location(new: NewPlace, parent: Place | None, *, opened_on: date) -> None:
    """Refuse a parent in which such a place cannot lie, that is elsewhere, or not in use from the day on."""
    findings = Findings()
    if (parent.kind if parent else None) not in PARENTS[new.kind]:
        findings.add(
            "parent_place_id",
            "此类场所不能设在该处。",
            "A place of this kind cannot lie there.",
        )
    if parent is not None:
        if parent.campus_id != new.campus_id:
            findings.add(
                "campus_id", "与所在场所不在同一校区。", "It is not the campus of the place around it."
            )
        if opened_on not in parent.life:
            findings.add(
                "parent_place_id", "所在场所当日未在使用。", "The place around it is not in use on the day."
            )
    findings.refuse_if_any()


def check_open(place: Place) -> None:
    """Refuse to change a place that has an end."""
    if place.life.end is not None:
        raise PlaceClosedError(place_id=place.place_id, closed_on=place.life.end)
