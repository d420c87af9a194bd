"""What cases and transfers wait for, and until when."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membership.domain import acts
from membership.domain.admission import AdmissionCase, CaseState, TakenStep
from membership.domain.decisions import approved
from membership.domain.duties import (
    Duty,
    DutyKind,
    Urgency,
    duties_of,
    items_of_case,
    overdue_of_case,
    urgency_of,
)
from membership.domain.evidence import probation_end
from membership.domain.letter_duties import items_of_transfer
from membership.domain.steps import Catalogue
from membership.domain.transfers import Letter, Transfer, TransferState
from rulebook import RuleBook
from tests.unit.membership.cases import APPLIED, NOW, RULES, UP_TO_FORM, case_after, take

SHIPPED = RuleBook.shipped().in_force(APPLIED)
CATALOGUE = Catalogue.of(SHIPPED)
ACTIVIST = (
    "application",
    acts.plain("talk", date(2024, 10, 20)),
    acts.plain("activist", date(2025, 4, 15)),
    acts.plain("activist_filing", date(2025, 4, 20)),
    acts.plain("contacts", date(2025, 4, 25)),
)
MET = date(2026, 6, 12)
RESOLVED = (*ACTIVIST, *UP_TO_FORM[5:], acts.plain("branch_meeting", MET))


def told(case: AdmissionCase) -> set[tuple[str, str, str, str]]:
    """Step, kind, day and rule of everything that the case waits for."""
    return {
        (
            duty.step,
            duty.kind.value,
            duty.due_on.isoformat(),
            "" if duty.judgement is None else duty.judgement.rule_id,
        )
        for duty in duties_of(case, SHIPPED, CATALOGUE)
    }


class Walked(tuple[TakenStep, ...]):
    """Steps that count how often they are walked."""

    walks = 0

    def __iter__(self) -> Iterator[TakenStep]:
        self.walks += 1
        return super().__iter__()

    def __reversed__(self) -> Iterator[TakenStep]:
        self.walks += 1
        return reversed(tuple(super().__iter__()))


def probationary() -> AdmissionCase:
    """Approved on 20 June 2026 after the branch meeting of the twelfth."""
    case = case_after(*RESOLVED, acts.plain("superior_talk", date(2026, 6, 15)))
    case = take(case, acts.plain("approval", date(2026, 6, 20)))
    return approved(case, approver=uuid4(), start=MET, end=probation_end(SHIPPED, MET))


class TestOfCases:
    def test_the_talk_is_due_within_a_month_of_the_application(self) -> None:
        assert told(case_after("application")) == {("talk", "deadline", "2024-11-08", "DEV-03")}

    def test_a_month_without_the_day_ends_on_its_last_day(self) -> None:
        applied = acts.plain("application", date(2025, 1, 31))
        case = case_after(applied, applied_on=date(2025, 1, 31))
        assert told(case) == {("talk", "deadline", "2025-02-28", "DEV-03")}

    def test_an_activist_may_be_determined_when_the_last_interval_is_over(self) -> None:
        case = case_after(*ACTIVIST[:2])
        assert told(case) == {("activist", "opening", "2025-04-08", "LOC-02")}

    def test_an_activist_is_filed_within_a_month_and_reports_each_quarter(self) -> None:
        assert told(case_after(*ACTIVIST[:3])) == {
            ("activist_filing", "deadline", "2025-05-15", "LOC-05.activist_filing"),
            ("thought_report", "deadline", "2025-07-15", "LOC-04"),
        }

    def test_a_step_for_which_no_rule_names_a_day_is_told_too(self) -> None:
        (waiting,) = [duty for duty in told(case_after(*ACTIVIST[:4])) if duty[0] == "contacts"]
        assert waiting == ("contacts", "opening", "2025-04-20", "")

    def test_each_half_year_an_assessment_and_after_a_year_a_prospect(self) -> None:
        assert told(case_after(*ACTIVIST)) == {
            ("cultivation_assessment", "deadline", "2025-10-15", "DEV-06"),
            ("thought_report", "deadline", "2025-07-15", "LOC-04"),
            ("prospect", "opening", "2026-04-15", "DEV-09"),
        }

    @pytest.mark.parametrize(
        ("done", "due"),
        [("2025-10-10", "2026-04-10"), ("2025-10-15", "2026-04-15"), ("2025-10-16", "2026-04-16")],
    )
    def test_the_next_assessment_runs_from_the_last_one_also_from_a_late_one(
        self, done: str, due: str
    ) -> None:
        case = case_after(*ACTIVIST, acts.plain("cultivation_assessment", date.fromisoformat(done)))
        assert ("cultivation_assessment", "deadline", due, "DEV-06") in told(case)

    def test_the_approval_is_due_three_months_after_the_meeting_though_the_talk_comes_first(self) -> None:
        found = told(case_after(*RESOLVED))
        assert ("approval", "deadline", "2026-09-12", "DEV-24") in found
        # The pre-review of these cases lies on the day of the application: half a year after it all is done again.
        assert ("superior_talk", "deadline", "2025-04-08", "LOC-09.redo") in found
        assert "branch_meeting" not in {step for step, *_ in found}

    def test_probation_ends_and_asks_for_its_request_its_assessment_and_its_reports(self) -> None:
        found = told(probationary())
        assert ("conversion_meeting", "opening", "2027-06-12", "DEV-25") in found
        assert ("conversion_request", "deadline", "2027-05-12", "LOC-11") in found
        assert ("probation_assessment", "deadline", "2026-12-12", "LOC-12") in found
        assert {step for step, *_ in found} >= {"approval_filing", "assignment", "oath", "thought_report"}

    def test_what_the_meeting_rests_on_runs_out(self) -> None:
        review = acts.political_review(
            date(2026, 5, 10), conclusion="qualified", reviewer=uuid4(), archive_reference="Z", all_areas=True
        )
        training = acts.plain("training", date(2026, 5, 20))
        case = case_after(*ACTIVIST, *UP_TO_FORM[5:8], review, training)
        assert told(case) >= {
            ("branch_meeting", "expiry", "2027-05-10", "LOC-08"),
            ("branch_meeting", "expiry", "2027-05-20", "LOC-07"),
        }

    def test_one_rule_is_told_once_and_at_its_own_step(self) -> None:
        rules = [rule for _, _, _, rule in told(case_after(*ACTIVIST)) if rule]
        assert len(rules) == len(set(rules))

    def test_a_case_of_a_day_before_the_province_s_pack_knows_no_reports(self) -> None:
        case = case_after(*ACTIVIST)
        found = duties_of(case, RULES, Catalogue.of(RULES))
        assert "thought_report" not in {duty.step for duty in found}
        assert ("cultivation_assessment", date(2025, 10, 15)) in {(d.step, d.due_on) for d in found}

    @pytest.mark.parametrize("state", [CaseState.WITHDRAWN, CaseState.REVOKED, CaseState.ARCHIVED])
    def test_a_case_that_is_over_waits_for_nothing(self, state: CaseState) -> None:
        assert told(case_after(*ACTIVIST, state=state)) == set()

    def test_a_full_member_s_case_waits_for_the_archive(self) -> None:
        steps = [step.id for step in CATALOGUE.steps if step.id != "archive"]
        case = case_after(*steps, state=CaseState.CONVERTED)
        assert told(case) == {("archive", "opening", APPLIED.isoformat(), "")}

    def test_every_open_case_waits_for_something(self) -> None:
        steps = [step.id for step in CATALOGUE.steps]
        for count in range(1, len(steps)):
            assert duties_of(case_after(*steps[:count]), SHIPPED, CATALOGUE), steps[count]

    @pytest.mark.parametrize("taken", range(1, len(RESOLVED) + 2))
    @pytest.mark.parametrize("days", [-1, 0, 1, 90, 400, 4000])
    def test_what_is_overdue_is_what_the_case_waits_for_and_is_overdue(self, taken: int, days: int) -> None:
        case = probationary() if taken > len(RESOLVED) else case_after(*RESOLVED[:taken])
        for due in {duty.due_on for duty in duties_of(case, SHIPPED, CATALOGUE)}:
            today = due + timedelta(days)
            waited_for = items_of_case(case, SHIPPED, CATALOGUE)

            assert overdue_of_case(case, SHIPPED, CATALOGUE, today=today) == [
                item for item in waited_for if urgency_of(item.duty, today) is Urgency.OVERDUE
            ]

    def test_the_steps_of_a_case_are_walked_few_times_however_many_rules_read_them(self) -> None:
        steps = Walked(probationary().steps)

        assert duties_of(replace(probationary(), steps=steps), SHIPPED, CATALOGUE)

        assert steps.walks <= 4

    def test_an_item_keeps_its_id_while_its_day_moves(self) -> None:
        case = case_after(*ACTIVIST)
        later = take(case, acts.plain("cultivation_assessment", date(2025, 10, 10)))
        before, after = (
            {item.duty.step: item for item in items_of_case(found, SHIPPED, CATALOGUE)}
            for found in (case, later)
        )
        half_year = "cultivation_assessment"
        assert before[half_year].item_id == after[half_year].item_id
        assert before[half_year].duty.due_on < after[half_year].duty.due_on
        assert len({item.item_id for item in after.values()}) == len(after)


class TestReasons:
    def test_nothing_has_been_seen_yet_of_a_step_that_is_waited_for(self) -> None:
        (talk,) = duties_of(case_after("application"), SHIPPED, CATALOGUE)
        assert talk.judgement is not None
        assert talk.judgement.message("zh-CN").endswith("（期限：≤ 2024-11-08；谈话：—）。")

    def test_of_what_recurs_the_last_time_is_shown(self) -> None:
        case = case_after(*ACTIVIST, acts.plain("cultivation_assessment", date(2025, 10, 10)))
        (due,) = [d for d in duties_of(case, SHIPPED, CATALOGUE) if d.step == "cultivation_assessment"]
        assert due.judgement is not None
        assert "2025-10-10" in due.judgement.message("zh-CN")


class TestUrgency:
    @pytest.mark.parametrize(
        ("days", "deadline", "opening"),
        [
            (-1, Urgency.OVERDUE, Urgency.DUE),
            (0, Urgency.DUE, Urgency.DUE),
            (7, Urgency.DUE, Urgency.DUE),
            (8, Urgency.UPCOMING, Urgency.UPCOMING),
        ],
    )
    def test_the_day_itself_is_in_time_and_a_week_ahead_is_near(
        self, days: int, deadline: Urgency, opening: Urgency
    ) -> None:
        today, due = APPLIED, APPLIED + timedelta(days=days)
        assert urgency_of(Duty("s", "", "", DutyKind.DEADLINE, due), today) is deadline
        assert urgency_of(Duty("s", "", "", DutyKind.EXPIRY, due), today) is deadline
        assert urgency_of(Duty("s", "", "", DutyKind.OPENING, due), today) is opening

    @given(due=st.dates(date(2000, 1, 1), date(2100, 1, 1)), days=st.integers(0, 400))
    def test_it_only_ever_grows(self, due: date, days: int) -> None:
        order = [Urgency.UPCOMING, Urgency.DUE, Urgency.OVERDUE]
        duty = Duty("s", "", "", DutyKind.DEADLINE, due)
        earlier = due - timedelta(days=200)
        found = [urgency_of(duty, earlier), urgency_of(duty, earlier + timedelta(days=days))]
        assert order.index(found[0]) <= order.index(found[1])


class TestOfTransfers:
    FROM, TO = uuid4(), uuid4()

    def transfer(self, **fields: Any) -> Transfer:
        values: dict[str, Any] = {
            "transfer_id": uuid4(),
            "person_id": uuid4(),
            "from_unit_id": self.FROM,
            "to_unit_id": self.TO,
            "to_organization": None,
            "letter": Letter("甲-1", date(2024, 10, 8), date(2024, 10, 20)),
            "left_on": date(2024, 10, 8),
            "pack_digest": SHIPPED.digest,
            "created_at": NOW,
            "updated_at": NOW,
        }
        return Transfer(**(values | fields))

    def told(self, **fields: Any) -> set[tuple[Any, ...]]:
        return {
            (item.unit_id, item.duty.step, item.duty.kind.value, item.duty.due_on.isoformat())
            for item in items_of_transfer(self.transfer(**fields), SHIPPED)
        }

    def test_the_letter_runs_out_for_the_sender_and_the_receiver_accepts_before(self) -> None:
        assert self.told() == {
            (self.FROM, "introduction_letter", "expiry", "2024-10-20"),
            (self.TO, "acceptance", "deadline", "2024-10-20"),
        }

    def test_an_expired_letter_is_issued_again_within_half_a_year_of_leaving(self) -> None:
        assert self.told(state=TransferState.EXPIRED) == {
            (self.FROM, "introduction_letter", "expiry", "2024-10-20"),
            (self.FROM, "letter_reissue", "deadline", "2025-04-08"),
        }

    def test_the_receipt_comes_back_within_a_month(self) -> None:
        accepted = {"state": TransferState.ACCEPTED, "accepted_on": date(2024, 10, 31)}
        assert self.told(**accepted) == {(self.TO, "receipt_slip", "deadline", "2024-11-30")}
        outside = {"to_unit_id": None, "to_organization": "某单位"}
        assert self.told(**accepted, **outside) == {(self.FROM, "receipt_slip", "deadline", "2024-11-30")}
        assert self.told(**accepted, receipt_returned_on=date(2024, 11, 1)) == set()

    @pytest.mark.parametrize("state", [TransferState.REJECTED, TransferState.CANCELLED])
    def test_a_transfer_that_is_over_waits_for_nothing(self, state: TransferState) -> None:
        assert self.told(state=state) == set()

    def test_the_rule_is_told_with_it(self) -> None:
        found = items_of_transfer(self.transfer(), SHIPPED)
        assert {item.duty.judgement.rule_id for item in found if item.duty.judgement} == {"TRF-01"}
