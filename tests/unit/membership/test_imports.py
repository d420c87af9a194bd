"""A case on paper: its order, what the paper leaves open, and what the roll may say of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membership.domain import imports
from membership.domain.admission import AdmissionCase, CaseState
from membership.domain.ballots import ConversionOutcome, Totals
from membership.domain.imports import Known, Problems
from membership.domain.members import Member, MembershipStatus, Relationship, StatusPeriod
from membership.domain.paper import PaperCase, PaperStep
from membership.domain.people import PersonKind
from membership.domain.roll_entries import entry_of, roll_problem
from membership.domain.units import Unit
from tests.unit.membership.cases import RULES

TODAY = date(2026, 9, 1)
NOW = datetime(2026, 9, 1, 1, tzinfo=UTC)
APPLICANT, BRANCH = uuid4(), uuid4()
APPLIED = date(2022, 10, 8)
RUN = {
    "talk": date(2022, 10, 20),
    "activist": date(2023, 4, 15),
    "activist_filing": date(2023, 4, 20),
    "contacts": date(2023, 4, 25),
    "prospect": date(2024, 4, 20),
    "prospect_filing": date(2024, 4, 25),
    "introducers": date(2024, 4, 28),
    "political_review": date(2024, 5, 10),
    "training": date(2024, 5, 20),
    "committee_review": date(2024, 5, 25),
    "pre_review": date(2024, 5, 28),
    "admission_form": date(2024, 5, 30),
    "branch_meeting": date(2024, 6, 12),
    "superior_talk": date(2024, 6, 15),
    "approval": date(2024, 6, 20),
    "conversion_request": date(2025, 5, 10),
    "conversion_meeting": date(2025, 6, 14),
    "conversion_approval": date(2025, 6, 25),
    "archive": date(2025, 7, 1),
}


def until(last: str) -> list[PaperStep]:
    names = list(RUN)
    return [PaperStep(index, name, RUN[name]) for index, name in enumerate(names[: names.index(last) + 1])]


def with_step(steps: list[PaperStep], name: str, day: date, **fields: Any) -> list[PaperStep]:
    return [*steps, PaperStep(len(steps), name, day, **fields)]


def changed(steps: list[PaperStep], name: str, **fields: Any) -> list[PaperStep]:
    return [replace(step, **fields) if step.step == name else step for step in steps]


def bring_in(
    steps: list[PaperStep], member: Member | None = None, **fields: Any
) -> tuple[AdmissionCase, dict[str, str]]:
    """The case, and what is said against it by field."""
    known = Known(
        today=TODAY,
        now=NOW,
        by=None,
        born_on={APPLICANT: date(2003, 5, 4)},
        units={BRANCH: Unit(BRANCH, "branch", "student", date(2020, 1, 1), None)},
        members={} if member is None else {APPLICANT: member},
        living_cases={},
    )
    paper = PaperCase(APPLICANT, BRANCH, APPLIED, "台账", steps=tuple(steps))
    problems = Problems()
    case = imports.bring_in(
        replace(paper, **fields), known, RULES, case_id=uuid4(), path="cases[0]", problems=problems
    )
    return case, {item.field.removeprefix("cases[0]."): item.en for item in problems.found}


def member(*statuses: StatusPeriod, unit_id: UUID = BRANCH, standing_from: date | None = None) -> Member:
    first = min(status.valid_from for status in statuses)
    return Member(
        APPLICANT,
        "某",
        PersonKind.STUDENT,
        (Relationship(unit_id, first),),
        statuses,
        (),
        standing_from,
        1,
        NOW,
    )


class TestOrder:
    @given(last=st.sampled_from(sorted(RUN)), seed=st.randoms(use_true_random=False))
    def test_every_beginning_of_the_catalogue_is_taken_in_any_order_of_writing(
        self, last: str, seed: Any
    ) -> None:
        steps = until(last)
        seed.shuffle(steps)

        case, problems = bring_in(steps)

        assert problems == {}
        assert case.head.version == 1
        assert case.taken[1:] == [step.step for step in until(last)]

    @given(missing=st.sampled_from([name for name in RUN if name != "archive"]))
    def test_a_hole_is_told_at_the_step_after_it(self, missing: str) -> None:
        _, problems = bring_in([step for step in until("archive") if step.step != missing])

        ((field, text),) = problems.items()
        assert field.endswith(".step")
        assert text == f"needs {missing} before it."

    def test_steps_that_run_side_by_side_may_lack_each_other_while_they_run(self) -> None:
        steps = with_step(until("prospect"), "training", date(2024, 4, 22))

        case, problems = bring_in(steps)

        assert problems == {}
        assert case.head.step == "training"

    @pytest.mark.parametrize(
        ("name", "day"),
        [
            ("assignment", date(2024, 6, 16)),
            ("oath", date(2024, 6, 16)),
            ("probation_assessment", date(2024, 6, 16)),
            ("conversion_review", date(2025, 5, 9)),
        ],
    )
    def test_what_follows_another_step_does_not_lie_before_it(self, name: str, day: date) -> None:
        steps = with_step(until("conversion_request"), name, day)

        _, problems = bring_in(steps)

        ((field, text),) = problems.items()
        assert field == f"steps[{len(steps) - 1}].occurred_on"
        assert text.startswith("lies before ")

    @pytest.mark.parametrize("name", ["talk", "cultivation_assessment", "training"])
    def test_a_step_whose_time_is_over_is_not_taken_again(self, name: str) -> None:
        _, problems = bring_in(with_step(until("approval"), name, date(2024, 7, 1)))

        assert list(problems.values()) == ["was taken already, or its time was over."]

    def test_thought_reports_come_along_and_lie_after_the_activist(self) -> None:
        reported = with_step(until("approval"), "thought_report", date(2024, 6, 30))

        case, problems = bring_in(reported)

        assert problems == {}
        assert case.taken[-1] == "thought_report"
        assert case.head.step == "approval"
        early = RUN["activist"] - timedelta(days=1)
        _, problems = bring_in(with_step(until("approval"), "thought_report", early))
        assert list(problems.values()) == ["lies before activist (2023-04-15)."]

    def test_contacts_may_have_changed(self) -> None:
        _, problems = bring_in(with_step(until("prospect"), "contacts", date(2024, 4, 30)))

        assert problems == {}

    @pytest.mark.parametrize(
        ("name", "says"),
        [
            ("application", "is what appliedOn says."),
            ("party", "is not in the catalogue of that day."),
            ("withdrawal", "is not in the catalogue of that day."),
        ],
    )
    def test_what_is_no_step(self, name: str, says: str) -> None:
        _, problems = bring_in([PaperStep(0, name, date(2023, 1, 1))])

        assert problems == {"steps[0].step": says}

    def test_nothing_happens_before_the_application_or_after_today(self) -> None:
        _, early = bring_in([PaperStep(0, "talk", date(2022, 10, 7))])
        _, late = bring_in([PaperStep(0, "talk", date(2026, 9, 2))])
        _, ahead = bring_in([], applied_on=date(2026, 9, 2))

        assert early == {"steps[0].occurred_on": "lies before the application."}
        assert late == {"steps[0].occurred_on": "lies in the future."}
        assert ahead == {"applied_on": "lies in the future."}


class TestWhatFollows:
    def test_probation_runs_from_the_branch_meeting_unless_the_paper_says_otherwise(self) -> None:
        case, _ = bring_in(until("approval"))
        other, _ = bring_in(changed(until("approval"), "approval", probation_from=date(2024, 6, 10)))

        assert (case.head.probation_from, case.head.probation_until) == (
            date(2024, 6, 12),
            date(2025, 6, 12),
        )
        assert other.head.probation_from == date(2024, 6, 10)

    def test_full_membership_begins_with_the_end_of_probation_and_another_day_is_a_finding(self) -> None:
        case, _ = bring_in(until("conversion_approval"))
        other, problems = bring_in(
            changed(until("conversion_approval"), "conversion_approval", full_member_from=date(2025, 6, 14))
        )

        assert case.head.full_member_from == date(2025, 6, 12)
        assert (other.head.full_member_from, problems) == (date(2025, 6, 14), {})
        broken = {item.rule_id for item in other.steps[-1].judgements if not item.satisfied}
        assert "DEV-31.not_later" in broken

    def test_nobody_is_a_full_member_ahead_of_time(self) -> None:
        steps = until("conversion_approval")
        late = {
            "branch_meeting": date(2025, 9, 2),
            "superior_talk": date(2025, 9, 3),
            "approval": date(2025, 9, 4),
        }
        late |= {
            "conversion_request": date(2026, 7, 1),
            "conversion_meeting": date(2026, 7, 2),
            "conversion_approval": date(2026, 7, 3),
        }
        for name, day in late.items():
            steps = changed(steps, name, occurred_on=day)

        _, problems = bring_in(steps)

        assert list(problems.values()) == ["comes before the end of probation (2026-09-02)."]

    def test_an_extension_says_how_long_and_nothing_else_does(self) -> None:
        extend = changed(
            until("conversion_approval"),
            "conversion_approval",
            conversion_outcome=ConversionOutcome.EXTEND,
        )
        _, without = bring_in(extend)
        _, wrong = bring_in(changed(extend, "conversion_approval", extension="P6X"))
        _, needless = bring_in(changed(until("conversion_approval"), "conversion_approval", extension="P6M"))

        assert [list(found) for found in (without, wrong, needless)] == [
            [f"steps[{len(extend) - 1}].extension"]
        ] * 3

    def test_a_conversion_may_follow_an_extension(self) -> None:
        steps = changed(
            until("conversion_approval"),
            "conversion_approval",
            conversion_outcome=ConversionOutcome.EXTEND,
            extension="P6M",
        )
        for name, day in (
            ("conversion_request", date(2025, 11, 10)),
            ("conversion_meeting", date(2025, 12, 14)),
            ("conversion_approval", date(2025, 12, 20)),
        ):
            steps = with_step(steps, name, day)

        case, problems = bring_in(steps)

        assert problems == {}
        assert (case.head.state, case.head.full_member_from) == (CaseState.CONVERTED, date(2025, 12, 12))

    def test_totals_that_contradict_each_other_are_refused(self) -> None:
        totals = Totals(
            RUN["branch_meeting"], "", present=9, yes=9, no=0, abstentions=0, stated_should_attend=8
        )

        _, problems = bring_in(changed(until("branch_meeting"), "branch_meeting", ballot=totals))

        assert list(problems) == ["steps[12].ballot"]

    def test_a_vote_that_was_lost_by_the_rules_is_kept_with_its_finding(self) -> None:
        totals = Totals(
            RUN["branch_meeting"], "", present=8, yes=4, no=4, abstentions=0, stated_should_attend=9
        )

        case, problems = bring_in(changed(until("approval"), "branch_meeting", ballot=totals))

        assert problems == {}
        broken = {item.rule_id for item in case.ballots[0].judgements if not item.satisfied}
        assert "DEV-18" in broken


class TestRecorded:
    @pytest.mark.parametrize(
        ("name", "fields"),
        [
            ("talk", {"form_number": "7"}),
            ("talk", {"person_ids": (APPLICANT, uuid4())}),
            ("activist", {"days": 3}),
            ("approval", {"full_member_from": date(2025, 1, 1)}),
            ("branch_meeting", {"conversion_outcome": ConversionOutcome.CONVERT}),
        ],
    )
    def test_a_field_that_does_not_belong_to_the_step_is_refused(
        self, name: str, fields: dict[str, Any]
    ) -> None:
        _, problems = bring_in(changed(until(name), name, **fields))

        (expected,) = fields
        assert f"steps[{len(until(name)) - 1}].{expected}" in problems

    def test_no_rule_is_judged_whose_facts_are_not_on_paper(self) -> None:
        case, _ = bring_in(until("archive"))

        judged = [item for step in case.steps for item in step.judgements]
        assert judged
        assert all(not item.verdict.missing and not item.verdict.unusable for item in judged)


class TestTheRoll:
    PROBATION = StatusPeriod(MembershipStatus.PROBATIONARY, date(2024, 6, 12))
    ENDED = StatusPeriod(MembershipStatus.PROBATIONARY, date(2024, 6, 12), date(2025, 6, 12))
    FULL = StatusPeriod(MembershipStatus.FULL, date(2025, 6, 12))

    def test_enters_what_the_case_says(self) -> None:
        case, _ = bring_in(until("conversion_approval"))

        entry = entry_of(case)

        assert entry.status_periods() == (self.ENDED, self.FULL)
        assert (entry.relationship_from, entry.standing_from) == (date(2024, 6, 12), date(2025, 6, 12))

    @pytest.mark.parametrize(
        ("last", "found"),
        [
            ("approval", member(PROBATION)),
            ("conversion_approval", member(ENDED, FULL, standing_from=date(2025, 6, 12))),
            ("conversion_approval", member(ENDED, FULL, unit_id=uuid4(), standing_from=date(2025, 6, 12))),
            (
                "approval",
                member(StatusPeriod(MembershipStatus.FULL, date(2015, 1, 1), date(2019, 1, 1))),
            ),
        ],
    )
    def test_agrees(self, last: str, found: Member) -> None:
        assert bring_in(until(last), found)[1] == {}

    @pytest.mark.parametrize(
        ("last", "found"),
        [
            ("talk", member(PROBATION)),
            ("approval", member(StatusPeriod(MembershipStatus.PROBATIONARY, date(2024, 6, 13)))),
            ("approval", member(StatusPeriod(MembershipStatus.FULL, date(2024, 6, 12)))),
            ("approval", member(ENDED, FULL, standing_from=date(2025, 6, 12))),
            ("approval", member(PROBATION, unit_id=uuid4())),
            ("conversion_approval", member(PROBATION)),
            ("conversion_approval", member(ENDED, FULL, standing_from=date(2025, 6, 13))),
        ],
    )
    def test_contradicts(self, last: str, found: Member) -> None:
        case, problems = bring_in(until(last), found)

        assert list(problems) == ["person_id"]
        assert roll_problem(case, found, today=TODAY) is not None
