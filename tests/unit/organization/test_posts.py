"""Which posts a unit has, the roles they bring, and how many people fit in."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.contract import role_permissions
from chassis.errors import InvalidArgumentError
from chassis.intervals import Interval
from organization.domain.posts import (
    Post,
    PostKind,
    check_post,
    check_seats,
    default_role,
    most_at_once,
    possible_posts,
)
from organization.domain.units import Kind, Outline
from organization.errors import SeatsTakenError
from shuyuan.organization.v1 import role_pb2

FIRST = date(2024, 1, 1)


def post(*, seats: int = 1, bound: UUID | None = None, until: date | None = None) -> Post:
    return Post(
        UUID(int=1),
        UUID(int=2),
        PostKind.SECRETARY,
        "书记",
        seats,
        None,
        None,
        bound,
        Interval(FIRST, until),
        1,
    )


def outline(kind: Kind = Kind.LEADING_GROUP) -> Outline:
    return Outline(UUID(int=2), kind, None, Interval(FIRST))


def test_every_post_belongs_to_some_kind_of_unit() -> None:
    possible = {post for kind in Kind for post in possible_posts(kind)}

    assert possible == set(PostKind)


def test_every_default_role_is_one_of_the_contract() -> None:
    roles = role_permissions(role_pb2.Role.DESCRIPTOR)
    defaults = {default_role(post, kind) for kind in Kind for post in possible_posts(kind)} - {None}

    assert defaults <= set(roles)


def test_no_post_brings_the_administration_of_the_system_by_itself() -> None:
    defaults = {default_role(post, kind) for kind in Kind for post in possible_posts(kind)}

    assert not defaults & {"ROLE_SYSTEM_ADMINISTRATOR", "ROLE_ORGANIZATION_DEPARTMENT"}


@pytest.mark.covers("S6")
def test_a_seat_does_not_follow_a_seat() -> None:
    with pytest.raises(InvalidArgumentError) as refused:
        check_post(PostKind.CHAIR, outline(), post(bound=UUID(int=9)), seats=1, days=Interval(FIRST))

    assert refused.value.violations[0].field == "bound_post_id"


@pytest.mark.covers("S6")
def test_a_seat_has_as_many_places_as_the_post_it_follows() -> None:
    with pytest.raises(InvalidArgumentError) as refused:
        check_post(PostKind.CHAIR, outline(), post(seats=1), seats=2, days=Interval(FIRST))

    assert refused.value.violations[0].field == "seats"


def test_terms_that_touch_do_not_meet() -> None:
    check_seats(post(), [Interval(FIRST, date(2025, 1, 1))], Interval(date(2025, 1, 1)))


def test_a_full_post_names_the_first_full_day() -> None:
    taken = Interval(date(2024, 6, 1), date(2024, 7, 1))

    with pytest.raises(SeatsTakenError) as refused:
        check_seats(post(), [taken], Interval(FIRST))

    assert refused.value.metadata["day"] == "2024-06-01"


days = st.integers(0, 60).map(lambda number: FIRST + timedelta(days=number))
intervals = st.tuples(days, st.integers(1, 20)).map(
    lambda pair: Interval(pair[0], pair[0] + timedelta(days=pair[1]))
)


@given(st.lists(intervals, max_size=6), intervals)
def test_the_most_at_once_is_what_counting_each_day_gives(terms: list[Interval], within: Interval) -> None:
    assert within.end is not None
    every_day = [within.start + timedelta(days=n) for n in range((within.end - within.start).days)]

    most, _ = most_at_once(terms, within)

    assert most == max(sum(day in term for term in terms) for day in every_day)
