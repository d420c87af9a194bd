"""Membership as it runs: through the gateway, with the events of the other services arriving."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.support.http import Api


@pytest.fixture
async def city(stack: Stack, api_as: Callable[[str], Api]) -> City:
    return await City.found(stack, api_as)


async def until(ask: Callable[[], Awaitable[Any]], holds: Callable[[Any], bool]) -> Any:
    """What another service's event brings about; fails when it does not within seconds."""
    async with asyncio.timeout(20):
        while not holds(found := await ask()):  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.05)
    return found


@pytest.mark.covers("S22", "S25", "S28", "S29", "S60")
async def test_two_branches_become_one_and_an_applicant_takes_the_oath_in_it(city: City) -> None:
    await city.apply()
    await city.up_to_contacts()

    path = await city.reorganise()
    done = await until(lambda: city.get("approver", path), lambda found: found["state"] == "STATE_COMPLETED")
    assert (done["movedPersons"], done["movedCases"]) == (9, 1)
    case = f"/v1/admissionCases/{city.case['caseId']}"
    city.case = await city.get("applicant", case)
    joint = city.case["unitId"]
    roll = await city.get("secretary", f"/v1/rolls/{joint}")
    assert (roll["voters"], roll["staffMembers"], roll["activists"]) == (9, 2, 1)

    await city.up_to_form()
    await city.vote(yesVotes=4, noVotes=4)
    assert city.case["ballots"][0]["state"] == "STATE_FAILED"
    verdicts = city.case["ballots"][0]["verdicts"]
    (lost,) = [v for v in verdicts if not v["satisfied"] and v["severity"] == "SEVERITY_BLOCK"]
    assert (lost["ruleId"], lost["source"]["article"]) == ("DEV-18", "21")
    await city.vote()
    await city.up_to_approval()

    await _swear(city)
    sworn = await until(lambda: city.get("applicant", case), lambda found: "oathOn" in found)
    assert sworn["oathOn"] == city.today.isoformat()
    timeline = await city.get("applicant", f"{case}/timeline")
    assert timeline["entries"][-1]["step"]["step"] == "oath"


async def _swear(city: City, *, days_ago: int = 0) -> None:
    planned = {
        "unitId": city.units["committee"],
        "title": "入党宣誓",
        "heldOn": city.ago(days_ago),
        "leadPersonId": city.people["approver"],
    }
    ceremony = await city.post("approver", "/v1/ceremonies", planned)
    path = f"/v1/ceremonies/{ceremony['ceremonyId']}"
    applicant = city.people["applicant"]
    ceremony = await city.post(
        "approver", f"{path}:addOathTakers", {"personIds": [applicant]}, etag=ceremony["etag"]
    )
    ceremony = await city.post(
        "approver", f"{path}:callRoll", {"presentPersonIds": [applicant]}, etag=ceremony["etag"]
    )
    await city.post("approver", f"{path}:hold", {}, etag=ceremony["etag"])


