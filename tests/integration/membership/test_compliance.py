"""What was done against a rule or not in time, found a page at a time; and what reading a case costs."""

from collections.abc import Awaitable, Callable
from datetime import date
from time import perf_counter
from typing import Any
from uuid import UUID

from shuyuan.membership.v1 import admission_case_pb2 as cases
from shuyuan.membership.v1 import admission_service_pb2 as service
from shuyuan.membership.v1 import compliance_service_pb2 as pb
from tests.integration.membership.campus import Campus
from tests.integration.membership.office import Office
from tests.integration.membership.paper import on_paper, register, steps_until

# Three times the number that was promised.
TIMELINE_SECONDS = 0.150


async def examined(office: Office, by: UUID | None = None, **fields: Any) -> pb.ListCaseFindingsResponse:
    answer: pb.ListCaseFindingsResponse = await office.ask(
        "ComplianceService/ListCaseFindings", pb.ListCaseFindingsRequest(**fields), by=by
    )
    return answer


async def on_paper_all(campus: Campus, count: int, last: str) -> None:
    """Cases from paper, each of another applicant."""
    people = [await campus.office.person(f"申请人{number}") for number in range(count)]
    papers = [on_paper(campus, person, steps_until(campus, last)) for person in people]
    await campus.office.ask("AdmissionService/ImportAdmissionCases", register(*papers))


class TestFindings:
    async def test_a_late_step_is_found_with_its_rule_and_what_is_late_now(self, campus: Campus) -> None:
        office = campus.office
        case = await campus.activist()
        assert list((await examined(office, campus.secretary)).case_findings) == []
        await campus.on("2025-10-15", case, "RecordThoughtReport")
        office.clock.go_to(date(2025, 10, 16))

        (found,) = (await examined(office, campus.secretary)).case_findings

        assert (found.case_id, found.unit_id) == (case.case_id, str(campus.branch))
        (late,) = found.steps
        assert (late.step, late.occurred_on, late.verdict.rule_id) == (
            "thought_report",
            "2025-10-15",
            "LOC-04",
        )
        (missed,) = found.overdue
        assert (missed.step, missed.due_on, missed.days_left) == ("cultivation_assessment", "2025-10-15", -1)
        await campus.office.step(
            await _read(campus, case.case_id),
            "RecordAssessment",
            by=campus.secretary,
            occurred_on="2025-10-16",
        )
        (found,) = (await examined(office, campus.secretary)).case_findings
        assert [item.step for item in found.steps] == ["thought_report", "cultivation_assessment"]
        assert list(found.overdue) == []

    async def test_a_rule_that_was_set_aside_is_found_with_the_reason(self, campus: Campus) -> None:
        case = await campus.apply()
        case = await campus.on("2024-10-20", case, "RecordTalk", talker_person_id=str(campus.officer))
        await campus.on(
            "2025-01-15",
            case,
            "DetermineActivist",
            by=campus.approver,
            recommended_by_league=True,
            decided_by=cases.DECISION_BODY_BRANCH_COMMITTEE,
            noticed_from="2025-01-02",
            override=cases.RuleOverride(reason="抗洪一线表现突出", rule_ids=["LOC-02"]),
        )
        (found,) = (await examined(campus.office, campus.secretary)).case_findings
        (aside,) = found.steps
        assert (aside.verdict.rule_id, aside.verdict.override_reason) == ("LOC-02", "抗洪一线表现突出")

    async def test_who_reads_no_cases_finds_none_and_who_reads_a_branch_finds_its_own(
        self, campus: Campus
    ) -> None:
        office = campus.office
        await campus.apply()
        office.clock.go_to(date(2024, 12, 1))
        other = await office.unit("branch", parent=campus.general_branch, form="staff")
        assert (await examined(office, campus.members[6])).cases_examined == 0
        assert (await examined(office, campus.approver)).cases_examined == 1
        assert (await examined(office, campus.approver, unit_id=str(other))).cases_examined == 0

    async def test_a_case_that_is_over_is_not_looked_at(self, campus: Campus) -> None:
        case = await campus.apply()
        await campus.on("2024-10-09", case, "WithdrawCase", by=campus.applicant, reason="出国")
        assert (await examined(campus.office)).cases_examined == 0

    async def test_pages_cover_every_case_once(self, campus: Campus) -> None:
        office = campus.office
        office.clock.go_to(date(2024, 12, 1))
        await on_paper_all(campus, 5, "cultivation_assessment")
        seen: list[str] = []
        sizes: list[int] = []
        token = ""
        while True:
            answer = await examined(office, campus.approver, page_size=2, page_token=token)
            seen += [item.case_id for item in answer.case_findings]
            sizes.append(answer.cases_examined)
            token = answer.next_page_token
            if not token:
                break
        assert sizes == [2, 2, 1]
        # All of them wait for an assessment since April.
        assert len(seen) == len(set(seen)) == 5


async def _read(campus: Campus, case_id: str) -> cases.AdmissionCase:
    request = service.GetAdmissionCaseRequest(case_id=case_id)
    answer = await campus.office.ask("AdmissionService/GetAdmissionCase", request, by=campus.secretary)
    found: cases.AdmissionCase = answer.admission_case
    return found


async def statements(office: Office, ask: Callable[[], Awaitable[object]]) -> int:
    """How many statements a reading takes, once what is kept in memory is there."""
    await ask()
    counting = office.count_queries()
    await ask()
    return len(counting.asked)


class TestCost:
    async def test_a_page_takes_as_many_statements_for_many_cases_as_for_one(self, campus: Campus) -> None:
        office = campus.office
        office.clock.go_to(date(2025, 1, 1))
        await on_paper_all(campus, 1, "admission_form")
        one = await statements(office, lambda: examined(office, campus.approver))
        await on_paper_all(campus, 20, "admission_form")

        many = await statements(office, lambda: examined(office, campus.approver))

        assert one == many
        assert many <= 6

    async def test_a_timeline_takes_as_many_statements_for_a_long_run_as_for_a_short_one(
        self, campus: Campus
    ) -> None:
        office = campus.office
        case = await campus.apply()
        timeline = service.GetCaseTimelineRequest(case_id=case.case_id)

        async def ask() -> service.GetCaseTimelineResponse:
            path = "AdmissionService/GetCaseTimeline"
            answer: service.GetCaseTimelineResponse = await office.ask(path, timeline, by=campus.secretary)
            return answer

        short = await statements(office, ask)
        office.clock.go_to(date(2025, 9, 1))
        other = await office.person("另一名申请人")
        paper = register(on_paper(campus, other, steps_until(campus, "conversion_approval")))
        brought = await office.ask("AdmissionService/ImportAdmissionCases", paper)
        timeline.case_id = brought.cases[0].case_id

        whole = await ask()
        assert len(whole.entries) > 20
        assert all(entry.verdicts or entry.zh for entry in whole.entries)
        assert await statements(office, ask) == short <= 10
        spent = []
        for _ in range(5):
            begun = perf_counter()
            await ask()
            spent.append(perf_counter() - begun)
        assert min(spent) < TIMELINE_SECONDS
