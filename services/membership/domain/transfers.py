"""A transfer of the organisation relationship: its letter, its states, and what each of them allows.

Knows nothing of rolls: that the relationship moves on acceptance, and only then, is the operation's part (MGT-03).
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from membership.domain.admission import CaseHead
from membership.domain.members import Member, MembershipStatus
from membership.domain.rule_days import last_day
from membership.domain.verdicts import Judgement, check_allowed, judge
from membership.errors import (
    DayOutOfOrderError,
    FieldsContradictError,
    MemberAlreadyThereError,
    MemberNotFoundError,
    MemberNotThereError,
    TransferCaseOpenError,
    TransferClosedError,
    TransferLetterExpiredError,
    TransferLetterValidError,
)
from rulebook import Facts, RuleSet

ACCEPT_PROBATIONARY = "transfer.accept_probationary"
ACCEPT, REISSUE, RETURN_RECEIPT = "transfer.accept", "transfer.reissue_letter", "transfer.return_receipt"
SEND_DIRECT, REJECT, TAKE_OVER = "transfer.send_direct", "transfer.reject", "transfer.take_over"


class TransferState(StrEnum):
    """Where a transfer stands."""

    STARTED = "started"
    EXPIRED = "expired"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class Refusal(StrEnum):
    """Why a receiver refuses."""

    PAPERS_INCOMPLETE = "papers_incomplete"
    NOT_WITH_RECEIVER = "not_with_receiver"
    MEMBERSHIP_IN_DOUBT = "membership_in_doubt"
    OTHER = "other"


# The sender is responsible in both; an expired letter is no longer worth anything, the transfer still is.
OPEN = frozenset({TransferState.STARTED, TransferState.EXPIRED})


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of introduction; its last day is in time (C2)."""

    number: str
    issued_on: date
    valid_through: date


@dataclass(frozen=True, slots=True)
class Transfer:
    """One transfer of one person, to a branch or to an organisation outside."""

    transfer_id: UUID
    person_id: UUID
    from_unit_id: UUID
    to_unit_id: UUID | None
    to_organization: str | None
    letter: Letter
    left_on: date
    pack_digest: str
    created_at: datetime
    updated_at: datetime
    state: TransferState = TransferState.STARTED
    letters_issued: int = 1
    accepted_on: date | None = None
    receipt_due_on: date | None = None
    receipt_returned_on: date | None = None
    reason: str | None = None
    judgements: tuple[Judgement, ...] = field(default=())
    version: int = 1
    issuing_unit_id: UUID | None = None
    refusal: Refusal | None = None

    def is_overdue(self, today: date) -> bool:
        """Whether the letter has run out and nobody has accepted."""
        return self.state in OPEN and self.letter.valid_through < today

    def check_open(self) -> None:
        """Refuse a transfer that is over."""
        if self.state not in OPEN:
            raise TransferClosedError(transfer_id=self.transfer_id, state=self.state)

    def accepted(self, rules: RuleSet, day: date, *, today: date) -> "Transfer":
        """The transfer with the receiver's acceptance; the letter must be valid on the day."""
        self.check_open()
        check_past(day, today=today, since=self.letter.issued_on)
        if day > self.letter.valid_through:
            raise TransferLetterExpiredError(
                transfer_id=self.transfer_id, valid_through=self.letter.valid_through, day=day
            )
        judgements = judge(rules, [ACCEPT], {"letter_issued_on": self.letter.issued_on}, on=day)
        check_allowed(judgements, None, transfer_id=self.transfer_id)
        due = last_day(rules, RETURN_RECEIPT, {"relationship_accepted_on": day}, on=day)
        return replace(
            self, state=TransferState.ACCEPTED, accepted_on=day, receipt_due_on=due, judgements=judgements
        )

    def with_materials(self, rules: RuleSet, checked: Iterable[str], day: date) -> "Transfer":
        """The transfer of a probationary member whose admission papers were checked; refuses where one is missing."""
        if ACCEPT_PROBATIONARY not in rules.operation_names:
            return self
        judgements = judge(rules, [ACCEPT_PROBATIONARY], {"checked_materials": sorted(checked)}, on=day)
        check_allowed(judgements, None, transfer_id=self.transfer_id)
        return replace(self, judgements=(*self.judgements, *judgements))

    def closed(self, state: TransferState, reason: str) -> "Transfer":
        """The transfer as rejected or cancelled."""
        self.check_open()
        return replace(self, state=state, reason=reason, judgements=())

    def rejected(self, rules: RuleSet, refusal: Refusal, reason: str, *, today: date) -> "Transfer":
        """The transfer as refused by the receiver, who may not refuse without a justified reason (MGT-03)."""
        facts: Facts = {"refusal_is_justified": refusal is not Refusal.OTHER}
        judgements = judge_known(rules, REJECT, facts, on=today)
        check_allowed(judgements, None, transfer_id=self.transfer_id)
        closed = self.closed(TransferState.REJECTED, reason)
        return replace(closed, refusal=refusal, judgements=judgements)

    def taken_over(
        self, rules: RuleSet, *, case_ids: Set[UUID], moved_case_ids: Set[UUID], held_by_sender: bool
    ) -> "Transfer":
        """The accepted transfer after the roll has followed: the open case is the same one, with the receiver (TRF-03)."""
        assert self.accepted_on is not None
        facts: Facts = {
            "open_case_continues": case_ids == moved_case_ids,
            "sender_still_holds": held_by_sender,
        }
        judgements = judge_known(rules, TAKE_OVER, facts, on=self.accepted_on)
        check_allowed(judgements, None, transfer_id=self.transfer_id)
        return replace(self, judgements=(*self.judgements, *judgements))

    def expired(self) -> "Transfer":
        """The transfer after its letter ran out."""
        return replace(self, state=TransferState.EXPIRED, judgements=())

    def with_receipt(self, rules: RuleSet, day: date, *, today: date) -> "Transfer":
        """The transfer with its receipt slip; a late one is a fact too, and the verdict says that it is late."""
        if self.accepted_on is None or self.receipt_returned_on is not None:
            raise TransferClosedError(transfer_id=self.transfer_id, state=self.state)
        check_past(day, today=today, since=self.accepted_on)
        judgements = judge(rules, [RETURN_RECEIPT], {"relationship_accepted_on": self.accepted_on}, on=day)
        return replace(self, receipt_returned_on=day, judgements=judgements)

    def reissued(
        self, rules: RuleSet, number: str, issued_on: date, valid_through: date | None, *, today: date
    ) -> "Transfer":
        """The transfer with a new letter after the old one ran out, within the time of MGT-09."""
        self.check_open()
        if issued_on <= self.letter.valid_through:
            raise TransferLetterValidError(
                transfer_id=self.transfer_id, valid_through=self.letter.valid_through
            )
        check_past(issued_on, today=today, since=self.letter.issued_on)
        in_time = judge(rules, [REISSUE], {"left_unit_on": self.left_on}, on=issued_on)
        letter, judgements = write_letter(rules, number, issued_on, valid_through)
        judgements = (*in_time, *judgements)
        check_allowed(judgements, None, transfer_id=self.transfer_id)
        return replace(
            self,
            state=TransferState.STARTED,
            letter=letter,
            letters_issued=self.letters_issued + 1,
            judgements=judgements,
        )


