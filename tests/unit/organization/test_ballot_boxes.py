"""The box of an electronic ballot: slips are neither lost nor doubled, and sums are all that is kept."""

from datetime import date
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import InvalidArgumentError
from organization.domain.ballot_boxes import EMPTY, Choice, check_choice, digest_of
from organization.domain.election_ballots import Contest, ContestKind, decide
from organization.errors import SlipCastError, SlipUnknownError

DAY = date(2024, 9, 1)
A, B, C, D, E = (UUID(int=number) for number in range(1, 6))
FIRST = Contest(ContestKind.FIRST, (A, B, C, D), 3)
ROLL = frozenset({A, B, C, D, E})
CHOICES = st.builds(
    lambda chosen, written: Choice(sorted(chosen), [E] if written else []),
    st.sets(st.sampled_from(FIRST.candidates), max_size=2),
    st.booleans(),
)


def refused(choice: Choice, contest: Contest = FIRST, elected: tuple[UUID, ...] = ()) -> list[str]:
    with pytest.raises(InvalidArgumentError) as caught:
        check_choice(choice, contest, elected=elected, on_roll=ROLL)
    return [violation.field for violation in caught.value.violations]


@given(st.lists(CHOICES, max_size=12), st.randoms())
def test_every_slip_is_counted_once_in_whatever_order(choices: list[Choice], order: Random) -> None:
    slips = [UUID(int=1000 + number) for number in range(len(choices) + 1)]
    box = EMPTY
    for slip in order.sample(slips, len(slips)):
        box = box.with_slip(digest_of(slip))
    for slip, choice in order.sample(list(zip(slips, choices, strict=False)), len(choices)):
        box = box.with_ballot(digest_of(slip), choice)

    totals = box.totals(FIRST, DAY)
    assert (totals.issued, totals.returned, totals.present) == (len(slips), len(choices), len(slips))
    assert box.cast == tuple(sorted(box.cast)) and box.outstanding == (digest_of(slips[-1]),)
    for person, votes in totals.every_vote:
        assert votes == sum(person in (*choice.candidates, *choice.write_ins) for choice in choices)


def test_a_slip_is_cast_once_and_only_if_it_was_handed_out() -> None:
    box = EMPTY.with_slip(digest_of(A)).with_ballot(digest_of(A), Choice([B], []))

    with pytest.raises(SlipCastError):
        box.with_ballot(digest_of(A), Choice([B], []))
    with pytest.raises(SlipUnknownError):
        box.with_ballot(digest_of(C), Choice([B], []))


@pytest.mark.parametrize("names", [(), (A,), (A, B, C)])
def test_as_many_names_as_seats_and_fewer_are_taken(names: tuple[UUID, ...]) -> None:
    check_choice(Choice(names, ()), FIRST, elected=(), on_roll=ROLL)
    if len(names) < FIRST.seats:
        check_choice(Choice(names, (E,)), FIRST, elected=(), on_roll=ROLL)


def test_one_name_more_than_seats_is_refused() -> None:
    assert refused(Choice((A, B, C, D), ())) == ["candidate_person_ids"]
    assert refused(Choice((A, B, C), (E,))) == ["candidate_person_ids"]


def test_who_cannot_be_elected_is_named() -> None:
    tie = Contest(ContestKind.TIE, (C, D), 1)

    assert refused(Choice((E,), ())) == ["candidate_person_ids[0]"]
    assert refused(Choice((), (A,))) == ["write_in_person_ids[0]"]
    assert refused(Choice((), (E,)), elected=(E,)) == ["write_in_person_ids[0]"]
    assert refused(Choice((), (UUID(int=99),))) == ["write_in_person_ids[0]"]
    assert refused(Choice((), (E, E))) == ["write_in_person_ids"]
    assert refused(Choice((), (E,)), tie) == ["write_in_person_ids"]


def test_who_is_written_in_wins_a_seat_like_a_candidate_and_ties_with_one() -> None:
    votes = {A: 9, B: 8, C: 6, D: 2, E: 7}

    assert decide(FIRST, votes, {A, B, C, E}) == ((A, B, E), ())
    assert decide(FIRST, votes | {E: 6}, {A, B, C, E}) == ((A, B), (C, E))
