"""Dues: what is owed by the table, what was paid, what is in arrears, what was published. Moves no money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis.calls import Call
from chassis.database import Reader, UnitOfWork
from chassis.ids import new_id
from chassis.intervals import Interval
from membership.domain import dues as domain
from membership.domain.dues import (
    PUBLISH,
    YEARS_SHOWN,
    Account,
    Arrears,
    Base,
    Category,
    Charge,
    Ledger,
    Manner,
    Payment,
    Publication,
)
from membership.domain.members import Member
from membership.domain.people import PersonKind
from membership.domain.transfers import check_past
from membership.domain.units import SECONDARY_FORMS, Use
from membership.domain.verdicts import Judgement, check_allowed, judge, to_records
from membership.errors import (
    DuesAlreadyPublishedError,
    DuesLedgerAlreadyOpenError,
    DuesLedgerNotOpenError,
    FieldsContradictError,
    MemberNotFoundError,
)
from membership.events import dues as events
from membership.facts import known_unit, usable_unit
from membership.operations import waiting
from membership.operations.means import Means, scope_of
from membership.repository import dues, members
from membership.repository.dues import Span
from rulebook import Facts, Period, RuleSet

READ, COLLECT, REDUCE = (f"membership.dues.{verb}" for verb in ("read", "collect", "reduce"))
READ_PUBLICATION = "membership.dues_publication.read"


@dataclass(frozen=True, slots=True)
class Waiver:
    """What a member is to pay instead, and by which authority."""

    amount: Decimal
    first: date
    last: date
    studied_on: date | None
    approver_unit_id: UUID
    approved_on: date
    reason: str


async def open_ledger(call: Call, means: Means, unit_id: UUID, from_month: date) -> Ledger:
    """Open a branch's book of dues; a functional or temporary branch collects none (BR-09, BR-29)."""
    async with call.transaction() as work:
        check_past(from_month, today=work.today, since=date.min)
        unit = await known_unit(work, unit_id)
        if unit.form in SECONDARY_FORMS:
            facts = unit.power_facts("dues_collection", work.today)
            rules = await means.rules.begin(work, work.today)
            check_allowed(
                judge(rules, ["branch.exercise_power"], facts, on=work.today), None, unit_id=unit_id
            )
        await usable_unit(work, unit_id, Use.FORMAL_RELATIONSHIP, day=work.today)
        if not await dues.open_ledger(work, unit_id, from_month):
            raise DuesLedgerAlreadyOpenError(unit_id=unit_id)
        made = Ledger(unit_id, from_month, work.now)
        await waiting.keep_ledgers(work, means, [unit_id])
        await waiting.keep_arrears(work, means, await dues.payers_of(work, unit_id))
        work.emit(events.ledger_opened(made))
        work.audit_change("dues_ledger", unit_id, None, {"from_month": from_month})
        return work.answer(made)


async def get(
    call: Call,
    means: Means,
    person_id: UUID,
    *,
    first: date | None,
    last: date | None,
    known_at: datetime | None,
) -> Account:
    """Read what a member owes and has paid; members read their own."""
    today = call.clock.today()
    await require(call, person_id, READ, own=True)
    member = await _member(call.database, person_id, known_at=known_at)
    first, last = first or date(today.year, 1, 1), last or domain.month_of(today)
    if not first <= last or last.year - first.year > YEARS_SHOWN:
        raise FieldsContradictError.of(
            "through_month", "月份范围不符，至多五年。", "The months are in order and at most five years."
        )
    return await _account(call.database, means, member, today, first=first, last=last, known_at=known_at)


async def declare(call: Call, means: Means, person_id: UUID, base: Base) -> Account:
    """Declare a member's pay from a month on; members declare their own."""
    if (base.category is Category.STUDENT) != (base.monthly_pay is None):
        raise FieldsContradictError.of(
            "monthly_pay",
            "按月领取工资和离退休的须填写收入，其他不填。",
            "Pay is given of those who draw any, and of nobody else.",
        )
    await require(call, person_id, COLLECT, own=True)
    async with call.transaction() as work:
        check_past(base.valid_from, today=work.today, since=date.min)
        member = await held(work, person_id)
        await dues.declare(work, person_id, base)
        return await changed(
            work,
            means,
            member,
            lambda found: events.base_declared(found, base.valid_from, today=work.today),
            {"category": base.category, "from_month": base.valid_from, "monthly_pay": base.monthly_pay},
        )


