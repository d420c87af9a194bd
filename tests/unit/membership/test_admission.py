"""The admission case as a value: stage, companions, ballots, extension."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from membership.domain import acts
from membership.domain import steps as names
from membership.domain.admission import (
    CONTACT,
    CaseState,
    OathCandidate,
    check_confirmer,
)
from membership.domain.ballots import Ballot, BallotPurpose, BallotState, ConversionOutcome, Totals
from membership.errors import (
    AdmissionCaseClosedError,
    BallotConfirmedBySamePersonError,
    BallotNotEnteredError,
)
from tests.unit.membership.cases import APPLIED, UP_TO_FORM, case_after, people, take

APPROVED = (*UP_TO_FORM, "branch_meeting", "superior_talk", "approval")


def ballot(number: int, state: BallotState) -> Ballot:
    totals = Totals(held_on=APPLIED, method="secret_ballot", present=8, yes=8, no=0, abstentions=0)
    return Ballot(number, BallotPurpose.ADMISSION, state, totals, 9, entered_by=uuid4())


class TestStage:
    @pytest.mark.parametrize(
        ("taken", "stage"), [(("application",), 1), (UP_TO_FORM[:3], 2), (UP_TO_FORM[:6], 3), (UP_TO_FORM, 4)]
    )
    def test_the_stage_is_that_of_the_furthest_step(self, taken: tuple[str, ...], stage: int) -> None:
        assert case_after(*taken).head.stage == stage

    def test_with_the_approval_the_person_is_in_probation(self) -> None:
        assert case_after(*APPROVED).head.stage == 5

    def test_a_repeated_step_does_not_lead_back(self) -> None:
        case = case_after(*UP_TO_FORM, "training")
        assert (case.head.step, case.head.stage) == ("admission_form", 4)

    def test_every_step_is_one_version(self) -> None:
        assert case_after("application", "talk").head.version == 3


class TestCompanions:
    def test_new_contacts_end_the_former_ones(self) -> None:
        first, second = people(2), people(1)
        case = take(
            case_after(*UP_TO_FORM[:4]),
            acts.contacts(date(2025, 1, 1), first, no_relatives=True, load_consented=False),
        )
        case = take(case, acts.contacts(date(2025, 2, 1), second, no_relatives=True, load_consented=False))

        assert {item.person_id for item in case.companions_on(CONTACT, date(2025, 1, 31))} == set(first)
        assert {item.person_id for item in case.companions_on(CONTACT, date(2025, 2, 1))} == set(second)

    def test_a_contact_named_again_goes_on_without_a_break(self) -> None:
        stays, leaves, comes = people(3)
        case = take(
            case_after(*UP_TO_FORM[:4]),
            acts.contacts(date(2025, 1, 1), (stays, leaves), no_relatives=True, load_consented=False),
        )
        case = take(
            case, acts.contacts(date(2025, 2, 1), (stays, comes), no_relatives=True, load_consented=False)
        )
        kept = next(item for item in case.companions if item.person_id == stays)
        assert (kept.valid_from, kept.valid_until) == (date(2025, 1, 1), None)

    def test_a_contact_of_no_day_was_none(self) -> None:
        first, second = people(1), people(1)
        day = date(2025, 1, 1)
        case = take(
            case_after(*UP_TO_FORM[:4]), acts.contacts(day, first, no_relatives=True, load_consented=False)
        )
        case = take(case, acts.contacts(day, second, no_relatives=True, load_consented=False))
        assert [item.person_id for item in case.companions] == list(second)


class TestBallots:
    def test_totals_that_were_decided_on_cannot_be_confirmed_again(self) -> None:
        case = case_after(*UP_TO_FORM).with_ballot(ballot(1, BallotState.FAILED))
        with pytest.raises(BallotNotEnteredError):
            case.entered_ballot(1)

    def test_the_last_ballot_that_passed_counts(self) -> None:
        case = case_after(*UP_TO_FORM)
        for number, state in enumerate((BallotState.FAILED, BallotState.PASSED), start=1):
            case = case.with_ballot(ballot(number, state))
        found = case.passed_ballot(BallotPurpose.ADMISSION)
        assert found is not None
        assert found.number == 2

    def test_who_entered_does_not_confirm(self) -> None:
        entered = ballot(1, BallotState.ENTERED)
        assert entered.entered_by is not None
        with pytest.raises(BallotConfirmedBySamePersonError):
            check_confirmer(entered, entered.entered_by)


class TestEnd:
    def test_a_case_that_is_over_takes_nothing_more(self) -> None:
        case = case_after("application", state=CaseState.WITHDRAWN)
        with pytest.raises(AdmissionCaseClosedError):
            case.check_open()

    def test_papers_are_archived_after_the_conversion(self) -> None:
        case_after("application", state=CaseState.CONVERTED).check_open(also=CaseState.CONVERTED)

    def test_an_extension_lets_the_conversion_begin_again(self) -> None:
        case = case_after(*APPROVED, "conversion_request", names.CONVERSION_REVIEW, "conversion_meeting")
        case = take(case, acts.plain("conversion_approval", APPLIED))

        extended = case.extended(until=date(2027, 12, 12), extension="P6M")

        assert extended.taken == list(APPROVED)
        assert len(extended.steps) == len(case.steps)
        assert extended.head.conversion_outcome is ConversionOutcome.EXTEND


class TestOathCandidate:
    candidate = OathCandidate(uuid4(), uuid4(), uuid4(), oath_on=None, approved_on=date(2026, 6, 20))

    def test_from_the_day_of_the_approval_on(self) -> None:
        assert self.candidate.refusal(date(2026, 6, 19)) == "BEFORE_APPROVAL"
        assert self.candidate.refusal(date(2026, 6, 20)) is None

    def test_only_once(self) -> None:
        sworn = replace(self.candidate, oath_on=date(2026, 7, 1))
        assert sworn.refusal(date(2026, 8, 1)) == "ALREADY_SWORN"

    def test_never_without_an_approval(self) -> None:
        assert replace(self.candidate, approved_on=None).refusal(date(2026, 8, 1)) == "NOT_APPROVED"
