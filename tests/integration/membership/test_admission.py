"""Admission from the application to the archive, and everything that may not be done on the way."""

from datetime import date
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from chassis.calls import Caller
from chassis.errors import EtagMismatchError, PermissionDeniedError
from chassis.statements import query
from membership.errors import (
    AdmissionCaseAlreadyOpenError,
    AlreadyMemberError,
    DayOutOfOrderError,
    OverrideWithoutCauseError,
    StepForbiddenError,
    StepNotDueError,
)
from membership.operations.oaths import Sworn, record_oaths
from shuyuan.membership.v1 import admission_case_pb2 as pb
from shuyuan.membership.v1 import admission_service_pb2 as service
from shuyuan.membership.v1 import member_pb2, person_service_pb2, roll_service_pb2
from tests.integration.membership.campus import Campus, refused_rules
from tests.integration.membership.office import BOOK

EVENT_DATA = query(sa.text("SELECT data FROM event_log"))


async def swear(campus: Campus, case: object, day: str) -> UUID:
    ceremony = uuid4()
    office = campus.office
    office.clock.go_to(date.fromisoformat(day))
    async with office.call(Caller("system", service="membership")).transaction() as work:
        await record_oaths(
            work,
            office.means,
            ceremony,
            [Sworn(campus.applicant, UUID(case.case_id))],  # type: ignore[attr-defined] # a protobuf case
            held_on=date.fromisoformat(day),
        )
    return ceremony


async def read(campus: Campus, case_id: str) -> pb.AdmissionCase:
    request = service.GetAdmissionCaseRequest(case_id=case_id)
    answer = await campus.office.ask("AdmissionService/GetAdmissionCase", request, by=campus.applicant)
    found: pb.AdmissionCase = answer.admission_case
    return found


class TestWholeRun:
    @pytest.mark.covers("S28", "S29", "S84", "S60")
    async def test_an_applicant_becomes_a_full_member_at_the_end_of_probation(self, campus: Campus) -> None:
        case = await campus.approved()
        case = await campus.on(
            "2026-06-22", case, "RecordFiling", by=campus.approver, kind=pb.FILING_KIND_APPROVAL
        )
        case = await campus.on("2026-06-23", case, "AssignToGroup", group_name="第一党小组")
        ceremony = await swear(campus, case, "2026-07-01")
        case = await read(campus, case.case_id)
        case = await campus.on("2026-12-10", case, "RecordProbationAssessment")
        case = await campus.on("2027-05-10", case, "RequestConversion", by=campus.applicant)
        case = await campus.on(
            "2027-06-10", case, "ReviewConversion", group_heard=True, members_heard=True, masses_heard=True
        )
        case = await campus.vote(case, "2027-06-14")
        case = await campus.decide(
            case, "2027-06-25", pb.CONVERSION_OUTCOME_CONVERT, noticed_from="2027-06-15"
        )
        case = await campus.on(
            "2027-07-01",
            case,
            "ArchiveCase",
            archive_reference="DA-2027-9",
            documents=[
                "admission_form",
                "membership_application",
                "political_review_conclusion",
                "conversion_request",
                "cultivation_records",
            ],
        )

        assert case.state == pb.AdmissionCase.STATE_ARCHIVED
        assert (case.probation_from, case.probation_until) == ("2026-06-12", "2027-06-12")
        assert case.full_member_from == "2027-06-12"
        assert (case.oath_on, case.ceremony_id) == ("2026-07-01", str(ceremony))
        assert case.stage == pb.ADMISSION_STAGE_PROBATION
        catalogue = {step.id for step in BOOK.by_digest(case.pack_digest).steps}
        assert {step.step for step in case.steps} == catalogue | {"conversion_review"}

    async def test_the_roll_shows_what_held_on_each_day(self, campus: Campus) -> None:
        case = await campus.vote(await campus.ripe(), "2027-06-14")
        await campus.decide(case, "2027-06-25", pb.CONVERSION_OUTCOME_CONVERT, noticed_from="2027-06-15")

        member = await campus.office.ask(
            "RollService/GetMember",
            roll_service_pb2.GetMemberRequest(person_id=str(campus.applicant)),
            by=campus.applicant,
        )

        assert [(p.status, p.valid_from) for p in member.member.statuses] == [
            (member_pb2.MEMBERSHIP_STATUS_PROBATIONARY, "2026-06-12"),
            (member_pb2.MEMBERSHIP_STATUS_FULL, "2027-06-12"),
        ]
        assert member.member.standing_from == "2027-06-12"

    async def test_every_step_is_announced_without_a_name(self, campus: Campus) -> None:
        await campus.approved()

        events = await campus.office.events("admission_case")
        assert events == [
            f"admission_case.{verb}"
            for verb in [
                "opened",
                "talked",
                "activist_determined",
                "filed",
                "contacts_assigned",
                "assessed",
                "prospect_determined",
                "filed",
                "introducers_assigned",
                "politically_reviewed",
                "trained",
                "committee_reviewed",
                "pre_reviewed",
                "form_issued",
                "ballot_entered",
                "ballot_confirmed",
                "superior_talked",
                "approved",
            ]
        ]
        rows = await campus.office.real_database.fetch(EVENT_DATA)
        assert not [row for row in rows if "申请人" in row["data"] or "ZS-2026-017" in row["data"]]

    async def test_the_case_keeps_the_rules_of_the_application_day(self, campus: Campus) -> None:
        case = await campus.activist()
        assert len(case.pack_digest) == 64
        assert {verdict.pack_digest for verdict in case.verdicts} == {case.pack_digest}