class TestRefusals:
    async def test_too_early_names_the_rule_the_article_and_the_day(self, city: City) -> None:
        await city.apply()
        await city.step("secretary", "recordTalk", 990, talkerPersonId=city.people["officer"])
        answer = await city.try_step(
            "secretary",
            "determineActivist",
            900,
            recommendedByLeague=True,
            decidedBy="DECISION_BODY_BRANCH_COMMITTEE",
            noticedFrom=city.ago(930),
        )
        assert answer.status_code == 422
        problem = answer.json()
        assert problem["reason"] == "STEP_FORBIDDEN_BY_RULES"
        (blocking,) = [verdict for verdict in problem["verdicts"] if not verdict["satisfied"]]
        assert blocking["ruleId"] == "LOC-02"
        assert blocking["source"]["document"] == "学校发展党员工作实施细则"
        assert "clearsOn" in blocking

    async def test_a_step_that_is_not_due_is_a_conflict_in_the_reader_s_language(self, city: City) -> None:
        await city.apply()
        answer = await city.try_step("secretary", "passCommitteeReview", 900)
        assert answer.status_code == 409
        assert answer.json()["reason"] == "STEP_NOT_DUE"
        assert "talk" in answer.json()["detail"]

    async def test_a_stale_etag_and_a_missing_one_are_told_apart(self, city: City) -> None:
        await city.apply()
        stale = dict(city.case)
        body = {"talkerPersonId": city.people["officer"]}
        await city.step("secretary", "recordTalk", 990, **body)
        city.case = stale
        answer = await city.try_step("secretary", "recordTalk", 989, **body)
        assert (answer.status_code, answer.json()["reason"]) == (412, "ETAG_MISMATCH")
        path = f"/v1/admissionCases/{stale['caseId']}:recordTalk"
        missing = await city.send("secretary", path, {**body, "occurredOn": city.ago(989)})
        assert missing.status_code == 428

    async def test_a_repeated_key_answers_the_first_answer(self, city: City) -> None:
        body = {"person": {"name": "重复", "kind": "PERSON_KIND_STUDENT"}}
        key = str(uuid4())
        first = await city.post("admin", "/v1/persons", body, key=key)
        second = await city.post("admin", "/v1/persons", body, key=key)
        other = await city.send(
            "admin", "/v1/persons", {"person": {**body["person"], "name": "别人"}}, key=key
        )
        assert first == second
        assert (other.status_code, other.json()["reason"]) == (422, "IDEMPOTENCY_KEY_REUSED")

    async def test_the_wrong_role_is_forbidden(self, city: City) -> None:
        await city.apply()
        answer = await city.try_step("officer", "recordFiling", 900, kind="FILING_KIND_ACTIVIST")
        assert (answer.status_code, answer.json()["reason"]) == (403, "PERMISSION_DENIED")

    async def test_a_field_is_named_by_its_pointer(self, city: City) -> None:
        answer = await city.send("applicant", "/v1/admissionCases", {"personId": "x"})
        assert answer.status_code == 400
        assert "/personId" in {item["pointer"] for item in answer.json()["violations"]}


class TestFromPaper:
    """Cases that were run before the system existed."""

    STEPS = (
        ("talk", 990),
        ("activist", 800),
        ("activist_filing", 790),
        ("contacts", 780),
        ("prospect", 420),
        ("prospect_filing", 410),
        ("introducers", 405),
        ("political_review", 400),
        ("training", 395),
        ("committee_review", 390),
        ("pre_review", 385),
        ("admission_form", 380),
        ("branch_meeting", 375),
        ("superior_talk", 372),
        ("approval", 370),
    )

    def _body(self, city: City, *steps: tuple[str, int]) -> dict[str, Any]:
        case = {
            "personId": city.people["applicant"],
            "unitId": city.units["cohort"],
            "appliedOn": city.ago(1000),
            "steps": [{"step": step, "occurredOn": city.ago(days)} for step, days in steps],
        }
        return {"sourceReference": "发展党员台账", "cases": [case]}

    @pytest.mark.covers("S28", "S60")
    async def test_who_was_approved_years_ago_takes_the_oath_of_that_time(self, city: City) -> None:
        answer = await city.post(
            "admin", "/v1/admissionCases:import", self._body(city, *self.STEPS), key=str(uuid4())
        )
        (brought,) = answer["cases"]
        assert brought["step"] == "approval"
        path = f"/v1/admissionCases/{brought['caseId']}"
        case = await city.get("applicant", path)
        assert (case["imported"], case["sourceReference"]) == (True, "发展党员台账")
        assert case["probationFrom"] == city.ago(375)
        roll = await city.get("secretary", f"/v1/rolls/{city.units['cohort']}")
        assert roll["probationaryMembers"] == 1

        await _swear(city, days_ago=350)

        sworn = await until(lambda: city.get("applicant", path), lambda found: "oathOn" in found)
        assert sworn["oathOn"] == city.ago(350)

    async def test_each_wrong_row_is_named_by_its_pointer(self, city: City) -> None:
        body = self._body(city, ("talk", 990), ("activist", 800), ("contacts", 780), ("prospect", -2))

        answer = await city.send("admin", "/v1/admissionCases:import", body)

        assert answer.status_code == 400
        problem = answer.json()
        assert problem["reason"] == "IMPORT_REFUSED"
        assert [item["pointer"] for item in problem["violations"]] == ["/cases/0/steps/2/step"]

    async def test_a_branch_secretary_may_not(self, city: City) -> None:
        answer = await city.send("secretary", "/v1/admissionCases:import", self._body(city, ("talk", 990)))

        assert (answer.status_code, answer.json()["reason"]) == (403, "PERMISSION_DENIED")
