from decimal import Decimal

import pytest

from chassis.errors import EtagMismatchError, InvalidArgumentError
from evaluation.domain.nominations import (
    JudgeScore,
    NewScore,
    Nomination,
    NominationState,
    check_panel_keeps,
    check_scores,
    check_tag_of_first,
    panel_of,
)
from evaluation.domain.units import Unit
from evaluation.errors import (
    JudgeHasScoredError,
    NominationWithdrawnError,
    UnitNotEligibleError,
    UnitNotInForceError,
)
from tests.unit.evaluation.ballots import CRITERIA, FROM, NOW, UNTIL, uid

NOMINATION = Nomination(
    nomination_id=uid(1),
    edition_id=uid(2),
    unit_id=uid(3),
    unit_name="甲支部",
    statement="",
    state=NominationState.SUBMITTED,
    created_at=NOW,
    updated_at=NOW,
    version=1,
)
SCORE = JudgeScore(uid(4), uid(2), uid(1), uid(901), "defence", Decimal("90.50"), "", NOW, 1)


def new(criterion: str = "defence", score: str = "80", etag: str | None = None) -> NewScore:
    return NewScore(criterion, Decimal(score), "", etag)


def refused(*scores: NewScore) -> list[str]:
    with pytest.raises(InvalidArgumentError) as caught:
        check_scores(scores, CRITERIA)
    return [violation.field for violation in caught.value.violations]


@pytest.mark.covers("F70")
class TestScores:
    @pytest.mark.parametrize("score", ["0", "100", "99.9999"])
    def test_lie_between_0_and_100(self, score: str) -> None:
        check_scores([new(score=score)], CRITERIA)

    @pytest.mark.parametrize("score", ["-0.0001", "100.0001"])
    def test_outside_are_refused(self, score: str) -> None:
        assert refused(new(score=score)) == ["scores[0].score"]

    @pytest.mark.parametrize("criterion", ["meetings", "nowhere"])
    def test_of_what_judges_do_not_score_are_refused(self, criterion: str) -> None:
        assert refused(new(criterion)) == ["scores[0].criterion_key"]

    def test_are_given_once(self) -> None:
        assert refused(new(), new()) == ["scores[1].criterion_key"]

    def test_change_with_the_tag_of_the_one_they_replace(self) -> None:
        changed = SCORE.changed(new(score="70", etag="1"), NOW)

        assert (changed.score, changed.version, changed.score_id) == (Decimal(70), 2, SCORE.score_id)

    @pytest.mark.parametrize("etag", [None, "2"])
    def test_do_not_change_without_it(self, etag: str | None) -> None:
        with pytest.raises(EtagMismatchError):
            SCORE.changed(new(etag=etag), NOW)

    def test_the_first_has_nothing_to_replace(self) -> None:
        check_tag_of_first(new())
        with pytest.raises(EtagMismatchError):
            check_tag_of_first(new(etag="1"))


class TestPanel:
    def test_a_judge_without_named_nominations_judges_all(self) -> None:
        panel = panel_of([(uid(901), ()), (uid(902), (uid(1),))], [uid(1), uid(5)])

        assert panel == {uid(1): {uid(901), uid(902)}, uid(5): {uid(901)}}

    def test_a_nomination_of_another_edition_is_refused(self) -> None:
        with pytest.raises(InvalidArgumentError):
            panel_of([(uid(901), (uid(77),))], [uid(1)])

    def test_whoever_has_scored_stays(self) -> None:
        check_panel_keeps({uid(1): frozenset({uid(901)})}, [(uid(1), uid(901))])
        with pytest.raises(JudgeHasScoredError):
            check_panel_keeps({uid(1): frozenset({uid(902)})}, [(uid(1), uid(901))])


class TestNomination:
    def test_is_withdrawn_once(self) -> None:
        withdrawn = NOMINATION.withdrawn(NOW)

        assert (withdrawn.state, withdrawn.version) == (NominationState.WITHDRAWN, 2)
        with pytest.raises(NominationWithdrawnError):
            withdrawn.withdrawn(NOW)


class TestUnit:
    unit = Unit(uid(3), "branch", "甲支部", FROM, UNTIL)

    def test_exists_from_its_first_day_to_the_one_before_its_dissolution(self) -> None:
        self.unit.check_in_force(FROM)
        for day in (FROM.replace(year=2025), UNTIL):
            with pytest.raises(UnitNotInForceError):
                self.unit.check_in_force(day)

    def test_of_another_kind_or_place_is_not_eligible(self) -> None:
        self.unit.check_eligible(("branch",), below_holder=True)
        for kinds, below in ((("general_branch",), True), (("branch",), False)):
            with pytest.raises(UnitNotEligibleError):
                self.unit.check_eligible(kinds, below_holder=below)
