"""Cases from paper: taken over as they were, judged without forbidding, and led on in the system."""

import time
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis import idempotency
from chassis.calls import Caller
from membership.errors import ImportRefusedError
from membership.operations.oaths import Sworn, record_oaths
from shuyuan.membership.v1 import admission_case_pb2 as pb
from shuyuan.membership.v1 import admission_import_pb2 as import_pb
from shuyuan.membership.v1 import admission_service_pb2 as service
from shuyuan.membership.v1 import member_pb2, roll_service_pb2
from tests.integration.membership.campus import Campus
from tests.integration.membership.office import Office
from tests.integration.membership.paper import ballot, on_paper, register, steps_until

TODAY = date(2025, 9, 1)


@pytest.fixture
async def campus(office: Office) -> Campus:
    office.clock.go_to(TODAY)
    found = await Campus.found(office)
    found.applicant = await office.person("申请人", born="2003-05-04")
    return found


async def bring_in(campus: Campus, *papers: import_pb.ImportedCase, **values: Any) -> list[Any]:
    answer = await campus.office.ask("AdmissionService/ImportAdmissionCases", register(*papers), **values)
    return list(answer.cases)


async def refused(campus: Campus, *papers: import_pb.ImportedCase) -> dict[str, str]:
    """The fields that a refused import names, with what is said of them."""
    with pytest.raises(ImportRefusedError) as caught:
        await bring_in(campus, *papers)
    assert await campus.office.events("admission_case") == []
    return {violation.field: violation.en for violation in caught.value.violations}


async def read(campus: Campus, case_id: str) -> pb.AdmissionCase:
    answer = await campus.office.ask(
        "AdmissionService/GetAdmissionCase",
        service.GetAdmissionCaseRequest(case_id=case_id),
        by=campus.secretary,
    )
    found: pb.AdmissionCase = answer.admission_case
    return found


async def member(campus: Campus, person_id: UUID) -> member_pb2.Member:
    answer = await campus.office.ask(
        "RollService/GetMember", roll_service_pb2.GetMemberRequest(person_id=str(person_id))
    )
    found: member_pb2.Member = answer.member
    return found


SYSTEM = Caller("system", service="membership")


async def swear(campus: Campus, case_id: str, day: str) -> None:
    office = campus.office
    async with office.call(SYSTEM).transaction() as work:
        await record_oaths(
            work,
            office.means,
            uuid4(),
            [Sworn(campus.applicant, UUID(case_id))],
            held_on=date.fromisoformat(day),
        )


async def establish(campus: Campus, person_id: UUID, unit_id: UUID, probation_from: str) -> None:
    await campus.office.ask(
        "RollService/EstablishRelationships",
        roll_service_pb2.EstablishRelationshipsRequest(
            members=[
                roll_service_pb2.RelationshipInput(
                    person_id=str(person_id),
                    unit_id=str(unit_id),
                    relationship_from=probation_from,
                    status=member_pb2.MEMBERSHIP_STATUS_PROBATIONARY,
                    probation_from=probation_from,
                )
            ]
        ),
    )


