"""Campus sync through the gateway, as a campus system and the people beside it meet it."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.layout import CAMPUS_CLIENT
from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.support.http import Api

SOURCE = CAMPUS_CLIENT.removeprefix("campus-")


@pytest.fixture
async def city(stack: Stack, api_as: Callable[[str], Api]) -> City:
    return await City.found(stack, api_as)


@pytest.fixture
async def system(stack: Stack, city: City) -> AsyncIterator[Api]:
    async with Api(stack.gateway_url, stack.client_token(CAMPUS_CLIENT)) as api:
        yield api


def row(city: City, tag: str, number: int, **fields: Any) -> dict[str, Any]:
    tie = {
        "kind": "AFFILIATION_KIND_SCHOOL",
        "unit": city.units["school"],
        "firstDay": city.ago(30),
        "endDay": "",
    }
    return {
        "externalId": f"{tag}-{number}",
        "name": f"同步{number}",
        "campusNumber": f"{tag}{number}",
        "kind": "PERSON_KIND_STUDENT",
        "birthDate": "2007-03-01",
        "room": "西13-402",
        "affiliations": [tie],
    } | fields


async def send(city: City, system: Api, rows: list[dict[str, Any]], **fields: Any) -> Any:
    answer = await system.post(
        "/v1/syncBatches",
        {"source": SOURCE, "complete": False, "moreFollows": False, "rows": rows} | fields,
        headers={"After-Event": city.after},
    )
    if answer.is_success:
        city.after = answer.headers["Event-Id"]
    return answer


async def apply(city: City, system: Api, batch: Any, policy: str = "ALL_OR_NOTHING") -> Any:
    answer = await system.post(
        f"/v1/syncBatches/{batch['batchId']}:apply",
        {"policy": f"ROSTER_POLICY_{policy}"},
        headers={"If-Match": f'"{batch["etag"]}"'},
    )
    if answer.is_success:
        city.after = answer.headers["Event-Id"]
    return answer


@pytest.mark.covers("F21", "F44")
async def test_a_campus_system_sends_people_and_a_person_decides_who_left(city: City, system: Api) -> None:
    tag = uuid4().hex[:8]
    sent = await send(city, system, [row(city, tag, 1), row(city, tag, 2), row(city, tag, 3, birthDate="?")])
    assert sent.status_code == 200, sent.text
    batch = sent.json()
    assert (batch["state"], batch["newPersons"], batch["problems"]) == ("STATE_CHECKED", 2, 1)
    path = f"/v1/syncBatches/{batch['batchId']}"
    problems = await city.get("admin", f"{path}/problems")
    assert [(item["row"], item["field"]) for item in problems["problems"]] == [(3, "birthDate")]
    differences = (await system.get(f"{path}/differences", kind="KIND_NEW")).json()["differences"]
    assert [item["externalId"] for item in differences] == [f"{tag}-1", f"{tag}-2"]

    refused = await apply(city, system, batch)
    assert (refused.status_code, refused.json()["reason"]) == (409, "SYNC_HAS_PROBLEMS")
    done = await apply(city, system, batch, "ACCEPT_GOOD")
    assert done.json()["state"] == "STATE_APPLIED", done.text
    (person,) = (await city.get("admin", "/v1/persons", campusNumber=f"{tag}1"))["persons"]
    rooms = await city.get("admin", f"/v1/persons/{person['personId']}/residences")
    assert [stay["room"] for stay in rooms["residences"]] == ["西13-402"]

    changed = (await send(city, system, [row(city, tag, 1, name="改名")], complete=True)).json()
    assert (changed["changedPersons"], changed["absentPersons"] >= 1) == (1, True)
    (difference,) = (
        await city.get("admin", f"/v1/syncBatches/{changed['batchId']}/differences", kind="KIND_CHANGED")
    )["differences"]
    assert difference["changes"] == [{"field": "name", "before": "同步1", "after": "改名"}]
    await apply(city, system, changed)
    again = (await send(city, system, [row(city, tag, 1, name="改名")])).json()
    assert (again["unchangedPersons"], again["changedPersons"]) == (1, 0)

    listed = await city.get("admin", "/v1/syncDepartures", source=SOURCE)
    gone = (await city.get("admin", "/v1/persons", campusNumber=f"{tag}2"))["persons"][0]["personId"]
    (departure,) = [item for item in listed["syncDepartures"] if item["personId"] == gone]
    body = {"left": True, "leftOn": city.ago(0), "reason": "退学"}
    decided = await city.post(
        "admin", f"/v1/syncDepartures/{departure['departureId']}:decide", body, etag=departure["etag"]
    )
    assert decided["state"] == "STATE_LEFT"
    left = await city.get("admin", f"/v1/persons/{gone}")
    assert [tie["validUntil"] for tie in left["affiliations"]] == [city.ago(0)]


@pytest.mark.covers("F21")
async def test_only_campus_systems_and_their_keepers_reach_the_sync(city: City, system: Api) -> None:
    rows = [row(city, uuid4().hex[:8], 1)]
    foreign = await send(city, system, rows, source="staff")
    assert (foreign.status_code, foreign.json()["reason"]) == (403, "PERMISSION_DENIED")
    denied = await city.send(
        "secretary",
        "/v1/syncBatches",
        {"source": SOURCE, "complete": False, "moreFollows": False, "rows": rows},
    )
    assert denied.status_code == 403
    deciding = await system.post(
        f"/v1/syncDepartures/{uuid4()}:decide", {"left": False, "reason": "x"}, headers={"If-Match": '"1"'}
    )
    assert deciding.status_code == 403
    unknown = await city.send("admin", f"/v1/syncBatches/{uuid4()}:discard", {"reason": "x"}, etag="1")
    assert (unknown.status_code, unknown.json()["reason"]) == (404, "SYNC_BATCH_NOT_FOUND")
    nobody = await send(city, system, [])
    assert nobody.status_code == 400
