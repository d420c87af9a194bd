"""Dues: what a member owes for each month by the table of the rules, and whether a payment may be taken.

Exact decimals and whole months (C15, C21). Never decides that somebody has withdrawn: it only counts the months.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from membership.domain.members import Member, MembershipStatus
from membership.domain.rule_days import first_day
from membership.domain.verdicts import Judgement, check_allowed, judge
from membership.errors import DuesAmountDiffersError, DuesBaseUnknownError, DuesMonthNotOwedError
from rulebook import Fact, RuleSet, amount_due

ZERO: Final = Decimal("0.00")
PAY, CHARGE, FIND = "dues.pay", "dues.charge", "dues.find_withdrawal"
PUBLISH: Final = "duty.dues_publication"
# Longer than any arrears that are still asked for.
YEARS_SHOWN: Final = 5
# A suspended member has no duties either; the finding itself is in the standing case.
_PAYING: Final = frozenset(MembershipStatus) - {MembershipStatus.SUSPENDED}


class Category(StrEnum):
    """By which part of the table a member pays."""

    SALARIED = "salaried"
    RETIRED = "retired"
    STUDENT = "student"

    @property
    def operation(self) -> str:
        """The operation whose table gives the amount."""
        return f"dues.assess_{self.value}"


class Manner(StrEnum):
    """How dues were handed over."""

    IN_PERSON = "in_person"
    ENTRUSTED = "entrusted"
    ADVANCED = "advanced"
    DEDUCTED = "deducted"
    SPECIAL_LEVY = "special_levy"


class MonthState(StrEnum):
    """Where a month stands."""

    DUE = "due"
    IN_ARREARS = "in_arrears"
    PAID = "paid"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True)
class Base:
    """The pay declared from a month on."""

    category: Category
    monthly_pay: Decimal | None
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Reduction:
    """What a member pays instead over some months."""

    amount: Decimal
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Paid:
    """The payment of a month."""

    amount: Decimal
    paid_on: date


@dataclass(frozen=True, slots=True)
class Book:
    """What is recorded of a member's dues, as believed at one instant."""

    ledgers: Mapping[UUID, date]
    bases: Sequence[Base]
    reductions: Sequence[Reduction]
    paid: Mapping[date, Paid]
    # A member of whom no pay was declared pays what a student pays, or is asked.
    default: Category | None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Charge:
    """What a member owes for one month."""

    month: date
    unit_id: UUID
    liable_from: date
    base: Base | None
    table_amount: Decimal | None
    amount: Decimal | None
    paid: Paid | None = None

    def state(self, today: date) -> MonthState:
        """Where the month stands on a day."""
        if self.paid is not None:
            return MonthState.PAID
        if self.amount == ZERO:
            return MonthState.EXEMPT
        return MonthState.IN_ARREARS if next_month(self.month) <= today else MonthState.DUE


@dataclass(frozen=True, slots=True)
class Account:
    """The dues of a member over some months."""

    person_id: UUID
    charges: tuple[Charge, ...]
    version: int
    unpaid_since: date | None = None
    finding_from: date | None = None
    judgements: tuple[Judgement, ...] = ()
    gift_forwarded: bool | None = None

    @property
    def due(self) -> Decimal:
        """What is owed for the months together, paid or not."""
        return sum((charge.amount or ZERO for charge in self.charges), ZERO)

    @property
    def collected(self) -> Decimal:
        """What was paid for them."""
        return sum((charge.paid.amount for charge in self.charges if charge.paid is not None), ZERO)


@dataclass(frozen=True, slots=True)
class Payment:
    """What was handed over for which months."""

    unit_id: UUID
    months: tuple[date, ...]
    amount: Decimal
    paid_on: date
    manner: Manner
    quarterly: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A payment or a gift as it was written, and whether it is still believed."""

    payment_id: UUID
    person_id: UUID
    unit_id: UUID
    gift: bool
    forwarded: bool
    months: tuple[date, ...]
    amount: Decimal
    paid_on: date
    manner: Manner
    recorded_at: datetime
    recorded_by: UUID | None
    superseded_at: datetime | None = None
    superseded_by: UUID | None = None
    corrected_by: UUID | None = None
    correction_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """A branch's book of dues, and its first month."""

    unit_id: UUID
    from_month: date
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Arrears:
    """A member with unpaid months that are over."""

    person_id: UUID
    unit_id: UUID
    unpaid_months: int
    unpaid_since: date
    consecutive_months: int
    finding: bool


@dataclass(frozen=True, slots=True)
class Publication:
    """What a branch made known of a year's dues."""

    publication_id: UUID
    unit_id: UUID
    year: int
    published_on: date
    payers: int
    collected: Decimal
    gifts: Decimal
    gifts_forwarded: Decimal
    members_in_arrears: int
    created_at: datetime