class TestTakingOver:
    @pytest.mark.covers("S28")
    async def test_a_case_keeps_its_source_its_steps_and_the_rules_of_its_day(self, campus: Campus) -> None:
        (result,) = await bring_in(
            campus, on_paper(campus, campus.applicant, steps_until(campus, "prospect"))
        )

        case = await read(campus, result.case_id)
        assert (case.imported, case.source_reference, case.version) == (True, "台账 DA-2025-3", 1)
        assert (case.state, case.stage, case.step) == (
            pb.AdmissionCase.STATE_OPEN,
            pb.ADMISSION_STAGE_PROSPECT,
            "prospect",
        )
        rules = campus.office.means.rules.in_force(date(2022, 10, 8))
        assert rules is not None
        assert case.pack_digest == rules.digest
        assert [contact.person_id for contact in case.contacts] == sorted(
            str(person) for person in campus.members[2:4]
        )
        assert await campus.office.events("admission_case") == ["admission_case.imported"]

    async def test_a_run_that_kept_the_rules_has_no_finding(self, campus: Campus) -> None:
        (result,) = await bring_in(campus, on_paper(campus, campus.applicant, steps_until(campus, "archive")))

        assert list(result.findings) == []

    async def test_bare_days_are_enough_and_what_is_not_known_is_not_judged(self, campus: Campus) -> None:
        (result,) = await bring_in(
            campus, on_paper(campus, campus.applicant, steps_until(campus, "archive", bare=True))
        )

        case = await read(campus, result.case_id)
        assert list(result.findings) == []
        assert case.state == pb.AdmissionCase.STATE_ARCHIVED
        assert case.full_member_from == "2025-06-12"

    async def test_a_broken_rule_is_found_and_forbids_nothing(self, campus: Campus) -> None:
        steps = steps_until(campus, "approval", approval="2025-01-20")
        lost = next(step for step in steps if step.step == "branch_meeting")
        lost.ballot.CopyFrom(ballot(yes_votes=4, no_votes=4))

        (result,) = await bring_in(campus, on_paper(campus, campus.applicant, steps))

        assert {finding.rule_id for finding in result.findings} >= {"DEV-18", "DEV-24"}
        timeline = await campus.office.ask(
            "AdmissionService/GetCaseTimeline",
            service.GetCaseTimelineRequest(case_id=result.case_id),
            by=campus.secretary,
        )
        meeting = next(item for item in timeline.entries if item.step.step == "branch_meeting")
        assert [v.source.article for v in meeting.verdicts if not v.satisfied] == ["21"]

    async def test_training_may_come_before_the_introducers(self, campus: Campus) -> None:
        steps = steps_until(campus, "training", training="2024-04-26")

        (result,) = await bring_in(campus, on_paper(campus, campus.applicant, steps))

        assert result.step == "training"

    async def test_an_extension_begins_the_conversion_again(self, campus: Campus) -> None:
        steps = steps_until(campus, "conversion_approval")
        for step in steps:
            if step.step in ("conversion_meeting", "conversion_approval"):
                step.conversion_outcome = pb.CONVERSION_OUTCOME_EXTEND
        next(step for step in steps if step.step == "conversion_approval").extension = "P6M"

        (result,) = await bring_in(campus, on_paper(campus, campus.applicant, steps))

        case = await read(campus, result.case_id)
        assert (case.state, case.probation_until) == (pb.AdmissionCase.STATE_OPEN, "2025-12-12")


class TestRefusing:
    async def test_days_out_of_order_and_in_the_future_are_named_by_row(self, campus: Campus) -> None:
        other = await campus.office.person("别人")

        assert await refused(
            campus,
            on_paper(campus, campus.applicant, steps_until(campus, "contacts", activist_filing="2023-04-01")),
            on_paper(campus, other, steps_until(campus, "talk", talk="2025-09-02")),
        ) == {
            "cases[0].steps[2].occurred_on": "lies before activist (2023-04-15).",
            "cases[1].steps[0].occurred_on": "lies in the future.",
        }

    async def test_a_hole_in_the_catalogue(self, campus: Campus) -> None:
        steps = [step for step in steps_until(campus, "prospect") if step.step != "contacts"]

        assert (
            await refused(campus, on_paper(campus, campus.applicant, steps))
            == {"cases[0].steps[3].step": "needs contacts before it."} | {}
        )

    async def test_what_a_step_does_not_record_and_totals_that_cannot_be(self, campus: Campus) -> None:
        talk = steps_until(campus, "talk")
        talk[0].form_number = "7"
        other = await campus.office.person("别人")
        meeting = steps_until(campus, "branch_meeting")
        next(step for step in meeting if step.step == "branch_meeting").ballot.present = 12

        found = await refused(
            campus, on_paper(campus, campus.applicant, talk), on_paper(campus, other, meeting)
        )

        assert set(found) == {"cases[0].steps[0].form_number", "cases[1].steps[13].ballot"}

    async def test_strangers_and_unknown_units(self, campus: Campus) -> None:
        steps = steps_until(campus, "talk")
        steps[0].person_ids[:] = [str(uuid4())]

        found = await refused(campus, on_paper(campus, campus.applicant, steps, unit_id=str(uuid4())))

        assert set(found) == {"cases[0].steps[0].person_ids[0]", "cases[0].unit_id"}

    async def test_a_second_case_of_a_person(self, campus: Campus) -> None:
        paper = on_paper(campus, campus.applicant, steps_until(campus, "talk"))
        assert set(await refused(campus, paper, paper)) == {"cases[0].person_id", "cases[1].person_id"}

        await bring_in(campus, paper)
        with pytest.raises(ImportRefusedError):
            await bring_in(campus, paper)

    async def test_more_problems_than_an_answer_holds_are_counted(self, campus: Campus) -> None:
        papers = [on_paper(campus, uuid4(), []) for _ in range(30)]

        with pytest.raises(ImportRefusedError) as caught:
            await bring_in(campus, *papers)

        assert (len(caught.value.violations), caught.value.metadata["problems"]) == (20, "30")

    async def test_a_member_is_no_applicant_and_a_roll_that_says_otherwise_is_not_overwritten(
        self, campus: Campus
    ) -> None:
        approved = await campus.office.person("预备")
        await establish(campus, approved, campus.branch, "2024-06-13")

        found = await refused(
            campus,
            on_paper(campus, campus.members[4], steps_until(campus, "talk")),
            on_paper(campus, approved, steps_until(campus, "approval")),
        )

        assert found == {
            "cases[0].person_id": "is a member by the roll already.",
            "cases[1].person_id": "has other days of membership in the roll (probation from 2024-06-12).",
        }


