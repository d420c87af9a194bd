"""Votes of the branch, the approval, and the decision at the end of probation."""

from datetime import date

import pytest

from chassis.errors import PermissionDeniedError
from membership.errors import (
    BallotConfirmedBySamePersonError,
    BallotContradictsRollError,
    OutcomeNotResolvedError,
    StepForbiddenError,
)
from shuyuan.membership.v1 import admission_case_pb2 as pb
from shuyuan.membership.v1 import roll_service_pb2
from tests.integration.membership.campus import Campus, refused_rules
from tests.integration.membership.office import Office


class TestBallot:
    async def test_half_present_is_no_quorum(self, office: Office) -> None:
        campus = await Campus.found(office, members=16)
        case = await campus.reviewed()
        with pytest.raises(StepForbiddenError) as refused:
            await campus.on("2026-06-10", case, "EnterBallotTotals", **campus.totals(present=8, yes_votes=8))
        assert refused_rules(refused.value) == ["DEV-17", "DEV-18"]

    async def test_a_vote_that_fails_is_recorded_and_may_be_repeated(self, campus: Campus) -> None:
        case = await campus.vote(await campus.reviewed(), "2026-06-10", yes_votes=4, no_votes=4)
        failed = case.ballots[0]
        assert failed.state == pb.AdmissionBallot.STATE_FAILED
        assert failed.should_attend == 9
        assert [v.rule_id for v in failed.verdicts if not v.satisfied] == ["DEV-18"]
        assert case.step == "admission_form"

        case = await campus.vote(case, "2026-06-12", yes_votes=5, no_votes=3)
        assert case.ballots[1].state == pb.AdmissionBallot.STATE_PASSED
        assert case.step == "branch_meeting"

    async def test_written_opinions_are_votes_and_not_presence(self, campus: Campus) -> None:
        case = await campus.vote(
            await campus.reviewed(), "2026-06-10", present=5, yes_votes=4, no_votes=1, written_yes_votes=1
        )
        assert case.ballots[0].state == pb.AdmissionBallot.STATE_PASSED

    async def test_one_person_cannot_enter_and_confirm(self, campus: Campus) -> None:
        case = await campus.reviewed()
        case = await campus.on("2026-06-10", case, "EnterBallotTotals", **campus.totals())
        with pytest.raises(BallotConfirmedBySamePersonError):
            await campus.office.step(case, "ConfirmBallotTotals", by=campus.secretary, number=1)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"present": 10},
            {"should_attend": 8},
            {"yes_votes": 9},
            {"written_yes_votes": 2},
        ],
    )
    async def test_totals_that_contradict_the_roll_are_refused(
        self, campus: Campus, wrong: dict[str, int]
    ) -> None:
        case = await campus.reviewed()
        with pytest.raises(BallotContradictsRollError):
            await campus.on("2026-06-10", case, "EnterBallotTotals", **campus.totals(**wrong))

    async def test_an_excluded_member_leaves_the_base(self, campus: Campus) -> None:
        exclusion = pb.VoterExclusion(
            person_id=str(campus.members[8]),
            reason=pb.EXCLUSION_REASON_BEDRIDDEN,
            consent_reference="党委批复〔2026〕3号",
        )
        case = await campus.vote(await campus.reviewed(), "2026-06-10", exclusions=[exclusion])
        assert case.ballots[0].should_attend == 8

    async def test_a_show_of_hands_is_refused(self, campus: Campus) -> None:
        case = await campus.reviewed()
        with pytest.raises(StepForbiddenError) as refused:
            await campus.on(
                "2026-06-10",
                case,
                "EnterBallotTotals",
                **campus.totals(method=pb.VOTING_METHOD_SHOW_OF_HANDS),
            )
        assert refused_rules(refused.value) == ["DEV-18.ballot"]

    async def test_rejected_totals_can_be_entered_again(self, campus: Campus) -> None:
        case = await campus.reviewed()
        case = await campus.on("2026-06-10", case, "EnterBallotTotals", **campus.totals())
        case = await campus.office.step(
            case, "RejectBallotTotals", by=campus.officer, number=1, reason="抄错"
        )
        case = await campus.vote(case, "2026-06-10")
        assert [item.state for item in case.ballots] == [
            pb.AdmissionBallot.STATE_REJECTED,
            pb.AdmissionBallot.STATE_PASSED,
        ]

    async def test_a_member_who_comes_later_does_not_change_a_past_roll(self, campus: Campus) -> None:
        case = await campus.reviewed()
        campus.office.clock.go_to(date(2026, 6, 11))
        await campus.office.members(campus.branch, 3, since="2026-06-01")

        campus.office.clock.go_to(date(2026, 6, 12))
        case = await campus.office.step(
            case, "EnterBallotTotals", by=campus.secretary, occurred_on="2026-06-10", **campus.totals()
        )

        assert case.ballots[0].should_attend == 9


