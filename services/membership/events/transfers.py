"""The shape of a transfer, and the events about it."""

from datetime import date
from uuid import UUID

from google.protobuf.message import Message

from chassis.events import Event
from membership.domain.members import Member
from membership.domain.transfers import Transfer, TransferState
from membership.events import shapes
from shuyuan.membership.v1 import events_pb2, transfer_pb2


def transfer(found: Transfer, language: str, *, today: date) -> transfer_pb2.Transfer:
    """A transfer as answers and events show it."""
    return transfer_pb2.Transfer(
        transfer_id=str(found.transfer_id),
        person_id=str(found.person_id),
        from_unit_id=str(found.from_unit_id),
        to_unit_id=shapes.id_text(found.to_unit_id),
        to_organization=found.to_organization,
        state=shapes.enum_number(transfer_pb2.TransferState, "TRANSFER_STATE", found.state),
        letter_number=found.letter.number,
        letter_issued_on=found.letter.issued_on.isoformat(),
        letter_valid_through=found.letter.valid_through.isoformat(),
        letters_issued=found.letters_issued,
        left_on=found.left_on.isoformat(),
        overdue=found.is_overdue(today),
        accepted_on=shapes.day_text(found.accepted_on),
        receipt_due_on=shapes.day_text(found.receipt_due_on),
        receipt_returned_on=shapes.day_text(found.receipt_returned_on),
        reason=found.reason,
        verdicts=shapes.verdicts(found.judgements, language),
        create_time=shapes.stamp(found.created_at),
        update_time=shapes.stamp(found.updated_at),
        version=found.version,
        etag=str(found.version),
        issuing_unit_id=shapes.id_text(found.issuing_unit_id),
        refusal=shapes.enum_number(transfer_pb2.TransferRefusal, "TRANSFER_REFUSAL", found.refusal),
    )


def started(found: Transfer, *, today: date) -> Event:
    """A transfer was started."""
    shape = _shape(found, today)
    through = found.letter.valid_through.isoformat()
    return _event(found, events_pb2.TransferStarted(letter_valid_through=through, transfer=shape))


def accepted(found: Transfer, *, today: date) -> Event:
    """The receiver accepted."""
    assert found.accepted_on is not None
    shape, day = _shape(found, today), found.accepted_on.isoformat()
    return _event(found, events_pb2.TransferAccepted(accepted_on=day, transfer=shape))


def closed(found: Transfer, *, today: date) -> Event:
    """The receiver refused, or the sender took it back."""
    shape = _shape(found, today)
    if found.state is TransferState.REJECTED:
        return _event(found, events_pb2.TransferRejected(transfer=shape))
    return _event(found, events_pb2.TransferCancelled(transfer=shape))


def expired(found: Transfer, *, today: date) -> Event:
    """The letter ran out."""
    shape, through = _shape(found, today), found.letter.valid_through.isoformat()
    return _event(found, events_pb2.TransferExpired(letter_valid_through=through, transfer=shape))


def receipt_returned(found: Transfer, *, today: date) -> Event:
    """The receipt slip came back."""
    assert found.receipt_returned_on is not None
    shape, day = _shape(found, today), found.receipt_returned_on.isoformat()
    return _event(found, events_pb2.TransferReceiptReturned(returned_on=day, transfer=shape))


def letter_reissued(found: Transfer, *, today: date) -> Event:
    """The letter was issued again."""
    shape, through = _shape(found, today), found.letter.valid_through.isoformat()
    return _event(found, events_pb2.TransferLetterReissued(letter_valid_through=through, transfer=shape))


def member_left(member: Member, *, from_unit_id: UUID, effective_on: date, transfer_id: UUID) -> Event:
    """A member's relationship went outside."""
    message = events_pb2.MemberLeft(
        from_unit_id=str(from_unit_id),
        effective_on=effective_on.isoformat(),
        transfer_id=str(transfer_id),
        member=shapes.member(member),
    )
    return Event(member.person_id, member.version, message)


def _shape(found: Transfer, today: date) -> transfer_pb2.Transfer:
    return transfer(found, shapes.EVENT_LANGUAGE, today=today)


def _event(found: Transfer, message: Message) -> Event:
    return Event(found.transfer_id, found.version, message)
