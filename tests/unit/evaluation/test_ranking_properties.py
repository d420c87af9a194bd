"""What holds of every ranking, whatever was captured and scored."""

import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.domain.awards import MissingScorePolicy
from evaluation.domain.ranking import Ballot, rank, standings
from tests.unit.evaluation.ballots import ballots, uid

T = TypeVar("T")

FEW = settings(max_examples=80, deadline=None, derandomize=True)
SEEDS = st.integers(0, 2**32)


def mixed(items: Sequence[T], order: random.Random) -> tuple[T, ...]:
    return tuple(order.sample(list(items), len(items)))


def shuffled(ballot: Ballot, seed: int) -> Ballot:
    order = random.Random(seed)
    return replace(
        ballot,
        candidates=mixed(ballot.candidates, order),
        facts=mixed(ballot.facts, order),
        scores=mixed(ballot.scores, order),
        panel=dict(mixed(list(ballot.panel.items()), order)),
    )


def scores_of(ballot: Ballot) -> dict[tuple[UUID, str], Fraction | None]:
    return {
        (nomination, outcome.criterion.key): outcome.score
        for nomination, standing in standings(ballot).items()
        for outcome in standing.outcomes
    }


@pytest.mark.covers("F71")
@FEW
@given(ballots, SEEDS)
def test_the_order_in_which_anything_comes_changes_nothing(ballot: Ballot, seed: int) -> None:
    assert rank(shuffled(ballot, seed)) == rank(ballot)


@pytest.mark.covers("F72")
@FEW
@given(ballots, SEEDS)
def test_removing_a_fact_changes_only_the_criteria_that_read_it(ballot: Ballot, seed: int) -> None:
    removed = random.Random(seed).choice(ballot.facts)
    without = replace(ballot, facts=tuple(fact for fact in ballot.facts if fact is not removed))

    before, after = scores_of(ballot), scores_of(without)

    readers = {criterion.key for criterion in ballot.criteria if criterion.fact is removed.fact}
    changed = {key for key in before if before[key] != after[key]}
    assert {criterion for _, criterion in changed} <= readers
    if ballot.policy is not MissingScorePolicy.MEAN_OF_OTHERS:
        assert {nomination for nomination, _ in changed} <= {removed.nomination_id}


@pytest.mark.covers("F72")
@FEW
@given(ballots, SEEDS)
def test_a_record_behind_a_fact_is_part_of_the_digest(ballot: Ballot, seed: int) -> None:
    index = random.Random(seed).randrange(len(ballot.facts))
    facts = list(ballot.facts)
    facts[index] = replace(facts[index], evidence_ids=(uid(1),))

    other = rank(replace(ballot, facts=tuple(facts)))

    assert other.entries == rank(ballot).entries
    assert other.digest != rank(ballot).digest


@FEW
@given(ballots)
def test_places_follow_totals_and_totals_lie_between_0_and_100(ballot: Ballot) -> None:
    entries = rank(ballot).entries

    assert [entry.total for entry in entries] == sorted((entry.total for entry in entries), reverse=True)
    assert all(0 <= entry.total <= 100 for entry in entries)
    assert [entry.place for entry in entries] == sorted(entry.place for entry in entries)
    assert entries[0].place == 1


@FEW
@given(ballots)
def test_never_more_units_win_than_the_quota_has_room_for(ballot: Ballot) -> None:
    ranking = rank(ballot)
    won = sum(entry.winner for entry in ranking.entries)

    assert won + ranking.room_for_tied == min(ballot.quota, len(ballot.candidates))


@FEW
@given(ballots.filter(lambda ballot: bool(ballot.scores)), SEEDS)
def test_a_higher_score_never_lowers_a_total(ballot: Ballot, seed: int) -> None:
    raised = random.Random(seed).choice(ballot.scores)
    scores = tuple(replace(each, score=Decimal(100)) if each is raised else each for each in ballot.scores)

    before, after = standings(ballot), standings(replace(ballot, scores=scores))

    assert after[raised.nomination_id].total >= before[raised.nomination_id].total
