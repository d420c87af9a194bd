"""What a member owes by the table, month by month, and which payments are taken."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membership.domain.dues import (
    Account,
    Base,
    Book,
    Category,
    Charge,
    Manner,
    MonthState,
    Paid,
    Payment,
    Reduction,
    account,
    charges,
    check_payment,
    month_of,
    months,
    next_month,
)
from membership.domain.members import Member, MembershipStatus, Relationship, StatusPeriod
from membership.domain.people import PersonKind
from membership.errors import (
    DuesAmountDiffersError,
    DuesBaseUnknownError,
    DuesMonthNotOwedError,
    StepForbiddenError,
)
from rulebook import RuleBook

RULES = RuleBook.shipped().in_force(date(2024, 6, 20))
NOW = datetime(2024, 6, 20, tzinfo=UTC)
UNIT, OTHER = uuid4(), uuid4()
FULL, PROBATIONARY = MembershipStatus.FULL, MembershipStatus.PROBATIONARY
JANUARY, JUNE, DECEMBER = date(2024, 1, 1), date(2024, 6, 1), date(2024, 12, 1)
PAY = Base(Category.SALARIED, Decimal("8000.00"), date(2023, 1, 1))


def member(
    *statuses: StatusPeriod, relationships: tuple[Relationship, ...] = (Relationship(UNIT, date(2020, 1, 1)),)
) -> Member:
    statuses = statuses or (StatusPeriod(FULL, date(2020, 1, 1)),)
    return Member(uuid4(), "", PersonKind.STAFF, relationships, statuses, (), None, 1, NOW)


def book(**fields: object) -> Book:
    found = Book({UNIT: date(2023, 1, 1)}, [PAY], [], {}, None)
    return replace(found, **fields)  # type: ignore[arg-type] # fields of the test's choice


def owed(who: Member, kept: Book, first: date = JANUARY, last: date = DECEMBER) -> tuple[Charge, ...]:
    return charges(who, kept, first, last, rules_on=lambda _: RULES)


def account_of(who: Member, kept: Book, today: date) -> Account:
    return account(who, kept, owed(who, kept), RULES, today=today)


def pay(who: Member, kept: Book, *which: date, **fields: object) -> dict[date, Decimal]:
    amount = Decimal("120.00") * len(which)
    paid = Payment(UNIT, which, amount, date(2024, 6, 15), Manner.IN_PERSON, False)
    paid = replace(paid, **fields)  # type: ignore[arg-type] # fields of the test's choice
    return check_payment(paid, {charge.month: charge for charge in owed(who, kept)}, who, RULES)[1]


def refused(who: Member, kept: Book, *which: date, **fields: object) -> list[str]:
    with pytest.raises(StepForbiddenError) as caught:
        pay(who, kept, *which, **fields)
    return [verdict.rule_id for verdict in caught.value.verdicts if verdict.forbids]


class TestTable:
    @pytest.mark.parametrize(
        ("category", "pay", "due"),
        [
            (Category.SALARIED, "3000.00", "15.00"),
            (Category.SALARIED, "3000.01", "30.00"),
            (Category.SALARIED, "5000.00", "50.00"),
            (Category.SALARIED, "5000.01", "75.00"),
            (Category.SALARIED, "10000.00", "150.00"),
            (Category.SALARIED, "10000.01", "200.00"),
            # Half up to the fen (C15).
            (Category.SALARIED, "2999.00", "15.00"),
            (Category.SALARIED, "2901.00", "14.51"),
            (Category.RETIRED, "5000.00", "25.00"),
            (Category.RETIRED, "5000.01", "50.00"),
            (Category.STUDENT, None, "0.20"),
        ],
    )
    def test_gives_a_share_of_the_whole_pay(self, category: Category, pay: str | None, due: str) -> None:
        base = Base(category, None if pay is None else Decimal(pay), JANUARY)
        (charge,) = owed(member(), book(bases=[base]), JUNE, JUNE)
        assert charge.amount == Decimal(due)


class TestMonths:
    def test_the_month_of_a_changed_pay_has_the_new_one(self) -> None:
        bases = [replace(PAY, valid_until=JUNE), Base(Category.SALARIED, Decimal(12000), JUNE)]
        found = {charge.month: charge.amount for charge in owed(member(), book(bases=bases))}
        assert (found[date(2024, 5, 1)], found[JUNE]) == (Decimal("120.00"), Decimal("240.00"))

    @pytest.mark.parametrize("met_on", [date(2024, 6, 1), date(2024, 6, 30)])
    def test_a_probationary_member_owes_from_the_month_of_the_branch_meeting(self, met_on: date) -> None:
        who = member(StatusPeriod(PROBATIONARY, met_on), relationships=(Relationship(UNIT, met_on),))
        found = owed(who, book())
        assert [charge.month.month for charge in found] == [6, 7, 8, 9, 10, 11, 12]
        assert {charge.liable_from for charge in found} == {JUNE}

    def test_a_suspended_member_owes_nothing_and_owes_again_when_restored(self) -> None:
        suspended, restored = date(2024, 3, 10), date(2024, 8, 20)
        who = member(
            StatusPeriod(FULL, date(2020, 1, 1), suspended),
            StatusPeriod(MembershipStatus.SUSPENDED, suspended, restored),
            StatusPeriod(FULL, restored),
        )
        found = owed(who, book())
        assert [charge.month.month for charge in found] == [1, 2, 3, 8, 9, 10, 11, 12]
        assert found[3].liable_from == date(2024, 8, 1)

    def test_a_month_is_owed_to_the_branch_at_its_end_and_only_where_a_book_is_kept(self) -> None:
        moved = date(2024, 6, 20)
        who = member(relationships=(Relationship(UNIT, date(2020, 1, 1), moved), Relationship(OTHER, moved)))
        assert [charge.month.month for charge in owed(who, book())] == [1, 2, 3, 4, 5]
        both = owed(who, book(ledgers={UNIT: JANUARY, OTHER: JUNE}))
        assert [charge.unit_id for charge in both if charge.month == JUNE] == [OTHER]

    def test_a_reduction_lowers_and_never_raises_and_zero_waives(self) -> None:
        reductions = [
            Reduction(Decimal("5.00"), JANUARY, date(2024, 2, 1)),
            Reduction(Decimal("500.00"), date(2024, 2, 1), date(2024, 3, 1)),
            Reduction(Decimal(0), date(2024, 3, 1), date(2024, 4, 1)),
        ]
        found = owed(member(), book(reductions=reductions), JANUARY, date(2024, 3, 1))
        assert [charge.amount for charge in found] == [Decimal("5.00"), Decimal("120.00"), Decimal("0.00")]
        assert found[2].state(DECEMBER) is MonthState.EXEMPT

    @given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 900))
    def test_months_follow_each_other(self, day: date, days: int) -> None:
        first, last = month_of(day), day + timedelta(days=days)
        found = list(months(first, last))
        assert [next_month(month) for month in found] == [*found[1:], next_month(month_of(last))]
        assert {month.day for month in found} == {1}


class TestArrears:
    def paid(self, *numbers: int) -> dict[date, Paid]:
        return {date(2024, number, 1): Paid(Decimal("120.00"), JUNE) for number in numbers}

    def test_six_unpaid_months_make_a_finding_on_the_first_day_after_them(self) -> None:
        found = account_of(member(), book(paid=self.paid(1, 2)), date(2024, 8, 31))
        assert (found.unpaid_since, found.finding_from) == (date(2024, 3, 1), date(2024, 9, 1))

    @pytest.mark.parametrize(("today", "since"), [(date(2024, 6, 30), None), (date(2024, 7, 1), JUNE)])
    def test_a_month_is_in_arrears_when_it_is_over(self, today: date, since: date | None) -> None:
        assert account_of(member(), book(paid=self.paid(1, 2, 3, 4, 5)), today).unpaid_since == since

    def test_a_paid_or_waived_month_breaks_the_run(self) -> None:
        waived = [Reduction(Decimal(0), date(2024, 4, 1), date(2024, 5, 1))]
        found = account_of(member(), book(paid=self.paid(1), reductions=waived), date(2024, 8, 1))
        assert found.unpaid_since == date(2024, 5, 1)
        assert account_of(member(), book(paid=self.paid(7)), date(2024, 8, 1)).unpaid_since is None


class TestPayment:
    def test_is_what_the_months_cost(self) -> None:
        may = date(2024, 5, 1)
        assert pay(member(), book(), may, JUNE) == {may: Decimal("120.00"), JUNE: Decimal("120.00")}
        with pytest.raises(DuesAmountDiffersError):
            pay(member(), book(), JUNE, amount=Decimal("120.01"))

    def test_is_not_taken_twice_nor_for_what_is_not_owed_or_not_known(self) -> None:
        with pytest.raises(DuesMonthNotOwedError):
            pay(member(), book(paid={JUNE: Paid(Decimal(120), JUNE)}), JUNE)
        with pytest.raises(DuesMonthNotOwedError):
            pay(member(), book(ledgers={}), JUNE)
        with pytest.raises(DuesBaseUnknownError):
            pay(member(), book(bases=[]), JUNE)

    def test_goes_to_the_formal_branch(self) -> None:
        assert refused(member(), book(), JUNE, unit_id=OTHER) == ["DUE-06"]

    @pytest.mark.parametrize("manner", [Manner.ADVANCED, Manner.DEDUCTED, Manner.SPECIAL_LEVY])
    def test_is_neither_advanced_nor_deducted_nor_levied(self, manner: Manner) -> None:
        assert refused(member(), book(), JUNE, manner=manner) == ["DUE-11"]
        assert pay(member(), book(), JUNE, manner=Manner.ENTRUSTED)

    def test_is_not_made_ahead_but_within_the_quarter_by_consent(self) -> None:
        day, june = date(2024, 4, 10), JUNE
        assert refused(member(), book(), june, paid_on=day) == ["DUE-11"]
        assert pay(member(), book(), june, paid_on=day, quarterly=True)
        assert refused(member(), book(), date(2024, 7, 1), paid_on=day, quarterly=True) == ["DUE-11"]

    @pytest.mark.parametrize(("paid_on", "late"), [(date(2024, 12, 30), False), (date(2024, 12, 31), True)])
    def test_arrears_after_six_months_are_taken_with_the_verdict_against_them(
        self, paid_on: date, late: bool
    ) -> None:
        paid = Payment(UNIT, (JUNE,), Decimal("120.00"), paid_on, Manner.IN_PERSON, False)
        judgements, _ = check_payment(paid, {c.month: c for c in owed(member(), book())}, member(), RULES)
        assert [item.rule_id for item in judgements if not item.satisfied] == (["DUE-09"] if late else [])
