"""A reorganisation over HTTP, with people: what its simulation says beforehand is what the rolls say afterwards."""

import asyncio
from collections.abc import Callable

import pytest

from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.support.http import Api


@pytest.mark.covers("S22", "S25", "F20")
async def test_a_reorganisation_does_what_its_simulation_said(
    stack: Stack, api_as: Callable[[str], Api]
) -> None:
    city = await City.found(stack, api_as)
    day = city.today.isoformat()
    sponsors = [{"sponsorUnitId": city.units[kind]} for kind in ("school", "academy")]
    joint = {
        "key": "joint",
        "parentUnitId": city.units["general"],
        "unit": {
            "kind": "KIND_BRANCH",
            "form": "FORM_JOINT_TEACHER_STUDENT",
            "name": "师生联合党支部",
            "sponsors": sponsors,
        },
    }
    old = [city.units["cohort"], city.units["staff"]]
    plan = {
        "effectiveOn": day,
        "establishes": [joint],
        "dissolvesUnitIds": old,
        "moves": [{"fromUnitId": unit, "toKey": "joint"} for unit in old],
    }
    body = {"unitId": city.units["committee"], "title": "优化党支部设置形式", "plan": plan}
    draft = await city.post("admin", "/v1/reorganizations", body)
    path = f"/v1/reorganizations/{draft['reorganizationId']}"

    simulated = await city.post("admin", f"{path}:simulate")
    untouched = await city.get("admin", f"/v1/rolls/{old[0]}", asOf=day)
    approved = await city.post("admin", f"{path}:approve", {}, etag=draft["etag"])
    await city.post("admin", f"{path}:execute", {}, etag=approved["etag"])
    async with asyncio.timeout(60):
        while (done := await city.get("admin", path))["state"] == "STATE_EXECUTING":  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.05)

    assert simulated["executable"] and untouched["fullMembers"] == 7
    assert {verdict["ruleId"] for verdict in simulated["verdicts"]} >= {"SEED-04", "SEED-04.members"}
    coming = {person for move in simulated["moves"] for person in move["personIds"]}
    assert coming == set(city.members)
    assert (done["state"], done["movedPersons"]) == ("STATE_COMPLETED", len(coming))
    new = done["establishes"][0]["unitId"]
    roll = await city.get("admin", f"/v1/rolls/{new}", asOf=day)
    counted = (roll["staffMembers"], roll["studentMembers"])
    assert counted == tuple(sum(move[kind] for move in simulated["moves"]) for kind in ("staff", "students"))
    assert counted == (2, 7)
    before = await city.get("admin", f"/v1/rolls/{old[0]}", asOf=city.ago(1))
    after = await city.get("admin", f"/v1/rolls/{old[0]}", asOf=day)
    assert (before["fullMembers"], after["fullMembers"]) == (7, 0)
