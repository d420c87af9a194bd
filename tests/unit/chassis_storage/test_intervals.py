"""The algebra of half-open intervals, by its laws."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.intervals import Interval, cut

ZERO = date(2026, 1, 1)
HORIZON = 60


def day(n: int) -> date:
    return ZERO + timedelta(days=n)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    start = draw(st.integers(0, HORIZON - 2))
    length = draw(st.one_of(st.none(), st.integers(1, HORIZON - start)))
    return Interval(day(start), None if length is None else day(start + length))


def days_of(*given: Interval) -> set[int]:
    return {n for n in range(HORIZON + 5) for one in given if day(n) in one}


@pytest.mark.parametrize("end", [ZERO, day(-1)])
def test_an_interval_without_a_day_cannot_be_made(end: date) -> None:
    with pytest.raises(ValueError, match="no day lies in"):
        Interval(ZERO, end)
    assert Interval.of(ZERO, end) is None


def test_the_end_is_no_part_of_it() -> None:
    one = Interval(ZERO, day(1))
    assert ZERO in one
    assert day(1) not in one


@given(intervals(), intervals())
def test_minus_leaves_the_days_that_are_not_in_the_other(a: Interval, b: Interval) -> None:
    assert days_of(*a.minus(b)) == days_of(a) - days_of(b)


@given(intervals(), intervals())
def test_intersection_holds_the_days_of_both(a: Interval, b: Interval) -> None:
    both = a.intersection(b)
    assert days_of(*([] if both is None else [both])) == days_of(a) & days_of(b)


@given(intervals(), intervals())
def test_overlap_is_a_common_day(a: Interval, b: Interval) -> None:
    assert a.overlaps(b) == bool(days_of(a) & days_of(b)) == b.overlaps(a)


@given(intervals(), intervals())
def test_covering_leaves_nothing(a: Interval, b: Interval) -> None:
    assert a.covers(b) == (b.minus(a) == ())


@given(st.lists(intervals(), max_size=8))
def test_laying_intervals_over_one_another_never_overlaps_and_keeps_every_day(laid: list[Interval]) -> None:
    believed: list[Interval] = []
    for new in laid:
        believed = [*cut(believed, new), new]

    assert days_of(*believed) == days_of(*laid)
    assert all(not a.overlaps(b) for i, a in enumerate(believed) for b in believed[i + 1 :])
