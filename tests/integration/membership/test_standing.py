"""Standing cases on real tables: what the roll makes of decisions, who may see and decide, and what is overdue."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.errors import EtagMismatchError, PermissionDeniedError
from membership.errors import (
    FieldsContradictError,
    MemberNotFoundError,
    StandingCaseAlreadyOpenError,
    StandingCaseNotFoundError,
    StandingLeftToAdmissionError,
    StepForbiddenError,
    TransferAlreadyOpenError,
    UnitFrozenError,
)
from membership.errors.standing import StandingEntryNotFoundError
from shuyuan.membership.v1 import member_pb2, roll_service_pb2, standing_case_pb2
from shuyuan.membership.v1 import standing_service_pb2 as pb
from tests.integration.membership.campus import Campus
from tests.integration.membership.office import Office
from tests.integration.membership.test_transfers import start

CASE = standing_case_pb2


class Branch:
    """A branch with one member whose standing is in question, and the committee above it."""

    university: UUID
    committee: UUID
    unit: UUID
    person: UUID
    other: UUID

    def __init__(self, office: Office) -> None:
        self.office = office

    @classmethod
    async def found(cls, office: Office) -> "Branch":
        self = cls(office)
        self.university = await office.unit("university")
        self.committee = await office.unit("primary_committee", parent=self.university)
        self.unit = await office.unit("branch", parent=self.committee, form="staff")
        self.person, self.other = await office.members(self.unit, 2)
        return self

    async def open(self, kind: str, since: str, **fields: Any) -> standing_case_pb2.StandingCase:
        by = fields.pop("by", None)
        ground = CASE.StandingGround.Value(f"STANDING_GROUND_{fields.pop('ground', 'UNSPECIFIED')}")
        request = pb.OpenStandingCaseRequest(
            person_id=str(fields.pop("person", self.person)),
            kind=CASE.StandingCaseKind.Value(f"STANDING_CASE_KIND_{kind}"),
            ground=ground,
            since=since,
            reason="多次联系无果",
        )
        answer = await self.office.ask("StandingService/OpenStandingCase", request, by=by)
        found: standing_case_pb2.StandingCase = answer.standing_case
        return found

    async def act(self, found: Any, rpc: str, **fields: Any) -> standing_case_pb2.StandingCase:
        by, etag = fields.pop("by", None), fields.pop("etag", found.etag)
        request = getattr(pb, f"{rpc}Request")(standing_case_id=found.standing_case_id, **fields)
        answer = await self.office.ask(f"StandingService/{rpc}", request, by=by, if_match=etag)
        after: standing_case_pb2.StandingCase = answer.standing_case
        return after

    async def decide(self, found: Any, act: str, day: str, **fields: Any) -> standing_case_pb2.StandingCase:
        stated = {"resolved_on": day, "approver_unit_id": str(self.committee), "reason": "决议"}
        number = CASE.StandingAct.Value(f"STANDING_ACT_{act}")
        return await self.act(found, "DecideStandingCase", act=number, decided_on=day, **(stated | fields))

    async def searched(self, found: Any, day: str) -> standing_case_pb2.StandingCase:
        return await self.act(found, "RecordStandingContact", contacted_on=day, note="电话停机")

    async def listed(self, **fields: Any) -> list[str]:
        by = fields.pop("by", None)
        request = pb.ListStandingCasesRequest(**fields)
        answer = await self.office.ask("StandingService/ListStandingCases", request, by=by)
        return [item.standing_case_id for item in answer.standing_cases]

    async def roll(self, day: str, *, known_at: Any = None) -> tuple[int, int, int]:
        request = roll_service_pb2.GetUnitRollRequest(unit_id=str(self.unit), as_of=day)
        if known_at is not None:
            request.known_at.FromDatetime(known_at)
        found = (await self.office.ask("RollService/GetUnitRoll", request)).roll
        return found.full_members, found.members_without_rights, found.voters

    async def statuses(self) -> list[tuple[str, str]]:
        request = roll_service_pb2.GetMemberRequest(person_id=str(self.person))
        member = (await self.office.ask("RollService/GetMember", request)).member
        return [
            (
                member_pb2.MembershipStatus.Name(item.status).removeprefix("MEMBERSHIP_STATUS_"),
                item.valid_from,
            )
            for item in member.statuses
        ]


@pytest.fixture
async def branch(office: Office) -> Branch:
    office.clock.go_to(date(2024, 10, 8))
    return await Branch.found(office)


class TestLost:
    async def test_suspended_without_rights_and_then_removed_from_the_roll(self, branch: Branch) -> None:
        office = branch.office
        found = await branch.open("LOST_CONTACT", "2024-03-15")
        assert (found.next_decision, found.decision_from) == (CASE.STANDING_ACT_SUSPENSION, "2024-09-15")
        assert await branch.listed(decision_due=True) == [found.standing_case_id]
        found = await branch.searched(found, "2024-06-01")
        before = office.clock.now()
        office.clock.go_to(date(2024, 10, 20))
        suspended = await branch.decide(found, "SUSPENSION", "2024-09-20")
        assert [entry.act for entry in suspended.entries] == [
            CASE.STANDING_ACT_OPENING,
            CASE.STANDING_ACT_CONTACT,
            CASE.STANDING_ACT_SUSPENSION,
        ]
        assert {item.rule_id for item in suspended.entries[-1].verdicts} == {
            "MGT-05",
            "MGT-05.search",
            "MGT-06.authority",
        }
        assert await branch.roll("2024-09-19") == (2, 0, 2)
        assert await branch.roll("2024-09-20") == (1, 1, 1)
        # What was believed before the decision was entered stays readable.
        assert await branch.roll("2024-09-20", known_at=before) == (2, 0, 2)

        office.clock.go_to(date(2026, 9, 25))
        with pytest.raises(StepForbiddenError) as caught:
            await branch.decide(suspended, "REMOVAL", "2026-09-19")
        assert [item.rule_id for item in caught.value.verdicts if item.forbids] == ["MGT-05.removal"]
        removed = await branch.decide(suspended, "REMOVAL", "2026-09-20")
        assert removed.state == CASE.STANDING_CASE_STATE_REMOVED
        assert await branch.roll("2026-09-20") == (1, 0, 1)
        assert (await office.events("member"))[-2:] == ["member.suspended", "member.removed"]
        assert await office.events("standing_case") == [
            f"standing_case.{verb}" for verb in ("opened", "contacted", "decided", "decided")
        ]
        with pytest.raises(MemberNotFoundError):
            await branch.open("LOST_CONTACT", "2026-09-20")
        # The last branch still answers for what was done.
        assert await branch.listed(unit_id=str(branch.unit)) == [found.standing_case_id]

    async def test_found_again_and_restored_to_what_the_member_was(self, branch: Branch) -> None:
        found = await branch.searched(await branch.open("LOST_CONTACT", "2024-03-15"), "2024-06-01")
        suspended = await branch.decide(found, "SUSPENSION", "2024-09-20")
        restored = await branch.decide(suspended, "RESTORATION", "2024-10-01")
        assert restored.state == CASE.STANDING_CASE_STATE_ENDED
        assert await branch.statuses() == [
            ("FULL", "2022-06-01"),
            ("SUSPENDED", "2024-09-20"),
            ("FULL", "2024-10-01"),
        ]
        assert (await branch.office.events("member"))[-1] == "member.restored"

    async def test_removal_ends_what_else_is_under_way(self, branch: Branch) -> None:
        abroad = await branch.open("ABROAD", "2024-03-01", ground="STUDY_ABROAD")
        idle = await branch.open("SELF_WITHDRAWAL", "2024-03-01", ground="NO_DUES")
        await branch.decide(idle, "REMOVAL", "2024-10-01")
        request = pb.GetStandingCaseRequest(standing_case_id=abroad.standing_case_id)
        other = (await branch.office.ask("StandingService/GetStandingCase", request)).standing_case
        assert (other.state, other.overdue) == (CASE.STANDING_CASE_STATE_ENDED, False)


class TestCorrections:
    async def test_a_search_on_another_day_and_what_was_known_stays(self, branch: Branch) -> None:
        office = branch.office
        office.clock.go_to(date(2026, 1, 5))
        case = await branch.searched(await branch.open("LOST_CONTACT", "2025-01-05"), "2025-06-01")
        known = office.clock.now()
        office.clock.go_to(date(2026, 1, 6))
        fields = {"position": 2, "reason": "误记为未联系上", "occurred_on": "2025-06-02", "note": "电话接通"}
        after = await branch.act(case, "CorrectStandingEntry", **fields, reached=True)
        (_, entry) = after.entries
        assert (entry.occurred_on, entry.reached, entry.revision) == ("2025-06-02", True, 2)
        # Whoever was reached was lost again from that day on.
        assert after.decision_from == "2025-12-02"
        then = pb.GetStandingCaseRequest(standing_case_id=case.standing_case_id)
        then.known_at.FromDatetime(known)
        old = (await office.ask("StandingService/GetStandingCase", then)).standing_case
        assert (old.entries[1].occurred_on, old.entries[1].reached, old.decision_from) == (
            "2025-06-01",
            False,
            "2025-07-05",
        )
        then.known_at.FromDatetime(known - timedelta(days=1))
        with pytest.raises(StandingCaseNotFoundError):
            await office.ask("StandingService/GetStandingCase", then)
        with pytest.raises(StandingEntryNotFoundError):
            await branch.act(after, "CorrectStandingEntry", **fields | {"position": 3})
        assert (await office.events("standing_case"))[-1] == "standing_case.corrected"

    async def test_the_roll_follows_a_suspension_of_another_day(self, branch: Branch) -> None:
        office = branch.office
        office.clock.go_to(date(2028, 1, 5))
        case = await branch.searched(await branch.open("LOST_CONTACT", "2025-01-05"), "2025-06-01")
        case = await branch.decide(case, "SUSPENSION", "2025-08-01")
        before = await branch.statuses()
        stated = {"note": "决议", "reason": "日期误录", "approver_unit_id": str(branch.committee)}

        async def corrected(found: Any, position: int, day: str) -> Any:
            fields = stated | {"position": position, "occurred_on": day, "resolved_on": day}
            return await branch.act(found, "CorrectStandingEntry", **fields)

        with pytest.raises(StepForbiddenError):
            # A day before half a year was over.
            await corrected(case, 3, "2025-07-04")
        assert await branch.statuses() == before
        for day in ("2025-07-05", "2025-09-01"):
            case = await corrected(case, 3, day)
            assert case.suspended_on == day
            assert [since for status, since in await branch.statuses() if "SUSPENDED" in status] == [day]
        case = await branch.decide(case, "REMOVAL", "2027-09-01")
        # The removal followed two years after the suspension, which therefore cannot have been later.
        with pytest.raises(StepForbiddenError):
            await corrected(case, 3, "2025-09-02")
        case = await corrected(case, 4, "2027-09-03")
        rolls = [(await branch.roll(day))[1] for day in ("2027-09-02", "2027-09-03")]
        assert rolls == [1, 0]

    async def test_who_was_suspended_by_mistake_was_not(self, branch: Branch) -> None:
        office = branch.office
        office.clock.go_to(date(2026, 1, 5))
        case = await branch.searched(await branch.open("LOST_CONTACT", "2025-01-05"), "2025-06-01")
        case = await branch.decide(case, "SUSPENSION", "2025-08-01")
        known = office.clock.now()
        office.clock.go_to(date(2026, 1, 6))
        fields = {"position": 3, "reason": "误录", "occurred_on": "2025-08-01", "note": "登门未遇"}

        after = await branch.act(case, "CorrectStandingEntry", **fields, act=CASE.STANDING_ACT_CONTACT)

        assert (after.entries[-1].act, after.suspended_on) == (CASE.STANDING_ACT_CONTACT, "")
        assert await branch.statuses() == [("FULL", "2022-06-01")]
        assert await branch.roll("2025-08-01", known_at=known) == (1, 1, 1)
        assert (await office.events("member"))[-1] == "member.standing_corrected"
        # And it was a suspension after all.
        stated = {"resolved_on": "2025-08-01", "approver_unit_id": str(branch.committee)}
        again = await branch.act(
            after, "CorrectStandingEntry", **fields, **stated, act=CASE.STANDING_ACT_SUSPENSION
        )
        assert again.suspended_on == "2025-08-01"
        assert await branch.roll("2025-08-01") == (1, 1, 1)
        for position, act in ((3, "OPENING"), (1, "CONTACT")):
            wrong = fields | {"position": position, "act": CASE.StandingAct.Value(f"STANDING_ACT_{act}")}
            with pytest.raises(FieldsContradictError):
                await branch.act(again, "CorrectStandingEntry", **wrong)

    async def test_what_a_removal_ended_goes_on_where_it_was_on_another_day_or_none(
        self, branch: Branch
    ) -> None:
        office = branch.office
        functional = await office.unit("branch", parent=branch.committee, form="functional")
        add = roll_service_pb2.AddParticipationRequest(
            person_id=str(branch.person), unit_id=str(functional), valid_from="2024-01-01"
        )
        await office.ask("RollService/AddParticipation", add, if_match="1")
        idle = await branch.open("SELF_WITHDRAWAL", "2024-03-01", ground="NO_DUES")
        case = await branch.decide(idle, "REMOVAL", "2024-10-01")

        async def parts() -> list[tuple[str, str]]:
            request = roll_service_pb2.GetMemberRequest(person_id=str(branch.person))
            member = (await office.ask("RollService/GetMember", request)).member
            return [(each.valid_from, each.valid_until) for each in member.participations]

        stated = {"position": 2, "note": "决议", "reason": "误录", "resolved_on": "2024-09-20"}
        stated["approver_unit_id"] = str(branch.committee)
        for day in ("2024-10-05", "2024-09-25"):
            case = await branch.act(case, "CorrectStandingEntry", **stated, occurred_on=day)
            assert await parts() == [("2024-01-01", day)]
            assert [await branch.roll(each) for each in ("2024-09-24", "2024-10-05")] == [
                (2, 0, 2),
                (1, 0, 1),
            ]

        ended = {"position": 2, "note": "已补交", "reason": "并未除名", "occurred_on": "2024-10-01"}
        case = await branch.act(case, "CorrectStandingEntry", **ended, act=CASE.STANDING_ACT_END)

        assert case.state == CASE.STANDING_CASE_STATE_ENDED
        assert await parts() == [("2024-01-01", "")]
        assert await branch.roll("2024-10-08") == (2, 0, 2)
        assert await branch.statuses() == [("FULL", "2022-06-01")]


class TestAbroad:
    async def test_contacts_are_recorded_and_overdue_ones_listed(self, branch: Branch) -> None:
        office = branch.office
        found = await branch.open("ABROAD", "2024-06-01", ground="STUDY_ABROAD")
        assert found.contact_due_on == "2024-12-01"
        office.clock.go_to(date(2024, 12, 1))
        assert await branch.listed(overdue=True) == []
        office.clock.go_to(date(2024, 12, 2))
        counting = office.count_queries()
        assert await branch.listed(overdue=True) == [found.standing_case_id]
        assert len([sql for sql in counting.asked if "FROM standing_case" in sql]) == 1
        after = await branch.act(
            found, "RecordStandingContact", contacted_on="2024-12-02", reached=True, note="视频通话"
        )
        (late,) = after.entries[-1].verdicts
        assert (late.rule_id, late.satisfied, after.contact_due_on) == ("MGT-08.abroad", False, "2025-06-02")
        assert await branch.listed(overdue=True) == []

    async def test_one_case_of_a_kind_at_a_time(self, branch: Branch) -> None:
        await branch.open("ABROAD", "2024-06-01", ground="STUDY_ABROAD")
        with pytest.raises(StandingCaseAlreadyOpenError):
            await branch.open("ABROAD", "2024-07-01", ground="SETTLED_ABROAD")


class TestLimits:
    async def test_a_probationary_member_is_decided_about_in_the_admission(self, office: Office) -> None:
        campus = await Campus.found(office)
        await campus.approved()
        branch = Branch(office)
        branch.person, branch.unit, branch.committee = campus.applicant, campus.branch, campus.committee
        office.clock.go_to(date(2027, 2, 1))
        found = await branch.open("SELF_WITHDRAWAL", "2026-06-20", ground="NO_WORK")
        with pytest.raises(StandingLeftToAdmissionError):
            await branch.decide(found, "REMOVAL", "2027-01-10")

    async def test_nobody_is_removed_from_a_frozen_branch_or_while_on_the_way(self, branch: Branch) -> None:
        found = await branch.open("SELF_WITHDRAWAL", "2024-03-01", ground="NO_DUES")
        transfer = await start(branch.office, branch.person, branch.unit, to_organization="某单位党支部")
        with pytest.raises(TransferAlreadyOpenError):
            await branch.decide(found, "REMOVAL", "2024-10-01")
        assert transfer.person_id == str(branch.person)
        other = await branch.open("SELF_WITHDRAWAL", "2024-03-01", ground="NO_DUES", person=branch.other)
        await branch.office.unit("branch", form="staff", unit_id=branch.unit, version=2, frozen_by=uuid4())
        with pytest.raises(UnitFrozenError):
            await branch.decide(other, "REMOVAL", "2024-10-01")
        assert await branch.roll("2024-10-01") == (2, 0, 2)

    async def test_a_stale_etag_is_refused(self, branch: Branch) -> None:
        found = await branch.open("DISPOSAL", "2024-09-01")
        with pytest.raises(EtagMismatchError):
            await branch.act(found, "EndStandingCase", ended_on="2024-10-01", reason="已改正", etag="7")


class TestAccess:
    async def test_the_branch_records_the_committee_decides_and_others_see_nothing(
        self, branch: Branch
    ) -> None:
        office = branch.office
        secretary, committee, stranger = [UUID(str(await office.person(f"甲{n}"))) for n in range(3)]
        await office.grant(secretary, "ROLE_BRANCH_SECRETARY", branch.unit)
        await office.grant(committee, "ROLE_COMMITTEE_SECRETARY", branch.committee)
        found = await branch.open("LOST_CONTACT", "2024-03-15", by=secretary)
        for who in (secretary, committee, branch.person):
            assert await branch.listed(by=who) == [found.standing_case_id]
        assert await branch.listed(by=stranger) == []
        found = await branch.act(
            found, "RecordStandingContact", contacted_on="2024-06-01", note="走访", by=secretary
        )
        with pytest.raises(PermissionDeniedError):
            await branch.decide(found, "SUSPENSION", "2024-09-20", by=secretary)
        with pytest.raises(PermissionDeniedError):
            await branch.open("ABROAD", "2024-03-15", ground="STUDY_ABROAD", by=branch.person)
        after = await branch.decide(found, "SUSPENSION", "2024-09-20", by=committee)
        assert after.suspended_on == "2024-09-20"


async def test_an_admission_against_the_rules_is_not_recognised_once_found_and_announced(
    branch: Branch,
) -> None:
    branch.office.clock.go_to(date(2024, 11, 1))
    found = await branch.open("IRREGULAR_ADMISSION", "2024-10-08")
    assert found.next_decision == CASE.STANDING_ACT_REMOVAL
    for missing in ({}, {"document_reference": "查字〔2024〕3号", "resolved_on": None}):
        with pytest.raises(StepForbiddenError) as caught:
            await branch.decide(found, "REMOVAL", "2024-10-20", **missing)
        (verdict,) = caught.value.verdicts
        assert (verdict.rule_id, verdict.source.article) == ("DEV-35", "41")
    before = await branch.roll("2024-10-20")
    denied = await branch.decide(found, "REMOVAL", "2024-10-20", document_reference="查字〔2024〕3号")
    assert denied.state == CASE.STANDING_CASE_STATE_REMOVED
    after = await branch.roll("2024-10-20")
    assert after[0] == before[0] - 1
