"""Teachers sent into joint branches, on real tables."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import EtagMismatchError, PermissionDeniedError
from membership.errors.commitments import (
    SecondeeNotEligibleError,
    SecondmentOverlapsError,
    SecondmentStateError,
    SecondmentUnitsUnfitError,
)
from shuyuan.membership.v1 import person_pb2, person_service_pb2, secondment_pb2
from shuyuan.membership.v1 import secondment_service_pb2 as pb
from tests.integration.membership.campus import Campus
from tests.integration.membership.office import Office

TALK = secondment_pb2.SECONDMENT_PURPOSE_TALK
CONTACT = secondment_pb2.SECONDMENT_PURPOSE_CULTIVATION_CONTACT


class Sending:
    """A school that sponsors the joint branch of the campus, its head and a teacher who is a member there."""

    def __init__(self, campus: Campus) -> None:
        self.campus, self.office = campus, campus.office

    async def prepare(self) -> "Sending":
        office, campus = self.office, self.campus
        self.school = await office.unit("school", parent=campus.university)
        await office.unit(
            "branch",
            parent=campus.general_branch,
            form="joint_teacher_student",
            sponsors=(self.school,),
            unit_id=campus.branch,
            version=2,
        )
        self.head = await office.person("院长", kind=person_pb2.PERSON_KIND_STAFF)
        await office.grant(self.head, "ROLE_UNIT_LEADER", self.school)
        staff = await office.unit("branch", parent=campus.general_branch, form="staff")
        (self.teacher,) = await office.members(staff, 1, kind=person_pb2.PERSON_KIND_STAFF)
        await self.tie(self.teacher)
        return self

    async def tie(self, person_id: UUID) -> None:
        request = person_service_pb2.SetAffiliationRequest(
            person_id=str(person_id),
            affiliation=person_pb2.Affiliation(
                kind=person_pb2.AFFILIATION_KIND_SCHOOL, unit_id=str(self.school), valid_from="2023-09-01"
            ),
        )
        await self.office.ask("PersonService/SetAffiliation", request)

    async def nominate(self, person_id: UUID | None = None, **fields: Any) -> Any:
        values = {
            "from_unit_id": str(self.school),
            "person_id": str(person_id or self.teacher),
            "to_unit_id": str(self.campus.branch),
            "purposes": [TALK, CONTACT],
            "qualification": "行业领军人物",
        }
        request = pb.NominateSecondmentRequest(**(values | fields))
        answer = await self.office.ask("SecondmentService/NominateSecondment", request, by=self.head)
        return answer.secondment

    async def act(self, verb: str, made: Any, by: UUID, **fields: Any) -> Any:
        request = getattr(pb, f"{verb}SecondmentRequest")(secondment_id=made.secondment_id, **fields)
        answer = await self.office.ask(
            f"SecondmentService/{verb}Secondment", request, by=by, if_match=made.etag
        )
        return answer.secondment

    async def workloads(self, by: UUID, **fields: Any) -> Any:
        request = pb.ListSecondmentWorkloadsRequest(**fields)
        return await self.office.ask("SecondmentService/ListSecondmentWorkloads", request, by=by)


@pytest.fixture
async def sending(campus: Campus) -> Sending:
    return await Sending(campus).prepare()


async def test_a_teacher_is_nominated_approved_and_brought_back(sending: Sending) -> None:
    approver = sending.campus.approver
    made = await sending.nominate()
    assert list(made.purposes) == [CONTACT, TALK]
    with pytest.raises(SecondmentOverlapsError):
        await sending.nominate(valid_from="2025-01-01")
    with pytest.raises(PermissionDeniedError):
        await sending.act("Approve", made, sending.head)
    approved = await sending.act("Approve", made, approver)
    with pytest.raises(EtagMismatchError):
        await sending.act("End", made, sending.head, reason="调离")
    with pytest.raises(SecondmentStateError):
        await sending.act("Decline", approved, approver, reason="不符")
    ended = await sending.act("End", approved, sending.head, reason="调离", ends_on="2024-12-01")
    assert (ended.version, ended.valid_until, ended.reason) == (3, "2024-12-01", "调离")
    assert await sending.office.events("secondment") == [
        "secondment.nominated",
        "secondment.approved",
        "secondment.ended",
    ]


async def test_who_is_no_member_at_the_school_is_not_sent(sending: Sending) -> None:
    other = await sending.office.person("教师", kind=person_pb2.PERSON_KIND_STAFF)
    await sending.tie(other)
    with pytest.raises(SecondeeNotEligibleError):
        await sending.nominate(other)
    with pytest.raises(SecondeeNotEligibleError):
        await sending.nominate(sending.campus.members[4])
    with pytest.raises(SecondeeNotEligibleError):
        # A day before the teacher came to the school and into the roll.
        await sending.nominate(valid_from="2023-08-31")
    await sending.nominate(valid_from="2023-09-01")
    with pytest.raises(SecondmentUnitsUnfitError):
        await sending.nominate(to_unit_id=str(sending.campus.general_branch))


async def test_the_workload_is_one_statement_and_shows_both_sides(sending: Sending) -> None:
    approver = sending.campus.approver
    await sending.act("Approve", await sending.nominate(), approver)
    second = await sending.nominate(sending.teacher, to_unit_id=str(await _other_branch(sending)))
    await sending.act("Approve", second, approver)
    case = await sending.campus.activist()
    await sending.campus.on(
        "2025-05-01", case, "AssignContacts", person_ids=[str(sending.teacher)], no_direct_relatives=True
    )
    counted = sending.office.count_queries()
    page = await sending.workloads(approver, page_size=1)
    assert len([sql for sql in counted.asked if "FROM secondment" in sql]) == 1
    rest = await sending.workloads(approver, page_size=1, page_token=page.next_page_token)
    rows = {row.to_unit_id: row for row in (*page.workloads, *rest.workloads)}
    mine = rows.pop(str(sending.campus.branch))
    (elsewhere,) = rows.values()
    assert (mine.applicants, mine.candidates, mine.applicants_everywhere, mine.branches) == (1, 0, 1, 2)
    assert (elsewhere.applicants, elsewhere.applicants_everywhere) == (0, 1)
    assert rest.next_page_token == ""
    assert len((await sending.workloads(sending.head, from_unit_id=str(sending.school))).workloads) == 2
    assert len((await sending.workloads(sending.teacher)).workloads) == 2
    assert list((await sending.workloads(sending.campus.applicant)).workloads) == []


async def test_a_secondment_counts_from_its_first_day_until_the_day_before_its_end(sending: Sending) -> None:
    made = await sending.nominate(valid_from="2024-11-01", valid_until="2024-12-01")
    await sending.act("Approve", made, sending.campus.approver)
    for day, shown in (("2024-10-31", 0), ("2024-11-01", 1), ("2024-11-30", 1), ("2024-12-01", 0)):
        sending.office.clock.go_to(date.fromisoformat(day))
        assert len((await sending.workloads(sending.campus.approver)).workloads) == shown, day
        listed = await sending.office.ask(
            "SecondmentService/ListSecondments", pb.ListSecondmentsRequest(as_of=day), by=sending.head
        )
        assert len(listed.secondments) == shown


async def _other_branch(sending: Sending) -> UUID:
    office: Office = sending.office
    return await office.unit(
        "branch",
        parent=sending.campus.general_branch,
        form="joint_teacher_student",
        sponsors=(sending.school,),
    )
