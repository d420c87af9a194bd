"""What the rules read of a case, by the names of the rulebook."""

from datetime import date
from uuid import uuid4

import pytest

from membership.domain import acts
from membership.domain.ballots import ConversionOutcome
from membership.domain.evidence import (
    conversion_acts,
    documents_of,
    evidence,
    extension_end,
    outcome_operations,
    probation_end,
)
from membership.domain.verdicts import from_records, judge, to_records
from rulebook import NO_END, RuleBook, facts_needed
from tests.unit.membership.cases import (
    APPLIED,
    CATALOGUE,
    GROWN,
    NATION,
    RULES,
    UP_TO_FORM,
    case_after,
    people,
)

REVIEW = acts.political_review(
    date(2026, 5, 10), conclusion="qualified", reviewer=uuid4(), archive_reference="ZS-1", all_areas=True
)


class TestFacts:
    def test_days_come_from_the_steps(self) -> None:
        case = case_after("application", "talk", acts.plain("activist", date(2025, 4, 15)))
        facts = evidence(case, GROWN, {})
        assert (facts["application_on"], facts["activist_on"]) == (APPLIED, date(2025, 4, 15))

    @pytest.mark.parametrize(
        ("step", "fact"),
        [("cultivation_assessment", "last_assessment_on"), ("thought_report", "last_done_on")],
    )
    def test_of_what_is_done_again_the_latest_day_counts_and_not_the_last_recorded(
        self, step: str, fact: str
    ) -> None:
        days = (date(2025, 10, 10), date(2026, 4, 10), date(2025, 12, 1))
        case = case_after(*UP_TO_FORM[:5], *(acts.plain(step, day) for day in days))
        assert evidence(case, GROWN, {})[fact] == date(2026, 4, 10)

    def test_nobody_leaves_unless_it_is_known(self) -> None:
        assert evidence(case_after("application"), GROWN, {})["leaves_unit_on"] == NO_END

    def test_what_the_request_states_counts_over_what_is_known(self) -> None:
        facts = evidence(case_after("application"), GROWN, {"leaves_unit_on": date(2025, 1, 1)})
        assert facts["leaves_unit_on"] == date(2025, 1, 1)

    def test_of_the_review_the_rules_read_day_and_conclusion_only(self) -> None:
        facts = evidence(case_after(*UP_TO_FORM[:8], REVIEW), GROWN, {})
        assert facts["political_review_result"] == "qualified"
        assert facts["political_reviewed_on"] == date(2026, 5, 10)
        assert not [name for name, value in facts.items() if value == "ZS-1"]

    def test_papers_add_up_over_the_steps(self) -> None:
        case = case_after(acts.filing("activist_filing", APPLIED), acts.filing("prospect_filing", APPLIED))
        assert documents_of(case, ("admission_form",)) == [
            "activist_filing",
            "admission_form",
            "prospect_filing",
        ]

    def test_for_the_archive_only_the_papers_in_the_file_count(self) -> None:
        case = case_after(acts.filing("activist_filing", APPLIED))
        assert documents_of(case, ("admission_form",), only_brought=True) == ["admission_form"]

    def test_acts_of_the_conversion_keep_their_order(self) -> None:
        case = case_after(
            acts.conversion_request(APPLIED),
            acts.conversion_review(APPLIED, group_heard=True, members_heard=True, masses_heard=True),
        )
        assert conversion_acts(case) == [
            "conversion_request",
            "conversion_group_opinion",
            "conversion_mass_opinions",
            "conversion_committee_review",
        ]

    @pytest.mark.parametrize("step", [step.id for step in CATALOGUE.steps])
    def test_every_fact_a_step_s_rules_need_is_gathered_or_stated(self, step: str) -> None:
        """A fact that nobody provides would forbid the step for ever."""
        known = set(evidence(case_after(*UP_TO_FORM[:8], REVIEW, _TRAINED), GROWN, {})) | STATED
        needed = {
            need.name
            for operation in CATALOGUE.operations(step) + CATALOGUE.vote_operations(step)
            for need in facts_needed(EVERY_LAYER, operation=operation)
            if not need.optional
        }
        assert needed - known == set()


EVERY_LAYER = RuleBook.shipped().in_force(APPLIED)
_TRAINED = acts.training(APPLIED, days=3, class_hours=0, organizer=uuid4())
STATED = {
    *("application_route", "is_chinese_citizen", "accepts_programme", "notice_posted_on"),
    *("contact_count", "contacts_are_full_members", "contact_is_direct_relative", "contact_load"),
    *("introducer_count", "introducers_are_full_members", "introducer_under_sanction"),
    *("introducer_is_direct_relative", "political_review_areas", "training_organizer", "talker_role"),
    *("approver_type", "decided_collectively", "decided_individually", "standing_starts_on"),
    *("present_voters", "should_attend_voters", "yes_votes", "ballot", "voted_separately"),
    "resolution_fields",
}


class TestProbation:
    def test_it_ends_a_year_after_the_meeting(self) -> None:
        assert probation_end(RULES, date(2026, 6, 12)) == date(2027, 6, 12)

    def test_a_leap_day_ends_on_the_last_of_february(self) -> None:
        assert probation_end(RULES, date(2028, 2, 29)) == date(2029, 2, 28)

    def test_an_extension_counts_from_the_end(self) -> None:
        assert extension_end(date(2027, 6, 12), "P6M") == date(2027, 12, 12)

    def test_an_extension_is_judged_by_its_own_rules_too(self) -> None:
        assert outcome_operations(ConversionOutcome.EXTEND, "x") == ("x", "admission.probation_extension")
        assert outcome_operations(ConversionOutcome.CONVERT, "x") == ("x",)


class TestKeptVerdicts:
    def test_a_kept_verdict_says_the_same_again(self) -> None:
        facts = evidence(case_after("application"), GROWN, {"is_chinese_citizen": True})
        judgements = judge(RULES, ["admission.application"], facts, on=APPLIED)

        kept = from_records(RULES, to_records(judgements))

        assert [item.message("zh-CN") for item in kept] == [item.message("zh-CN") for item in judgements]
        assert [item.satisfied for item in kept] == [item.satisfied for item in judgements]

    def test_a_case_is_judged_by_the_packs_of_its_application(self) -> None:
        assert NATION.in_force(date(2024, 10, 8)).digest == RULES.digest


def test_contacts_state_how_many_there_are() -> None:
    act = acts.contacts(APPLIED, people(2), no_relatives=True, load_consented=False)
    assert act.facts["contact_count"] == 2
