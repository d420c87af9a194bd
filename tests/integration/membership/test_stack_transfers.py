"""A transfer as it runs: through the gateway, with the roles of the organization service."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.support.http import Api


@pytest.fixture
async def city(stack: Stack, api_as: Callable[[str], Api]) -> City:
    return await City.found(stack, api_as)


@pytest.mark.covers("F37", "TRF-03")
async def test_a_member_is_sent_and_received_and_the_receipt_returned(city: City) -> None:
    person = city.members[4]
    body = {
        "personId": person,
        "fromUnitId": city.units["cohort"],
        "toUnitId": city.units["staff"],
        "letterNumber": f"介-{uuid4().hex[:6]}",
        "letterIssuedOn": city.ago(10),
    }
    refused = await city.send("secretary", "/v1/transfers", body)
    assert (refused.status_code, refused.json()["reason"]) == (403, "PERMISSION_DENIED")
    sent = await city.post("approver", "/v1/transfers", body)
    path = f"/v1/transfers/{sent['transferId']}"
    assert sent["state"] == "TRANSFER_STATE_STARTED"
    before = await city.get("secretary", f"/v1/rolls/{city.units['staff']}")

    again = await city.send("approver", "/v1/transfers", body)
    assert (again.status_code, again.json()["reason"]) == (409, "TRANSFER_ALREADY_OPEN")
    early = await city.send("secretary", f"{path}:accept", {"acceptedOn": city.ago(11)}, etag=sent["etag"])
    assert (early.status_code, early.json()["reason"]) == (409, "DAY_OUT_OF_ORDER")
    accepted = await city.post("secretary", f"{path}:accept", {"acceptedOn": city.ago(2)}, etag=sent["etag"])
    assert accepted["state"] == "TRANSFER_STATE_ACCEPTED"
    assert {item["ruleId"]: item["satisfied"] for item in accepted["verdicts"]}["TRF-03"]
    after = await city.get("secretary", f"/v1/rolls/{city.units['staff']}")
    assert after["fullMembers"] == before["fullMembers"] + 1

    waiting = await city.get("secretary", "/v1/transfers", awaitingReceipt="true", personId=person)
    assert [item["transferId"] for item in waiting["transfers"]] == [sent["transferId"]]
    done = await city.post(
        "secretary", f"{path}:returnReceipt", {"returnedOn": city.ago(1)}, etag=accepted["etag"]
    )
    assert done["receiptReturnedOn"] == city.ago(1)
    overdue = await city.get("secretary", "/v1/transfers", overdue="true", personId=person)
    assert overdue.get("transfers", []) == []


@pytest.mark.covers("F45")
async def test_a_graduating_year_leaves_and_is_received_in_two_requests(city: City) -> None:
    leaving, tag = city.members[2:6], uuid4().hex[:6]
    body = {
        "fromUnitId": city.units["cohort"],
        "letterIssuedOn": city.ago(10),
        "issuingUnitId": city.units["committee"],
        "transfers": [
            {"personId": person, "letterNumber": f"毕-{tag}-{n}"}
            | ({"toUnitId": city.units["staff"]} if n < 2 else {"toOrganization": "外省某企业党委"})
            for n, person in enumerate(leaving)
        ],
    }
    refused = await city.send("secretary", "/v1/transfers:batchStart", body)
    assert refused.status_code == 403
    before = await city.get("secretary", f"/v1/rolls/{city.units['cohort']}")
    sent = (await city.post("approver", "/v1/transfers:batchStart", body))["transferIds"]
    again = await city.send("approver", "/v1/transfers:batchStart", body)
    assert (again.status_code, again.json()["reason"]) == (409, "TRANSFER_ALREADY_OPEN")
    waiting = await city.get("secretary", "/v1/transfers", fromUnitId=city.units["cohort"])
    assert {item["transferId"] for item in waiting["transfers"]} == set(sent)

    inside = {"unitId": city.units["staff"], "transferIds": sent[:2], "acceptedOn": city.ago(1)}
    mixed = await city.send("secretary", "/v1/transfers:batchAccept", {**inside, "transferIds": sent})
    assert (mixed.status_code, mixed.json()["reason"]) == (404, "TRANSFER_NOT_FOUND")
    assert (await city.post("secretary", "/v1/transfers:batchAccept", inside))["accepted"] == 2
    outside = {**inside, "unitId": city.units["cohort"], "transferIds": sent[2:]}
    assert (await city.post("secretary", "/v1/transfers:batchAccept", outside))["accepted"] == 2
    after = await city.get("secretary", f"/v1/rolls/{city.units['cohort']}")
    assert after["fullMembers"] == before["fullMembers"] - 4


@pytest.mark.covers("MGT-03")
async def test_only_a_committee_sends_out_directly_and_nobody_refuses_without_a_reason(city: City) -> None:
    body = {
        "personId": city.members[4],
        "fromUnitId": city.units["cohort"],
        "toOrganization": "贵阳市某单位党支部",
        "letterNumber": f"介-{uuid4().hex[:6]}",
        "letterIssuedOn": city.ago(10),
    }
    unsaid = await city.send("approver", "/v1/transfers", body)
    assert (unsaid.status_code, unsaid.json()["violations"][0]["pointer"]) == (400, "/issuingUnitId")
    general = body | {"issuingUnitId": city.units["general"]}
    refused = (await city.send("approver", "/v1/transfers", general)).json()
    assert [item["ruleId"] for item in refused["verdicts"] if not item["satisfied"]] == ["MGT-03"]
    sent = await city.post("approver", "/v1/transfers", body | {"issuingUnitId": city.units["committee"]})
    path = f"/v1/transfers/{sent['transferId']}:reject"
    other = {"reason": "名额已满", "refusal": "TRANSFER_REFUSAL_OTHER"}
    unjustified = (await city.send("approver", path, other, etag=sent["etag"])).json()
    assert [item["ruleId"] for item in unjustified["verdicts"]] == ["MGT-03.refusal"]
    before = await city.get("secretary", f"/v1/rolls/{city.units['cohort']}")
    why = {"reason": "未报到", "refusal": "TRANSFER_REFUSAL_NOT_WITH_RECEIVER"}
    rejected = await city.post("approver", path, why, etag=sent["etag"])
    assert rejected["refusal"] == "TRANSFER_REFUSAL_NOT_WITH_RECEIVER"
    # The sender was and is responsible.
    assert await city.get("secretary", f"/v1/rolls/{city.units['cohort']}") == before


@pytest.mark.covers("F38")
async def test_a_case_in_flight_goes_on_where_its_applicant_is_sent(city: City) -> None:
    """A probationary member moves in the middle of the case: every step and every day of it goes along."""
    steps = [
        *(("talk", 990), ("activist", 800), ("contacts", 780), ("prospect", 420), ("introducers", 405)),
        *(("political_review", 400), ("training", 395), ("committee_review", 390), ("pre_review", 385)),
        *(("admission_form", 380), ("branch_meeting", 375), ("superior_talk", 372), ("approval", 370)),
        *(("activist_filing", 790), ("prospect_filing", 410)),
    ]
    case = {
        "personId": city.people["applicant"],
        "unitId": city.units["cohort"],
        "appliedOn": city.ago(1000),
        "steps": [{"step": step, "occurredOn": city.ago(days)} for step, days in steps],
    }
    body = {"sourceReference": "台账", "cases": [case]}
    brought = (await city.post("admin", "/v1/admissionCases:import", body))["cases"][0]
    path = f"/v1/admissionCases/{brought['caseId']}"
    city.case = before = await city.get("approver", path)
    letter = {
        "personId": city.people["applicant"],
        "fromUnitId": city.units["cohort"],
        "toUnitId": city.units["staff"],
        "letterNumber": f"介-{uuid4().hex[:6]}",
        "letterIssuedOn": city.ago(10),
    }
    sent = await city.post("approver", "/v1/transfers", letter)
    received = {
        "acceptedOn": city.ago(2),
        "checkedMaterials": [
            "admission_form",
            "membership_application",
            "political_review_conclusion",
            "cultivation_records",
        ],
    }
    await city.post("secretary", f"/v1/transfers/{sent['transferId']}:accept", received, etag=sent["etag"])

    after = await city.get("approver", path)
    assert (before["unitId"], after["unitId"]) == (city.units["cohort"], city.units["staff"])
    kept = ("caseId", "appliedOn", "packDigest", "probationFrom", "probationUntil", "steps", "contacts")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    city.case = after
    await city.step("secretary", "recordProbationAssessment", 1)
    assert city.case["caseId"] == brought["caseId"]
