"""Places and zones: what lies where, opening hours, and the days on which somebody can answer for something."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from chassis.errors import InvalidArgumentError
from chassis.intervals import Interval
from organization.domain.places import (
    PARENTS,
    Hours,
    NewPlace,
    Place,
    PlaceKind,
    PlaceState,
    check_description,
    check_location,
)
from organization.domain.units import Kind, Outline
from organization.domain.zones import Zone, check_area, check_branch, check_end
from organization.errors import ZoneEndedError

ID, OTHER = UUID(int=1), UUID(int=2)
DAY = date(2024, 9, 1)
NOW = datetime(2024, 9, 1, tzinfo=UTC)


def place(kind: PlaceKind = PlaceKind.BUILDING, life: Interval | None = None, day: date = DAY) -> Place:
    return Place(ID, kind, "东21舍", ID, None, ID, None, (), life or Interval(DAY), NOW, NOW, 1, day)


def new(kind: PlaceKind, campus_id: UUID = ID) -> NewPlace:
    return NewPlace(ID, kind, "一层", campus_id, ID, None, ())


def zone(days: Interval) -> Zone:
    return Zone(ID, ID, ID, None, days, NOW, NOW, 1)


def fields(error: InvalidArgumentError) -> list[str]:
    return [violation.field for violation in error.violations]


def test_no_chain_of_places_comes_back_to_its_own_kind() -> None:
    """Walking up ends after four places, because every way leads to a building."""

    def height(kind: PlaceKind | None) -> int:
        return 0 if kind is None else 1 + max(height(parent) for parent in PARENTS[kind])

    assert max(height(kind) for kind in PlaceKind) == 4


@pytest.mark.parametrize("kind", [PlaceKind.BUILDING, PlaceKind.FLOOR])
def test_a_building_and_a_floor_do_not_lie_on_a_floor(kind: PlaceKind) -> None:
    with pytest.raises(InvalidArgumentError) as refused:
        check_location(new(kind), place(PlaceKind.FLOOR), opened_on=DAY)

    assert fields(refused.value) == ["parent_place_id"]


@pytest.mark.parametrize("kind", [PlaceKind.FLOOR, PlaceKind.ROOM])
def test_a_floor_and_a_room_never_stand_alone(kind: PlaceKind) -> None:
    with pytest.raises(InvalidArgumentError):
        check_location(new(kind), None, opened_on=DAY)


def test_a_place_has_the_campus_of_the_place_around_it() -> None:
    with pytest.raises(InvalidArgumentError) as refused:
        check_location(new(PlaceKind.FLOOR, campus_id=OTHER), place(), opened_on=DAY)

    assert fields(refused.value) == ["campus_id"]


@pytest.mark.parametrize("opened_on", [date(2024, 8, 31), date(2025, 1, 1)])
def test_nothing_is_opened_in_a_place_that_is_not_in_use(opened_on: date) -> None:
    with pytest.raises(InvalidArgumentError) as refused:
        check_location(new(PlaceKind.FLOOR), place(life=Interval(DAY, date(2025, 1, 1))), opened_on=opened_on)

    assert fields(refused.value) == ["parent_place_id"]


def test_hours_of_one_day_may_touch_and_not_overlap() -> None:
    check_description("党员之家", [Hours(1, "08:00", "12:00"), Hours(1, "12:00", "24:00")])

    with pytest.raises(InvalidArgumentError) as refused:
        check_description("党员之家", [Hours(1, "11:59", "13:00"), Hours(1, "08:00", "12:00")])

    assert fields(refused.value) == ["opening_hours"]


def test_hours_end_after_they_begin() -> None:
    with pytest.raises(InvalidArgumentError) as refused:
        check_description("党员之家", [Hours(1, "08:00", "08:00")])

    assert fields(refused.value) == ["opening_hours[0].closes_at"]


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2024, 8, 31), PlaceState.PLANNED),
        (DAY, PlaceState.OPEN),
        (date(2024, 12, 31), PlaceState.OPEN),
        (date(2025, 1, 1), PlaceState.CLOSED),
    ],
)
def test_a_place_is_open_from_its_first_day_until_the_day_before_its_end(
    day: date, state: PlaceState
) -> None:
    assert place(life=Interval(DAY, date(2025, 1, 1)), day=day).state is state


@pytest.mark.parametrize(("place_id", "class_id"), [(None, None), (ID, ID)])
def test_a_zone_is_over_one_thing(place_id: UUID | None, class_id: UUID | None) -> None:
    with pytest.raises(InvalidArgumentError):
        check_area(place_id, class_id)


def branch(life: Interval, kind: Kind = Kind.BRANCH) -> Outline:
    return Outline(ID, kind, None, life)


class TestBranch:
    def test_zone_without_end_may_outlast_it(self) -> None:
        check_branch(branch(Interval(DAY, date(2025, 1, 1))), Interval(DAY))

    @pytest.mark.parametrize(
        "days",
        [Interval(date(2024, 8, 31)), Interval(DAY, date(2025, 1, 2)), Interval(date(2025, 1, 1))],
    )
    def test_it_exists_on_the_days(self, days: Interval) -> None:
        with pytest.raises(InvalidArgumentError):
            check_branch(branch(Interval(DAY, date(2025, 1, 1))), days)

    def test_it_is_a_branch(self) -> None:
        with pytest.raises(InvalidArgumentError):
            check_branch(branch(Interval(DAY), Kind.PARTY_GROUP), Interval(DAY))


class TestEnd:
    def test_it_lies_after_the_first_day(self) -> None:
        with pytest.raises(InvalidArgumentError):
            check_end(zone(Interval(DAY)), DAY)

    def test_a_zone_ends_once(self) -> None:
        with pytest.raises(ZoneEndedError):
            check_end(zone(Interval(DAY, date(2025, 1, 1))), date(2025, 1, 1))

    def test_a_set_end_may_come_earlier(self) -> None:
        check_end(zone(Interval(DAY, date(2025, 1, 1))), date(2024, 12, 31))
