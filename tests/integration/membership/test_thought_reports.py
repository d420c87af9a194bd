"""Thought reports: handed in by the applicant or for them, beside the numbered steps, every quarter (LOC-04)."""

import pytest

from chassis.errors import PermissionDeniedError
from membership.errors import DayOutOfOrderError, StepNotDueError
from shuyuan.membership.v1 import admission_case_pb2 as pb
from tests.integration.membership.campus import Campus


def loc_04(case: pb.AdmissionCase) -> tuple[bool, str]:
    """Whether the last report came in time, and by when it was due."""
    (verdict,) = [verdict for verdict in case.verdicts if verdict.rule_id == "LOC-04"]
    return verdict.satisfied, verdict.needed


class TestHandingIn:
    async def test_each_report_is_due_a_quarter_after_the_one_before(self, campus: Campus) -> None:
        case = await campus.activist()

        case = await campus.on("2025-07-15", case, "RecordThoughtReport", by=campus.applicant)
        assert loc_04(case) == (True, "≤ 2025-07-15")
        # A late report is kept, and the rule says that it was late.
        case = await campus.on("2025-10-16", case, "RecordThoughtReport", archive_reference="SX-2")
        assert loc_04(case) == (False, "≤ 2025-10-15")
        case = await campus.on("2026-01-15", case, "RecordThoughtReport")
        assert loc_04(case) == (True, "≤ 2026-01-16")

        assert [step.step for step in case.steps].count("thought_report") == 3
        assert case.step == "contacts"
        events = await campus.office.events("admission_case")
        assert events.count("admission_case.thought_reported") == 3

    async def test_a_probationary_member_reports_until_the_conversion(self, campus: Campus) -> None:
        case = await campus.approved()

        case = await campus.on("2026-09-01", case, "RecordThoughtReport", by=campus.applicant)

        assert case.step == "approval"
        assert case.stage == pb.ADMISSION_STAGE_PROBATION


class TestRefusals:
    async def test_an_applicant_who_is_no_activist_yet_does_not_report(self, campus: Campus) -> None:
        case = await campus.apply()

        with pytest.raises(StepNotDueError):
            await campus.on("2024-10-20", case, "RecordThoughtReport", by=campus.applicant)

    async def test_no_report_lies_before_the_activist_or_ahead(self, campus: Campus) -> None:
        case = await campus.activist()

        for day in ("2025-04-14", "2025-04-26"):
            with pytest.raises(DayOutOfOrderError):
                await campus.office.step(case, "RecordThoughtReport", by=campus.applicant, occurred_on=day)

    async def test_nobody_else_hands_it_in(self, campus: Campus) -> None:
        case = await campus.activist()

        with pytest.raises(PermissionDeniedError):
            await campus.on("2025-07-15", case, "RecordThoughtReport", by=campus.members[5])
