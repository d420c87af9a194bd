"""What a transfer waits for: its letter, the receiver's acceptance, a new letter, the receipt slip."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from uuid import UUID

from membership.domain.duties import Duty, DutyKind, InboxItem, Subject, SubjectKind, strictest
from membership.domain.transfers import ACCEPT, OPEN, REISSUE, RETURN_RECEIPT, Transfer, TransferState
from rulebook import Facts, RuleSet

_SENDER, _RECEIVER = "sender", "receiver"
_LETTER = ("introduction_letter", "介绍信有效期")
_ACCEPTANCE = ("acceptance", "接收组织关系")
_REISSUE = ("letter_reissue", "重新开具介绍信")
_RECEIPT = ("receipt_slip", "退回介绍信回执")


def items_of_transfer(found: Transfer, rules: RuleSet) -> list[InboxItem]:
    """What the sender and the receiver find; an organisation outside finds nothing here, its part is the sender's."""
    receiver = found.to_unit_id or found.from_unit_id
    subject = Subject(SubjectKind.TRANSFER, found.transfer_id)

    def item(unit_id: UUID, duty: Duty) -> InboxItem:
        return InboxItem(subject, found.person_id, unit_id, found.pack_digest, duty)

    return [
        item(receiver if duty.actor == _RECEIVER else found.from_unit_id, duty)
        for duty in _duties(found, rules)
    ]


def _duties(found: Transfer, rules: RuleSet) -> Iterable[Duty]:
    if found.state in OPEN:
        letter = {"letter_issued_on": found.letter.issued_on}
        through = found.letter.valid_through
        yield from _first(rules, ACCEPT, letter, found.letter.issued_on, (*_LETTER, _SENDER), through)
        if found.state is TransferState.EXPIRED:
            left = {"left_unit_on": found.left_on}
            yield from _first(rules, REISSUE, left, found.left_on, (*_REISSUE, _SENDER))
        elif found.to_unit_id is not None:
            asked = (*_ACCEPTANCE, _RECEIVER)
            for duty in _first(rules, ACCEPT, letter, found.letter.issued_on, asked, through):
                yield replace(duty, kind=DutyKind.DEADLINE)
    elif found.accepted_on is not None and found.receipt_returned_on is None:
        accepted = {"relationship_accepted_on": found.accepted_on}
        yield from _first(rules, RETURN_RECEIPT, accepted, found.accepted_on, (*_RECEIPT, _RECEIVER))


def _first(
    rules: RuleSet,
    operation: str,
    facts: Facts,
    on: date,
    asked: tuple[str, str, str],
    last: date | None = None,
) -> Iterable[Duty]:
    """What the strictest rule asks; where the letter names its own last day, that day."""
    binding = strictest(rules, operation, facts, asked, on=on)
    if binding is not None:
        yield binding if last is None else replace(binding, due_on=last)
