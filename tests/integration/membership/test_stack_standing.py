"""Members beyond admission, as it runs: through the gateway, with the roles of the organization service."""

from collections.abc import Callable
from typing import Any

import pytest

from deploy.local.stack import Stack
from rulebook import Period
from tests.integration.membership.city import City
from tests.support.http import Api


@pytest.fixture
async def city(stack: Stack, api_as: Callable[[str], Api]) -> City:
    return await City.found(stack, api_as)


async def opened(city: City, number: int, kind: str, days_ago: int, ground: str | None = None) -> Any:
    body = {
        "personId": city.members[number],
        "kind": f"STANDING_CASE_KIND_{kind}",
        "since": city.ago(days_ago),
        "reason": "支部报告",
    }
    if ground is not None:
        body["ground"] = f"STANDING_GROUND_{ground}"
    return await city.post("secretary", "/v1/standingCases", body)


def decision(city: City, act: str, days_ago: int, **fields: Any) -> dict[str, Any]:
    return {
        "act": f"STANDING_ACT_{act}",
        "decidedOn": city.ago(days_ago),
        "resolvedOn": city.ago(days_ago),
        "approverUnitId": city.units["committee"],
        "reason": "支部大会决议并报批",
        **fields,
    }


def path(found: Any, verb: str = "") -> str:
    return f"/v1/standingCases/{found['standingCaseId']}" + (f":{verb}" if verb else "")


async def follow(city: City, found: Any, act: str, days_ago: int, **fields: Any) -> Any:
    body = decision(city, act, days_ago, **fields)
    return await city.post("approver", path(found, "decide"), body, etag=found["etag"])


async def refused_by(city: City, found: Any, act: str, days_ago: int, **fields: Any) -> list[Any]:
    body = decision(city, act, days_ago, **fields)
    answer = await city.send("approver", path(found, "decide"), body, etag=found["etag"])
    problem = answer.json()
    assert (answer.status_code, problem["reason"]) == (422, "STEP_FORBIDDEN_BY_RULES")
    return [verdict for verdict in problem["verdicts"] if not verdict["satisfied"]]


@pytest.mark.covers("F39", "MGT-04", "MGT-08")
async def test_members_abroad_are_contacted_and_graduates_kept_for_a_time(city: City) -> None:
    abroad = await opened(city, 4, "ABROAD", 300, "STUDY_ABROAD")
    overdue = await city.get("secretary", "/v1/standingCases", overdue="true", unitId=city.units["cohort"])
    assert [item["standingCaseId"] for item in overdue["standingCases"]] == [abroad["standingCaseId"]]
    (early,) = await refused_by(city, abroad, "SUSPENSION", 0)
    assert (early["ruleId"], early["source"]["article"], early["clearsOn"]) == (
        "MGT-04",
        "24",
        abroad["decisionFrom"],
    )
    body = {"contactedOn": city.ago(1), "reached": True, "note": "邮件往来"}
    contacted = await city.post("secretary", path(abroad, "recordContact"), body, etag=abroad["etag"])
    due = Period.parse("P6M").after(city.today.fromisoformat(city.ago(1)))
    assert (contacted["contactDueOn"], contacted["overdue"]) == (due.isoformat(), False)

    kept = await opened(city, 5, "GRADUATE_KEPT", 100)
    graduated = city.today.fromisoformat(city.ago(100))
    assert kept["keptThrough"] == Period.parse("P2Y").after(graduated).isoformat()
    longer = await follow(city, kept, "EXTENSION", 0)
    assert longer["keptThrough"] == Period.parse("P3Y").after(graduated).isoformat()
    body = {
        "personId": city.members[6],
        "kind": "STANDING_CASE_KIND_GRADUATE_KEPT",
        "since": city.ago(740),
        "reason": "未落实单位",
    }
    late = await city.send("secretary", "/v1/standingCases", body)
    assert [item["ruleId"] for item in late.json()["verdicts"]] == ["MGT-08"]


