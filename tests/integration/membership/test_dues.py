"""Dues on real tables: bitemporal pay, arrears in one query that agrees with the account, payments once, publication."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import EtagMismatchError, PermissionDeniedError
from membership.errors import (
    DuesAlreadyPublishedError,
    DuesAmountDiffersError,
    DuesLedgerAlreadyOpenError,
    DuesLedgerNotOpenError,
    DuesMonthNotOwedError,
    FieldsContradictError,
    StepForbiddenError,
)
from membership.errors.dues import DuesPaymentCorrectedError, DuesPaymentNotFoundError
from shuyuan.membership.v1 import dues_pb2, person_pb2
from shuyuan.membership.v1 import dues_service_pb2 as pb
from tests.integration.membership.office import Office

DUES = dues_pb2


class Branch:
    """A branch of staff with its book of dues open from January 2024."""

    def __init__(self, office: Office, committee: UUID, unit: UUID, people: list[UUID]) -> None:
        self.office, self.committee, self.unit, self.people = office, committee, unit, people

    async def account(self, person: UUID, **fields: Any) -> dues_pb2.DuesAccount:
        by, known_at = fields.pop("by", None), fields.pop("known_at", None)
        request = pb.GetDuesAccountRequest(person_id=str(person), **fields)
        if known_at is not None:
            request.known_at.FromDatetime(known_at)
        answer = await self.office.ask("DuesService/GetDuesAccount", request, by=by)
        found: dues_pb2.DuesAccount = answer.dues_account
        return found

    async def act(self, rpc: str, person: UUID, **fields: Any) -> dues_pb2.DuesAccount:
        by, etag = fields.pop("by", None), fields.pop("etag", None)
        etag = etag or (await self.account(person)).etag
        request = getattr(pb, f"{rpc}Request")(person_id=str(person), **fields)
        answer = await self.office.ask(f"DuesService/{rpc}", request, by=by, if_match=etag)
        after: dues_pb2.DuesAccount = answer.dues_account
        return after

    async def declare(self, person: UUID, pay: str, since: str, **fields: Any) -> dues_pb2.DuesAccount:
        stated = {"category": DUES.DUES_CATEGORY_SALARIED, "monthly_pay": pay, "from_month": since}
        return await self.act("DeclareDuesBase", person, **(stated | fields))

    async def pay(self, person: UUID, *months: str, amount: str, on: str, **fields: Any) -> Any:
        stated = {"unit_id": str(self.unit), "manner": DUES.DUES_MANNER_IN_PERSON}
        paid = {"months": list(months), "amount": amount, "paid_on": on}
        return await self.act("PayDues", person, **(stated | paid | fields))

    async def arrears(self, **fields: Any) -> dict[str, tuple[int, str, bool]]:
        by = fields.pop("by", None)
        request = pb.ListDuesArrearsRequest(**fields)
        answer = await self.office.ask("DuesService/ListDuesArrears", request, by=by)
        return {
            item.person_id: (item.unpaid_months, item.unpaid_since, item.finding) for item in answer.arrears
        }

    async def payments(self, person: UUID, **fields: Any) -> Any:
        request = pb.ListDuesPaymentsRequest(person_id=str(person), **fields)
        return await self.office.ask("DuesService/ListDuesPayments", request)

    async def publish(self, year: int, on: str) -> dues_pb2.DuesPublication:
        request = pb.PublishDuesRequest(unit_id=str(self.unit), year=year, published_on=on)
        answer = await self.office.ask("DuesService/PublishDues", request)
        made: dues_pb2.DuesPublication = answer.dues_publication
        return made


@pytest.fixture
async def branch(office: Office) -> Branch:
    office.clock.go_to(date(2024, 7, 10))
    university = await office.unit("university")
    committee = await office.unit("primary_committee", parent=university)
    unit = await office.unit("branch", parent=committee, form="staff")
    people = await office.members(unit, 3, kind=person_pb2.PERSON_KIND_STAFF)
    request = pb.OpenDuesLedgerRequest(unit_id=str(unit), from_month="2024-01")
    await office.ask("DuesService/OpenDuesLedger", request)
    with pytest.raises(DuesLedgerAlreadyOpenError):
        await office.ask("DuesService/OpenDuesLedger", request)
    return Branch(office, committee, unit, people)


async def test_pay_is_kept_in_two_dimensions_and_counts_from_its_month(branch: Branch) -> None:
    person = branch.people[0]
    assert [month.HasField("amount") for month in (await branch.account(person)).months] == [False] * 7
    await branch.declare(person, "8000", "2024-01")
    known = branch.office.clock.now()
    branch.office.clock.go_to(date(2024, 7, 11))
    after = await branch.declare(person, "12000.00", "2024-06")
    assert [month.amount for month in after.months][4:] == ["120.00", "240.00", "240.00"]
    before = await branch.account(person, known_at=known)
    assert [month.amount for month in before.months][4:] == ["120.00"] * 3
    assert (after.total_due, after.total_paid) == ("1080.00", "0.00")
    with pytest.raises(EtagMismatchError):
        await branch.declare(person, "9000", "2024-07", etag="7")


async def test_a_month_is_paid_once_and_a_waived_one_is_not_owed(branch: Branch) -> None:
    person = branch.people[0]
    await branch.declare(person, "8000", "2024-01")
    waived = {
        "amount": "0",
        "from_month": "2024-03",
        "through_month": "2024-04",
        "approver_unit_id": str(branch.committee),
        "approved_on": "2024-03-20",
        "reason": "家庭困难",
    }
    with pytest.raises(StepForbiddenError) as caught:
        await branch.act("ReduceDues", person, **waived)
    assert [item.rule_id for item in caught.value.verdicts if item.forbids] == ["DUE-04"]
    await branch.act("ReduceDues", person, studied_on="2024-03-10", **waived)
    await branch.pay(person, "2024-01", "2024-02", amount="240", on="2024-02-10", etag="2")
    states = [month.state for month in (await branch.account(person)).months]
    assert states == [
        *[DUES.DUES_MONTH_STATE_PAID] * 2,
        *[DUES.DUES_MONTH_STATE_EXEMPT] * 2,
        *[DUES.DUES_MONTH_STATE_IN_ARREARS] * 2,
        DUES.DUES_MONTH_STATE_DUE,
    ]
    for month in ("2024-02", "2024-03"):
        with pytest.raises(DuesMonthNotOwedError):
            await branch.pay(person, month, amount="120", on="2024-07-01")


async def test_arrears_are_counted_in_one_query_as_the_accounts_say(branch: Branch) -> None:
    office, (payer, waived, idle) = branch.office, branch.people
    for person in branch.people:
        await branch.declare(person, "8000", "2024-01")
    every = [f"2024-0{number}" for number in range(1, 7)]
    await branch.pay(payer, *every, amount="720", on="2024-07-01")
    await branch.act(
        "ReduceDues",
        waived,
        amount="0",
        from_month="2024-03",
        through_month="2024-03",
        studied_on="2024-03-01",
        approver_unit_id=str(branch.committee),
        approved_on="2024-03-02",
        reason="大病",
    )
    counting = office.count_queries()
    found = await branch.arrears()
    assert len([sql for sql in counting.asked if "dues_ledger" in sql]) == 1
    assert found == {str(waived): (5, "2024-04-01", False), str(idle): (6, "2024-01-01", True)}
    for person in (waived, idle):
        account = await branch.account(person)
        assert account.unpaid_since == found[str(person)][1]
        assert (account.finding_from <= "2024-07-10") is found[str(person)][2]
    assert list(await branch.arrears(findings_only=True)) == [str(idle)]
    # The sixth month is over on the first of the seventh.
    office.clock.go_to(date(2024, 6, 30))
    assert await branch.arrears(findings_only=True) == {}


async def test_a_year_is_published_once_with_what_is_recorded(branch: Branch) -> None:
    payer = branch.people[0]
    await branch.declare(payer, "8000", "2024-01")
    await branch.pay(payer, "2024-01", amount="120", on="2024-01-31")
    small = await branch.act("GiveDues", payer, amount="999.99", given_on="2024-05-01")
    large = await branch.act("GiveDues", payer, amount="1000", given_on="2024-05-02")
    assert (small.gift_destination, large.gift_destination) == (
        DUES.DUES_GIFT_DESTINATION_BRANCH,
        DUES.DUES_GIFT_DESTINATION_CENTRE,
    )
    branch.office.clock.go_to(date(2025, 1, 20))
    with pytest.raises(DuesLedgerNotOpenError):
        await branch.publish(2023, "2025-01-10")
    made = await branch.publish(2024, "2025-01-10")
    assert (made.payers, made.collected, made.gifts, made.gifts_forwarded, made.members_in_arrears) == (
        1,
        "120.00",
        "999.99",
        "1000.00",
        3,
    )
    (late,) = made.verdicts
    assert (late.rule_id, late.satisfied) == ("DUE-12", False)
    with pytest.raises(DuesAlreadyPublishedError):
        await branch.publish(2024, "2025-01-11")
    assert (await branch.office.events("dues_publication")) == ["dues_publication.published"]


async def test_members_see_and_declare_their_own_and_the_branch_collects(branch: Branch) -> None:
    office, (person, secretary, other) = branch.office, branch.people
    await office.grant(secretary, "ROLE_BRANCH_SECRETARY", branch.unit)
    await branch.declare(person, "3000", "2024-06", by=person)
    assert (await branch.account(person, by=person)).months[-1].amount == "15.00"
    with pytest.raises(PermissionDeniedError):
        await branch.account(person, by=other)
    with pytest.raises(PermissionDeniedError):
        await branch.pay(person, "2024-06", amount="15", on="2024-06-30", by=person)
    await branch.pay(person, "2024-06", amount="15", on="2024-06-30", by=secretary)
    assert await branch.arrears(by=other) == {}
    assert str(person) in await branch.arrears(by=secretary)


def replaced(branch: Branch, *months: str, amount: str, on: str) -> dict[str, Any]:
    return {
        "unit_id": str(branch.unit),
        "months": list(months),
        "amount": amount,
        "paid_on": on,
        "manner": DUES.DUES_MANNER_IN_PERSON,
    }


async def test_a_payment_is_corrected_and_what_was_known_stays(branch: Branch) -> None:
    office, person = branch.office, branch.people[0]
    await branch.declare(person, "2000", "2024-01")
    await branch.pay(person, "2024-01", "2024-02", amount="20.00", on="2024-07-10")
    known = office.clock.now()
    office.clock.go_to(date(2024, 7, 12))
    (wrong,) = (await branch.payments(person)).dues_payments
    assert (list(wrong.months), wrong.amount) == (["2024-01", "2024-02"], "20.00")
    fields = {"payment_id": wrong.payment_id, "reason": "错记月份"}
    short = replaced(branch, "2024-02", amount="9.99", on="2024-07-09")
    with pytest.raises(DuesAmountDiffersError):
        await branch.act("CorrectDuesPayment", person, **fields, replacement=short)
    right = replaced(branch, "2024-02", "2024-03", "2024-04", amount="30.00", on="2024-07-09")
    after = await branch.act("CorrectDuesPayment", person, **fields, replacement=right)

    paid = {month.month: month.paid_on for month in after.months if month.state == DUES.DUES_MONTH_STATE_PAID}
    assert paid == dict.fromkeys(["2024-02", "2024-03", "2024-04"], "2024-07-09")
    then = await branch.account(person, known_at=known)
    states = [month.month for month in then.months if month.state == DUES.DUES_MONTH_STATE_PAID]
    assert states == ["2024-01", "2024-02"]
    old, new = (await branch.payments(person)).dues_payments
    assert (old.replaced_by, old.correction_reason, list(old.months)) == (
        new.payment_id,
        "错记月份",
        list(wrong.months),
    )
    with pytest.raises(DuesPaymentCorrectedError):
        await branch.act("CorrectDuesPayment", person, **fields)
    with pytest.raises(DuesPaymentNotFoundError):
        await branch.act("CorrectDuesPayment", branch.people[1], **fields)
    # Nothing was paid at all.
    gone = await branch.act("CorrectDuesPayment", person, payment_id=new.payment_id, reason="重复录入")
    assert not [month for month in gone.months if month.state == DUES.DUES_MONTH_STATE_PAID]
    assert (await office.events("dues_account"))[-2:] == ["dues_account.corrected"] * 2


async def test_a_gift_is_corrected_and_goes_where_it_belongs(branch: Branch) -> None:
    person = branch.people[0]
    await branch.act("GiveDues", person, amount="100", given_on="2024-07-10")
    (gift,) = (await branch.payments(person)).dues_payments
    fields = {"payment_id": gift.payment_id, "reason": "少记一位"}
    with pytest.raises(FieldsContradictError):
        dues = replaced(branch, "2024-01", amount="1000", on="2024-07-10")
        await branch.act("CorrectDuesPayment", person, **fields, replacement=dues)
    right = replaced(branch, amount="1000", on="2024-07-10")
    after = await branch.act("CorrectDuesPayment", person, **fields, replacement=right)
    assert [verdict.rule_id for verdict in after.verdicts] == ["DUE-08"]
    made = await branch.publish(2024, "2024-07-10")
    assert (made.gifts, made.gifts_forwarded) == ("0.00", "1000.00")
