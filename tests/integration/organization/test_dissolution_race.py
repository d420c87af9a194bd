"""Over the running system: somebody joins a unit while it is dissolved; exactly one of the two is done."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.support.http import Api

# How long after the newcomer the dissolution is asked for.
PAUSES = (0.0, 0.005, 0.01, 0.02)


async def _race(city: City, person: str, pause: float) -> tuple[str, str]:
    unit = {"kind": "KIND_BRANCH", "form": "FORM_STAFF", "name": f"target {uuid4()}"}
    body = {"parentUnitId": city.units["general"], "unit": unit, "establishedOn": city.ago(1000)}
    target = await city.post("admin", "/v1/units", body)
    path = f"/v1/units/{target['unitId']}"
    # Membership has heard of the unit before the race begins.
    await city.get("admin", f"/v1/rolls/{target['unitId']}")
    newcomer = {
        "personId": person,
        "unitId": target["unitId"],
        "relationshipFrom": city.ago(900),
        "status": "MEMBERSHIP_STATUS_FULL",
        "standingFrom": city.ago(950),
    }

    async def dissolve() -> Any:
        await asyncio.sleep(pause)
        given = {"dissolvedOn": city.today.isoformat(), "reason": "调整"}
        return await city.send("admin", f"{path}:dissolve", given, etag=target["etag"])

    joined, dissolving = await asyncio.gather(
        city.send("admin", "/v1/members:batchEstablish", {"members": [newcomer]}), dissolve()
    )
    async with asyncio.timeout(20):
        while "frozenByProcessId" in (after := await city.get("admin", path)):  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.05)
    refusals = {"UNIT_FROZEN", "UNIT_NOT_IN_FORCE", "UNIT_HAS_MEMBERS"}
    assert {answer.json()["reason"] for answer in (joined, dissolving) if answer.is_error} <= refusals
    return ("in" if joined.is_success else "out"), ("gone" if "dissolvedOn" in after else "there")


@pytest.mark.covers("S22")
async def test_of_joining_a_unit_and_its_dissolution_at_one_moment_one_is_done(
    stack: Stack, api_as: Callable[[str], Api]
) -> None:
    city = await City.found(stack, api_as)
    people = [{"name": f"新人{n}", "kind": "PERSON_KIND_STAFF"} for n in range(len(PAUSES))]
    made = await city.post("admin", "/v1/persons:batchRegister", {"people": people})

    ends = [await _race(city, person, pause) for person, pause in zip(made["personIds"], PAUSES, strict=True)]

    assert set(ends) <= {("in", "there"), ("out", "gone")}
