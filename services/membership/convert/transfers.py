"""Requests and answers about transfers."""

from collections.abc import Sequence
from datetime import date

from chassis.calls import parse_uuid
from membership.convert.values import (
    day,
    enum_name,
    needed_name,
    optional_day,
    optional_id,
    optional_text,
    page_of,
)
from membership.domain.transfers import Refusal, Sending, Transfer
from membership.events import transfers as shapes
from membership.operations.transfers import Terms
from membership.repository.transfers import TransferFilter
from shuyuan.membership.v1 import transfer_pb2
from shuyuan.membership.v1 import transfer_service_pb2 as pb


def sending(message: pb.StartTransferRequest | pb.TransferInput) -> Sending:
    """Who goes where."""
    return Sending(
        person_id=parse_uuid(message.person_id, field_name="person_id"),
        to_unit_id=optional_id(message, "to_unit_id"),
        to_organization=optional_text(message, "to_organization"),
        letter_number=message.letter_number,
    )


def terms(message: pb.StartTransferRequest | pb.BatchStartTransfersRequest) -> Terms:
    """From where, and the days of the letters."""
    return Terms(
        from_unit_id=parse_uuid(message.from_unit_id, field_name="from_unit_id"),
        issued_on=day(message.letter_issued_on, "letter_issued_on"),
        valid_through=optional_day(message, "letter_valid_through"),
        left_on=optional_day(message, "left_on"),
        issuing_unit_id=optional_id(message, "issuing_unit_id"),
    )


def refusal(request: pb.RejectTransferRequest) -> Refusal:
    """What justifies the refusal."""
    name = needed_name(transfer_pb2.TransferRefusal, "TRANSFER_REFUSAL", request.refusal, "refusal")
    return Refusal(name)


def wanted(request: pb.ListTransfersRequest) -> TransferFilter:
    """Which transfers are asked for."""
    return TransferFilter(
        from_unit_id=optional_id(request, "from_unit_id"),
        to_unit_id=optional_id(request, "to_unit_id"),
        person_id=optional_id(request, "person_id"),
        state=enum_name(transfer_pb2.TransferState, "TRANSFER_STATE", request.state),
        overdue=request.overdue,
        awaiting_receipt=request.awaiting_receipt,
    )


def page(rows: Sequence[Transfer], size: int, language: str, *, today: date) -> pb.ListTransfersResponse:
    """A page of transfers."""
    shown, token = page_of(rows, size, "transfer_id")
    return pb.ListTransfersResponse(
        transfers=[shapes.transfer(found, language, today=today) for found in shown], next_page_token=token
    )
