"""Totals against the roll and against each other, and how a ballot ends."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membership.domain.ballots import (
    BallotState,
    Exclusion,
    Totals,
    as_outcome,
    ballot_facts,
    check_totals,
    is_majority,
    outcome_of,
    should_attend,
)
from membership.domain.verdicts import Judgement, Override, check_allowed, judge
from membership.errors import (
    BallotContradictsRollError,
    FieldsContradictError,
    OverrideWithoutCauseError,
    StepForbiddenError,
)
from tests.unit.membership.cases import RULES, people

DAY = date(2026, 6, 10)
TOTALS = Totals(
    held_on=DAY,
    method="secret_ballot",
    present=9,
    yes=9,
    no=0,
    abstentions=0,
    voted_separately=True,
    performance_recorded=True,
    secretary_signed=True,
)
VOTE = ("admission.branch_vote",)


def judged(base: int, **fields: Any) -> tuple[Judgement, ...]:
    totals = replace(TOTALS, **fields)
    check_totals(totals, base=base)
    return judge(RULES, VOTE, ballot_facts(totals, base=base), on=DAY)


def refused(judgements: tuple[Judgement, ...]) -> set[str]:
    return {item.rule_id for item in judgements if item.forbids}


class TestBase:
    def test_excluded_members_leave_the_base(self) -> None:
        voters = people(5)
        assert should_attend(voters, [Exclusion(voters[0], "bedridden", "批复1")]) == 4

    def test_a_person_is_excluded_once(self) -> None:
        voters = people(5)
        twice = [Exclusion(voters[0], "bedridden", "批复1")] * 2
        with pytest.raises(FieldsContradictError):
            should_attend(voters, twice)

    def test_who_does_not_vote_is_not_excluded(self) -> None:
        with pytest.raises(BallotContradictsRollError):
            should_attend(people(3), [Exclusion(people(1)[0], "bedridden", "批复1")])


class TestContradictions:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"present": 10, "yes": 9},
            {"yes": 9, "no": 1},
            {"yes": 5, "no": 4, "abstentions": 1},
            {"present": 7, "yes": 7, "written_yes": 2, "written_no": 1},
            {"stated_should_attend": 8},
        ],
    )
    def test_totals_that_cannot_be_are_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(BallotContradictsRollError):
            check_totals(replace(TOTALS, **wrong), base=9)

    def test_void_papers_may_be_missing(self) -> None:
        check_totals(replace(TOTALS, yes=5, no=1), base=9)


class TestQuorumAndMajority:
    @pytest.mark.parametrize(("base", "present"), [(16, 8), (15, 7), (9, 4)])
    def test_half_present_is_not_enough(self, base: int, present: int) -> None:
        assert "DEV-17" in refused(judged(base, present=present, yes=present))

    @pytest.mark.parametrize(("base", "present"), [(16, 9), (15, 8), (9, 5)])
    def test_more_than_half_present_is_enough(self, base: int, present: int) -> None:
        assert refused(judged(base, present=present, yes=present)) == set()

    def test_the_majority_is_of_those_who_should_attend(self) -> None:
        """Eight of nine present say yes, and the branch has sixteen voters: not passed."""
        assert refused(judged(16, present=9, yes=8)) == {"DEV-18"}

    def test_written_opinions_count_as_votes(self) -> None:
        assert refused(judged(16, present=9, yes=8, written_yes=1)) == set()

    def test_written_opinions_are_no_presence(self) -> None:
        assert "DEV-17" in refused(judged(16, present=8, yes=8, written_yes=8))

    @given(base=st.integers(1, 200), present=st.integers(0, 200), yes=st.integers(0, 200))
    def test_what_passes_has_more_than_half_of_the_base(self, base: int, present: int, yes: int) -> None:
        if yes > present or present > base:
            return
        passed = not refused(judged(base, present=present, yes=yes))
        assert passed == (2 * present > base and 2 * yes > base)


class TestOutcome:
    def test_a_lost_majority_is_an_outcome_and_forbids_nothing(self) -> None:
        judgements = judged(9, yes=4, no=5)
        check_allowed(judgements, None, besides=is_majority)
        assert outcome_of(judgements) is BallotState.FAILED

    def test_a_meeting_without_quorum_is_refused_with_every_verdict(self) -> None:
        judgements = judged(9, present=4, yes=4)
        with pytest.raises(StepForbiddenError) as error:
            check_allowed(judgements, None, besides=is_majority)
        assert len(error.value.verdicts) == len(judgements)

    def test_nobody_sets_aside_how_a_meeting_voted(self) -> None:
        override = Override("理由充分", frozenset({"DEV-18"}))
        facts = ballot_facts(replace(TOTALS, yes=4, no=5), base=9)
        judgements = as_outcome(judge(RULES, VOTE, facts, on=DAY, override=override))
        with pytest.raises(OverrideWithoutCauseError):
            check_allowed(judgements, override, besides=is_majority)