class TestTheRoll:
    async def test_an_approved_applicant_is_a_probationary_member_from_the_branch_meeting_on(
        self, campus: Campus
    ) -> None:
        await bring_in(campus, on_paper(campus, campus.applicant, steps_until(campus, "approval")))

        found = await member(campus, campus.applicant)
        assert [(s.status, s.valid_from) for s in found.statuses] == [
            (member_pb2.MEMBERSHIP_STATUS_PROBATIONARY, "2024-06-12")
        ]
        assert [(r.unit_id, r.valid_from) for r in found.relationships] == [
            (str(campus.branch), "2024-06-12")
        ]
        assert (await campus.office.events("member"))[-1] == "member.admitted"

    async def test_a_converted_one_is_a_full_member_from_the_end_of_probation_on(
        self, campus: Campus
    ) -> None:
        await bring_in(campus, on_paper(campus, campus.applicant, steps_until(campus, "conversion_approval")))

        found = await member(campus, campus.applicant)
        assert [(s.status, s.valid_from) for s in found.statuses] == [
            (member_pb2.MEMBERSHIP_STATUS_PROBATIONARY, "2024-06-12"),
            (member_pb2.MEMBERSHIP_STATUS_FULL, "2025-06-12"),
        ]
        assert found.standing_from == "2025-06-12"
        assert (await campus.office.events("member"))[-1] == "member.converted"

    async def test_a_revoked_one_is_no_member_any_more(self, campus: Campus) -> None:
        steps = steps_until(campus, "conversion_approval")
        for step in steps:
            if step.step in ("conversion_meeting", "conversion_approval"):
                step.conversion_outcome = pb.CONVERSION_OUTCOME_REVOKE

        (result,) = await bring_in(campus, on_paper(campus, campus.applicant, steps))

        found = await member(campus, campus.applicant)
        assert result.state == pb.AdmissionCase.STATE_REVOKED
        assert [s.valid_until for s in found.statuses] == ["2025-06-25"]
        assert [r.valid_until for r in found.relationships] == ["2025-06-25"]

    async def test_a_roll_that_says_the_same_stays_as_it_is(self, campus: Campus) -> None:
        await establish(campus, campus.applicant, campus.branch, "2024-06-12")
        before = await member(campus, campus.applicant)

        await bring_in(campus, on_paper(campus, campus.applicant, steps_until(campus, "approval")))

        assert await member(campus, campus.applicant) == before

    async def test_the_branch_must_have_existed_when_it_met(self, campus: Campus) -> None:
        young = await campus.office.unit(
            "branch", parent=campus.general_branch, form="student", since=date(2024, 9, 1)
        )

        assert await refused(
            campus,
            on_paper(campus, campus.applicant, steps_until(campus, "approval"), unit_id=str(young)),
        ) == {"cases[0].unit_id": "does not exist on 2024-06-12."}


