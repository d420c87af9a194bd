"""Transfers on real tables: two phases, the letter's end, the receipt, the graduation season."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.calls import Caller, ServiceContext
from chassis.errors import EtagMismatchError, PermissionDeniedError
from chassis.schedule import ScheduleRunner, Slot
from membership.errors import (
    MemberAlreadyThereError,
    StepForbiddenError,
    TransferAlreadyOpenError,
    TransferCaseOpenError,
    TransferClosedError,
    TransferLetterExpiredError,
    TransferNotFoundError,
    UnitFrozenError,
    UnitKindNotAllowedError,
    UnitNotInForceError,
)
from membership.operations.transfers import announce_expired
from membership.schedule import schedule
from shuyuan.membership.v1 import admission_service_pb2, member_pb2, roll_service_pb2, transfer_pb2
from shuyuan.membership.v1 import transfer_service_pb2 as pb
from tests.integration.membership.campus import Campus
from tests.integration.membership.office import Office


async def start(office: Office, person: UUID, origin: UUID, **fields: Any) -> transfer_pb2.Transfer:
    by = fields.pop("by", None)
    if "to_organization" in fields:
        committee = await office.unit("primary_committee", parent=await office.control.root())
        fields.setdefault("issuing_unit_id", str(committee))
    request = pb.StartTransferRequest(
        person_id=str(person),
        from_unit_id=str(origin),
        **({"letter_number": "甲-1", "letter_issued_on": "2024-10-08"} | fields),
    )
    found: transfer_pb2.Transfer = (
        await office.ask("TransferService/StartTransfer", request, by=by)
    ).transfer
    return found


async def act(office: Office, found: Any, rpc: str, **fields: Any) -> transfer_pb2.Transfer:
    by, etag = fields.pop("by", None), fields.pop("etag", found.etag)
    request = getattr(pb, f"{rpc}Request")(transfer_id=found.transfer_id, **fields)
    answer = await office.ask(f"TransferService/{rpc}", request, by=by, if_match=etag)
    after: transfer_pb2.Transfer = answer.transfer
    return after


async def listed(office: Office, **fields: Any) -> list[str]:
    by = fields.pop("by", None)
    answer = await office.ask("TransferService/ListTransfers", pb.ListTransfersRequest(**fields), by=by)
    return [item.transfer_id for item in answer.transfers]


async def member(office: Office, person: UUID) -> member_pb2.Member:
    request = roll_service_pb2.GetMemberRequest(person_id=str(person))
    found: member_pb2.Member = (await office.ask("RollService/GetMember", request)).member
    return found


async def full(office: Office, unit: UUID, day: str) -> int:
    request = roll_service_pb2.GetUnitRollRequest(unit_id=str(unit), as_of=day)
    return int((await office.ask("RollService/GetUnitRoll", request)).roll.full_members)


async def expire(office: Office) -> int:
    """What the timer does when it is due on the office's day."""
    # The settings are for the wire and for what is outside; a timer asks for neither.
    settings: Any = None
    context = ServiceContext("membership", settings, office.database, office.clock, office.control)
    table = schedule(office.means, office.elsewhere)
    runner = ScheduleRunner(context, table)
    return sum([await runner.run_due(timed) for timed in table])


async def two_branches(office: Office) -> tuple[UUID, UUID]:
    university = await office.unit("university")
    origin, target = [await office.unit("branch", parent=university, form="staff") for _ in range(2)]
    return origin, target