def month_of(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return month_of(month + timedelta(days=31))


def last_month(month: date) -> date:
    """The first day of the month before."""
    return month_of(month - timedelta(days=1))


def months(first: date, last: date) -> Iterable[date]:
    """The first days of the months from one to another, both included."""
    while first <= last:
        yield first
        first = next_month(first)


def charges(
    member: Member, book: Book, first: date, last: date, *, rules_on: Callable[[date], RuleSet | None]
) -> tuple[Charge, ...]:
    """What a member owes for each of the months."""
    found = (_charge(member, book, month, rules_on(month)) for month in months(first, last))
    return tuple(charge for charge in found if charge is not None)


def _charge(member: Member, book: Book, month: date, rules: RuleSet | None) -> Charge | None:
    end = next_month(month)
    liable = _liable_from(member, month, end)
    # The branch at the end of the month has the whole of it (C21, DUE-06).
    units = [r.unit_id for r in member.relationships if _overlaps(r.valid_from, r.valid_until, month, end)]
    if liable is None or not units or month < book.ledgers.get(units[-1], date.max):
        return None
    declared = next((b for b in book.bases if _overlaps(b.valid_from, b.valid_until, month, end)), None)
    if declared is None and book.default is not None:
        declared = Base(book.default, None, month)
    by_table = None if declared is None or rules is None else table_amount(rules, declared)
    reduced = [r.amount for r in book.reductions if _overlaps(r.valid_from, r.valid_until, month, end)]
    waived = ZERO in reduced
    amount = ZERO if waived else (None if by_table is None else min([by_table, *reduced]))
    return Charge(month, units[-1], liable, declared, by_table, amount, book.paid.get(month))


def _liable_from(member: Member, month: date, end: date) -> date | None:
    """The month since when the member pays, without a break until this one; None for who pays nothing in it."""
    since: date | None = None
    until: date | None = None
    for item in member.statuses:
        if item.status not in _PAYING or item.valid_from >= end:
            continue
        if until is None or until < item.valid_from:
            since = item.valid_from
        until = item.valid_until or date.max
    return month_of(since) if since is not None and until is not None and until > month else None


def _overlaps(start: date, until: date | None, first: date, end: date) -> bool:
    return start < end and (until is None or until > first)


def table_amount(rules: RuleSet, base: Base) -> Decimal | None:
    """What the table gives for a base; the highest where several layers have one."""
    tables = [
        rule.parameters.need("brackets", tuple)
        for rule in rules.rules_for(base.category.operation)
        if rule.kind.name == "table"
    ]
    value = ZERO if base.monthly_pay is None else base.monthly_pay
    return max((amount_due(brackets, value) for brackets in tables), default=None)


def run_of_arrears(found: Sequence[Charge], today: date) -> date | None:
    """The first of the consecutive unpaid months that reach up to the last one that is over; None where it is paid."""
    since: date | None = None
    for charge in reversed(found):
        if charge.state(today) is MonthState.DUE:
            continue
        if charge.state(today) is not MonthState.IN_ARREARS:
            break
        if since is not None and next_month(charge.month) != since:
            break
        since = charge.month
    return since


def account(
    member: Member, book: Book, found: tuple[Charge, ...], rules: RuleSet | None, *, today: date
) -> Account:
    """The dues of a member, with the day from which unpaid months may be found a self-withdrawal (DUE-10)."""
    since = run_of_arrears(found, today)
    finding = None
    if since is not None and rules is not None:
        finding = first_day(rules, FIND, {"unpaid_since": since}, since=since)
    return Account(member.person_id, found, book.version, since, finding)


def check_payment(
    payment: Payment, found: Mapping[date, Charge], member: Member, rules: RuleSet
) -> tuple[tuple[Judgement, ...], dict[date, Decimal]]:
    """What the rules say of a payment, and what of it is for each month; refuses one that does not fit."""
    sums: dict[date, Decimal] = {}
    judgements: list[Judgement] = []
    for month in sorted(payment.months):
        charge = found.get(month)
        if charge is None or charge.paid is not None or charge.amount == ZERO:
            raise DuesMonthNotOwedError(month=f"{month:%Y-%m}")
        if charge.amount is None or charge.base is None:
            raise DuesBaseUnknownError(month=f"{month:%Y-%m}")
        sums[month] = charge.amount
        facts = _facts(payment, charge, member)
        judgements += judge(rules, [PAY, CHARGE, charge.base.category.operation], facts, on=payment.paid_on)
    check_allowed(judgements, None, person_id=member.person_id)
    due = sum(sums.values(), ZERO)
    if payment.amount != due:
        raise DuesAmountDiffersError(amount=f"{payment.amount:.2f}", due=f"{due:.2f}")
    return tuple(_once(judgements)), sums


def _facts(payment: Payment, charge: Charge, member: Member) -> dict[str, Fact]:
    assert charge.base is not None
    last = _quarter_end(charge.month) if payment.quarterly else charge.month
    is_ahead = charge.month > month_of(payment.paid_on)
    is_in_quarter = payment.quarterly and _quarter_end(payment.paid_on) == last
    return {
        "dues_month": charge.month,
        "dues_liable_from": charge.liable_from,
        "dues_base_from": charge.base.valid_from,
        "dues_base": charge.base.monthly_pay,
        "dues_amount": charge.table_amount,
        "dues_due_on": next_month(last) - timedelta(days=1),
        "paid_to_formal_branch": member.unit_on(payment.paid_on) == payment.unit_id,
        "advanced_by_others": payment.manner is Manner.ADVANCED,
        "deducted_at_source": payment.manner is Manner.DEDUCTED,
        "levied_as_special": payment.manner is Manner.SPECIAL_LEVY,
        "paid_ahead": is_ahead and not is_in_quarter,
    }


def _quarter_end(day: date) -> date:
    """The first day of the last month of a day's quarter."""
    return date(day.year, (day.month + 2) // 3 * 3, 1)


def _once(judgements: Iterable[Judgement]) -> Iterable[Judgement]:
    """One verdict of each rule: the first that stands against the payment, else the first."""
    kept: dict[tuple[str, str], Judgement] = {}
    for judgement in judgements:
        key = (judgement.rule_id, judgement.layer)
        if key not in kept or (kept[key].satisfied and not judgement.satisfied):
            kept[key] = judgement
    return kept.values()