@pytest.mark.covers("F40", "MGT-05", "MGT-06", "MGT-11")
async def test_lost_members_are_suspended_and_removed_and_silent_graduates_removed(city: City) -> None:
    lost = await opened(city, 4, "LOST_CONTACT", 1000)
    body = {"contactedOn": city.ago(990), "reached": False, "note": "家访未遇"}
    lost = await city.post("secretary", path(lost, "recordContact"), body, etag=lost["etag"])
    (early,) = await refused_by(city, lost, "SUSPENSION", 900)
    assert early["ruleId"] == "MGT-05"
    before = await city.get("secretary", f"/v1/rolls/{city.units['cohort']}")
    lost = await follow(city, lost, "SUSPENSION", 800)
    suspended = await city.get("secretary", f"/v1/rolls/{city.units['cohort']}")
    assert (suspended["voters"], suspended["membersWithoutRights"]) == (before["voters"] - 1, 1)
    due = await city.get("secretary", "/v1/standingCases", decisionDue="true", personId=city.members[4])
    assert [item["nextDecision"] for item in due["standingCases"]] == ["STANDING_ACT_REMOVAL"]
    lost = await follow(city, lost, "REMOVAL", 1)
    after = await city.get("secretary", f"/v1/rolls/{city.units['cohort']}")
    assert (lost["state"], after["membersWithoutRights"]) == ("STANDING_CASE_STATE_REMOVED", 0)

    silent = await opened(city, 5, "SELF_WITHDRAWAL", 250, "GRADUATE_SILENT")
    assert [item["ruleId"] for item in await refused_by(city, silent, "REMOVAL", 150)] == ["MGT-11"]
    general = {"approverUnitId": city.units["general"]}
    idle = await opened(city, 6, "SELF_WITHDRAWAL", 250, "NO_ORGANIZATIONAL_LIFE")
    denied = await city.send(
        "approver", path(idle, "decide"), decision(city, "REMOVAL", 0, **general), etag=idle["etag"]
    )
    assert [item["ruleId"] for item in denied.json()["verdicts"] if not item["satisfied"]] == [
        "MGT-06.authority"
    ]
    assert [item["ruleId"] for item in await refused_by(city, idle, "REMOVAL", 150)] == ["MGT-06"]
    removed = await follow(city, idle, "REMOVAL", 0)
    assert removed["state"] == "STANDING_CASE_STATE_REMOVED"


@pytest.mark.covers("F41", "MGT-07")
async def test_an_unqualified_member_rectifies_is_urged_and_removed(city: City) -> None:
    found = await opened(city, 4, "DISPOSAL", 300)
    skipped = await city.send(
        "approver", path(found, "decide"), decision(city, "REMOVAL", 0), etag=found["etag"]
    )
    assert (skipped.status_code, skipped.json()["reason"]) == (409, "STANDING_ACT_NOT_DUE")
    late = {"until": Period.parse("P2Y").after(city.today.fromisoformat(city.ago(290))).isoformat()}
    assert [item["ruleId"] for item in await refused_by(city, found, "RECTIFICATION_ORDER", 290, **late)] == [
        "MGT-07"
    ]
    found = await follow(city, found, "RECTIFICATION_ORDER", 290, until=city.ago(100))
    assert found["decisionFrom"] == city.ago(99)
    early = await refused_by(city, found, "URGED_WITHDRAWAL", 100)
    assert [item["ruleId"] for item in early] == ["MGT-07.urge"]
    found = await follow(city, found, "URGED_WITHDRAWAL", 60)
    found = await follow(city, found, "REMOVAL", 30)
    shown = await city.get("secretary", path(found))
    assert [entry["act"].removeprefix("STANDING_ACT_") for entry in shown["entries"]] == [
        "OPENING",
        "RECTIFICATION_ORDER",
        "URGED_WITHDRAWAL",
        "REMOVAL",
    ]
    assert shown["state"] == "STANDING_CASE_STATE_REMOVED"


@pytest.mark.covers("F40", "MGT-05")
async def test_an_act_that_was_written_wrongly_is_corrected_by_the_committee(city: City) -> None:
    found = await opened(city, 5, "LOST_CONTACT", 400)
    search = {"contactedOn": city.ago(300), "reached": False, "note": "走访未果"}
    found = await city.post("secretary", path(found, "recordContact"), search, etag=found["etag"])
    known = found["entries"][-1]["recordTime"]
    found = await follow(city, found, "SUSPENSION", 100)
    right = {
        "position": 3,
        "occurredOn": city.ago(120),
        "resolvedOn": city.ago(120),
        "approverUnitId": city.units["committee"],
        "note": "支部大会决议并报批",
        "reason": "批准日期误录",
    }
    refused = await city.send("secretary", path(found, "correctEntry"), right, etag=found["etag"])
    assert refused.status_code == 403
    early = right | {"occurredOn": city.ago(399), "resolvedOn": city.ago(399)}
    refused = await city.send("approver", path(found, "correctEntry"), early, etag=found["etag"])
    assert (refused.status_code, refused.json()["reason"]) == (422, "STEP_FORBIDDEN_BY_RULES")
    after = await city.post("approver", path(found, "correctEntry"), right, etag=found["etag"])
    assert (after["suspendedOn"], after["entries"][2]["revision"]) == (city.ago(120), 2)
    member = await city.get("approver", f"/v1/members/{city.members[5]}")
    suspended = [each for each in member["statuses"] if each["status"].endswith("SUSPENDED")]
    assert [each["validFrom"] for each in suspended] == [city.ago(120)]
    then = await city.get("approver", path(found), knownAt=known)
    assert (len(then["entries"]), "suspendedOn" in then) == (2, False)
