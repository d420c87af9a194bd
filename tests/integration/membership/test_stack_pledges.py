"""Pledges of members through the gateway."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.support.http import Api


@pytest.fixture
async def city(stack: Stack, api_as: Callable[[str], Api]) -> City:
    return await City.found(stack, api_as)


@pytest.mark.covers("S78")
async def test_a_member_shows_the_identity_sets_an_image_and_takes_the_lead(city: City) -> None:
    acts = [f"PLEDGE_ACT_{name}" for name in ("SHOW_IDENTITY", "SET_IMAGE", "TAKE_THE_LEAD")]
    today, year = city.today.isoformat(), city.today.year
    body = {
        "personId": city.people["officer"],
        "year": year,
        "items": [{"act": act, "text": "我承诺"} for act in acts[:2]],
    }
    far = await city.send("officer", "/v1/pledges", body | {"year": year + 2})
    assert (far.status_code, far.json()["reason"]) == (409, "PLEDGE_YEAR_NOT_OPEN")
    key = uuid4().hex
    pledge = await city.post("officer", "/v1/pledges", body, key=key)
    assert await city.post("officer", "/v1/pledges", body, key=key) == pledge
    path = f"/v1/pledges/{pledge['pledgeId']}"

    refused = await city.send("secretary", f"{path}:publish", {}, etag=pledge["etag"])
    problem = refused.json()
    assert (refused.status_code, problem["reason"]) == (422, "PLEDGE_FORBIDDEN_BY_RULES")
    (verdict,) = problem["verdicts"]
    assert (verdict["ruleId"], verdict["needed"]) == ("PLG-01", "show_identity, set_image, take_the_lead")
    headers = {"If-Match": f'"{pledge["etag"]}"'}
    items = {"items": [{"act": act, "text": "我承诺"} for act in acts]}
    answer = await city.api_as(city.numbers["officer"]).patch(path, items, headers=headers)
    assert answer.status_code == 200, answer.text
    pledge = await city.post("secretary", f"{path}:publish", {}, etag=answer.json()["etag"])
    assert (pledge["state"], pledge["badgeNumber"][:5]) == ("STATE_PUBLISHED", f"{year}-")

    for act in acts[:2]:
        done = {"act": act, "occurredOn": today, "note": "佩戴党徽值班", "reference": "HD-1"}
        pledge = await city.post("officer", f"{path}:addEvidence", done, etag=pledge["etag"])
    body = {"reviewedOn": today, "kept": acts[:2], "opinion": "践诺较好"}
    assert (await city.send("officer", f"{path}:review", body, etag=pledge["etag"])).status_code == 403
    await city.post("secretary", f"{path}:review", body, etag=pledge["etag"])

    shown = await city.get("approver", path)
    assert [item["act"] for item in shown["evidence"]] == acts[:2]
    assert (shown["review"]["kept"], shown["review"]["reviewedBy"]) == (acts[:2], city.people["secretary"])
    assert [(item["ruleId"], item["satisfied"]) for item in shown["verdicts"]] == [
        ("PLG-01", True),
        ("PLG-02", False),
    ]
    listed = await city.get("approver", "/v1/pledges", unitId=city.units["staff"], year=year)
    assert [item["badgeNumber"] for item in listed["pledges"]] == [shown["badgeNumber"]]
    assert (await city.get("applicant", "/v1/pledges"))["pledges"] == []
