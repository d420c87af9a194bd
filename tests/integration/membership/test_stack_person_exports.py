"""A person takes everything away that all four services hold, through the gateway."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.integration.membership.test_stack import until
from tests.support.http import Api


@pytest.fixture
async def city(stack: Stack, api_as: Callable[[str], Api]) -> City:
    return await City.found(stack, api_as)


async def file_of(city: City, who: str, export: dict[str, Any]) -> dict[str, Any]:
    """The documents of a package, once it is ready."""
    path = f"/v1/personExports/{export['exportId']}"
    await until(lambda: city.get(who, path), lambda found: found["state"] == "STATE_READY")
    answer = await city.api_as(city.numbers.get(who, who)).get(f"{path}/file")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {name: orjson.loads(archive.read(name)) for name in archive.namelist()}


@pytest.mark.covers("F46", "F79")
async def test_a_person_takes_away_what_all_services_hold(city: City) -> None:
    await city.apply()
    me, path = city.people["applicant"], f"/v1/persons/{city.people['applicant']}"

    files = await file_of(city, "applicant", await city.post("applicant", f"{path}/exports", {}))

    assert files["person.json"]["campusNumber"] == city.numbers["applicant"]
    assert {"person", "admission_case", "case_step"} <= set(files["membership.json"]["records"])
    for service in ("organization", "activity", "evaluation"):
        records = files[f"{service}.json"]["records"]
        assert records, service
        assert all(me in str(row) for rows in records.values() for row in rows)
    for who, purpose in (("secretary", "好奇"), ("admin", "")):
        refused = await city.send(who, f"{path}/exports", {"purpose": purpose} if purpose else {})
        assert refused.status_code in (400, 403)

    taken = await city.post("admin", f"{path}/exports", {"purpose": "本人书面申请"})
    masked = await file_of(city, "admin", taken)
    assert masked["person.json"]["campusNumber"].startswith("****")
    seen = await city.get("applicant", f"{path}/disclosures")
    assert [(item["kind"], item["purpose"]) for item in seen["disclosures"]] == [
        ("DISCLOSURE_KIND_PACKAGE", "本人书面申请")
    ]
    listed = await city.get("applicant", f"{path}/exports")
    assert listed["personExports"][0]["exportId"] == taken["exportId"]
