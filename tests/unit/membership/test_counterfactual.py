"""What other rules would have said of a recorded case; nothing is guessed."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from membership.domain import acts
from membership.domain.admission import AdmissionCase
from membership.domain.counterfactual import Effect, OtherPacks, OtherValue, Reevaluation, reevaluate
from membership.domain.evidence import documents_of, evidence
from membership.domain.verdicts import from_records, judge, to_records
from rulebook import RuleBook, RuleSet
from tests.unit.membership.cases import APPLIED, CATALOGUE, GROWN, NATION, NOW, RULES, case_after

ACTIVIST_ON, PROSPECT_ON = date(2024, 12, 1), date(2025, 12, 1)


def judged(case: AdmissionCase, act: acts.Act, **stated: Any) -> AdmissionCase:
    """The case after an act that the rules were asked about, as it is read back from where it is kept."""
    papers = documents_of(case, act.documents)
    facts = evidence(case, GROWN, {**act.facts, "case_documents": papers, **stated})
    judgements = judge(RULES, CATALOGUE.operations(act.step), facts, on=act.occurred_on)
    kept = from_records(RULES, to_records(judgements))
    return acts.take(case, act, CATALOGUE, kept, now=NOW, by=None)


def recorded() -> AdmissionCase:
    """An activist of a year to the day who becomes a prospective member."""
    case = case_after("application", "talk")
    activist = acts.activist(
        ACTIVIST_ON, by_members=False, by_league=True, decision="branch_committee", noticed_from=None
    )
    case = judged(case, activist)
    prospect = acts.prospect(
        PROSPECT_ON,
        group_heard=True,
        contacts_heard=True,
        members_and_masses_heard=True,
        decided=True,
        noticed_from=date(2025, 11, 1),
    )
    return judged(case, prospect)


def under(case: AdmissionCase, **change: Any) -> Reevaluation:
    other = OtherValue(**change).rules_for(RULES, APPLIED)
    return reevaluate(case, GROWN, RULES, other)


def told(found: Reevaluation) -> list[tuple[str, str, Effect, Effect]]:
    return [(one.step, one.rule_id, one.effect_before, one.effect_after) for one in found.differences]


class TestOtherValue:
    @pytest.mark.parametrize(
        ("interval", "forbids"), [("P364D", False), ("P365D", False), ("P366D", True), ("P18M", True)]
    )
    def test_a_longer_interval_forbids_from_the_day_after(self, interval: str, forbids: bool) -> None:
        found = under(recorded(), rule_id="DEV-09", parameter="interval", value=interval)
        expected = [("prospect", "DEV-09", Effect.HOLDS, Effect.FORBIDS)] if forbids else []
        assert told(found) == expected

    def test_it_says_why(self) -> None:
        found = under(recorded(), rule_id="DEV-09", parameter="interval", value="P18M")
        (difference,) = found.differences
        assert difference.before is not None
        assert difference.after is not None
        assert (difference.before.needed, difference.after.needed) == ("≥ 2025-12-01", "≥ 2026-06-01")
        assert difference.after.clears_on == date(2026, 6, 1)
        assert difference.after.source.article == "13"

    def test_what_was_overdue_is_in_time_under_a_longer_period(self) -> None:
        # No assessment in the year: a warning by the rule of half a year.
        found = under(recorded(), rule_id="DEV-06", parameter="every", value="P1Y")
        assert told(found) == [("prospect", "DEV-06", Effect.WARNS, Effect.HOLDS)]

    def test_the_same_value_differs_in_nothing(self) -> None:
        found = under(recorded(), rule_id="DEV-09", parameter="interval", value="P1Y")
        assert (told(found), found.undecided) == ([], frozenset())

    def test_each_rule_set_is_made_once(self) -> None:
        other = OtherValue("DEV-09", "interval", "P18M")
        assert other.rules_for(RULES, APPLIED) is other.rules_for(RULES, APPLIED)


class TestOtherPacks:
    BOOK = RuleBook.shipped("nation", "steps", "branches", "standing", "guizhou")

    def rules(self) -> RuleSet:
        return OtherPacks(self.BOOK).rules_for(RULES, APPLIED)

    def test_a_rule_that_nobody_asked_is_asked_of_what_is_recorded(self) -> None:
        found = reevaluate(recorded(), GROWN, RULES, self.rules())
        # Three months lie between 8 October and 1 December only in part; the notice of a month ago is on record.
        assert ("activist", "LOC-02", Effect.ABSENT, Effect.FORBIDS) in told(found)
        assert "LOC-01" not in {one.rule_id for one in found.differences}

    def test_what_nobody_recorded_is_undecided(self) -> None:
        found = reevaluate(recorded(), GROWN, RULES, self.rules())
        assert "LOC-01" in found.undecided  # the notice of the activist

    def test_a_rule_that_is_gone_no_longer_warns(self) -> None:
        bare = replace(RULES, rules=tuple(rule for rule in RULES.rules if rule.id != "DEV-06"))
        found = reevaluate(recorded(), GROWN, RULES, bare)
        assert told(found) == [("prospect", "DEV-06", Effect.WARNS, Effect.ABSENT)]

    def test_one_day_s_rules_may_judge_every_case(self) -> None:
        early = OtherPacks(NATION, date(2016, 1, 1)).rules_for(RULES, APPLIED)
        assert early.digest == NATION.in_force(date(2016, 1, 1)).digest


def test_a_case_from_paper_is_compared_with_what_its_own_rules_say() -> None:
    case = case_after("application", "talk")
    activist = acts.activist(
        ACTIVIST_ON, by_members=True, by_league=False, decision="branch_committee", noticed_from=None
    )
    case = acts.take(case, activist, CATALOGUE, (), now=NOW, by=None)
    found = under(case, rule_id="DEV-04", parameter="any_of", value="league_recommendation")
    assert told(found) == [("activist", "DEV-04", Effect.HOLDS, Effect.FORBIDS)]
