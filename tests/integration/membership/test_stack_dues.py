"""Dues as they run: through the gateway, in exact decimals, with the roles of the organization service."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from deploy.local.stack import Stack
from membership.domain.dues import last_month, month_of
from tests.integration.membership.city import City
from tests.support.http import Api


class Till:
    """The secretary collecting the dues of the branch of the staff."""

    def __init__(self, city: City) -> None:
        self.city = city
        # The months that are over, the newest first; the present one is `now`.
        self.now = month_of(city.today)
        self.over = [last_month(self.now)]
        while len(self.over) < 8:
            self.over.append(last_month(self.over[-1]))

    async def open(self, *branches: str) -> None:
        for name in branches:
            body = {"unitId": self.city.units[name], "fromMonth": text(self.over[-1])}
            await self.city.post("approver", "/v1/duesLedgers", body)

    async def account(self, person: str, who: str = "secretary") -> Any:
        path = f"/v1/duesAccounts/{person}"
        return await self.city.get(who, path, fromMonth=text(self.over[-1]), throughMonth=text(self.now))

    async def send(self, person: str, verb: str, body: Any, who: str = "secretary") -> Any:
        etag = (await self.account(person))["etag"]
        return await self.city.send(who, f"/v1/duesAccounts/{person}:{verb}", body, etag=etag)

    async def do(self, person: str, verb: str, body: Any, who: str = "secretary") -> Any:
        answer = await self.send(person, verb, body, who)
        assert answer.is_success, answer.text
        return answer.json()

    def payment(self, *months: date, amount: str, **fields: Any) -> dict[str, Any]:
        body = {
            "unitId": self.city.units["cohort"],
            "months": [text(month) for month in months],
            "amount": amount,
            "paidOn": self.city.today.isoformat(),
            "manner": "DUES_MANNER_IN_PERSON",
        }
        return body | fields


def text(month: date) -> str:
    return f"{month:%Y-%m}"


def broken(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [verdict["ruleId"] for verdict in answer.json()["verdicts"] if not verdict["satisfied"]]


@pytest.fixture
async def till(stack: Stack, api_as: Callable[[str], Api]) -> Till:
    return Till(await City.found(stack, api_as))


@pytest.mark.covers("F42", "DUE-01", "DUE-02", "DUE-03", "DUE-07")
async def test_dues_follow_the_table_from_the_month_of_the_declared_pay(till: Till) -> None:
    await till.open("cohort")
    person = till.city.members[4]
    student = await till.account(person)
    assert {month["amount"] for month in student["months"]} == {"0.20"}
    declared = {
        "category": "DUES_CATEGORY_SALARIED",
        "monthlyPay": "10000.01",
        "fromMonth": text(till.over[1]),
    }
    await till.do(person, "declareBase", declared)
    retired = {"category": "DUES_CATEGORY_RETIRED", "monthlyPay": "5000", "fromMonth": text(till.now)}
    await till.do(person, "declareBase", retired)
    amounts = [month["amount"] for month in (await till.account(person))["months"]]
    assert amounts == [*["0.20"] * 6, "200.00", "200.00", "25.00"]
    wrong = await till.send(person, "pay", till.payment(till.over[0], amount="199.99"))
    assert (wrong.status_code, wrong.json()["reason"]) == (409, "DUES_AMOUNT_DIFFERS")
    body = till.payment(till.over[2], till.over[0], till.now, amount="225.20")
    paid = await till.do(person, "pay", body)
    assert {"DUE-01", "DUE-02", "DUE-03", "DUE-07"} <= {item["ruleId"] for item in paid["verdicts"]}
    assert (await till.account(person))["totalPaid"] == "225.20"
    bad = await till.send(person, "pay", till.payment(till.over[3], amount="0.2001"))
    assert (bad.status_code, bad.json()["violations"][0]["pointer"]) == (400, "/amount")


@pytest.mark.covers("DUE-04", "DUE-06", "DUE-08", "DUE-11")
async def test_reductions_need_approval_and_payments_their_branch_and_manner(till: Till) -> None:
    await till.open("cohort", "staff")
    city, person, month = till.city, till.city.members[5], till.over[0]
    waiver = {
        "amount": "0.10",
        "fromMonth": text(month),
        "throughMonth": text(month),
        "studiedOn": city.ago(3),
        "approverUnitId": city.units["general"],
        "approvedOn": city.ago(2),
        "reason": "家庭困难",
    }
    assert broken(await till.send(person, "reduce", waiver, "approver")) == ["DUE-04"]
    committee = {"approverUnitId": city.units["committee"]}
    assert (await till.send(person, "reduce", waiver | committee)).status_code == 403
    await till.do(person, "reduce", waiver | committee, "approver")
    elsewhere = till.payment(month, amount="0.10", unitId=city.units["staff"])
    assert broken(await till.send(person, "pay", elsewhere)) == ["DUE-06"]
    advanced = till.payment(month, amount="0.10", manner="DUES_MANNER_ADVANCED")
    assert broken(await till.send(person, "pay", advanced)) == ["DUE-11"]
    await till.do(person, "pay", till.payment(month, amount="0.10", manner="DUES_MANNER_ENTRUSTED"))
    for amount, where in (("999.99", "BRANCH"), ("1000", "CENTRE")):
        given = await till.do(person, "give", {"amount": amount, "givenOn": city.ago(0)})
        assert given["giftDestination"] == f"DUES_GIFT_DESTINATION_{where}"


@pytest.mark.covers("DUE-05", "DUE-09", "DUE-10", "DUE-12", "MGT-06")
async def test_arrears_are_found_and_the_collection_published(till: Till) -> None:
    city = till.city
    await till.open("cohort")
    idle, late = city.members[5], city.members[6]
    paid = await till.do(late, "pay", till.payment(till.over[-1], amount="0.20"))
    assert [item["ruleId"] for item in paid["verdicts"] if not item["satisfied"]] == ["DUE-09"]
    unit = city.units["cohort"]
    found = (await city.get("secretary", "/v1/duesArrears", unitId=unit, findingsOnly="true"))["arrears"]
    mine = next(item for item in found if item["personId"] == idle)
    assert (mine["unpaidMonths"], mine["consecutiveMonths"]) == (8, 8)
    assert (await till.account(idle))["unpaidSince"] == mine["unpaidSince"]
    # The system only finds; people decide, and the rules say from when.
    body = {
        "personId": idle,
        "kind": "STANDING_CASE_KIND_SELF_WITHDRAWAL",
        "ground": "STANDING_GROUND_NO_DUES",
        "since": mine["unpaidSince"],
        "reason": "连续八个月未交党费",
    }
    case = await city.post("secretary", "/v1/standingCases", body)
    assert case["nextDecision"] == "STANDING_ACT_REMOVAL"
    assert case["decisionFrom"] <= city.today.isoformat()

    year = till.over[0].year
    body = {"unitId": unit, "year": year, "publishedOn": city.today.isoformat()}
    made = await city.post("secretary", "/v1/duesPublications", body)
    assert (made["payers"], made["membersInArrears"]) == (
        1 if till.over[-1].year == year else 0,
        7,
    )
    again = await city.send("secretary", "/v1/duesPublications", body)
    assert (again.status_code, again.json()["reason"]) == (409, "DUES_ALREADY_PUBLISHED")
    listed = await city.get("approver", "/v1/duesPublications", unitId=unit, year=year)
    assert [item["publicationId"] for item in listed["duesPublications"]] == [made["publicationId"]]

    # A probationary member owes from the month of the branch meeting, and not for the one before.
    await city.apply()
    await city.up_to_contacts()
    await city.up_to_form()
    await city.vote(present=7, yesVotes=7)
    await city.up_to_approval()
    new = await till.account(city.people["applicant"])
    assert [month["month"] for month in new["months"]] == [text(till.now)]


@pytest.mark.covers("F42", "DUE-09")
async def test_a_payment_that_was_written_wrongly_is_corrected_by_the_committee(till: Till) -> None:
    await till.open("cohort")
    city, person = till.city, till.city.members[5]
    before = await till.do(person, "pay", till.payment(till.over[0], amount="0.20"))
    path = f"/v1/duesAccounts/{person}"
    (wrong,) = (await city.get("secretary", f"{path}/payments"))["duesPayments"]
    right = till.payment(till.over[1], amount="0.20")
    body = {"paymentId": wrong["paymentId"], "reason": "错记月份", "replacement": right}
    refused = await till.send(person, "correctPayment", body)
    assert refused.status_code == 403
    stale = await city.send("approver", f"{path}:correctPayment", body, etag="0")
    assert stale.status_code == 412
    after = await city.post("approver", f"{path}:correctPayment", body, etag=before["etag"])
    assert {"DUE-06", "DUE-09"} <= {item["ruleId"] for item in after["verdicts"]}
    months = (await till.account(person))["months"]
    paid = [month["month"] for month in months if month["state"] == "DUES_MONTH_STATE_PAID"]
    assert paid == [text(till.over[1])]
    old, new = (await city.get("approver", f"{path}/payments"))["duesPayments"]
    assert (old["replacedBy"], old["months"]) == (new["paymentId"], [text(till.over[0])])
    again = await till.send(person, "correctPayment", body, "approver")
    assert (again.status_code, again.json()["reason"]) == (409, "DUES_PAYMENT_CORRECTED")