class TestGoingOn:
    @pytest.mark.covers("S60")
    @pytest.mark.parametrize("last", ["approval", "conversion_approval", "archive"])
    async def test_the_oath_of_a_past_day_is_recorded_afterwards(self, campus: Campus, last: str) -> None:
        (result,) = await bring_in(campus, on_paper(campus, campus.applicant, steps_until(campus, last)))
        request = service.CheckOathEligibilityRequest(
            person_ids=[str(campus.applicant)], held_on="2024-07-01"
        )
        checked = await campus.office.ask("AdmissionService/CheckOathEligibility", request, by="activity")
        assert [item.case_id for item in checked.eligible] == [result.case_id]

        await swear(campus, result.case_id, "2024-07-01")

        case = await read(campus, result.case_id)
        assert case.oath_on == "2024-07-01"
        assert "oath" in [step.step for step in case.steps]

    async def test_an_oath_before_the_approval_is_refused(self, campus: Campus) -> None:
        await bring_in(campus, on_paper(campus, campus.applicant, steps_until(campus, "approval")))
        request = service.CheckOathEligibilityRequest(
            person_ids=[str(campus.applicant)], held_on="2024-06-19"
        )

        checked = await campus.office.ask("AdmissionService/CheckOathEligibility", request, by="activity")

        assert [item.reason for item in checked.refused] == ["BEFORE_APPROVAL"]

    @pytest.mark.covers("S28")
    @pytest.mark.parametrize("bare", [False, True])
    async def test_a_case_from_paper_goes_on_to_full_membership(self, campus: Campus, bare: bool) -> None:
        autumn = {
            "branch_meeting": "2024-10-12",
            "superior_talk": "2024-10-15",
            "approval": "2024-10-20",
            "assignment": "2024-10-23",
        }
        steps = steps_until(campus, "assignment", bare=bare, **autumn)
        (result,) = await bring_in(campus, on_paper(campus, campus.applicant, steps))
        case = await read(campus, result.case_id)
        case = await campus.on("2025-09-01", case, "RequestConversion", by=campus.applicant)
        case = await campus.on(
            "2025-10-10", case, "ReviewConversion", group_heard=True, members_heard=True, masses_heard=True
        )
        case = await campus.vote(case, "2025-10-14", noticed_from="2025-10-01")
        case = await campus.decide(
            case, "2025-10-29", pb.CONVERSION_OUTCOME_CONVERT, noticed_from="2025-10-15"
        )

        assert case.full_member_from == "2025-10-12"
        assert (await member(campus, campus.applicant)).standing_from == "2025-10-12"

    async def test_an_approval_follows_a_branch_meeting_on_paper(self, campus: Campus) -> None:
        (result,) = await bring_in(
            campus,
            on_paper(
                campus,
                campus.applicant,
                steps_until(campus, "superior_talk", branch_meeting="2025-08-01", superior_talk="2025-08-10"),
            ),
        )

        case = await campus.approve(await read(campus, result.case_id), "2025-09-01")

        assert case.probation_from == "2025-08-01"

    async def test_a_conversion_resolved_on_paper_is_approved_in_the_system(self, campus: Campus) -> None:
        steps = steps_until(campus, "conversion_meeting")
        (result,) = await bring_in(campus, on_paper(campus, campus.applicant, steps))

        case = await campus.decide(
            await read(campus, result.case_id),
            "2025-09-01",
            pb.CONVERSION_OUTCOME_CONVERT,
            noticed_from="2025-08-01",
        )

        assert case.state == pb.AdmissionCase.STATE_CONVERTED


async def test_a_repeated_key_brings_in_once(campus: Campus) -> None:
    paper = on_paper(campus, campus.applicant, steps_until(campus, "talk"))
    await bring_in(campus, paper, idempotency_key="k-1")

    call = campus.office.call(
        SYSTEM,
        "AdmissionService/ImportAdmissionCases",
        idempotency_key="k-1",
        request_hash=register(paper).SerializeToString(deterministic=True),
    )
    kept = await idempotency.find(campus.office.real_database, call)

    assert kept is not None
    answer = import_pb.ImportAdmissionCasesResponse.FromString(kept.answer)
    assert [case.person_id for case in answer.cases] == [str(campus.applicant)]


async def test_a_hundred_cases_cost_few_statements_and_little_time(campus: Campus) -> None:
    people = [await campus.office.person(f"申请人{number}") for number in range(100)]
    papers = [on_paper(campus, person, steps_until(campus, "archive")) for person in people]

    begun = time.perf_counter()
    results = await bring_in(campus, *papers)
    seconds = time.perf_counter() - begun

    assert len(results) == 100
    # Three times what is asked for.
    assert seconds < 6, f"{seconds:.2f} s"
