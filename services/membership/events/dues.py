"""The shapes of dues, and the events about them; amounts of single people are stripped from events."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from google.protobuf.message import Message

from chassis.events import Event
from membership.domain.dues import Account, Arrears, Charge, Kept, Ledger, Payment, Publication
from membership.domain.verdicts import Judgement
from membership.events import shapes
from shuyuan.membership.v1 import dues_pb2, events_pb2


def account(found: Account, language: str, *, today: date) -> dues_pb2.DuesAccount:
    """The dues of a member."""
    destination = None
    if found.gift_forwarded is not None:
        destination = "centre" if found.gift_forwarded else "branch"
    return dues_pb2.DuesAccount(
        person_id=str(found.person_id),
        months=[_month(charge, today) for charge in found.charges],
        total_due=f"{found.due:.2f}",
        total_paid=f"{found.collected:.2f}",
        unpaid_since=shapes.day_text(found.unpaid_since),
        finding_from=shapes.day_text(found.finding_from),
        verdicts=shapes.verdicts(found.judgements, language),
        version=found.version,
        etag=str(found.version),
        gift_destination=shapes.enum_number(
            dues_pb2.DuesGiftDestination, "DUES_GIFT_DESTINATION", destination
        ),
    )


def _month(charge: Charge, today: date) -> dues_pb2.DuesMonth:
    base = charge.base
    return dues_pb2.DuesMonth(
        month=month_text(charge.month),
        unit_id=str(charge.unit_id),
        category=shapes.enum_number(
            dues_pb2.DuesCategory, "DUES_CATEGORY", None if base is None else base.category
        ),
        base=None if base is None or base.monthly_pay is None else f"{base.monthly_pay:.2f}",
        amount=None if charge.amount is None else f"{charge.amount:.2f}",
        state=shapes.enum_number(dues_pb2.DuesMonthState, "DUES_MONTH_STATE", charge.state(today)),
        paid_on=None if charge.paid is None else charge.paid.paid_on.isoformat(),
    )


def month_text(month: date) -> str:
    """A month as the contract has it."""
    return f"{month:%Y-%m}"


def arrears(found: Arrears) -> dues_pb2.DuesArrears:
    """A member with unpaid months."""
    return dues_pb2.DuesArrears(
        person_id=str(found.person_id),
        unit_id=str(found.unit_id),
        unpaid_months=found.unpaid_months,
        unpaid_since=found.unpaid_since.isoformat(),
        consecutive_months=found.consecutive_months,
        finding=found.finding,
    )


def publication(
    found: Publication, judgements: Sequence[Judgement], language: str
) -> dues_pb2.DuesPublication:
    """What a branch made known."""
    return dues_pb2.DuesPublication(
        publication_id=str(found.publication_id),
        unit_id=str(found.unit_id),
        year=found.year,
        published_on=found.published_on.isoformat(),
        payers=found.payers,
        collected=f"{found.collected:.2f}",
        gifts=f"{found.gifts:.2f}",
        gifts_forwarded=f"{found.gifts_forwarded:.2f}",
        members_in_arrears=found.members_in_arrears,
        verdicts=shapes.verdicts(judgements, language),
        create_time=shapes.stamp(found.created_at),
        version=1,
    )


def ledger(found: Ledger) -> dues_pb2.DuesLedger:
    """A branch's book of dues."""
    return dues_pb2.DuesLedger(
        unit_id=str(found.unit_id),
        from_month=month_text(found.from_month),
        create_time=shapes.stamp(found.created_at),
        version=1,
    )


def ledger_opened(found: Ledger) -> Event:
    """A branch's book was opened."""
    return Event(found.unit_id, 1, events_pb2.DuesLedgerOpened(dues_ledger=ledger(found)))


def base_declared(found: Account, from_month: date, *, today: date) -> Event:
    """Pay was declared."""
    message = events_pb2.DuesBaseDeclared(
        from_month=month_text(from_month), dues_account=_shape(found, today)
    )
    return _event(found, message)


def reduced(found: Account, first: date, last: date, *, today: date) -> Event:
    """Dues were reduced or waived."""
    message = events_pb2.DuesReduced(
        from_month=month_text(first), through_month=month_text(last), dues_account=_shape(found, today)
    )
    return _event(found, message)


def paid(found: Account, payment: Payment, *, today: date) -> Event:
    """Months were paid."""
    message = events_pb2.DuesPaid(
        unit_id=str(payment.unit_id),
        months=[month_text(month) for month in sorted(payment.months)],
        paid_on=payment.paid_on.isoformat(),
        dues_account=_shape(found, today),
    )
    return _event(found, message)


def given(found: Account, given_on: date, *, today: date) -> Event:
    """Something was given beyond the dues."""
    message = events_pb2.DuesGiven(given_on=given_on.isoformat(), dues_account=_shape(found, today))
    return _event(found, message)


def payment(found: Kept) -> dues_pb2.DuesPayment:
    """A payment or a gift, believed or corrected."""
    return dues_pb2.DuesPayment(
        payment_id=str(found.payment_id),
        unit_id=str(found.unit_id),
        gift=found.gift,
        months=[month_text(month) for month in found.months],
        amount=f"{found.amount:.2f}",
        paid_on=found.paid_on.isoformat(),
        manner=shapes.enum_number(dues_pb2.DuesManner, "DUES_MANNER", found.manner),
        record_time=shapes.stamp(found.recorded_at),
        recorded_by=shapes.id_text(found.recorded_by),
        supersede_time=None if found.superseded_at is None else shapes.stamp(found.superseded_at),
        replaced_by=shapes.id_text(found.superseded_by),
        corrected_by=shapes.id_text(found.corrected_by),
        correction_reason=found.correction_reason,
    )


def payment_corrected(found: Account, payment_id: UUID, made: UUID | None, *, today: date) -> Event:
    """A payment or a gift is not believed any more."""
    message = events_pb2.DuesPaymentCorrected(
        payment_id=str(payment_id),
        replaced_by=shapes.id_text(made),
        dues_account=_shape(found, today),
    )
    return _event(found, message)


def published(found: Publication, judgements: Sequence[Judgement]) -> Event:
    """A branch published a year's dues."""
    shape = publication(found, judgements, shapes.EVENT_LANGUAGE)
    return Event(found.publication_id, 1, events_pb2.DuesPublished(dues_publication=shape))


def _shape(found: Account, today: date) -> dues_pb2.DuesAccount:
    # The months are the member's own affair; what others need is that and since when somebody owes.
    return account(replace(found, charges=()), shapes.EVENT_LANGUAGE, today=today)


def _event(found: Account, message: Message) -> Event:
    return Event(found.person_id, found.version, message)
