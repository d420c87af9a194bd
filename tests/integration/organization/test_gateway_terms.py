"""The calendar of terms in the running system, over HTTP."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.support.http import Api


@pytest.fixture
async def city(stack: Stack, api_as: Callable[[str], Api]) -> City:
    return await City.found(stack, api_as)


async def begin(city: City, unit: str, days_ago: int, *, who: str = "approver", **fields: Any) -> Any:
    """Ask to begin a term of a unit; answers the response, whatever it is."""
    body = {"unitId": city.units[unit], "startedOn": city.ago(days_ago), **fields}
    return await city.send(who, "/v1/terms", body)


async def shift(city: City, term: Any, election_on: str, *, who: str = "approver") -> Any:
    body = {"electionOn": election_on, "reason": "支部调整", "documentNumber": "批〔2024〕3号"}
    return await city.send(who, f"/v1/terms/{term['termId']}:shiftElection", body, etag=term["etag"])


def broken(problem: Any) -> set[str]:
    return {verdict["ruleId"] for verdict in problem["verdicts"] if not verdict["satisfied"]}


def after(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


@pytest.mark.covers("F9", "ELE-01", "BR-23", "BR-25")
async def test_terms_that_end_are_listed_by_the_day_due_with_their_reminder(city: City) -> None:
    ending = (await begin(city, "cohort", 1000, number=3, documentNumber="组〔2024〕5号")).json()
    young = (await begin(city, "staff", 100)).json()
    listed = await city.get("secretary", "/v1/terms", belowUnitId=city.units["general"])
    due = await city.get("secretary", "/v1/terms", belowUnitId=city.units["general"], dueBy=city.ago(-183))

    assert [term["termId"] for term in listed["terms"]] == [ending["termId"], young["termId"]]
    assert [term["termId"] for term in due["terms"]] == [ending["termId"]]
    assert (ending["state"], young["state"]) == ("STATE_ENDING", "STATE_RUNNING")
    started, ends = date.fromisoformat(ending["startedOn"]), date.fromisoformat(ending["endsOn"])
    assert (ends.year - started.year, ending["number"]) == (3, 3)
    assert 181 <= (ends - date.fromisoformat(ending["reminderOn"])).days <= 184
    assert "endedOn" not in ending


@pytest.mark.covers("F9", "ELE-01", "ELE-02", "BR-25")
async def test_an_election_is_shifted_by_a_year_at_most_by_the_superior(city: City) -> None:
    term = (await begin(city, "cohort", 1000)).json()
    own = await shift(city, term, after(term["endsOn"], 30), who="secretary")
    far = await shift(city, term, after(term["endsOn"], 367))
    early = await shift(city, term, after(term["endsOn"], -366))
    refused = await begin(city, "cohort", 1)
    done = await shift(city, term, city.ago(1))
    begun = await begin(city, "cohort", 1)

    assert (own.status_code, own.json()["reason"]) == (403, "PERMISSION_DENIED")
    assert (far.status_code, far.json()["reason"]) == (422, "ORGANIZATION_RULE_REFUSED")
    assert {"ELE-01", "BR-23"} <= broken(far.json())
    assert "ELE-02" in broken(early.json())
    assert (refused.status_code, refused.json()["reason"]) == (409, "TERM_NOT_DUE")
    assert (done.json()["electionDueOn"], done.json()["shiftReason"]) == (city.ago(1), "支部调整")
    assert begun.status_code == 200
    ended = await city.get("secretary", f"/v1/terms/{term['termId']}")
    assert (ended["state"], ended["endedOn"]) == ("STATE_ENDED", city.ago(1))


async def test_a_term_entered_wrongly_is_corrected_by_who_may(city: City) -> None:
    term = (await begin(city, "cohort", 1000)).json()
    path = f"/v1/terms/{term['termId']}:correct"
    body = {"startedOn": city.ago(900), "number": 4, "reason": "日期录入有误"}
    denied = await city.send("secretary", path, body, etag=term["etag"])
    missing = await city.send("approver", path, body)
    corrected = await city.send("approver", path, body, etag=term["etag"])

    assert (denied.status_code, missing.status_code) == (403, 428)
    assert (corrected.json()["startedOn"], corrected.json()["number"]) == (city.ago(900), 4)
    assert corrected.json()["endsOn"] > term["endsOn"]


@pytest.mark.covers("F9", "HE-03", "HE-04", "F7")
async def test_a_term_that_ran_out_is_found_until_the_next_begins(city: City) -> None:
    branch = (await begin(city, "cohort", 1200)).json()
    general = (await begin(city, "general", 1200)).json()

    async def found(unit: str) -> dict[str, str]:
        answer = await city.get("approver", "/v1/findings", unitId=city.units[unit])
        return {each["verdict"]["ruleId"]: each["since"] for each in answer["findings"]}

    overdue = await found("cohort")
    late = await begin(city, "cohort", 0)
    mended = await city.send(
        "admin", "/v1/terms", {"unitId": city.units["cohort"], "overrideReason": "历史欠账，限期补办"}
    )

    assert {overdue[rule] for rule in ("BR-23", "ELE-01", "HE-04.term")} == {after(branch["endsOn"], 1)}
    assert (late.status_code, broken(late.json())) == (422, {"BR-23", "ELE-01", "HE-04.term"})
    assert mended.json()["overrideReason"] == "历史欠账，限期补办"
    assert "BR-23" not in await found("cohort")
    assert date.fromisoformat(general["endsOn"]).year - date.fromisoformat(general["startedOn"]).year == 5
    assert await found("general") == {}
