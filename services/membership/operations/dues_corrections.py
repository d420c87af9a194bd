"""Correcting payments of dues and gifts: what was written stays readable, as it was known then. Moves no money."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from membership.domain import dues as domain
from membership.domain.dues import Account, Kept, Payment
from membership.domain.members import Member
from membership.domain.transfers import check_past
from membership.domain.verdicts import Judgement
from membership.errors import FieldsContradictError
from membership.errors.dues import DuesPaymentCorrectedError, DuesPaymentNotFoundError
from membership.events import dues as events
from membership.operations import dues as operations
from membership.operations.means import Means
from membership.repository import dues

CORRECT = "membership.dues.correct"


async def page(call: Call, person_id: UUID, *, after: UUID | None, size: int) -> list[Kept]:
    """A page of what was paid and given, the corrected too; one more than the size says that another page follows."""
    await operations.require(call, person_id, operations.READ, own=True)
    return await dues.payments(call.database, person_id, after=after, size=size + 1)


async def correct(
    call: Call, means: Means, person_id: UUID, payment_id: UUID, replacement: Payment | None, *, reason: str
) -> Account:
    """Take back a payment or a gift that was written wrongly, and write what it was in its place, if anything."""
    await operations.require(call, person_id, CORRECT)
    async with call.transaction() as work:
        member = await operations.held(work, person_id)
        wrong = await dues.payment(work, payment_id)
        if wrong is None or wrong.person_id != person_id:
            raise DuesPaymentNotFoundError(payment_id=payment_id)
        if wrong.superseded_at is not None:
            raise DuesPaymentCorrectedError(payment_id=payment_id)
        # The months are free again before what replaces the payment is judged.
        await dues.take_back(work, payment_id)
        judgements: tuple[Judgement, ...] = ()
        made: UUID | None = None
        if replacement is not None:
            made, judgements = await _replace(work, means, member, wrong, replacement)
        await dues.supersede(
            work, payment_id, by=made, reason=reason, corrected_by=call.caller.person_id, now=work.now
        )
        return await operations.changed(
            work,
            means,
            member,
            lambda found: events.payment_corrected(found, payment_id, made, today=work.today),
            {"payment_id": payment_id, "replaced_by": made, "reason": reason},
            judgements,
        )


async def _replace(
    work: UnitOfWork, means: Means, member: Member, wrong: Kept, payment: Payment
) -> tuple[UUID, tuple[Judgement, ...]]:
    if wrong.gift == bool(payment.months):
        raise FieldsContradictError.of(
            "months", "党费更正须写明月份，多交部分不写。", "Months are given of dues, and of a gift none."
        )
    check_past(payment.paid_on, today=work.today, since=date.min)
    rules = await means.rules.begin(work, payment.paid_on)
    sums: Mapping[date, Decimal] | None = None
    if wrong.gift:
        judgements, forwarded = operations.judge_gift(rules, payment)
        payment = replace(payment, unit_id=wrong.unit_id)
    else:
        first, last = min(payment.months), max(payment.months)
        owed = {each.month: each for each in await operations.charges(work, means, member, first, last)}
        judgements, sums = domain.check_payment(payment, owed, member, rules)
        forwarded = False
    made = await operations.write(
        work, member.person_id, payment, rules, judgements, months=sums, forwarded=forwarded
    )
    return made, judgements
