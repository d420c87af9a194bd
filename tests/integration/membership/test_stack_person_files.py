"""A person's own file through the gateway, and who read it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.support.http import Api
from tests.unit.membership.test_identity import number_of


@pytest.fixture
async def city(stack: Stack, api_as: Callable[[str], Api]) -> City:
    return await City.found(stack, api_as)


@pytest.mark.covers("F46", "F79")
async def test_an_applicant_follows_the_case_and_takes_the_own_file_away(city: City) -> None:
    await city.apply()
    await city.step("secretary", "recordTalk", 990, talkerPersonId=city.people["officer"])
    me, path = city.people["applicant"], f"/v1/persons/{city.people['applicant']}"
    person = await city.get("applicant", path)
    assert person["campusNumber"].startswith("****")

    timeline = await city.get("applicant", f"/v1/admissionCases/{city.case['caseId']}/timeline")
    assert [entry["step"]["step"] for entry in timeline["entries"]][-1] == "talk"
    file = await city.get("applicant", f"{path}/file")
    assert file["personId"] == me
    assert file["numbers"]["campusNumber"] == city.numbers["applicant"]
    assert {"person", "account", "admission_case", "case_step"} <= set(file["records"])
    others = await city.api_as(city.numbers["officer"]).get(f"{path}/file", purpose="好奇")
    assert (others.status_code, others.json()["reason"]) == (403, "PERMISSION_DENIED")


@pytest.mark.covers("F79")
async def test_numbers_are_masked_and_each_unmasking_is_seen_with_its_purpose(city: City) -> None:
    path = f"/v1/persons/{city.people['applicant']}"
    person = await city.get("admin", path)
    born = city.today.replace(year=2003, month=5, day=4)
    number = number_of(born, uuid4().int % 1000)
    body = {"identityNumber": number}
    wrong = {"identityNumber": "1" * 18}
    refused = await city.send("admin", f"{path}:setIdentityNumber", wrong, etag=person["etag"])
    assert (refused.status_code, refused.json()["reason"]) == (400, "FIELDS_CONTRADICT")
    await city.post("admin", f"{path}:setIdentityNumber", body, etag=person["etag"])

    asked: list[tuple[str, dict[str, Any]]] = [("secretary", {"purpose": "好奇"}), ("admin", {})]
    for reader, params in asked:
        refused = await city.api_as(city.numbers.get(reader, reader)).get(f"{path}/numbers", **params)
        assert refused.status_code in (400, 403)
    read = await city.get("admin", f"{path}/numbers", purpose="政审函调")
    assert read["identityNumber"] == number
    found = await city.post(
        "admin", "/v1/persons:findByIdentityNumber", {"identityNumber": number, "purpose": "查重"}
    )
    assert found["personId"] == city.people["applicant"]

    seen = await city.get("applicant", f"{path}/disclosures")
    assert [(item["kind"], item["purpose"]) for item in seen["disclosures"]] == [
        ("DISCLOSURE_KIND_LOOKUP", "查重"),
        ("DISCLOSURE_KIND_NUMBERS", "政审函调"),
    ]
