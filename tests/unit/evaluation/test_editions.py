from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from chassis.errors import InvalidArgumentError
from evaluation.domain import rules
from evaluation.domain.awards import Award, Catalogue, Dimension, Level, MissingScorePolicy, TieRule
from evaluation.domain.editions import (
    Edition,
    EditionState,
    Evidence,
    PastEdition,
    Result,
    check_period,
    judge_numbers,
)
from evaluation.domain.ranking import rank
from evaluation.errors import (
    EditionNumberTakenError,
    EditionStateError,
    EvaluationRuleError,
    NoCriteriaError,
    NoJudgesError,
    NoNominationsError,
    PeriodNotOverError,
)
from tests.unit.evaluation.ballots import CRITERIA, FROM, JUDGES, NOW, UNTIL, ballot, uid

TODAY = date(2026, 11, 24)
AWARD = Award(
    award_id=uid(1),
    unit_id=uid(2),
    name="十佳党支部",
    level=Level.UNIVERSITY,
    eligible_kinds=("branch",),
    first_year=2000,
    catalogue=Catalogue((Dimension("life", "组织生活"), Dimension("outcome", "成效")), CRITERIA),
    criteria_version=3,
    created_at=NOW,
    updated_at=NOW,
    version=5,
)
DRAFT = Edition(
    edition_id=uid(3),
    award_id=AWARD.award_id,
    number=27,
    year=2026,
    quota=1,
    state=EditionState.DRAFT,
    period_from=FROM,
    period_until=UNTIL,
    policy=MissingScorePolicy.DROP,
    tie_rule=TieRule.SHARED_PLACE,
    created_at=NOW,
    updated_at=NOW,
    version=1,
)
OPEN = DRAFT.opened(AWARD, NOW)
JUDGING = OPEN.captured(NOW)
RANKING = rank(ballot([("12", "95", {JUDGES[0]: "90"}), ("8", "80", {JUDGES[0]: "70"})]))
RANKED = JUDGING.ranked(RANKING, NOW)
NOTICE = RANKED.posted(RANKING, (), tie_reason="", now=NOW, today=TODAY)
PUBLISHED = NOTICE.published((), now=NOW, today=date(2026, 12, 2))


def broken(known: list[int], *new: tuple[int, int]) -> set[str]:
    judgements = judge_numbers(AWARD, known, new, TODAY)
    return {judgement.rule_id for judgement in judgements if judgement.forbids}


@pytest.mark.covers("SEED-05", "S62", "F69")
class TestNumbers:
    def test_the_next_one_follows(self) -> None:
        assert broken(list(range(1, 23)), (23, 2022)) == set()

    def test_a_number_left_out_is_against_the_rules(self) -> None:
        assert broken(list(range(1, 23)), (24, 2023)) == {"SEED-05"}

    def test_the_year_must_fit_the_number(self) -> None:
        assert broken(list(range(1, 23)), (23, 2023)) == {"SEED-05.year"}

    def test_twenty_two_past_editions_follow_each_other_in_any_order(self) -> None:
        past = [(number, 1999 + number) for number in range(22, 0, -1)]

        assert broken([], *past) == set()

    def test_an_island_among_past_editions_is_against_the_rules(self) -> None:
        assert broken([], (1, 2000), (2, 2001), (4, 2003)) == {"SEED-05"}

    def test_earlier_ones_may_be_taken_over_later(self) -> None:
        assert broken([9, 10], (8, 2007)) == set()
        assert broken([9, 10], (7, 2006)) == {"SEED-05"}

    def test_the_first_on_record_may_have_any_number_that_fits_its_year(self) -> None:
        assert broken([], (9, 2008)) == set()

    @pytest.mark.parametrize("known", [[22], []])
    def test_a_number_is_taken_once(self, known: list[int]) -> None:
        new = [(22, 2021)] if known else [(22, 2021), (22, 2021)]

        with pytest.raises(EditionNumberTakenError):
            judge_numbers(AWARD, known, new, TODAY)

    def test_before_the_first_pack_nothing_is_judged(self) -> None:
        assert judge_numbers(AWARD, [], [(5, 2022)], date(1949, 10, 1)) == ()


PAST = PastEdition(
    number=22,
    year=2021,
    quota=2,
    awarded_on=date(2021, 12, 20),
    results=(Result(uid(5), "甲支部", True, 1), Result(None, "乙支部", True, 2)),
    evidence=(Evidence("表彰决定", "党发〔2021〕1号"),),
)


@pytest.mark.covers("SEED-05", "S62")
class TestPast:
    def test_is_whole_with_winners_places_and_evidence(self) -> None:
        assert not PAST.partial

    @pytest.mark.parametrize(
        "changes",
        [
            {"evidence": ()},
            {"results": PAST.results[:1]},
            {"results": ()},
            {"results": (PAST.results[0], Result(None, "乙支部", True))},
        ],
        ids=["no evidence", "a winner missing", "no results", "a place missing"],
    )
    def test_is_partial_where_something_is_not_known(self, changes: dict[str, object]) -> None:
        assert replace(PAST, **changes).partial  # type: ignore[arg-type] # fields by name

    def test_does_not_lie_ahead(self) -> None:
        for wrong in (replace(PAST, year=2027), replace(PAST, awarded_on=date(2026, 11, 25))):
            with pytest.raises(InvalidArgumentError):
                wrong.check(TODAY, "editions[0]")
        PAST.check(TODAY, "editions[0]")

    def test_names_each_unit_somehow(self) -> None:
        nobody = replace(PAST, results=(Result(None, " ", True),))

        with pytest.raises(InvalidArgumentError) as caught:
            nobody.check(TODAY, "editions[0]")
        assert [violation.field for violation in caught.value.violations] == ["editions[0].results[0]"]


