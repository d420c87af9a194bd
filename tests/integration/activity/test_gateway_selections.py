"""Selection groups in the running system: people agree, rules are judged by what membership and evaluation know."""

from collections.abc import Callable
from typing import Any

import pytest

from deploy.local.stack import Stack
from tests.integration.activity.offices import Offices, on
from tests.support.http import Api
from tests.support.nats_listener import Listener


@pytest.fixture
async def offices(stack: Stack, api_as: Callable[[str], Api]) -> Offices:
    return await Offices.found(api_as)


async def agree(offices: Offices, number: str, selector: str, **values: Any) -> Any:
    body = {
        "personId": offices.people[number],
        "unitId": offices.academy,
        "selector": f"SELECTOR_{selector}",
        **values,
    }
    return await offices.post("/v1/selectionConsents", body, by=number)


async def backbone(offices: Offices) -> str:
    """An undergraduate member of the Party with a duty in a branch."""
    branch = await offices.establish(offices.committee, "BRANCH", form="FORM_COHORT", cohortYear=2024)
    number = await offices.register(category="PERSON_CATEGORY_UNDERGRADUATE")
    member = {
        "personId": offices.people[number],
        "unitId": branch,
        "relationshipFrom": on(-300),
        "status": "MEMBERSHIP_STATUS_FULL",
        "standingFrom": on(-300),
    }
    await offices.post("/v1/members:batchEstablish", {"members": [member]})
    grant = {
        "personId": offices.people[number],
        "role": "ROLE_BRANCH_OFFICER",
        "unitId": branch,
        "reason": "任职",
    }
    await offices.post("/v1/grants", grant)
    return number


async def scholar(offices: Offices) -> str:
    number = await offices.register(category="PERSON_CATEGORY_UNDERGRADUATE")
    honour = {
        "personId": offices.people[number],
        "kind": "HONOUR_KIND_SCHOLARSHIP",
        "title": "国家奖学金",
        "issuer": "教育部",
        "level": "AWARD_LEVEL_NATIONAL",
        "year": 2025,
        "awardedOn": on(-200),
    }
    await offices.post("/v1/honours:batchRecord", {"unitId": offices.root, "honours": [honour]})
    return number


@pytest.mark.covers("S70")
async def test_a_target_list_is_built_by_rule_from_those_who_agreed(stack: Stack, offices: Offices) -> None:
    master = await offices.grant("UNIT_LEADER", offices.academy)
    officer, winner = await backbone(offices), await scholar(offices)
    minority, silent, plain = [
        await offices.register(category="PERSON_CATEGORY_UNDERGRADUATE") for _ in range(3)
    ]
    async with Listener(stack.nats_url, "activity") as events:
        await agree(offices, officer, "BACKBONE")
        await agree(offices, plain, "BACKBONE")
        said = await agree(offices, minority, "ETHNIC_MINORITY")
        await agree(offices, winner, "NATIONAL_SCHOLARSHIP")
        quotas = [
            {"selector": f"SELECTOR_{name}", "seats": 2}
            for name in ("BACKBONE", "ETHNIC_MINORITY", "NATIONAL_SCHOLARSHIP")
        ]
        body = {"unitId": offices.academy, "title": "研习班", "purpose": "成长道路研习", "quotas": quotas}
        roster = await offices.post("/v1/selectionRosters", body, by=master)
        path = f"/v1/selectionRosters/{roster['rosterId']}"
        built = await offices.get(f"{path}/entries", by=master)
        await offices.post(f"/v1/selectionConsents/{said['consentId']}:withdraw", by=minority)
        changed = await offices.get(path, by=master)
        final = await offices.post(f"{path}:confirm", by=master, etag=changed["etag"])
        await events.wait_for(lambda event: event["type"].endswith(".SelectionRosterConfirmed"))

    on_list = [each["personId"] for each in built["entries"]]
    assert on_list == [offices.people[number] for number in (officer, minority, winner)]
    assert offices.people[silent] not in on_list
    assert [each["chosenCount"] for each in roster["quotas"]] == [1, 1, 1]
    assert [each["chosenCount"] for each in final["quotas"]] == [1, 0, 1]
    told = [event for event in events.events if "Selection" in event["type"]]
    consents = [event["data"]["selectionConsent"] for event in told if "Consent" in event["type"]]
    assert len(consents) == 5 and all("selector" not in consent for consent in consents)
    rosters = str([event["data"] for event in told if "Roster" in event["type"]])
    assert not any(offices.people[number] in rosters for number in (officer, minority, winner))


@pytest.mark.covers("S70")
async def test_nobody_agrees_for_another_and_few_read_the_list(offices: Offices) -> None:
    student, friend = await offices.register(), await offices.register()
    counsellor = await offices.grant("COUNSELLOR", offices.academy)
    master = await offices.grant("UNIT_LEADER", offices.academy)
    body = {
        "personId": offices.people[student],
        "unitId": offices.academy,
        "selector": "SELECTOR_ETHNIC_MINORITY",
    }

    friendly = await offices.send("/v1/selectionConsents", body, by=friend)
    paperless = await offices.send("/v1/selectionConsents", body, by=counsellor)
    signed = await offices.post("/v1/selectionConsents", body | {"statement": "同意书 7 号"}, by=counsellor)
    twice = await offices.send("/v1/selectionConsents", body, by=student)
    quota = {"selector": "SELECTOR_ETHNIC_MINORITY", "seats": 1}
    build = {"unitId": offices.academy, "title": "研习班", "purpose": "研习", "quotas": [quota]}
    roster = await offices.post("/v1/selectionRosters", build, by=master)
    hidden = await offices.api_as(counsellor).get(f"/v1/selectionRosters/{roster['rosterId']}/entries")

    assert (friendly.status_code, paperless.status_code, hidden.status_code) == (403, 400, 403)
    assert (twice.status_code, twice.json()["reason"]) == (409, "SELECTION_CONSENT_EXISTS")
    assert signed["selector"] == "SELECTOR_ETHNIC_MINORITY"
    mine = await offices.get("/v1/selectionConsents", by=student)
    assert [each["consentId"] for each in mine["consents"]] == [signed["consentId"]]
