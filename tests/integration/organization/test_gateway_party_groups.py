"""Party groups in the running system, over HTTP: the branch secretary at work."""

from collections.abc import Callable

import pytest

from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.support.http import Api


@pytest.mark.covers("F12", "BR-15")
async def test_a_secretary_sets_up_a_group_and_changes_its_leader(
    stack: Stack, api_as: Callable[[str], Api]
) -> None:
    city = await City.found(stack, api_as)
    first, second = city.people["officer"], city.members[3]
    body = {
        "branchUnitId": city.units["cohort"],
        "name": "第一党小组",
        "leaderPersonId": first,
        "establishedOn": city.ago(300),
    }
    group = await city.post("secretary", "/v1/partyGroups", body)
    twin = await city.send("secretary", "/v1/partyGroups", body)
    denied = await city.send("applicant", "/v1/partyGroups", body)
    path = f"/v1/partyGroups/{group['unitId']}:nameLeader"
    changed = await city.post(
        "secretary", path, {"leaderPersonId": second, "validFrom": city.ago(10), "reason": "毕业"}
    )
    before = await city.get(
        "secretary", "/v1/partyGroups", branchUnitId=city.units["cohort"], asOf=city.ago(11)
    )
    now = await city.get("secretary", "/v1/partyGroups", leaderPersonId=second)

    assert (twin.status_code, twin.json()["reason"]) == (409, "UNIT_NAME_TAKEN")
    assert (denied.status_code, denied.json()["reason"]) == (403, "PERMISSION_DENIED")
    assert changed["leader"]["personId"] == second
    assert [each["leader"]["personId"] for each in before["partyGroups"]] == [first]
    assert [each["unitId"] for each in now["partyGroups"]] == [group["unitId"]]
    found = await city.get("secretary", "/v1/findings", unitId=group["unitId"])
    assert found["findings"] == []
