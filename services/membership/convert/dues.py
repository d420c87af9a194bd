"""Requests and answers about dues."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from chassis.calls import parse_uuid
from chassis.errors import InvalidArgumentError, Violation
from membership.convert.values import day, needed_name, optional_day, page_of
from membership.domain.dues import Arrears, Base, Category, Kept, Manner, Payment, Publication
from membership.events import dues as shapes
from membership.operations.dues import Waiver
from shuyuan.membership.v1 import dues_pb2
from shuyuan.membership.v1 import dues_service_pb2 as pb


def month(text: str, field: str) -> date:
    """The first day of a month; the second wall behind the contract's check."""
    return day(f"{text}-01", field)


def optional_month(request: pb.GetDuesAccountRequest, field: str) -> date | None:
    """A month that may be absent."""
    return month(getattr(request, field), field) if request.HasField(field) else None  # type: ignore[arg-type] # checked by the names of callers


def money(text: str, field: str) -> Decimal:
    """An exact amount; the contract's pattern allows nothing that is no number."""
    if not text:
        raise InvalidArgumentError([Violation(field, "必须填写", "is required")])
    return Decimal(text)


def base(request: pb.DeclareDuesBaseRequest) -> Base:
    """The pay that is declared."""
    name = needed_name(dues_pb2.DuesCategory, "DUES_CATEGORY", request.category, "category")
    pay = money(request.monthly_pay, "monthly_pay") if request.HasField("monthly_pay") else None
    return Base(Category(name), pay, month(request.from_month, "from_month"))


def waiver(request: pb.ReduceDuesRequest) -> Waiver:
    """What is to be paid instead, and by which authority."""
    return Waiver(
        amount=money(request.amount, "amount"),
        first=month(request.from_month, "from_month"),
        last=month(request.through_month, "through_month"),
        studied_on=optional_day(request, "studied_on"),
        approver_unit_id=parse_uuid(request.approver_unit_id, field_name="approver_unit_id"),
        approved_on=day(request.approved_on, "approved_on"),
        reason=request.reason,
    )


def replacement(request: pb.CorrectDuesPaymentRequest) -> Payment | None:
    """What is believed in the place of a payment; None where nothing was paid."""
    return payment(request.replacement) if request.HasField("replacement") else None


def payments(rows: Sequence[Kept], size: int) -> pb.ListDuesPaymentsResponse:
    """A page of what was paid and given."""
    shown, token = page_of(rows, size, "payment_id")
    return pb.ListDuesPaymentsResponse(
        dues_payments=[shapes.payment(found) for found in shown], next_page_token=token
    )


def payment(request: pb.PayDuesRequest | pb.CorrectDuesPaymentRequest.Replacement) -> Payment:
    """What was handed over for which months."""
    return Payment(
        unit_id=parse_uuid(request.unit_id, field_name="unit_id"),
        months=tuple(month(text, "months") for text in request.months),
        amount=money(request.amount, "amount"),
        paid_on=day(request.paid_on, "paid_on"),
        manner=Manner(needed_name(dues_pb2.DuesManner, "DUES_MANNER", request.manner, "manner")),
        quarterly=request.quarterly,
    )


def arrears(rows: Sequence[Arrears], size: int) -> pb.ListDuesArrearsResponse:
    """A page of members in arrears."""
    shown, token = page_of(rows, size, "person_id")
    return pb.ListDuesArrearsResponse(
        arrears=[shapes.arrears(found) for found in shown], next_page_token=token
    )


def publications(rows: Sequence[Publication], size: int, language: str) -> pb.ListDuesPublicationsResponse:
    """A page of publications."""
    shown, token = page_of(rows, size, "publication_id")
    return pb.ListDuesPublicationsResponse(
        dues_publications=[shapes.publication(found, (), language) for found in shown],
        next_page_token=token,
    )
