"""The papers of an admission case through the gateway."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.support.http import Api

PAPER = b"%PDF-1.7\n" + "入党申请书".encode() + b"\n%%EOF\n"


@pytest.fixture
async def city(stack: Stack, api_as: Callable[[str], Api]) -> City:
    return await City.found(stack, api_as)


async def send(city: City, who: str, data: bytes, media_type: str = "application/pdf", **params: Any) -> Any:
    wanted = {"step": "application", "name": "membership_application", **params}
    path = f"/v1/admissionCases/{city.case['caseId']}/materials"
    headers = {"After-Event": city.after}
    answer = await city.api_as(city.numbers[who]).post_file(path, data, media_type, headers=headers, **wanted)
    city.after = answer.headers.get("Event-Id", city.after)
    return answer


async def listed(city: City, who: str = "secretary") -> dict[str, Any]:
    found = await city.get(who, f"/v1/admissionCases/{city.case['caseId']}/checklist")
    return {step["step"]: step for step in found["steps"]}


@pytest.mark.covers("F23", "F22")
async def test_each_step_says_which_papers_it_asks_for_and_how_they_were_found(city: City) -> None:
    await city.apply()
    steps = await listed(city, "applicant")
    assert [step["number"] for step in steps.values()] == list(range(1, 26))
    assert len({step["stage"] for step in steps.values()}) == 5
    (paper,) = steps["application"]["materials"]
    assert (paper["zh"], paper["required"], paper["stated"]) == ("入党申请书", True, True)
    assert "为什么要入党" in paper["template"]
    assert "material" not in paper
    assert {item["name"] for item in steps["prospect"]["materials"]} == {
        "party_group_opinion",
        "contact_opinion",
        "member_and_mass_opinions",
        "prospect_committee_decision",
    }

    false = await send(city, "applicant", b"MZ\x90\x00", "application/pdf")
    assert (false.status_code, false.json()["reason"]) == (400, "MATERIAL_FILE_REFUSED")
    wrong = await send(city, "applicant", PAPER, name="admission_form")
    assert (wrong.status_code, wrong.json()["reason"]) == (409, "MATERIAL_NOT_LISTED")
    stranger = await send(city, "approver", PAPER[:-1] + b"x", step="talk", name="first_talk_record")
    assert stranger.status_code == 200, stranger.text
    sent = await send(city, "applicant", PAPER)
    assert sent.status_code == 200, sent.text
    material = sent.json()
    assert (material["bytes"], material["sha256"]) == (len(PAPER), sha256(PAPER).hexdigest())

    path = f"/v1/caseMaterials/{material['materialId']}"
    denied = await city.send("applicant", f"{path}:review", {"accepted": True}, etag=material["etag"])
    assert denied.status_code == 403
    silent = await city.send("secretary", f"{path}:review", {"accepted": False}, etag=material["etag"])
    assert (silent.status_code, silent.json()["violations"][0]["pointer"]) == (400, "/note")
    body = {"accepted": False, "note": "缺签名"}
    await city.post("secretary", f"{path}:review", body, etag=material["etag"])
    (paper,) = (await listed(city, "applicant"))["application"]["materials"]
    assert (paper["material"]["state"], paper["material"]["note"]) == ("STATE_RETURNED", "缺签名")

    # Sent again, it waits again; the one that was returned stays as it was.
    again = (await send(city, "secretary", PAPER + b"signed")).json()
    own = await city.send(
        "secretary",
        f"/v1/caseMaterials/{again['materialId']}:review",
        {"accepted": True},
        etag=again["etag"],
    )
    assert (own.status_code, own.json()["reason"]) == (409, "MATERIAL_OWN_REVIEW")
    await city.post(
        "officer", f"/v1/caseMaterials/{again['materialId']}:review", {"accepted": True}, etag=again["etag"]
    )
    (paper,) = (await listed(city))["application"]["materials"]
    assert (paper["material"]["state"], paper["material"]["reviewedBy"]) == (
        "STATE_ACCEPTED",
        city.people["officer"],
    )
    file = await city.api_as(city.numbers["applicant"]).get(
        f"/v1/caseMaterials/{again['materialId']}/file", headers={"After-Event": city.after}
    )
    assert (file.headers["content-type"], file.content) == ("application/pdf", PAPER + b"signed")


@pytest.mark.covers("F23", "DEV-04")
async def test_a_returned_paper_blocks_the_step_that_rests_on_it_until_it_is_sent_again(city: City) -> None:
    await city.apply()
    await city.step("secretary", "recordTalk", 990, talkerPersonId=city.people["officer"])
    paper = {"step": "activist", "name": "league_recommendation"}
    sent = (await send(city, "secretary", PAPER, **paper)).json()
    body = {"accepted": False, "note": "缺团委盖章"}
    await city.post("officer", f"/v1/caseMaterials/{sent['materialId']}:review", body, etag=sent["etag"])
    case = await city.get("secretary", f"/v1/admissionCases/{city.case['caseId']}")
    path = f"/v1/admissionCases/{case['caseId']}:determineActivist"
    body = {
        "occurredOn": city.ago(800),
        "recommendedByLeague": True,
        "decidedBy": "DECISION_BODY_BRANCH_COMMITTEE",
        "noticedFrom": city.ago(830),
    }
    refused = await city.send("secretary", path, body, etag=case["etag"])
    problem = refused.json()
    assert (refused.status_code, problem["reason"]) == (422, "STEP_FORBIDDEN_BY_RULES")
    broken = {(item["ruleId"], item["seen"]) for item in problem["verdicts"] if not item["satisfied"]}
    assert ("DEV-04", "") in broken
    await send(city, "secretary", PAPER + b"sealed", **paper)
    taken = await city.post("secretary", path, body, etag=case["etag"])
    assert taken["step"] == "activist"