class TestTwoPhases:
    async def test_until_accepted_the_sender_has_the_member_and_then_the_receiver(
        self, office: Office
    ) -> None:
        origin, target = await two_branches(office)
        (person,) = await office.members(origin, 1)
        found = await start(office, person, origin, to_unit_id=str(target))
        assert (found.letter_valid_through, found.overdue) == ("2024-11-08", False)
        office.clock.go_to(date(2024, 10, 20))
        assert (await full(office, origin, "2024-10-20"), await full(office, target, "2024-10-20")) == (1, 0)

        after = await act(office, found, "AcceptTransfer", accepted_on="2024-10-15")

        assert (after.state, after.receipt_due_on) == (transfer_pb2.TRANSFER_STATE_ACCEPTED, "2024-11-15")
        assert {verdict.rule_id for verdict in after.verdicts} == {"TRF-01", "TRF-01.max", "TRF-03"}
        assert (await full(office, origin, "2024-10-14"), await full(office, target, "2024-10-14")) == (1, 0)
        assert (await full(office, origin, "2024-10-15"), await full(office, target, "2024-10-15")) == (0, 1)
        assert await office.events("transfer") == ["transfer.started", "transfer.accepted"]
        assert "member.moved" in await office.events("member")

    @pytest.mark.covers("S36")
    async def test_an_open_case_moves_along_and_does_not_start_again(self, office: Office) -> None:
        campus = await Campus.found(office)
        case = await campus.approved()
        other = await office.unit("branch", parent=campus.general_branch, form="joint_teacher_student")
        found = await start(
            office, campus.applicant, campus.branch, to_unit_id=str(other), letter_issued_on="2026-06-20"
        )
        await act(office, found, "AcceptTransfer", accepted_on="2026-06-20")

        moved = await member(office, campus.applicant)
        assert [item.unit_id for item in moved.relationships] == [str(campus.branch), str(other)]
        request = admission_service_pb2.GetAdmissionCaseRequest(case_id=case.case_id)
        after = (await office.ask("AdmissionService/GetAdmissionCase", request)).admission_case
        assert (after.unit_id, after.probation_from) == (str(other), "2026-06-12")
        assert "admission_case.moved" in await office.events()

    @pytest.mark.covers("DEV-32")
    async def test_the_papers_of_an_incoming_probationary_member_are_checked(self, office: Office) -> None:
        origin, target = await two_branches(office)
        person = await office.person("预备党员")
        entered = roll_service_pb2.RelationshipInput(
            person_id=str(person),
            unit_id=str(origin),
            relationship_from="2024-06-01",
            status=member_pb2.MEMBERSHIP_STATUS_PROBATIONARY,
        )
        await office.ask(
            "RollService/EstablishRelationships",
            roll_service_pb2.EstablishRelationshipsRequest(members=[entered]),
        )
        found = await start(office, person, origin, to_unit_id=str(target))
        office.clock.go_to(date(2024, 10, 20))
        papers = ["admission_form", "membership_application", "political_review_conclusion"]

        with pytest.raises(StepForbiddenError) as caught:
            await act(office, found, "AcceptTransfer", accepted_on="2024-10-15", checked_materials=papers)
        (missing,) = [item for item in caught.value.verdicts if item.forbids]
        assert (missing.rule_id, missing.source.article) == ("DEV-32", "35")
        papers.append("cultivation_records")
        after = await act(office, found, "AcceptTransfer", accepted_on="2024-10-15", checked_materials=papers)

        assert {verdict.rule_id for verdict in after.verdicts} == {"TRF-01", "TRF-01.max", "DEV-32", "TRF-03"}
        assert (await member(office, person)).relationships[-1].unit_id == str(target)

    @pytest.mark.covers("S36")
    async def test_an_activist_s_case_goes_to_the_branch_that_accepts(self, office: Office) -> None:
        campus = await Campus.found(office)
        case = await campus.activist()
        other = await office.unit("branch", parent=campus.general_branch, form="staff")
        found = await start(
            office, campus.applicant, campus.branch, to_unit_id=str(other), letter_issued_on="2025-04-25"
        )
        await act(office, found, "AcceptTransfer", accepted_on="2025-04-25")
        request = admission_service_pb2.GetAdmissionCaseRequest(case_id=case.case_id)
        after = (await office.ask("AdmissionService/GetAdmissionCase", request)).admission_case
        assert (after.unit_id, after.stage) == (str(other), case.stage)

    async def test_rejected_and_cancelled_leave_the_member_and_free_the_way(self, office: Office) -> None:
        origin, target = await two_branches(office)
        (person,) = await office.members(origin, 1)
        for rpc, state in (("RejectTransfer", "REJECTED"), ("CancelTransfer", "CANCELLED")):
            found = await start(office, person, origin, to_unit_id=str(target))
            justified = {"refusal": transfer_pb2.TRANSFER_REFUSAL_NOT_WITH_RECEIVER}
            given = justified if rpc == "RejectTransfer" else {}
            after = await act(office, found, rpc, reason="材料不全", **given)
            assert after.state == transfer_pb2.TransferState.Value(f"TRANSFER_STATE_{state}")
            with pytest.raises(TransferClosedError):
                await act(office, after, "AcceptTransfer", accepted_on="2024-10-08")
        assert await full(office, origin, "2024-10-08") == 1

    async def test_one_person_has_one_transfer_at_a_time(self, office: Office) -> None:
        origin, target = await two_branches(office)
        (person,) = await office.members(origin, 1)
        await start(office, person, origin, to_unit_id=str(target))
        with pytest.raises(TransferAlreadyOpenError):
            await start(office, person, origin, to_organization="某单位党支部")

    async def test_a_stale_etag_is_refused(self, office: Office) -> None:
        origin, target = await two_branches(office)
        (person,) = await office.members(origin, 1)
        found = await start(office, person, origin, to_unit_id=str(target))
        with pytest.raises(EtagMismatchError):
            await act(office, found, "AcceptTransfer", accepted_on="2024-10-08", etag="7")


