"""Votes of an election: what totals may say, who is elected by them, and when the meeting votes again."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import InvalidArgumentError
from organization.domain import election_rules as rules
from organization.domain.election_ballots import (
    Contest,
    ContestKind,
    Round,
    RoundState,
    Totals,
    check_totals,
    decide,
    next_contest,
)
from organization.domain.elections import Elector
from rulebook import blocking

DAY = date(2024, 9, 1)
A, B, C, D = (UUID(int=number) for number in range(1, 5))
FIRST = Contest(ContestKind.FIRST, (A, B, C, D), 3)


def totals(*votes: int, **changes: object) -> Totals:
    fields = {
        "held_on": DAY,
        "present": 10,
        "issued": 10,
        "returned": 10,
        "invalid": 1,
        "secret": True,
        "votes": tuple(zip(FIRST.candidates, votes or (9, 8, 7, 3), strict=False)),
    }
    return Totals(**(fields | changes))  # type: ignore[arg-type] # the fields are those of the class


def refused(given_totals: Totals, *, today: date = DAY, should_attend: int = 12) -> set[str]:
    with pytest.raises(InvalidArgumentError) as caught:
        check_totals(given_totals, FIRST, roll_on=DAY, should_attend=should_attend, today=today)
    return {violation.field for violation in caught.value.violations}


class TestTotals:
    def test_what_agrees_with_the_roll_is_taken(self) -> None:
        check_totals(totals(), FIRST, roll_on=DAY, should_attend=10, today=DAY)

    def test_more_ballots_returned_than_issued_are_taken_and_void(self) -> None:
        over = totals(issued=9)

        check_totals(over, FIRST, roll_on=DAY, should_attend=10, today=DAY)
        assert (over.is_void, totals().is_void) == (True, False)
        assert {each.rule_id for each in blocking(rules.counting_verdicts(over))} == {"ELE-07"}

    def test_what_contradicts_the_roll_is_named(self) -> None:
        assert refused(totals(), should_attend=9) == {"totals.present"}
        assert refused(totals(issued=11)) == {"totals.ballots_issued"}
        assert refused(totals(0, 0, 0, 0, invalid=11)) == {"totals.ballots_invalid"}
        assert refused(totals(held_on=DAY - timedelta(days=1))) == {"totals.held_on"}
        assert refused(totals(), today=DAY - timedelta(days=1)) == {"totals.held_on"}

    def test_what_contradicts_the_ballots_is_named(self) -> None:
        assert refused(totals(10, 1, 1, 1)) == {"totals.votes[0].votes"}
        check_totals(totals(9, 9, 9, 0), FIRST, roll_on=DAY, should_attend=10, today=DAY)
        assert refused(totals(9, 9, 9, 1)) == {"totals.votes"}

    def test_each_candidate_has_votes_once(self) -> None:
        assert refused(totals(9, 8, 7)) == {"totals.votes"}
        assert refused(totals(votes=((A, 9), (A, 8), (B, 7), (C, 1)))) == {"totals.votes"}

    @pytest.mark.parametrize(("present", "enough"), [(12, False), (13, True), (14, True)])
    def test_four_fifths_of_the_electors_are_present(self, present: int, enough: bool) -> None:
        verdicts = rules.opening_verdicts(totals(present=present), should_attend=16)

        assert (not blocking(verdicts)) is enough

    def test_a_ballot_that_is_not_secret_is_out_of_order_and_not_void(self) -> None:
        (broken,) = blocking(rules.counting_verdicts(totals(secret=False)))

        assert (broken.rule_id, rules.is_void(broken)) == ("ELE-05.ballot", False)

    @pytest.mark.parametrize(("votes", "wins"), [(5, False), (6, True)])
    def test_more_than_half_of_those_present_elect(self, votes: int, wins: bool) -> None:
        (verdicts,) = rules.winning_verdicts(totals(votes=((A, votes),)), should_attend=12).values()

        assert (not blocking(verdicts)) is wins
        assert {each.threshold["base"] for each in verdicts} == {"present"}


class TestDecision:
    def test_with_fewer_winners_than_seats_all_are_elected(self) -> None:
        assert decide(FIRST, {A: 5, B: 9, C: 1, D: 1}, {A, B}) == ((B, A), ())

    def test_with_more_winners_than_seats_the_most_votes_elect(self) -> None:
        assert decide(FIRST, {A: 6, B: 9, C: 7, D: 8}, {A, B, C, D}) == ((B, D, C), ())

    def test_a_tie_for_the_last_seat_elects_nobody_into_it(self) -> None:
        assert decide(FIRST, {A: 7, B: 9, C: 7, D: 8}, {A, B, C, D}) == ((B, D), (A, C))

    @given(
        st.lists(st.integers(0, 9), min_size=1, max_size=8),
        st.integers(1, 8),
        st.integers(0, 9),
    )
    def test_nobody_with_fewer_votes_is_elected_before_somebody_with_more(
        self, votes: list[int], seats: int, majority: int
    ) -> None:
        people = tuple(UUID(int=number) for number in range(1, len(votes) + 1))
        by = dict(zip(people, votes, strict=True))
        winners = {each for each in people if by[each] >= majority}

        elected, tied = decide(Contest(ContestKind.FIRST, people, seats), by, winners)

        left = winners - set(elected)
        assert len(elected) <= seats and set(elected) <= winners and set(tied) <= left
        assert all(by[inside] > by[outside] for inside in elected for outside in left if tied)
        assert all(by[inside] >= by[outside] for inside in elected for outside in left)
        # Either every winner or every seat has been served, or the tied are more than the seats that are left.
        assert not left or len(elected) == seats or len(tied) > seats - len(elected)
        assert len({by[each] for each in tied}) <= 1


class TestNextContest:
    @staticmethod
    def _held(state: RoundState = RoundState.COUNTED, tied: tuple[UUID, ...] = ()) -> Round:
        return Round(1, FIRST, state, totals(), 10, None, tied=tied)

    def test_the_first_vote_is_on_everybody_and_again_after_one_that_does_not_count(self) -> None:
        everybody = (A, B, C, D)

        assert next_contest(everybody, 3, (), ()) == FIRST
        for state in (RoundState.VOID, RoundState.REJECTED):
            assert next_contest(everybody, 3, (), [self._held(state)]) == FIRST

    def test_the_tied_are_voted_on_again_for_the_seats_that_are_left(self) -> None:
        found = next_contest((A, B, C, D), 3, (A, B), [self._held(tied=(C, D))])

        assert found == Contest(ContestKind.TIE, (C, D), 1)

    def test_seats_that_are_left_are_voted_on_among_the_others(self) -> None:
        found = next_contest((A, B, C, D), 3, (A, B), [self._held()])

        assert found == Contest(ContestKind.FILL, (C, D), 1)

    def test_with_every_seat_filled_nothing_is_voted_on(self) -> None:
        assert next_contest((A, B, C, D), 3, (A, B, C), [self._held()]) is None


def test_the_roll_of_electors_has_the_full_members_with_their_rights() -> None:
    roll = [
        Elector(A, "full", None),
        Elector(B, "probationary", None),
        Elector(C, "party_probation_sanction", None),
        Elector(D, "suspended", None),
    ]

    assert [each.person_id for each in rules.with_rights(roll, DAY)] == [A]