async def reduce(call: Call, means: Means, person_id: UUID, waiver: Waiver) -> Account:
    """Reduce or waive a member's dues over some months (DUE-04)."""
    if waiver.last < waiver.first:
        raise FieldsContradictError.of("through_month", "早于起始月份。", "It lies before the first month.")
    await require(call, person_id, REDUCE)
    await call.access.require(REDUCE, unit=waiver.approver_unit_id)
    async with call.transaction() as work:
        check_past(waiver.approved_on, today=work.today, since=waiver.studied_on or date.min)
        member = await held(work, person_id)
        day = waiver.approved_on
        approver = await usable_unit(work, waiver.approver_unit_id, Use.APPROVAL, day=day)
        rules = await means.rules.begin(work, day)
        facts: Facts = {
            "approver_type": approver.approver_type,
            "branch_studied": waiver.studied_on is not None,
        }
        judgements = judge(rules, ["dues.reduce"], facts, on=day)
        check_allowed(judgements, None, person_id=person_id)
        values = {
            "amount": waiver.amount,
            "reason": waiver.reason,
            "studied_on": waiver.studied_on,
            "approver_unit_id": waiver.approver_unit_id,
            "approved_on": waiver.approved_on,
        }
        await dues.reduce(work, person_id, Interval(waiver.first, domain.next_month(waiver.last)), values)
        return await changed(
            work,
            means,
            member,
            lambda found: events.reduced(found, waiver.first, waiver.last, today=work.today),
            values | {"from_month": waiver.first, "through_month": waiver.last},
            judgements,
        )


async def pay(call: Call, means: Means, person_id: UUID, payment: Payment) -> Account:
    """Record the payment of months."""
    await call.access.require(COLLECT, unit=payment.unit_id)
    async with call.transaction() as work:
        check_past(payment.paid_on, today=work.today, since=date.min)
        member = await held(work, person_id)
        rules = await means.rules.begin(work, payment.paid_on)
        first, last = min(payment.months), max(payment.months)
        owed = await charges(work, means, member, first, last)
        judgements, sums = domain.check_payment(
            payment, {charge.month: charge for charge in owed}, member, rules
        )
        await write(work, person_id, payment, rules, judgements, months=sums)
        return await changed(
            work,
            means,
            member,
            lambda found: events.paid(found, payment, today=work.today),
            {"months": sorted(sums), "paid_on": payment.paid_on, "amount": payment.amount},
            judgements,
        )


async def give(call: Call, means: Means, person_id: UUID, *, amount: Decimal, given_on: date) -> Account:
    """Record what a member gives beyond the dues; a large gift goes to the centre (DUE-08)."""
    if amount == 0:
        raise FieldsContradictError.of("amount", "须大于零。", "It is more than nothing.")
    await require(call, person_id, COLLECT)
    async with call.transaction() as work:
        check_past(given_on, today=work.today, since=date.min)
        member = await held(work, person_id)
        unit_id = member.unit_on(given_on)
        if unit_id is None:
            raise MemberNotFoundError(person_id=person_id)
        rules = await means.rules.begin(work, given_on)
        gift = Payment(unit_id, (), amount, given_on, Manner.IN_PERSON, False)
        judgements, forwarded = judge_gift(rules, gift)
        await write(work, person_id, gift, rules, judgements, forwarded=forwarded)
        return await changed(
            work,
            means,
            member,
            lambda found: events.given(found, given_on, today=work.today),
            {"given_on": given_on, "amount": amount, "forwarded": forwarded},
            judgements,
            forwarded=forwarded,
        )


def judge_gift(rules: RuleSet, gift: Payment) -> tuple[tuple[Judgement, ...], bool]:
    """What the rules say of a gift, and whether it goes to the centre (DUE-08)."""
    facts = {"gift_amount": gift.amount}
    judgements = judge(rules, ["dues.forward_to_centre"], facts, on=gift.paid_on)
    return judgements, all(judgement.satisfied for judgement in judgements)


async def write(
    work: UnitOfWork,
    person_id: UUID,
    payment: Payment,
    rules: RuleSet,
    judgements: Sequence[Judgement],
    *,
    months: Mapping[date, Decimal] | None = None,
    forwarded: bool = False,
) -> UUID:
    """Write a payment of months, or without months a gift; its id."""
    payment_id = new_id()
    values = {
        "payment_id": payment_id,
        "person_id": person_id,
        "unit_id": payment.unit_id,
        "gift": months is None,
        "forwarded": forwarded,
        "amount": payment.amount,
        "paid_on": payment.paid_on,
        "manner": payment.manner.value,
        "pack_digest": rules.digest,
        "verdicts": to_records(judgements),
        "recorded_at": work.now,
        "recorded_by": work.call.caller.person_id,
    }
    await dues.add_payment(work, values, months or {})
    return payment_id


async def arrears(
    call: Call,
    means: Means,
    *,
    unit_id: UUID | None,
    findings_only: bool,
    after: UUID | None,
    size: int,
) -> list[Arrears]:
    """A page of members in arrears; one more than the size says that another page follows."""
    today = call.clock.today()
    month = domain.month_of(today)
    return await dues.arrears(
        call.database,
        _span(means, month.replace(year=month.year - YEARS_SHOWN), domain.last_month(month), today),
        scope=await scope_of(call, READ),
        unit_id=unit_id,
        findings_only=findings_only,
        after=after,
        size=size + 1,
    )


def _span(means: Means, first: date, last: date, today: date) -> Span:
    rules = means.rules.in_force(today)
    found = () if rules is None else rules.rules_for(domain.FIND)
    # The longest run that any layer asks for: every one of them must be satisfied.
    periods = [rule.parameters.need("interval", Period) for rule in found]
    months = max((period.months for period in periods), default=0)
    days = max((period.days for period in periods), default=0)
    return Span(first, last, months, days)