class TestUnits:
    async def test_a_frozen_branch_gives_and_takes_nobody(self, office: Office) -> None:
        origin, target = await two_branches(office)
        (person,) = await office.members(origin, 1)
        found = await start(office, person, origin, to_unit_id=str(target))
        await office.unit("branch", form="staff", unit_id=target, version=2, frozen_by=uuid4())
        with pytest.raises(UnitFrozenError):
            await act(office, found, "AcceptTransfer", accepted_on="2024-10-08")
        await act(office, found, "CancelTransfer", reason="接收支部调整")
        with pytest.raises(UnitFrozenError):
            await start(office, person, origin, to_unit_id=str(target))
        await office.unit("branch", form="staff", unit_id=origin, version=2, frozen_by=uuid4())
        with pytest.raises(UnitFrozenError):
            await start(office, person, origin, to_organization="某单位党支部")

    async def test_a_dissolved_branch_receives_nobody(self, office: Office) -> None:
        origin, _ = await two_branches(office)
        closed = await office.unit("branch", form="staff", until=date(2024, 10, 8))
        (person,) = await office.members(origin, 1)
        with pytest.raises(UnitNotInForceError):
            await start(office, person, origin, to_unit_id=str(closed))

    @pytest.mark.covers("S33", "S34")
    @pytest.mark.parametrize("form", ["functional", "temporary"])
    async def test_a_functional_or_temporary_branch_never_has_the_relationship(
        self, office: Office, form: str
    ) -> None:
        origin, _ = await two_branches(office)
        secondary = await office.unit("branch", form=form)
        (person,) = await office.members(origin, 1)
        with pytest.raises(UnitKindNotAllowedError):
            await start(office, person, origin, to_unit_id=str(secondary))

    async def test_to_the_same_branch_is_no_transfer(self, office: Office) -> None:
        origin, _ = await two_branches(office)
        (person,) = await office.members(origin, 1)
        with pytest.raises(MemberAlreadyThereError):
            await start(office, person, origin, to_unit_id=str(origin))


class TestLetter:
    async def test_expiry_is_announced_once_and_the_letter_issued_again(self, office: Office) -> None:
        origin, target = await two_branches(office)
        (person,) = await office.members(origin, 1)
        found = await start(office, person, origin, to_unit_id=str(target))
        office.clock.go_to(date(2024, 11, 8))
        await expire(office)
        assert (await office.events("transfer"), await listed(office, overdue=True)) == (
            ["transfer.started"],
            [],
        )
        office.clock.go_to(date(2024, 11, 9))
        assert await listed(office, overdue=True) == [found.transfer_id]
        await expire(office)
        await expire(office)
        office.clock.go_to(date(2024, 11, 10))
        await expire(office)

        assert await office.events("transfer") == ["transfer.started", "transfer.expired"]
        assert await listed(office, overdue=True) == [found.transfer_id]
        assert await full(office, origin, "2024-11-10") == 1
        with pytest.raises(TransferLetterExpiredError):
            await act(office, found, "AcceptTransfer", accepted_on="2024-11-09", etag="2")
        again = await act(
            office,
            found,
            "ReissueTransferLetter",
            letter_number="甲-2",
            letter_issued_on="2024-11-10",
            cause="因疫情滞留",
            etag="2",
        )
        assert (again.letters_issued, again.letter_valid_through) == (2, "2024-12-10")
        assert await listed(office, overdue=True) == []
        office.clock.go_to(date(2024, 12, 11))
        await expire(office)
        assert (await office.events("transfer"))[-2:] == ["transfer.letter_reissued", "transfer.expired"]

    async def test_a_letter_of_more_than_three_months_is_refused_with_the_rule(self, office: Office) -> None:
        origin, target = await two_branches(office)
        (person,) = await office.members(origin, 1)
        with pytest.raises(StepForbiddenError) as caught:
            await start(office, person, origin, to_unit_id=str(target), letter_valid_through="2025-01-09")
        assert [item.rule_id for item in caught.value.verdicts if item.forbids] == ["TRF-01.max"]

    async def test_a_slot_that_was_done_is_not_done_again(self, office: Office) -> None:
        call = office.call(Caller("system", service="membership"))
        assert (
            await announce_expired(
                call, office.means, Slot("membership.expire-transfers", "x", date(2024, 10, 8))
            )
            == 0
        )


