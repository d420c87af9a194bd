"""How scores are spread: the points are scores that were given, and what was left out counts nowhere."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.domain.awards import Criterion, Source
from evaluation.domain.distributions import Distribution, distribution_of, spread
from tests.unit.evaluation.test_improvements import edition, entry

SCORES = st.lists(st.decimals(0, 100, places=4), min_size=1, max_size=60)


def spread_of(*scores: str) -> tuple[str, ...]:
    return tuple(f"{point:f}" for point in spread(Decimal(score) for score in scores).points)


@pytest.mark.covers("S64")
def test_the_points_are_scores_by_the_nearest_rank() -> None:
    assert spread_of("7") == ("7",) * 5
    assert spread_of("2", "1") == ("1", "1", "1", "2", "2")
    assert spread_of("4", "3", "2", "1") == ("1", "1", "2", "3", "4")
    assert spread_of("5", "4", "3", "2", "1") == ("1", "2", "3", "4", "5")
    assert spread([]) == Distribution(0, (), None)


@given(scores=SCORES)
def test_so_many_quarters_do_not_exceed_a_point_and_fewer_lie_below_it(scores: list[Decimal]) -> None:
    found = spread(scores)

    assert (found.points[0], found.points[4]) == (min(scores), max(scores))
    for quarter in range(1, 5):
        point = found.points[quarter]
        assert sum(score <= point for score in scores) * 4 >= quarter * len(scores)
        assert sum(score < point for score in scores) * 4 < quarter * len(scores)


def test_a_dimension_is_the_mean_of_its_criteria_by_their_weights() -> None:
    ranked = edition(
        entry(a="60", b="90", c="50"),
        # What was left out gives its weight to the rest of the dimension.
        entry(UUID(int=2), a=None, b="80", c=None),
    )
    criteria = tuple(
        Criterion(key, dimension, key, Decimal(weight), Source.JUDGES)
        for key, dimension, weight in (("a", "life", "0.4"), ("b", "life", "0.2"), ("c", "outcome", "0.4"))
    )

    found = distribution_of(replace(ranked, criteria=criteria))

    life, outcome = found.dimensions
    assert (life[0], life[1].points[0], life[1].points[4]) == ("life", Decimal("70.0000"), Decimal("80.0000"))
    assert (outcome[0], outcome[1].count, outcome[1].mean) == ("outcome", 1, Decimal("50.0000"))
    assert [(key, each.count) for key, each in found.criteria] == [("a", 1), ("b", 2), ("c", 1)]
