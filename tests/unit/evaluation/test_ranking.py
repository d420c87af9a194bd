from dataclasses import replace
from decimal import Decimal

import pytest

from chassis.errors import InvalidArgumentError
from evaluation.domain.awards import MissingScorePolicy, TieRule
from evaluation.domain.ranking import Ballot, Ranking, choose, rank, standings
from evaluation.errors import TieUndecidedError
from tests.unit.evaluation.ballots import ATTENDANCE, DEFENCE, JUDGES, MEETINGS, ballot, candidates, uid

FIRST, SECOND = JUDGES
FULL = ("12", "95", {FIRST: "90", SECOND: "81"})


def totals(made: Ballot) -> list[Decimal]:
    by_id = standings(made)
    return [by_id[candidate.nomination_id].total for candidate in made.candidates]


def places(ranking: Ranking) -> dict[str, int]:
    return {entry.unit_name: entry.place for entry in ranking.entries}


@pytest.mark.covers("F70", "S4")
class TestTotal:
    def test_is_the_exact_weighted_sum_of_fact_and_judge_scores(self) -> None:
        # 0.3 × 100 + 0.2 × 100 + 0.5 × 85.5
        assert totals(ballot([FULL])) == [Decimal("92.7500")]

    def test_takes_the_highest_line_of_the_table_that_is_reached(self) -> None:
        below, on, above = (ballot([(value, "95", {FIRST: "0", SECOND: "0"})]) for value in ("7", "8", "9"))

        assert totals(below) + totals(on) + totals(above) == [Decimal("38"), Decimal("44"), Decimal("44")]

    def test_counts_nothing_below_the_table(self) -> None:
        assert totals(ballot([("3", "95", {FIRST: "0", SECOND: "0"})])) == [Decimal("20")]

    def test_does_not_lose_thirds(self) -> None:
        judges = (uid(901), uid(902), uid(903))
        given = {judges[0]: "100", judges[1]: "100", judges[2]: "99"}
        made = ballot([("12", "95", given)], judges=judges, criteria=(replace(DEFENCE, weight=Decimal(1)),))

        assert totals(made) == [Decimal("99.6667")]

    def test_ignores_scores_of_somebody_who_is_not_on_the_panel(self) -> None:
        made = ballot([("12", "95", {FIRST: "90", uid(999): "0"})], judges=(FIRST,))

        assert totals(made) == [Decimal("95")]


@pytest.mark.covers("F70")
class TestMissingScores:
    def test_drop_takes_the_mean_of_those_who_scored(self) -> None:
        assert totals(ballot([("12", "95", {FIRST: "80"})])) == [Decimal("90")]

    def test_drop_leaves_a_criterion_without_scores_out_and_lets_the_other_weights_grow(self) -> None:
        # 0.3 × 80 + 0.2 × 70 = 38 of 0.5
        assert totals(ballot([("8", "80", {})])) == [Decimal("76")]

    def test_zero_counts_a_missing_judge_as_nought(self) -> None:
        assert totals(ballot([("12", "95", {FIRST: "80"})], policy=MissingScorePolicy.ZERO)) == [
            Decimal("70")
        ]

    def test_zero_counts_a_missing_fact_as_nought(self) -> None:
        given = {FIRST: "80", SECOND: "80"}

        assert totals(ballot([("12", None, given)], policy=MissingScorePolicy.ZERO)) == [Decimal("70")]

    def test_mean_takes_the_other_nominations_where_a_fact_is_missing(self) -> None:
        given = {FIRST: "80", SECOND: "80"}
        rows = [("12", None, given), ("12", "80", given), ("12", "95", given)]
        made = ballot(rows, policy=MissingScorePolicy.MEAN_OF_OTHERS)

        # The others have 70 and 100.
        assert totals(made)[0] == Decimal("30") + Decimal("0.2") * 85 + Decimal("40")

    def test_mean_is_nought_where_nobody_has_a_score(self) -> None:
        made = ballot([("12", "95", {})], policy=MissingScorePolicy.MEAN_OF_OTHERS)

        assert totals(made) == [Decimal("50")]

    def test_of_everything_give_a_total_of_nought(self) -> None:
        assert totals(ballot([(None, None, {})])) == [Decimal(0)]


@pytest.mark.covers("F72")
class TestFormula:
    def test_of_a_fact_names_value_line_and_score(self) -> None:
        (standing,) = standings(ballot([FULL])).values()

        assert standing.outcomes[0].formula == "meetings_held = 12, >= 12 -> 100"

    def test_of_judges_shows_the_arithmetic(self) -> None:
        (standing,) = standings(ballot([FULL])).values()

        assert standing.outcomes[2].formula == "(90 + 81) / 2 = 85.5000"

    def test_contributions_add_up_to_the_total(self) -> None:
        (standing,) = standings(ballot([("8", None, {FIRST: "70"})])).values()

        parts = [standing.contribution(outcome) for outcome in standing.outcomes]
        assert float(sum(part for part in parts if part is not None)) == pytest.approx(float(standing.total))