class TestApproval:
    async def test_a_general_branch_may_not_approve(self, campus: Campus) -> None:
        case = await campus.vote(await campus.reviewed(), "2026-06-12")
        case = await campus.on(
            "2026-06-15",
            case,
            "RecordSuperiorTalk",
            by=campus.approver,
            talker_person_id=str(campus.approver),
            talker_role=pb.TALKER_ROLE_ORGANIZER,
            opinion_written=True,
        )
        with pytest.raises(StepForbiddenError) as refused:
            await campus.approve(case, "2026-06-20", approver_unit_id=str(campus.general_branch))
        assert refused_rules(refused.value) == ["DEV-21"]

    async def test_a_secretary_of_a_branch_may_not_approve(self, campus: Campus) -> None:
        case = await campus.vote(await campus.reviewed(), "2026-06-12")
        with pytest.raises(PermissionDeniedError):
            await campus.on(
                "2026-06-20",
                case,
                "ApproveAdmission",
                approver_unit_id=str(campus.committee),
            )

    async def test_probation_begins_with_the_meeting_and_not_with_the_approval(self, campus: Campus) -> None:
        case = await campus.approved()
        assert case.probation_from == "2026-06-12"
        roll = await campus.office.ask(
            "RollService/GetUnitRoll",
            roll_service_pb2.GetUnitRollRequest(unit_id=str(campus.branch), as_of="2026-06-13"),
            by=campus.secretary,
        )
        assert (roll.roll.full_members, roll.roll.probationary_members, roll.roll.voters) == (9, 1, 9)
        assert await campus.office.events("member") == ["member.established"] * 9 + ["member.admitted"]


class TestConversion:
    async def test_the_meeting_may_not_be_held_before_the_end_of_probation(self, campus: Campus) -> None:
        case = await campus.ripe()
        with pytest.raises(StepForbiddenError) as refused:
            await campus.on("2027-06-11", case, "EnterBallotTotals", **campus.totals())
        assert refused_rules(refused.value) == ["DEV-25", "DEV-27"]

    async def test_probation_is_extended_from_its_end_and_only_once(self, campus: Campus) -> None:
        extend = pb.CONVERSION_OUTCOME_EXTEND
        case = await campus.vote(await campus.ripe(), "2027-06-14", conversion_outcome=extend)
        case = await campus.decide(case, "2027-06-25", extend, extension="P6M", noticed_from="2027-06-15")
        assert (case.state, case.probation_until) == (pb.AdmissionCase.STATE_OPEN, "2027-12-12")

        case = await campus.on("2027-11-10", case, "RequestConversion", by=campus.applicant)
        case = await campus.on(
            "2027-12-12", case, "ReviewConversion", group_heard=True, members_heard=True, masses_heard=True
        )
        case = await campus.vote(case, "2027-12-13", conversion_outcome=extend)
        with pytest.raises(StepForbiddenError) as refused:
            await campus.decide(case, "2027-12-25", extend, extension="P6M", noticed_from="2027-12-14")
        assert "DEV-27.once" in refused_rules(refused.value)

    async def test_a_revoked_member_leaves_the_roll(self, campus: Campus) -> None:
        revoke = pb.CONVERSION_OUTCOME_REVOKE
        case = await campus.vote(await campus.ripe(), "2027-06-14", conversion_outcome=revoke)
        case = await campus.decide(case, "2027-06-25", revoke, noticed_from="2027-06-15")

        assert case.state == pb.AdmissionCase.STATE_REVOKED
        roll = await campus.office.ask(
            "RollService/GetUnitRoll",
            roll_service_pb2.GetUnitRollRequest(unit_id=str(campus.branch)),
            by=campus.secretary,
        )
        assert roll.roll.probationary_members == 0

    async def test_a_committee_approves_what_was_resolved_and_nothing_else(self, campus: Campus) -> None:
        case = await campus.vote(await campus.ripe(), "2027-06-14")
        with pytest.raises(OutcomeNotResolvedError):
            await campus.decide(case, "2027-06-25", pb.CONVERSION_OUTCOME_REVOKE)
