"""A reorganisation over HTTP, with people: what its simulation says beforehand is what the rolls say afterwards."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from chassis.database import lock_number
from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.support.http import Api
from tests.support.standstill import deaf, held, stands_at


def merger(city: City) -> dict[str, Any]:
    """Both branches become a joint one today."""
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
        "effectiveOn": city.today.isoformat(),
        "establishes": [joint],
        "dissolvesUnitIds": old,
        "moves": [{"fromUnitId": unit, "toKey": "joint"} for unit in old],
    }
    return {"unitId": city.units["committee"], "title": "优化党支部设置形式", "plan": plan}


async def ended(city: City, path: str) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while (done := await city.get("admin", path))["state"] == "STATE_EXECUTING":  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.05)
    found: dict[str, Any] = done
    return found


@pytest.mark.covers("S22", "S25", "F20")
async def test_a_reorganisation_does_what_its_simulation_said(
    stack: Stack, api_as: Callable[[str], Api]
) -> None:
    city = await City.found(stack, api_as)
    day, old = city.today.isoformat(), [city.units["cohort"], city.units["staff"]]
    draft = await city.post("admin", "/v1/reorganizations", merger(city))
    path = f"/v1/reorganizations/{draft['reorganizationId']}"

    simulated = await city.post("admin", f"{path}:simulate")
    untouched = await city.get("admin", f"/v1/rolls/{old[0]}", asOf=day)
    approved = await city.post("admin", f"{path}:approve", {}, etag=draft["etag"])
    await city.post("admin", f"{path}:execute", {}, etag=approved["etag"])
    done = await ended(city, path)

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


@pytest.mark.covers("S22", "F3", "F20")
async def test_nobody_sees_half_of_a_reorganisation(stack: Stack, api_as: Callable[[str], Api]) -> None:
    city = await City.found(stack, api_as)
    day, cohort = city.today.isoformat(), city.units["cohort"]
    await city.apply()
    draft = await city.post("admin", "/v1/reorganizations", merger(city))
    path = f"/v1/reorganizations/{draft['reorganizationId']}"
    new = draft["establishes"][0]["unitId"]
    approved = await city.post("admin", f"{path}:approve", {}, etag=draft["etag"])
    before = approved["approveTime"]
    admin, member = api_as("admin"), city.members[-1]

    async def asked(url: str, **params: Any) -> tuple[int, str]:
        answer = await admin.get(url, **params)
        return answer.status_code, answer.json().get("reason", "")

    async with contextlib.AsyncExitStack() as hearing:
        structure = lock_number("organization.structure")
        async with held(stack, "organization", "SELECT pg_advisory_xact_lock($1)", structure):
            await city.post("admin", f"{path}:execute", {}, etag=approved["etag"])
            await stands_at(stack, "organization", "commit")
            # It has heard that the units are held, and will not hear that they have changed.
            await hearing.enter_async_context(deaf(stack, "membership", "organization"))
        await stands_at(stack, "organization", "await_people")
        states = [(await admin.get(f"/v1/units/{unit}", asOf=day)).json()["state"] for unit in (cohort, new)]
        refused = [
            await asked(f"/v1/rolls/{cohort}", asOf=day),
            await asked("/v1/members", unitId=cohort, asOf=day),
            await asked("/v1/members", unitId=city.units["general"]),
            await asked(f"/v1/members/{member}"),
            await asked(f"/v1/admissionCases/{city.case['caseId']}"),
            await asked("/v1/admissionCases", unitId=cohort),
            await asked("/v1/members", unitId=new),
        ]
        unknown = await asked(f"/v1/rolls/{new}", asOf=day)
        told = [
            await asked(f"/v1/rolls/{cohort}", asOf=city.ago(1)),
            await asked("/v1/members", unitId=cohort, asOf=city.ago(1)),
            await asked(f"/v1/members/{member}", asOf=city.ago(1)),
            await asked(f"/v1/members/{member}", knownAt=before),
            await asked(f"/v1/rolls/{city.units['general']}", asOf=day),
        ]
    await ended(city, path)

    assert states == ["STATE_DISSOLVED", "STATE_ACTIVE"]
    assert refused == [(503, "UNIT_BEING_REORGANIZED")] * len(refused)
    # Not known here yet, or held: never a roll without its people.
    assert unknown in ((503, "UNIT_BEING_REORGANIZED"), (409, "UNIT_UNKNOWN"))
    assert told == [(200, "")] * len(told)
    assert (await city.get("admin", f"/v1/rolls/{new}", asOf=day))["fullMembers"] == len(city.members)
    assert (await city.get("admin", f"/v1/members/{member}"))["relationships"][-1]["unitId"] == new
    assert await asked(f"/v1/admissionCases/{city.case['caseId']}") == (200, "")
