from dataclasses import replace
from decimal import Decimal

import pytest

from chassis.errors import InvalidArgumentError
from evaluation.domain.awards import (
    Band,
    Catalogue,
    Criterion,
    Dimension,
    FactKey,
    Source,
    criteria_of,
    records,
)
from tests.unit.evaluation.ballots import ATTENDANCE, CRITERIA, DEFENCE, MEETINGS, bands

DIMENSIONS = (Dimension("life", "组织生活"), Dimension("outcome", "工作成效"))


def refused(*criteria: Criterion, dimensions: tuple[Dimension, ...] = DIMENSIONS) -> list[str]:
    with pytest.raises(InvalidArgumentError) as caught:
        Catalogue(dimensions, criteria)
    return [violation.field for violation in caught.value.violations]


@pytest.mark.covers("S4", "S41")
class TestCatalogue:
    def test_weights_add_up_to_one(self) -> None:
        assert Catalogue(DIMENSIONS, CRITERIA).criteria == CRITERIA

    def test_weights_that_do_not_add_up_are_refused(self) -> None:
        assert refused(MEETINGS, DEFENCE) == ["criteria"]
        assert refused(*CRITERIA[:2], replace(DEFENCE, weight=Decimal("0.5001"))) == ["criteria"]

    def test_a_weight_of_nothing_is_refused(self) -> None:
        assert "criteria[1].weight" in refused(
            replace(DEFENCE, weight=Decimal(1)), replace(MEETINGS, weight=Decimal(0))
        )

    def test_none_is_an_award_without_criteria_yet(self) -> None:
        assert Catalogue((), ()).criteria == ()

    def test_a_key_is_used_once(self) -> None:
        twice = replace(ATTENDANCE, key="meetings")

        assert refused(MEETINGS, twice, DEFENCE) == ["criteria[1].key"]
        assert refused(*CRITERIA, dimensions=(*DIMENSIONS, DIMENSIONS[0])) == ["dimensions[2].key"]

    def test_a_criterion_belongs_to_a_dimension(self) -> None:
        assert refused(*CRITERIA, dimensions=DIMENSIONS[:1]) == ["criteria[2].dimension_key"]

    def test_a_criterion_scored_by_a_fact_has_fact_and_table(self) -> None:
        assert refused(replace(MEETINGS, fact=None), ATTENDANCE, DEFENCE) == ["criteria[0]"]
        assert refused(replace(MEETINGS, bands=()), ATTENDANCE, DEFENCE) == ["criteria[0]"]

    def test_a_judged_criterion_has_neither(self) -> None:
        assert refused(MEETINGS, ATTENDANCE, replace(DEFENCE, fact=FactKey.MEMBERS)) == ["criteria[2]"]

    @pytest.mark.parametrize("score", ["-0.0001", "100.0001"])
    def test_a_line_gives_a_score_between_0_and_100(self, score: str) -> None:
        wrong = replace(MEETINGS, bands=(Band(Decimal(1), Decimal(score)),))

        assert refused(wrong, ATTENDANCE, DEFENCE) == ["criteria[0].bands[0].score"]

    def test_a_table_has_a_line_once(self) -> None:
        wrong = replace(MEETINGS, bands=bands(("1", "10"), ("1.0", "20")))

        assert refused(wrong, ATTENDANCE, DEFENCE) == ["criteria[0].bands"]


def test_criteria_survive_being_stored() -> None:
    assert criteria_of(records(CRITERIA)) == CRITERIA


def test_sources_are_two() -> None:
    assert {criterion.source for criterion in CRITERIA} == set(Source)