class TestApplying:
    async def test_under_eighteen_is_refused_with_the_article(self, campus: Campus) -> None:
        campus.applicant = await campus.office.person("小李", born="2006-10-09")

        with pytest.raises(StepForbiddenError) as refused:
            await campus.apply()

        assert refused_rules(refused.value) == ["DEV-01"]
        assert refused.value.verdicts[0].clears_on == date(2024, 10, 9)
        assert await campus.office.events("admission_case") == []

    async def test_a_second_application_is_refused(self, campus: Campus) -> None:
        await campus.apply()
        with pytest.raises(AdmissionCaseAlreadyOpenError):
            await campus.apply()

    async def test_a_member_does_not_apply(self, campus: Campus) -> None:
        campus.applicant = campus.members[5]
        with pytest.raises(AlreadyMemberError):
            await campus.apply()

    async def test_a_stranger_cannot_apply_for_somebody(self, campus: Campus) -> None:
        stranger = await campus.office.person("路人")
        with pytest.raises(PermissionDeniedError):
            await campus.office.ask("AdmissionService/OpenAdmissionCase", campus.application(), by=stranger)

    async def test_a_day_ahead_is_refused(self, campus: Campus) -> None:
        with pytest.raises(DayOutOfOrderError):
            await campus.apply(day="2024-10-09")