async def publish(
    call: Call, means: Means, unit_id: UUID, *, year: int, published_on: date
) -> tuple[Publication, tuple[Judgement, ...]]:
    """Publish the collection of a year, counted from what is recorded (DUE-12)."""
    async with call.transaction() as work:
        check_past(published_on, today=work.today, since=date(year, 1, 1))
        await work.lock(f"membership.dues_publication|{unit_id}")
        opened = await dues.ledger(work, unit_id)
        if opened is None or opened.year > year:
            raise DuesLedgerNotOpenError(unit_id=unit_id, year=year)
        last, again = await dues.last_published(work, unit_id, year)
        if again:
            raise DuesAlreadyPublishedError(unit_id=unit_id, year=year)
        rules = await means.rules.begin(work, published_on)
        facts = {"last_done_on": last, "anchor_on": opened}
        judgements = judge(rules, [PUBLISH], facts, on=published_on)
        through = min(date(year, 12, 1), domain.last_month(domain.month_of(published_on)))
        span = _span(means, date(year, 1, 1), through, published_on)
        made = Publication(
            publication_id=new_id(),
            unit_id=unit_id,
            year=year,
            published_on=published_on,
            members_in_arrears=await dues.in_arrears(work, unit_id, span),
            created_at=work.now,
            **await dues.collected(work, unit_id, year),
        )
        await dues.publish(work, made)
        await waiting.keep_ledgers(work, means, [unit_id])
        work.emit(events.published(made, judgements))
        work.audit_change("dues_publication", made.publication_id, None, {"unit_id": unit_id, "year": year})
        return work.answer((made, judgements))


async def publications(
    call: Call, *, unit_id: UUID | None, year: int | None, after: UUID | None, size: int
) -> Sequence[Publication]:
    """A page of publications; one more than the size says that another page follows."""
    scope = await scope_of(call, READ_PUBLICATION)
    return await dues.publications(
        call.database, scope=scope, unit_id=unit_id, year=year, after=after, size=size + 1
    )


async def require(call: Call, person_id: UUID, permission: str, *, own: bool = False) -> None:
    """Go on only if the caller holds the permission on the member's branch, or asks for the own dues."""
    member = await members.find(call.database, person_id)
    latest = None if member is None else member.latest
    await call.access.require(
        permission,
        unit=None if latest is None else latest.unit_id,
        relation=own and call.caller.person_id == person_id,
    )


async def _member(reader: Reader, person_id: UUID, *, known_at: datetime | None = None) -> Member:
    member = await members.find(reader, person_id, known_at=known_at)
    if member is None:
        raise MemberNotFoundError(person_id=person_id)
    return member


async def held(work: UnitOfWork, person_id: UUID) -> Member:
    """The member, other writers of the same dues kept waiting; refuses a stale ETag."""
    await work.lock(f"membership.dues|{person_id}")
    member = await _member(work, person_id)
    work.call.check_etag((await dues.book(work, person_id, None)).version)
    return member


async def charges(
    reader: Reader,
    means: Means,
    member: Member,
    first: date,
    last: date,
) -> tuple[Charge, ...]:
    """What a member owes for some months."""
    book = await dues.book(reader, member.person_id, _default(member))
    return domain.charges(member, book, first, last, rules_on=means.rules.in_force)


def _default(member: Member) -> Category | None:
    return Category.STUDENT if member.kind is PersonKind.STUDENT else None


async def _account(
    reader: Reader,
    means: Means,
    member: Member,
    today: date,
    *,
    first: date,
    last: date,
    known_at: datetime | None = None,
) -> Account:
    book = await dues.book(reader, member.person_id, _default(member), known_at=known_at)
    month = domain.month_of(today)
    # Unpaid months are counted to their first, whatever part of the account is asked for.
    begin = min(first, month.replace(year=month.year - YEARS_SHOWN))
    every = domain.charges(member, book, begin, max(last, month), rules_on=means.rules.in_force)
    whole = domain.account(member, book, every, means.rules.in_force(today), today=today)
    return replace(whole, charges=tuple(charge for charge in every if first <= charge.month <= last))


async def changed(
    work: UnitOfWork,
    means: Means,
    member: Member,
    announce: Any,
    audited: Mapping[str, object],
    judgements: tuple[Judgement, ...] = (),
    *,
    forwarded: bool | None = None,
) -> Account:
    """Announce what changed of a member's dues, and answer them as they are now."""
    version = await dues.touch(work, member.person_id)
    await waiting.keep_arrears(work, means, [member.person_id])
    first, last = date(work.today.year, 1, 1), domain.month_of(work.today)
    found = await _account(work, means, member, work.today, first=first, last=last)
    found = replace(found, version=version, judgements=judgements, gift_forwarded=forwarded)
    work.emit(announce(found))
    sensitive = ["amount", "monthly_pay", "reason"]
    work.audit_change("dues_account", member.person_id, None, audited, sensitive=sensitive)
    return work.answer(found)