@dataclass(frozen=True, slots=True)
class Sending:
    """Who is to go where with which letter; exactly one receiver."""

    person_id: UUID
    to_unit_id: UUID | None
    to_organization: str | None
    letter_number: str

    def __post_init__(self) -> None:
        if (self.to_unit_id is None) == (self.to_organization is None):
            raise FieldsContradictError.of(
                "to_unit_id",
                "转入党支部和校外党组织须填且只填一项。",
                "Exactly one of the two receivers is given.",
            )


def write_letter(
    rules: RuleSet, number: str, issued_on: date, valid_through: date | None
) -> tuple[Letter, tuple[Judgement, ...]]:
    """A letter and what the rules say of its last day; without a last day, that of the rules."""
    facts: Facts = {"letter_issued_on": issued_on}
    last = valid_through or last_day(rules, ACCEPT, facts, on=issued_on)
    if last is None:
        raise FieldsContradictError.of(
            "letter_valid_through", "须填写有效期。", "The rules give no period; say the last day."
        )
    if last < issued_on:
        raise DayOutOfOrderError(day=last, bound=f">= {issued_on}")
    return Letter(number, issued_on, last), judge(rules, [ACCEPT], facts, on=last)


def is_probationary(member: Member, day: date) -> bool:
    """Whether the member is a probationary one on the day."""
    period = member.status_on(day)
    return period is not None and period.status is MembershipStatus.PROBATIONARY


def judge_known(rules: RuleSet, operation: str, facts: Facts, *, on: date) -> tuple[Judgement, ...]:
    """What the rules say of an operation; nothing where the transfer began under a pack that did not know it yet."""
    return judge(rules, [operation], facts, on=on) if operation in rules.operation_names else ()


def check_past(day: date, *, today: date, since: date) -> None:
    """Refuse a day that lies ahead, or before what it follows."""
    if day > today:
        raise DayOutOfOrderError(day=day, bound=f"<= {today}")
    if day < since:
        raise DayOutOfOrderError(day=day, bound=f">= {since}")


def check_sending(
    sending: Sending,
    *,
    from_unit_id: UUID,
    issued_on: date,
    member: Member | None,
    open_cases: Sequence[CaseHead],
) -> None:
    """Refuse to send who does not belong to the sender, or whose open case could not go along."""
    person_id = sending.person_id
    latest = None if member is None else member.latest
    if member is None and not open_cases:
        raise MemberNotFoundError(person_id=person_id)
    if latest is not None:
        here = latest.unit_id == from_unit_id and latest.valid_until is None
        if here and issued_on < latest.valid_from:
            raise DayOutOfOrderError(day=issued_on, bound=f">= {latest.valid_from}")
    else:
        here = any(head.unit_id == from_unit_id for head in open_cases)
    if not here:
        raise MemberNotThereError(person_id=person_id, unit_id=from_unit_id)
    if sending.to_unit_id == from_unit_id:
        raise MemberAlreadyThereError(person_id=person_id, unit_id=from_unit_id)
    if sending.to_organization is not None:
        check_no_case(person_id, open_cases)


def check_no_case(person_id: UUID, open_cases: Sequence[CaseHead]) -> None:
    """Refuse to let an open admission case leave the university."""
    for head in open_cases:
        raise TransferCaseOpenError(person_id=person_id, case_id=head.case_id)
