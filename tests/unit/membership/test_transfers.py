"""Letters, their last days, and what each state of a transfer allows."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from membership.domain.admission import CaseHead
from membership.domain.members import Member, Relationship
from membership.domain.people import PersonKind
from membership.domain.transfers import (
    Letter,
    Refusal,
    Sending,
    Transfer,
    TransferState,
    check_sending,
    write_letter,
)
from membership.domain.verdicts import Judgement, check_allowed
from membership.errors import (
    DayOutOfOrderError,
    FieldsContradictError,
    MemberAlreadyThereError,
    MemberNotFoundError,
    MemberNotThereError,
    StepForbiddenError,
    TransferCaseOpenError,
    TransferClosedError,
    TransferLetterExpiredError,
    TransferLetterValidError,
)
from rulebook import RuleBook
from tests.unit.membership.cases import head

RULES = RuleBook.shipped().in_force(date(2026, 6, 20))
NOW = datetime(2026, 6, 20, tzinfo=UTC)
ISSUED, LAST = date(2026, 6, 20), date(2026, 7, 20)
TODAY = date(2027, 6, 1)
FROM, TO = uuid4(), uuid4()


def transfer(**fields: object) -> Transfer:
    found = Transfer(
        transfer_id=uuid4(),
        person_id=uuid4(),
        from_unit_id=FROM,
        to_unit_id=TO,
        to_organization=None,
        letter=Letter("甲-1", ISSUED, LAST),
        left_on=ISSUED,
        pack_digest=RULES.digest,
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(found, **fields)  # type: ignore[arg-type] # fields of the test's choice


def unsatisfied(judgements: tuple[Judgement, ...]) -> list[str]:
    return sorted(item.rule_id for item in judgements if not item.satisfied)


class TestLetter:
    @pytest.mark.parametrize(
        ("issued", "last"),
        [
            (ISSUED, LAST),
            # A month without the day ends with its last one (C1).
            (date(2026, 1, 31), date(2026, 2, 28)),
        ],
    )
    def test_a_letter_is_valid_for_a_month_unless_said_otherwise(self, issued: date, last: date) -> None:
        letter, judgements = write_letter(RULES, "1", issued, None)
        assert letter == Letter("1", issued, last)
        assert unsatisfied(judgements) == []

    @pytest.mark.parametrize(
        ("last", "against"),
        [
            (LAST, []),
            (date(2026, 7, 21), ["TRF-01"]),
            (date(2026, 9, 20), ["TRF-01"]),
            (date(2026, 9, 21), ["TRF-01", "TRF-01.max"]),
        ],
    )
    def test_more_than_a_month_is_warned_of_and_more_than_three_are_refused(
        self, last: date, against: list[str]
    ) -> None:
        _, judgements = write_letter(RULES, "1", ISSUED, last)
        assert unsatisfied(judgements) == against
        if "TRF-01.max" in against:
            with pytest.raises(StepForbiddenError):
                check_allowed(judgements, None)

    def test_a_letter_does_not_end_before_it_is_issued(self) -> None:
        with pytest.raises(DayOutOfOrderError):
            write_letter(RULES, "1", ISSUED, date(2026, 6, 19))


class TestAcceptance:
    @pytest.mark.parametrize("day", [ISSUED, date(2026, 7, 19), LAST])
    def test_the_last_day_of_the_letter_is_in_time(self, day: date) -> None:
        after = transfer().accepted(RULES, day, today=TODAY)
        assert (after.state, after.accepted_on) == (TransferState.ACCEPTED, day)

    def test_the_day_after_is_not(self) -> None:
        with pytest.raises(TransferLetterExpiredError):
            transfer().accepted(RULES, date(2026, 7, 21), today=TODAY)

    def test_neither_before_the_letter_nor_ahead(self) -> None:
        with pytest.raises(DayOutOfOrderError):
            transfer().accepted(RULES, date(2026, 6, 19), today=TODAY)
        with pytest.raises(DayOutOfOrderError):
            transfer().accepted(RULES, LAST, today=date(2026, 7, 19))

    def test_an_acceptance_in_time_may_be_recorded_after_the_letter_ran_out(self) -> None:
        after = transfer(state=TransferState.EXPIRED).accepted(RULES, LAST, today=TODAY)
        assert after.state is TransferState.ACCEPTED

    @pytest.mark.parametrize("state", ["accepted", "rejected", "cancelled"])
    def test_what_is_over_stays_over(self, state: str) -> None:
        over = transfer(state=TransferState(state))
        with pytest.raises(TransferClosedError):
            over.accepted(RULES, LAST, today=TODAY)
        with pytest.raises(TransferClosedError):
            over.closed(TransferState.REJECTED, "理由")
        with pytest.raises(TransferClosedError):
            over.reissued(RULES, "2", date(2026, 8, 1), None, today=TODAY)


class TestOverdue:
    def test_a_letter_is_overdue_the_day_after_its_last_one(self) -> None:
        assert [transfer().is_overdue(date(2026, 7, day)) for day in (19, 20, 21)] == [False, False, True]

    def test_an_accepted_one_is_never_overdue(self) -> None:
        assert not transfer(state=TransferState.ACCEPTED).is_overdue(TODAY)


class TestReceipt:
    @pytest.mark.parametrize(
        ("day", "against"),
        [
            (date(2026, 7, 31), []),
            (date(2026, 8, 1), []),
            (date(2026, 8, 2), ["MGT-10"]),
        ],
    )
    def test_a_receipt_is_due_within_a_month_and_a_late_one_is_recorded_as_late(
        self, day: date, against: list[str]
    ) -> None:
        accepted = transfer().accepted(RULES, date(2026, 7, 1), today=TODAY)
        assert accepted.receipt_due_on == date(2026, 8, 1)
        after = accepted.with_receipt(RULES, day, today=TODAY)
        assert (after.receipt_returned_on, unsatisfied(after.judgements)) == (day, against)

    def test_there_is_one_receipt_and_none_before_acceptance(self) -> None:
        with pytest.raises(TransferClosedError):
            transfer().with_receipt(RULES, LAST, today=TODAY)
        done = transfer().accepted(RULES, LAST, today=TODAY).with_receipt(RULES, LAST, today=TODAY)
        with pytest.raises(TransferClosedError):
            done.with_receipt(RULES, LAST, today=TODAY)


class TestReissue:
    @pytest.mark.parametrize("day", [date(2026, 12, 19), date(2026, 12, 20)])
    def test_within_six_months_of_leaving_a_letter_is_issued_again(self, day: date) -> None:
        after = transfer(state=TransferState.EXPIRED).reissued(RULES, "2", day, None, today=TODAY)
        assert (after.state, after.letters_issued, after.letter.number) == (TransferState.STARTED, 2, "2")

    def test_a_day_later_it_is_refused_with_the_rule(self) -> None:
        with pytest.raises(StepForbiddenError) as caught:
            transfer().reissued(RULES, "2", date(2026, 12, 21), None, today=TODAY)
        assert [item.rule_id for item in caught.value.verdicts if item.forbids] == ["MGT-09"]

    def test_a_letter_that_is_still_valid_is_not_issued_again(self) -> None:
        with pytest.raises(TransferLetterValidError):
            transfer().reissued(RULES, "2", LAST, None, today=TODAY)


class TestSending:
    def member(self, unit: object = FROM, until: date | None = None) -> Member:
        return Member(
            person_id=uuid4(),
            name="某人",
            kind=PersonKind.STUDENT,
            relationships=(Relationship(unit, date(2023, 9, 1), until),),  # type: ignore[arg-type] # a UUID
            statuses=(),
            participations=(),
            standing_from=None,
            version=1,
            updated_at=NOW,
        )

    def check(self, sending: Sending, member: Member | None, *cases: CaseHead) -> None:
        check_sending(sending, from_unit_id=FROM, issued_on=ISSUED, member=member, open_cases=cases)

    def test_there_is_exactly_one_receiver(self) -> None:
        for unit, organization in ((None, None), (TO, "某单位党支部")):
            with pytest.raises(FieldsContradictError):
                Sending(uuid4(), unit, organization, "1")

    def test_a_member_and_an_applicant_of_the_branch_are_sent(self) -> None:
        sending = Sending(uuid4(), TO, None, "1")
        self.check(sending, self.member())
        self.check(sending, None, head(unit_id=FROM))

    def test_who_belongs_elsewhere_or_nowhere_is_not(self) -> None:
        sending = Sending(uuid4(), TO, None, "1")
        for member, cases in ((self.member(TO), ()), (self.member(until=ISSUED), ()), (None, [head()])):
            with pytest.raises(MemberNotThereError):
                self.check(sending, member, *cases)
        with pytest.raises(MemberNotFoundError):
            self.check(sending, None)
        with pytest.raises(MemberAlreadyThereError):
            self.check(Sending(uuid4(), FROM, None, "1"), self.member())

    def test_an_open_case_does_not_leave_the_university(self) -> None:
        with pytest.raises(TransferCaseOpenError):
            self.check(Sending(uuid4(), None, "某单位党支部", "1"), self.member(), head(unit_id=FROM))


class TestResponsibility:
    @pytest.mark.parametrize("refusal", [item for item in Refusal if item is not Refusal.OTHER])
    def test_a_justified_refusal_is_kept_with_its_ground(self, refusal: Refusal) -> None:
        after = transfer().rejected(RULES, refusal, "未报到", today=TODAY)
        assert (after.state, after.refusal) == (TransferState.REJECTED, refusal)

    def test_a_refusal_without_a_justified_reason_is_refused(self) -> None:
        with pytest.raises(StepForbiddenError) as caught:
            transfer().rejected(RULES, Refusal.OTHER, "名额已满", today=TODAY)
        assert [item.rule_id for item in caught.value.verdicts if item.forbids] == ["MGT-03.refusal"]

    def test_the_open_case_goes_on_with_the_receiver_and_the_sender_has_nobody(self) -> None:
        case_id = uuid4()
        found = transfer().accepted(RULES, ISSUED, today=TODAY)
        after = found.taken_over(RULES, case_ids={case_id}, moved_case_ids={case_id}, held_by_sender=False)
        assert {item.rule_id: item.satisfied for item in after.judgements}["TRF-03"]
        for moved, held in ((set(), False), ({uuid4()}, False), ({case_id}, True)):
            with pytest.raises(StepForbiddenError):
                found.taken_over(RULES, case_ids={case_id}, moved_case_ids=moved, held_by_sender=held)
