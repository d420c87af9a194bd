"""The order of the steps over the catalogue of the rulebook."""

from datetime import date

import pytest

from membership.domain import steps as names
from membership.domain.acts import plain
from membership.domain.steps import Catalogue
from membership.errors import DayOutOfOrderError, StepNotDueError
from rulebook import RuleBook
from tests.unit.membership.cases import APPLIED, CATALOGUE, UP_TO_FORM, case_after

APPROVED = (*UP_TO_FORM, "branch_meeting", "superior_talk", "approval")


def takeable(*taken: str) -> set[str]:
    return {step.id for step in CATALOGUE.takeable(taken)}


class TestWhatComesNext:
    def test_first_of_all_comes_the_application(self) -> None:
        assert takeable() == {"application"}

    def test_one_step_is_awaited_at_a_time(self) -> None:
        assert takeable("application") == {"talk"}

    def test_an_activist_is_assessed_again_and_again(self) -> None:
        before = UP_TO_FORM[:5]
        assert takeable(*before) == {"prospect", "contacts", "cultivation_assessment"}
        assert "cultivation_assessment" in takeable(*before, "cultivation_assessment")

    def test_nobody_is_assessed_before_having_contacts(self) -> None:
        assert "cultivation_assessment" not in takeable(*UP_TO_FORM[:4])

    def test_what_expires_is_taken_again_until_the_meeting(self) -> None:
        assert {"training", "political_review", "pre_review"} <= takeable(*UP_TO_FORM)
        assert not {"training", "political_review", "pre_review"} & takeable(*UP_TO_FORM, "branch_meeting")

    def test_filing_assignment_and_oath_wait_for_the_approval_and_for_nothing_else(self) -> None:
        assert not names.LOOSE & takeable(*APPROVED[:-1])
        assert takeable(*APPROVED) >= names.LOOSE
        assert "conversion_request" in takeable(*APPROVED)

    def test_nothing_comes_after_the_archive(self) -> None:
        assert takeable(*[step.id for step in CATALOGUE.steps]) == set()

    def test_opinions_on_the_conversion_follow_its_request(self) -> None:
        assert not CATALOGUE.may_take(names.CONVERSION_REVIEW, APPROVED)
        assert CATALOGUE.may_take(names.CONVERSION_REVIEW, [*APPROVED, "conversion_request"])

    def test_thought_reports_are_handed_in_from_the_activist_to_the_conversion(self) -> None:
        assert not CATALOGUE.may_take(names.THOUGHT_REPORT, UP_TO_FORM[:2])
        for taken in (UP_TO_FORM[:3], [*UP_TO_FORM, names.THOUGHT_REPORT], APPROVED):
            assert CATALOGUE.may_take(names.THOUGHT_REPORT, taken)
        assert not CATALOGUE.may_take(names.THOUGHT_REPORT, [*APPROVED, "conversion_approval"])

    def test_a_report_leaves_the_case_at_the_step_it_stands_at(self) -> None:
        case = case_after(*UP_TO_FORM[:3], names.THOUGHT_REPORT)
        assert (case.head.step, case.head.stage, case.head.version) == ("activist", 2, 5)

    def test_rules_are_asked_of_a_report_only_where_a_pack_declares_it(self) -> None:
        shipped = Catalogue.of(RuleBook.shipped().in_force(APPLIED))
        assert shipped.operations(names.THOUGHT_REPORT) == ("duty.thought_report",)
        assert CATALOGUE.operations(names.THOUGHT_REPORT) == ()

    def test_an_unknown_step_is_never_due(self) -> None:
        assert not CATALOGUE.may_take("dance", UP_TO_FORM)

    def test_a_refusal_names_what_is_awaited(self) -> None:
        with pytest.raises(StepNotDueError) as refused:
            case_after("application").check_due("training", CATALOGUE)
        assert refused.value.metadata["awaited"] == "talk"


class TestDays:
    def test_a_day_ahead_is_refused(self) -> None:
        with pytest.raises(DayOutOfOrderError):
            case_after("application").check_day(
                "talk", date(2024, 10, 10), CATALOGUE, today=date(2024, 10, 9)
            )

    def test_a_step_does_not_lie_before_the_one_it_follows(self) -> None:
        case = case_after("application", plain("talk", date(2024, 10, 20)))
        with pytest.raises(DayOutOfOrderError):
            case.check_day("activist", date(2024, 10, 19), CATALOGUE, today=date(2025, 1, 1))

    def test_a_step_may_lie_on_the_day_of_the_one_it_follows(self) -> None:
        case = case_after("application", plain("talk", date(2024, 10, 20)))
        case.check_day("activist", date(2024, 10, 20), CATALOGUE, today=date(2025, 1, 1))

    def test_training_and_review_run_side_by_side(self) -> None:
        reviewed = plain("political_review", date(2024, 12, 1))
        case = case_after(*UP_TO_FORM[:8], reviewed)
        case.check_day("training", date(2024, 11, 1), CATALOGUE, today=date(2025, 1, 1))

    def test_nothing_lies_before_the_application(self) -> None:
        with pytest.raises(DayOutOfOrderError):
            case_after("application").check_day("talk", date(2024, 10, 7), CATALOGUE, today=APPLIED)


class TestDoneAgain:
    """What a deadline makes people do again, and what nobody is asked to."""

    def test_a_form_is_issued_anew_until_the_meeting(self) -> None:
        taken = [step.id for step in CATALOGUE.steps[:14] if not step.periodic]
        assert CATALOGUE.may_take("admission_form", taken)
        assert not CATALOGUE.may_take("admission_form", [*taken, "branch_meeting"])

    def test_a_resolution_may_be_discussed_again_until_the_talk_and_is_not_asked_for(self) -> None:
        taken = [step.id for step in CATALOGUE.steps[:15] if not step.periodic]
        assert CATALOGUE.may_take("branch_meeting", taken)
        assert "branch_meeting" not in [step.id for step in CATALOGUE.takeable(taken)]
        assert not CATALOGUE.may_take("branch_meeting", [*taken, "superior_talk"])