class TestOutside:
    async def test_a_member_who_left_is_in_no_roll_and_the_receipt_comes_late(self, office: Office) -> None:
        origin, _ = await two_branches(office)
        (person,) = await office.members(origin, 1)
        found = await start(office, person, origin, to_organization="贵阳市某单位党支部")
        office.clock.go_to(date(2024, 12, 1))
        after = await act(office, found, "AcceptTransfer", accepted_on="2024-10-20")
        assert (await full(office, origin, "2024-10-19"), await full(office, origin, "2024-10-20")) == (1, 0)
        assert (await office.events("member"))[-1] == "member.left"
        assert await listed(office, awaiting_receipt=True) == [found.transfer_id]

        done = await act(office, after, "ReturnTransferReceipt", returned_on="2024-11-21")
        (late,) = done.verdicts
        assert (late.rule_id, late.satisfied) == ("MGT-10", False)
        assert await listed(office, awaiting_receipt=True) == []

    async def test_an_open_case_stays_in_the_university(self, office: Office) -> None:
        campus = await Campus.found(office)
        await campus.apply()
        with pytest.raises(TransferCaseOpenError):
            await start(office, campus.applicant, campus.branch, to_organization="某单位党支部")


class TestAccess:
    async def test_the_sender_sends_the_receiver_receives_and_others_see_nothing(
        self, office: Office
    ) -> None:
        origin, target = await two_branches(office)
        (person, sender, receiver, stranger) = await office.members(origin, 4)
        await office.grant(sender, "ROLE_COMMITTEE_SECRETARY", origin)
        await office.grant(receiver, "ROLE_BRANCH_SECRETARY", target)
        with pytest.raises(PermissionDeniedError):
            await start(office, person, origin, to_unit_id=str(target), by=receiver)
        found = await start(office, person, origin, to_unit_id=str(target), by=sender)
        for who in (sender, receiver, person):
            assert await listed(office, by=who) == [found.transfer_id]
        assert await listed(office, by=stranger) == []
        with pytest.raises(PermissionDeniedError):
            await office.ask(
                "TransferService/GetTransfer",
                pb.GetTransferRequest(transfer_id=found.transfer_id),
                by=stranger,
            )
        with pytest.raises(PermissionDeniedError):
            await act(office, found, "AcceptTransfer", accepted_on="2024-10-08", by=sender)
        after = await act(office, found, "AcceptTransfer", accepted_on="2024-10-08", by=receiver)
        assert after.state == transfer_pb2.TRANSFER_STATE_ACCEPTED


class TestGraduation:
    def batch(self, origin: UUID, people: list[UUID], target: UUID) -> pb.BatchStartTransfersRequest:
        return pb.BatchStartTransfersRequest(
            from_unit_id=str(origin),
            letter_issued_on="2024-10-08",
            letter_valid_through="2025-01-08",
            transfers=[
                pb.TransferInput(person_id=str(person), letter_number=f"毕-{n}", to_unit_id=str(target))
                for n, person in enumerate(people)
            ],
        )

    async def test_a_year_leaves_at_once_and_is_listed_in_one_query(self, office: Office) -> None:
        origin, target = await two_branches(office)
        people = await office.members(origin, 5)
        answer = await office.ask("TransferService/BatchStartTransfers", self.batch(origin, people, target))
        counting = office.count_queries()
        assert await listed(office, from_unit_id=str(origin)) == list(answer.transfer_ids)
        assert len([sql for sql in counting.asked if "FROM transfer t" in sql]) == 1

    async def test_all_of_them_or_none(self, office: Office) -> None:
        origin, target = await two_branches(office)
        people = await office.members(origin, 2)
        with pytest.raises(TransferAlreadyOpenError):
            await office.ask(
                "TransferService/BatchStartTransfers",
                self.batch(origin, [*people, people[0]], target),
            )
        assert await listed(office) == []

    async def accept(self, office: Office, unit: UUID, transfers: list[str]) -> int:
        request = pb.BatchAcceptTransfersRequest(
            unit_id=str(unit), transfer_ids=transfers, accepted_on="2024-10-08"
        )
        return int((await office.ask("TransferService/BatchAcceptTransfers", request)).accepted)

    async def test_a_year_is_received_at_once(self, office: Office) -> None:
        origin, target = await two_branches(office)
        people = await office.members(origin, 4)
        sent = await office.ask("TransferService/BatchStartTransfers", self.batch(origin, people, target))

        assert await self.accept(office, target, list(sent.transfer_ids)) == 4

        assert (await full(office, origin, "2024-10-08"), await full(office, target, "2024-10-08")) == (0, 4)

    async def test_who_is_received_elsewhere_is_not_among_them(self, office: Office) -> None:
        origin, target = await two_branches(office)
        people = await office.members(origin, 3)
        inside = await office.ask(
            "TransferService/BatchStartTransfers", self.batch(origin, people[:2], target)
        )
        outside = await start(office, people[2], origin, to_organization="外省某单位党委")
        mixed = [*inside.transfer_ids, outside.transfer_id]

        with pytest.raises(TransferNotFoundError):
            await self.accept(office, target, mixed)
        assert await full(office, target, "2024-10-08") == 0
        assert await self.accept(office, origin, [outside.transfer_id]) == 1
        assert await full(office, origin, "2024-10-08") == 2