@pytest.mark.covers("F71", "S62")
class TestPlaces:
    def test_equal_totals_share_a_place_and_the_next_is_skipped(self) -> None:
        high, low = {FIRST: "90", SECOND: "90"}, {FIRST: "50", SECOND: "50"}
        rows = [("12", "95", low), ("12", "95", high), ("12", "95", high), ("4", "0", low)]

        ranking = rank(ballot(rows, quota=4))

        assert places(ranking) == {"第1党支部": 1, "第2党支部": 1, "第0党支部": 3, "第3党支部": 4}

    def test_the_order_of_criteria_decides_where_the_rule_says_so(self) -> None:
        # 0.5 × 100 + 0.5 × 60 against 0.5 × 60 + 0.5 × 100.
        criteria = (replace(MEETINGS, weight=Decimal("0.5")), DEFENCE)
        rows = [("4", None, {FIRST: "100", SECOND: "100"}), ("12", None, {FIRST: "60", SECOND: "60"})]
        made = ballot(rows, criteria=criteria, tie_rule=TieRule.CRITERIA_ORDER)

        assert places(rank(made)) == {"第1党支部": 1, "第0党支部": 2}

    def test_totals_that_look_equal_are_equal(self) -> None:
        # They differ in the sixth digit only, which nobody is shown.
        criteria = (replace(DEFENCE, weight=Decimal(1)),)
        rows = [(None, None, {FIRST: "80"}), (None, None, {FIRST: "80.000001"})]

        assert set(places(rank(ballot(rows, criteria=criteria))).values()) == {1}

    def test_a_left_out_score_comes_after_any_other(self) -> None:
        criteria = (replace(ATTENDANCE, weight=Decimal("0.5")), DEFENCE)
        none = {FIRST: "70", SECOND: "70"}
        made = ballot(
            [(None, None, none), (None, "80", none)], criteria=criteria, tie_rule=TieRule.CRITERIA_ORDER
        )

        assert places(rank(made)) == {"第1党支部": 1, "第0党支部": 2}


@pytest.mark.covers("F69", "S62")
class TestWinners:
    def winners(self, ranking: Ranking) -> set[str]:
        return {entry.unit_name for entry in ranking.entries if entry.winner}

    def tied(self) -> Ranking:
        top, same = {FIRST: "90", SECOND: "90"}, {FIRST: "80", SECOND: "80"}
        return rank(ballot([("12", "95", top), *[("12", "95", same)] * 3], quota=2))

    def test_are_those_within_the_quota(self) -> None:
        rows = [("12", "95", {FIRST: value, SECOND: value}) for value in ("70", "90", "80")]

        assert self.winners(rank(ballot(rows, quota=2))) == {"第1党支部", "第2党支部"}

    def test_are_everybody_where_the_quota_is_larger(self) -> None:
        assert self.winners(rank(ballot([FULL, ("4", "0", {})], quota=10))) == {"第0党支部", "第1党支部"}

    def test_too_many_equals_on_the_last_place_wait_for_a_choice(self) -> None:
        ranking = self.tied()

        assert self.winners(ranking) == {"第0党支部"}
        assert (len(ranking.tied_at_quota), ranking.room_for_tied) == (3, 1)
        with pytest.raises(TieUndecidedError):
            choose(ranking, [])

    def test_a_choice_among_equals_fills_the_quota(self) -> None:
        chosen = choose(self.tied(), [candidates(4)[2].nomination_id])

        assert self.winners(chosen) == {"第0党支部", "第2党支部"}

    def test_a_choice_of_too_many_or_of_others_is_refused(self) -> None:
        ids = [candidate.nomination_id for candidate in candidates(4)]
        for chosen in ([ids[1], ids[2]], [ids[0]], [uid(1)]):
            with pytest.raises(InvalidArgumentError):
                choose(self.tied(), chosen)

    def test_a_choice_where_none_is_needed_is_refused(self) -> None:
        ranking = rank(ballot([FULL]))

        with pytest.raises(InvalidArgumentError):
            choose(ranking, [candidates(1)[0].nomination_id])
        assert choose(ranking, []).entries == ranking.entries

    def test_a_choice_leaves_the_digest_of_the_ranking(self) -> None:
        ranking = self.tied()

        assert choose(ranking, [candidates(4)[1].nomination_id]).digest == ranking.digest


@pytest.mark.covers("F71")
class TestDigest:
    def test_is_the_same_on_any_machine(self) -> None:
        assert rank(ballot([FULL, ("8", "80", {FIRST: "77.5"})])).digest == (
            "4ff15044eef793e462a4833b7d7ff1a2d1b57bf7b3f9ed9db832fdb0273ad76c"
        )

    def test_does_not_depend_on_how_a_number_is_written(self) -> None:
        again = ballot([("12.0", "95.00", {FIRST: "90.0", SECOND: "81.000"})])

        assert rank(again).digest == rank(ballot([FULL])).digest

    @pytest.mark.parametrize(
        "other",
        [
            ballot([("11", "95", {FIRST: "90", SECOND: "81"})]),
            ballot([("12", "95", {FIRST: "90", SECOND: "82"})]),
            ballot([FULL], quota=2),
            ballot([FULL], policy=MissingScorePolicy.ZERO),
            ballot([FULL], tie_rule=TieRule.CRITERIA_ORDER),
            ballot([FULL], criteria=(replace(MEETINGS, weight=Decimal("0.5")), DEFENCE)),
            ballot([FULL], judges=(FIRST,)),
        ],
        ids=["fact", "score", "quota", "policy", "tie rule", "criteria", "panel"],
    )
    def test_changes_with_every_input(self, other: Ballot) -> None:
        assert rank(other).digest != rank(ballot([FULL])).digest