class TestOrder:
    async def test_an_activist_too_early_is_told_when(self, campus: Campus) -> None:
        case = await campus.apply()
        case = await campus.on("2024-10-20", case, "RecordTalk", talker_person_id=str(campus.officer))

        with pytest.raises(StepForbiddenError) as refused:
            await campus.on(
                "2025-04-07",
                case,
                "DetermineActivist",
                recommended_by_league=True,
                decided_by=pb.DECISION_BODY_BRANCH_COMMITTEE,
                noticed_from="2025-03-20",
            )

        assert refused_rules(refused.value) == ["LOC-02"]
        late = next(item for item in refused.value.verdicts if item.rule_id == "LOC-02")
        assert late.clears_on == date(2025, 4, 8)

    async def test_a_step_that_comes_later_is_refused_by_name(self, campus: Campus) -> None:
        case = await campus.apply()
        with pytest.raises(StepNotDueError) as refused:
            await campus.on("2024-10-20", case, "PassCommitteeReview")
        assert refused.value.metadata["awaited"] == "talk"

    async def test_a_stale_etag_is_refused(self, campus: Campus) -> None:
        case = await campus.apply()
        await campus.on("2024-10-20", case, "RecordTalk", talker_person_id=str(campus.officer))
        with pytest.raises(EtagMismatchError):
            await campus.on("2024-10-21", case, "RecordTalk", talker_person_id=str(campus.officer))

    async def test_a_counsellor_may_not_advance(self, campus: Campus) -> None:
        case = await campus.apply()
        counsellor = await campus.office.person("辅导员")
        await campus.office.grant(counsellor, "ROLE_COUNSELLOR", campus.branch)
        with pytest.raises(PermissionDeniedError):
            await campus.on(
                "2024-10-20", case, "RecordTalk", by=counsellor, talker_person_id=str(campus.officer)
            )

    async def test_introducers_are_exactly_two_full_members(self, campus: Campus) -> None:
        case = await campus.prospect()
        case = await campus.on(
            "2026-04-25", case, "RecordFiling", by=campus.approver, kind=pb.FILING_KIND_PROSPECT
        )
        with pytest.raises(StepForbiddenError) as refused:
            await campus.on(
                "2026-04-28",
                case,
                "AssignIntroducers",
                person_ids=[str(campus.applicant)],
                no_direct_relatives=True,
            )
        assert refused_rules(refused.value) == ["DEV-10", "DEV-10.full_member"]

    async def test_an_unqualified_review_ends_the_way(self, campus: Campus) -> None:
        case = await campus.prospect()
        case = await campus.on(
            "2026-04-25", case, "RecordFiling", by=campus.approver, kind=pb.FILING_KIND_PROSPECT
        )
        case = await campus.on(
            "2026-04-28",
            case,
            "AssignIntroducers",
            person_ids=[str(person) for person in campus.members[2:4]],
            no_direct_relatives=True,
        )
        case = await campus.on(
            "2026-05-10",
            case,
            "RecordPoliticalReview",
            conclusion=pb.POLITICAL_REVIEW_CONCLUSION_UNQUALIFIED,
            reviewer_person_id=str(campus.officer),
            archive_reference="ZS-1",
            all_areas_covered=True,
        )
        with pytest.raises(StepForbiddenError) as refused:
            await campus.on(
                "2026-05-20", case, "RecordTraining", days=3, organizer_unit_id=str(campus.committee)
            )
        assert refused_rules(refused.value) == ["DEV-12"]


class TestOverride:
    async def test_an_authorised_person_sets_a_rule_aside_for_the_record(self, campus: Campus) -> None:
        case = await campus.apply()
        case = await campus.on("2024-10-20", case, "RecordTalk", talker_person_id=str(campus.officer))

        case = await campus.on(
            "2025-04-07",
            case,
            "DetermineActivist",
            by=campus.approver,
            recommended_by_league=True,
            decided_by=pb.DECISION_BODY_BRANCH_COMMITTEE,
            noticed_from="2025-03-20",
            override=pb.RuleOverride(reason="抗洪一线表现突出", rule_ids=["LOC-02"]),
        )

        assert [(item.rule_id, item.reason) for item in case.overrides] == [("LOC-02", "抗洪一线表现突出")]
        assert case.stage == pb.ADMISSION_STAGE_ACTIVIST

    async def test_a_secretary_may_not_set_a_rule_aside(self, campus: Campus) -> None:
        case = await campus.apply()
        case = await campus.on("2024-10-20", case, "RecordTalk", talker_person_id=str(campus.officer))
        with pytest.raises(PermissionDeniedError):
            await campus.on(
                "2025-04-07",
                case,
                "DetermineActivist",
                override=pb.RuleOverride(reason="表现突出", rule_ids=["LOC-02"]),
            )

    async def test_a_rule_that_forbids_nothing_cannot_be_set_aside(self, campus: Campus) -> None:
        case = await campus.apply()
        with pytest.raises(OverrideWithoutCauseError):
            await campus.on(
                "2024-10-20",
                case,
                "RecordTalk",
                by=campus.approver,
                talker_person_id=str(campus.officer),
                override=pb.RuleOverride(reason="表现突出", rule_ids=["DEV-03"]),
            )


class TestOath:
    async def test_an_oath_before_the_approval_is_refused_in_the_roll(self, campus: Campus) -> None:
        case = await campus.reviewed()
        await swear(campus, case, "2026-07-01")
        assert await campus.office.events("oath_roll") == ["oath_roll.recorded"]
        assert "admission_case.sworn" not in await campus.office.events()

    async def test_the_activity_service_learns_who_may_take_the_oath(self, campus: Campus) -> None:
        case = await campus.approved()
        stranger = await campus.office.person("路人")
        answer = await campus.office.ask(
            "AdmissionService/CheckOathEligibility",
            service.CheckOathEligibilityRequest(
                person_ids=[str(campus.applicant), str(stranger)], held_on="2026-07-01"
            ),
            by="activity",
        )
        assert [item.case_id for item in answer.eligible] == [case.case_id]
        assert [(item.person_id, item.reason) for item in answer.refused] == [(str(stranger), "NO_CASE")]


