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


@pytest.mark.covers("F12")
async def test_members_of_the_branch_are_in_one_group_and_leave_it_with_their_transfer(
    stack: Stack, api_as: Callable[[str], Api]
) -> None:
    city = await City.found(stack, api_as)
    groups = []
    for name in ("第一党小组", "第二党小组"):
        body = {
            "branchUnitId": city.units["cohort"],
            "name": name,
            "leaderPersonId": city.members[3],
            "establishedOn": city.ago(300),
        }
        made = await city.post("secretary", "/v1/partyGroups", body)
        groups.append(f"/v1/partyGroups/{made['unitId']}")
    person, other = sorted(city.members[4:6])
    first = {"personIds": [person, other], "validFrom": city.ago(200)}
    await city.post("secretary", f"{groups[0]}:assignMembers", first)
    stranger = {"personIds": [city.members[0]]}
    refused = await city.send("secretary", f"{groups[0]}:assignMembers", stranger)
    denied = await city.send("applicant", f"{groups[0]}:assignMembers", first)
    moved = await city.post(
        "secretary", f"{groups[1]}:assignMembers", {"personIds": [person], "validFrom": city.ago(100)}
    )
    transfer = {
        "personId": person,
        "fromUnitId": city.units["cohort"],
        "toUnitId": city.units["staff"],
        "letterNumber": "介-1",
        "letterIssuedOn": city.ago(10),
    }
    sent = await city.post("approver", "/v1/transfers", transfer)
    accept = f"/v1/transfers/{sent['transferId']}:accept"
    await city.post("secretary", accept, {"acceptedOn": city.ago(2)}, etag=sent["etag"])

    async def belong(group: str, days_ago: int) -> list[str]:
        listed = await city.get("secretary", f"{group}/members", asOf=city.ago(days_ago))
        return [each["personId"] for each in listed["members"]]

    assert (refused.status_code, refused.json()["reason"]) == (409, "PARTY_GROUP_MEMBER_NOT_OF_BRANCH")
    assert denied.status_code == 403
    assert [each["validFrom"] for each in moved["partyGroupMembers"][0]["stays"]] == [
        city.ago(200),
        city.ago(100),
    ]
    assert [await belong(groups[0], days) for days in (201, 200, 101, 100)] == [
        [],
        [person, other],
        [person, other],
        [other],
    ]
    assert [await belong(groups[1], days) for days in (100, 3, 2, 0)] == [[person], [person], [], []]
    removed = await city.post(
        "secretary", f"{groups[0]}:removeMember", {"personId": other, "endsOn": city.ago(0)}
    )
    assert removed["stays"][0]["validUntil"] == city.ago(0)
    assert [await belong(groups[0], days) for days in (1, 0)] == [[other], []]
