"""A small university for tests of admission: three tiers, a joint branch with its members, and an applicant."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from membership.errors import StepForbiddenError
from shuyuan.membership.v1 import admission_case_pb2 as pb
from shuyuan.membership.v1 import admission_service_pb2 as service
from shuyuan.membership.v1 import person_pb2
from tests.integration.membership.office import Office


def refused_rules(error: StepForbiddenError) -> list[str]:
    """The rules that stand against a step."""
    return sorted(item.rule_id for item in error.verdicts if item.forbids)


@dataclass
class Campus:
    """The units and people, and a case as far as the test has brought it."""

    office: Office
    university: UUID
    committee: UUID
    general_branch: UUID
    branch: UUID
    members: list[UUID]
    secretary: UUID
    officer: UUID
    approver: UUID
    applicant: UUID

    @classmethod
    async def found(cls, office: Office, *, members: int = 9) -> "Campus":
        university = await office.unit("university")
        committee = await office.unit("community_committee", parent=university)
        general = await office.unit("academy_general_branch", parent=committee)
        branch = await office.unit("branch", parent=general, form="joint_teacher_student")
        people = await office.members(branch, members)
        approver = await office.person("书记", kind=person_pb2.PERSON_KIND_STAFF)
        applicant = await office.person("申请人")
        await office.grant(people[0], "ROLE_BRANCH_SECRETARY", branch)
        await office.grant(people[1], "ROLE_BRANCH_OFFICER", branch)
        await office.grant(approver, "ROLE_COMMITTEE_SECRETARY", committee)
        return cls(
            office, university, committee, general, branch, people, people[0], people[1], approver, applicant
        )

    def application(self, day: str = "2024-10-08", **fields: Any) -> service.OpenAdmissionCaseRequest:
        values: dict[str, Any] = {
            "person_id": str(self.applicant),
            "unit_id": str(self.branch),
            "applied_on": day,
            "route": pb.APPLICATION_ROUTE_WORK_OR_STUDY_UNIT,
            "is_chinese_citizen": True,
            "accepts_programme": True,
        }
        return service.OpenAdmissionCaseRequest(**(values | fields))

    async def apply(self, **fields: Any) -> Any:
        answer = await self.office.ask(
            "AdmissionService/OpenAdmissionCase", self.application(**fields), by=self.applicant
        )
        return answer.admission_case

    async def on(self, day: str, case: Any, rpc: str, /, *, by: UUID | None = None, **fields: Any) -> Any:
        """Take a step on its own day, as the branch secretary unless said otherwise."""
        self.office.clock.go_to(date.fromisoformat(day))
        return await self.office.step(case, rpc, by=by or self.secretary, occurred_on=day, **fields)

    async def activist(self) -> Any:
        """A case whose applicant is an activist with contacts."""
        case = await self.apply()
        case = await self.on("2024-10-20", case, "RecordTalk", talker_person_id=str(self.officer))
        case = await self.on(
            "2025-04-15",
            case,
            "DetermineActivist",
            recommended_by_league=True,
            decided_by=pb.DECISION_BODY_BRANCH_COMMITTEE,
            noticed_from="2025-04-01",
        )
        case = await self.on(
            "2025-04-20", case, "RecordFiling", by=self.approver, kind=pb.FILING_KIND_ACTIVIST
        )
        return await self.on(
            "2025-04-25",
            case,
            "AssignContacts",
            person_ids=[str(person) for person in self.members[2:4]],
            no_direct_relatives=True,
        )

    async def prospect(self) -> Any:
        """A case whose applicant is a prospective member."""
        case = await self.activist()
        case = await self.on("2025-10-10", case, "RecordAssessment")
        return await self.on(
            "2026-04-20",
            case,
            "DetermineProspect",
            group_heard=True,
            contacts_heard=True,
            members_heard=True,
            masses_heard=True,
            decided_by_committee=True,
            noticed_from="2026-04-08",
        )

    async def reviewed(self) -> Any:
        """A case that is ready for the branch meeting."""
        case = await self.prospect()
        case = await self.on(
            "2026-04-25", case, "RecordFiling", by=self.approver, kind=pb.FILING_KIND_PROSPECT
        )
        case = await self.on(
            "2026-04-28",
            case,
            "AssignIntroducers",
            person_ids=[str(person) for person in self.members[2:4]],
            no_direct_relatives=True,
        )
        case = await self.on(
            "2026-05-10",
            case,
            "RecordPoliticalReview",
            conclusion=pb.POLITICAL_REVIEW_CONCLUSION_QUALIFIED,
            reviewer_person_id=str(self.officer),
            archive_reference="ZS-2026-017",
            all_areas_covered=True,
        )
        case = await self.on(
            "2026-05-20", case, "RecordTraining", days=3, organizer_unit_id=str(self.committee)
        )
        case = await self.on("2026-05-25", case, "PassCommitteeReview")
        case = await self.on(
            "2026-05-28",
            case,
            "RecordPreReview",
            by=self.approver,
            reviewer_unit_id=str(self.committee),
            result=pb.PRE_REVIEW_RESULT_PASSED,
            written=True,
        )
        return await self.on("2026-05-30", case, "IssueAdmissionForm", form_number="2026-000123")

    def totals(self, **fields: Any) -> dict[str, Any]:
        """Totals of a meeting in order, at which everybody votes yes."""
        values: dict[str, Any] = {
            "method": pb.VOTING_METHOD_SECRET_BALLOT,
            "present": 8,
            "yes_votes": 8,
            "voted_separately": True,
            "performance_recorded": True,
            "secretary_signed": True,
            "noticed_from": "2026-06-01",
        }
        return values | fields

    async def vote(self, case: Any, day: str, **fields: Any) -> Any:
        """Totals entered by the secretary and confirmed by the officer."""
        case = await self.on(day, case, "EnterBallotTotals", **self.totals(**fields))
        return await self.office.step(case, "ConfirmBallotTotals", by=self.officer, number=len(case.ballots))

    async def approved(self) -> Any:
        """A case of a probationary member, whose branch met on 2026-06-12."""
        case = await self.vote(await self.reviewed(), "2026-06-12")
        case = await self.on(
            "2026-06-15",
            case,
            "RecordSuperiorTalk",
            by=self.approver,
            talker_person_id=str(self.approver),
            talker_role=pb.TALKER_ROLE_COMMITTEE_MEMBER,
            opinion_written=True,
        )
        return await self.approve(case, "2026-06-20")

    async def approve(self, case: Any, day: str, **fields: Any) -> Any:
        values: dict[str, Any] = {
            "approver_unit_id": str(self.committee),
            "decided_collectively": True,
            "decided_individually": True,
        }
        return await self.on(day, case, "ApproveAdmission", by=self.approver, **(values | fields))

    async def ripe(self) -> Any:
        """A case that is ready for the conversion meeting at the end of probation."""
        case = await self.approved()
        case = await self.on("2026-12-10", case, "RecordProbationAssessment")
        case = await self.on("2027-05-10", case, "RequestConversion", by=self.applicant)
        return await self.on(
            "2027-06-10",
            case,
            "ReviewConversion",
            group_heard=True,
            members_heard=True,
            masses_heard=True,
        )

    async def decide(self, case: Any, day: str, outcome: Any, **fields: Any) -> Any:
        values: dict[str, Any] = {
            "approver_unit_id": str(self.committee),
            "outcome": outcome,
            "decided_collectively": True,
            "decided_individually": True,
        }
        return await self.on(day, case, "ApproveConversion", by=self.approver, **(values | fields))