class TestReading:
    async def test_what_comes_next_names_the_day_it_can_be_taken(self, campus: Campus) -> None:
        case = await campus.activist()
        answer = await campus.office.ask(
            "AdmissionService/ListCaseVerdicts",
            service.ListCaseVerdictsRequest(case_id=case.case_id),
            by=campus.applicant,
        )
        prospect = next(step for step in answer.next_steps if step.step == "prospect")
        waiting = next(v for v in prospect.verdicts if v.rule_id == "DEV-09")
        assert (waiting.satisfied, waiting.clears_on) == (False, "2026-04-15")
        assert waiting.source.document == "中国共产党发展党员工作细则"

    async def test_the_timeline_keeps_what_the_rules_said(self, campus: Campus) -> None:
        case = await campus.activist()
        answer = await campus.office.ask(
            "AdmissionService/GetCaseTimeline",
            service.GetCaseTimelineRequest(case_id=case.case_id),
            by=campus.members[2],
            language="en",
        )
        assert [entry.step.step for entry in answer.entries] == [
            "application",
            "talk",
            "activist",
            "activist_filing",
            "contacts",
        ]
        assert "at least" in answer.entries[0].verdicts[0].message

    async def test_what_the_review_concluded_is_for_the_applicant_and_who_leads_the_case(
        self, campus: Campus
    ) -> None:
        case = await campus.reviewed()
        request = service.GetAdmissionCaseRequest(case_id=case.case_id)
        timeline = service.GetCaseTimelineRequest(case_id=case.case_id)

        for reader, sees in ((campus.applicant, True), (campus.secretary, True), (campus.members[2], False)):
            found = await campus.office.ask("AdmissionService/GetAdmissionCase", request, by=reader)
            told = await campus.office.ask("AdmissionService/GetCaseTimeline", timeline, by=reader)
            assert found.admission_case.HasField("political_review") is sees
            assert ("qualified" in str(told)) is sees

    async def test_a_stranger_may_not_read_a_case(self, campus: Campus) -> None:
        case = await campus.apply()
        stranger = await campus.office.person("路人")
        with pytest.raises(PermissionDeniedError):
            await campus.office.ask(
                "AdmissionService/GetAdmissionCase",
                service.GetAdmissionCaseRequest(case_id=case.case_id),
                by=stranger,
            )

    async def test_a_whole_case_costs_the_same_whatever_its_length(self, campus: Campus) -> None:
        short = await campus.apply()
        counting = campus.office.count_queries()
        await read(campus, short.case_id)
        first = len(counting.asked)
        campus.office.database = campus.office.real_database
        await campus.office.step(
            short, "WithdrawCase", by=campus.applicant, occurred_on="2024-10-08", reason="本人申请"
        )
        campus.applicant = await campus.office.person("另一人")
        long = await campus.approved()
        counting = campus.office.count_queries()
        await read(campus, long.case_id)
        assert len(counting.asked) <= first <= 5

    async def test_cases_are_listed_in_pages_of_one_query(self, campus: Campus) -> None:
        for number in range(3):
            campus.applicant = await campus.office.person(f"申请人{number}")
            await campus.apply()
        counting = campus.office.count_queries()
        request = service.ListAdmissionCasesRequest(page_size=2, unit_id=str(campus.general_branch))
        first = await campus.office.ask("AdmissionService/ListAdmissionCases", request, by=campus.approver)
        assert len(first.admission_cases) == 2
        assert len([sql for sql in counting.asked if "FROM admission_case" in sql]) == 1
        request.page_token = first.next_page_token
        second = await campus.office.ask("AdmissionService/ListAdmissionCases", request, by=campus.approver)
        assert (len(second.admission_cases), second.next_page_token) == (1, "")

    async def test_the_political_status_follows_the_case(self, campus: Campus) -> None:
        await campus.activist()
        answer = await campus.office.ask(
            "PersonService/GetPerson",
            person_service_pb2.GetPersonRequest(person_id=str(campus.applicant)),
            by=campus.secretary,
        )
        assert answer.person.political_status == 4
