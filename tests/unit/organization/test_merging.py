"""What a survivor has where both entries of one person had something: days are never lost, and never counted twice."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chassis.intervals import Interval
from organization.domain import merging
from organization.domain.merging import Piece

FIRST = date(2026, 1, 1)
SPAN = 40


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def piece(start: int, end: int | None, **values: Any) -> Piece:
    return Interval(day(start), None if end is None else day(end)), values


@st.composite
def pieces(draw: st.DrawFn) -> list[Piece]:
    """Days that do not overlap, the last perhaps without end."""
    bounds = sorted(draw(st.sets(st.integers(0, SPAN), max_size=7)))
    found = [piece(start, end, leads=draw(st.booleans())) for start, end in pairwise(bounds)]
    kept = [each for each in found if draw(st.booleans())]
    has_no_end: bool = draw(st.booleans())
    if bounds and has_no_end:
        kept.append(piece(bounds[-1], None, leads=draw(st.booleans())))
    return kept


def on(found: list[Piece], when: date) -> list[bool]:
    return [values["leads"] for days, values in found if when in days]


@given(pieces(), pieces())
def test_on_each_day_the_survivors_own_stays_before_the_others(
    survivor: list[Piece], other: list[Piece]
) -> None:
    found = merging.beside(survivor, other)
    for number in range(-1, SPAN + 2):
        assert on(found, day(number)) == (on(survivor, day(number)) or on(other, day(number)))


@given(pieces(), pieces())
def test_who_was_in_a_team_as_either_was_in_it_and_led_as_either(
    survivor: list[Piece], other: list[Piece]
) -> None:
    found = merging.together(survivor, other)
    for number in range(-1, SPAN + 2):
        either = [*on(survivor, day(number)), *on(other, day(number))]
        assert on(found, day(number)) == ([any(either)] if either else [])
    assert all(one[0].end != next_[0].start or one[1] != next_[1] for one, next_ in pairwise(found))


@given(pieces(), pieces())
def test_what_was_added_goes_back(survivor: list[Piece], other: list[Piece]) -> None:
    for fold in (merging.beside, merging.together):
        after = fold(survivor, other)
        assert merging.returned(after, before=survivor, after=after) == survivor


def test_who_did_their_part_first_did_it() -> None:
    mine, earlier, same = piece(2, None, topic="a"), piece(1, None, topic="b"), piece(2, None, topic="b")
    assert merging.earliest([mine], [earlier]) == [earlier]
    assert merging.earliest([mine], [same]) == [mine]
    assert merging.earliest([earlier], [mine]) == [earlier]
    assert merging.earliest([], [mine]) == [mine]


def test_what_was_changed_since_stays_with_the_survivor() -> None:
    mine, theirs = piece(0, 2, task="a"), piece(2, 4, task="b")
    after = merging.beside([mine], [theirs])
    assert merging.returned([mine, piece(2, 3, task="b")], before=[mine], after=after) is None
    later = piece(9, 10, task="c")
    assert merging.returned([*after, later], before=[mine], after=after) == [mine, later]