@pytest.mark.covers("F69", "S62")
class TestStates:
    def test_opening_freezes_the_criteria_of_the_moment(self) -> None:
        later = AWARD.with_criteria(Catalogue((), ()), NOW)

        assert (OPEN.state, OPEN.criteria_version, OPEN.criteria) == (EditionState.OPEN, 3, CRITERIA)
        assert (later.criteria_version, later.version) == (4, 6)

    def test_an_award_without_criteria_opens_nothing(self) -> None:
        with pytest.raises(NoCriteriaError):
            DRAFT.opened(replace(AWARD, catalogue=Catalogue((), ())), NOW)

    def test_closing_waits_for_the_last_day_of_the_period(self) -> None:
        with pytest.raises(PeriodNotOverError):
            OPEN.check_closable(nominations=1, today=date(2026, 10, 31))
        OPEN.check_closable(nominations=1, today=UNTIL)

    def test_nothing_is_closed_without_a_nomination(self) -> None:
        with pytest.raises(NoNominationsError):
            OPEN.check_closable(nominations=0, today=TODAY)

    def test_judged_criteria_need_judges(self) -> None:
        with pytest.raises(NoJudgesError):
            JUDGING.check_rankable(())
        JUDGING.check_rankable(JUDGES)

    def test_criteria_scored_by_facts_alone_need_none(self) -> None:
        replace(JUDGING, criteria=CRITERIA[:2]).check_rankable(())

    def test_the_path_leads_to_publication(self) -> None:
        path = [each.state for each in (DRAFT, OPEN, JUDGING, RANKED, NOTICE, PUBLISHED)]

        assert path == list(EditionState)[:6]
        assert [each.version for each in (DRAFT, OPEN, JUDGING, RANKED, NOTICE, PUBLISHED)] == [
            1,
            2,
            3,
            4,
            5,
            6,
        ]

    @pytest.mark.parametrize(
        ("act", "allowed"),
        [
            (lambda e: e.opened(AWARD, NOW), {"draft"}),
            (lambda e: e.check_closable(nominations=1, today=TODAY), {"open"}),
            (lambda e: e.captured(NOW), {"open", "judging"}),
            (lambda e: e.panel_set(NOW), {"judging"}),
            (lambda e: e.check_rankable(JUDGES), {"judging"}),
            (lambda e: e.ranked(RANKING, NOW), {"judging"}),
            (lambda e: e.posted(RANKING, (), tie_reason="", now=NOW, today=TODAY), {"ranked"}),
            (lambda e: e.published((), now=NOW, today=TODAY), {"notice"}),
            (lambda e: e.cancelled("理由", NOW), {"draft", "open", "judging"}),
        ],
    )
    def test_an_act_is_refused_in_every_other_state(
        self, act: Callable[[Edition], object], allowed: set[str]
    ) -> None:
        for state in EditionState:
            edition = replace(JUDGING, state=state)
            if state in allowed:
                act(edition)
            else:
                with pytest.raises(EditionStateError):
                    act(edition)

    def test_a_past_edition_has_no_period(self) -> None:
        with pytest.raises(EditionStateError):
            _ = replace(PUBLISHED, period_from=None, period_until=None).period

    def test_results_are_the_ranking(self) -> None:
        assert [(result.place, result.winner) for result in PUBLISHED.results()] == [(1, True), (2, False)]
        assert [entry.place for entry in PUBLISHED.winners] == [1]

    @pytest.mark.parametrize("until", [FROM, date(2025, 12, 31)])
    def test_a_period_has_a_day(self, until: date) -> None:
        with pytest.raises(InvalidArgumentError):
            check_period(FROM, until)


@pytest.mark.covers("S62", "SEED-05")
class TestNotice:
    def test_hangs_for_five_working_days(self) -> None:
        # Tuesday 24 November; the fifth working day after it is Tuesday 1 December.
        assert NOTICE.publishable_on == date(2026, 12, 2)

    def test_publishing_the_day_before_is_against_the_rules(self) -> None:
        early = rules.publication(posted_on=TODAY, on=date(2026, 12, 1))
        in_time = rules.publication(posted_on=TODAY, on=date(2026, 12, 2))

        with pytest.raises(EvaluationRuleError):
            rules.refuse_if_forbidden(early)
        rules.refuse_if_forbidden(in_time)


@pytest.mark.covers("LOC-15")
class TestShareOfWinners:
    @pytest.mark.parametrize(("units", "allowed"), [(34, True), (33, False), (10, False)])
    def test_ten_winners_need_thirty_four_units(self, units: int, allowed: bool) -> None:
        judgements = rules.winners(awarded=10, units=units, on=TODAY)

        assert any(judgement.forbids for judgement in judgements) is not allowed

    def test_a_reason_sets_a_rule_aside_and_is_kept(self) -> None:
        judgements = rules.set_aside(rules.winners(awarded=10, units=10, on=TODAY), "试点")

        rules.refuse_if_forbidden(judgements)
        assert [judgement.override_reason for judgement in judgements] == ["试点"]

    def test_judgements_survive_being_stored(self) -> None:
        judgements = rules.winners(awarded=10, units=10, on=TODAY)

        assert rules.from_records(rules.to_records(judgements)) == judgements
        assert "30" in judgements[0].message("en")
