"""Vanguard teams in the running system."""

from uuid import uuid4

import pytest

from tests.integration.organization.test_gateway_organization import DAY, FOUNDED, Office, office

__all__ = ["office"]


@pytest.mark.covers("S52")
async def test_a_team_is_formed_changed_and_disbanded(office: Office) -> None:
    leader, member, other = [await office.register() for _ in range(3)]
    branch = (await office.branch("支部"))["unitId"]
    body = {
        "unitId": branch,
        "name": "党员先锋队",
        "mission": "迎新服务",
        "leaderPersonId": leader,
        "memberPersonIds": [member],
        "formedOn": FOUNDED,
    }

    strangers = await office.api.post(
        "/v1/vanguardTeams", {**body, "leaderPersonId": str(uuid4()), "memberPersonIds": [str(uuid4())]}
    )
    team = await office.post("/v1/vanguardTeams", body)
    path = f"/v1/vanguardTeams/{team['teamId']}"
    leaving = await office.api.post(
        f"{path}:endMember", {"personId": leader}, headers={"If-Match": f'"{team["etag"]}"'}
    )
    unknown = [
        await office.api.post(f"{path}:{verb}", {"personId": str(uuid4())}, headers={"If-Match": '"1"'})
        for verb in ("addMember", "changeLeader")
    ]
    joined = await office.post(f"{path}:addMember", {"personId": other, "validFrom": DAY}, etag=team["etag"])
    stale = await office.api.post(
        f"{path}:endMember", {"personId": member}, headers={"If-Match": f'"{team["etag"]}"'}
    )
    left = await office.post(f"{path}:endMember", {"personId": member, "endsOn": DAY}, etag=joined["etag"])
    led = await office.post(
        f"{path}:changeLeader", {"personId": other, "validFrom": "2024-10-01"}, etag=left["etag"]
    )
    over = {"disbandedOn": "2024-11-01", "reason": "任务完成"}
    await office.post(f"{path}:disband", over, etag=led["etag"])
    gone = await office.get(path)
    last = await office.get("/v1/vanguardTeams", unitId=branch, asOf="2024-10-31")
    after = await office.get("/v1/vanguardTeams", unitId=branch, asOf="2024-11-01")

    assert [each["pointer"] for each in strangers.json()["violations"]] == [
        "/leaderPersonId",
        "/memberPersonIds/0",
    ]
    assert [
        (answer.status_code, [each["pointer"] for each in answer.json()["violations"]]) for answer in unknown
    ] == [(400, ["/personId"])] * 2
    assert (leaving.status_code, leaving.json()["reason"]) == (409, "VANGUARD_TEAM_NEEDS_LEADER")
    assert stale.status_code == 412
    assert [
        (each["personId"], each["leads"], each["validFrom"], each["validUntil"]) for each in gone["members"]
    ] == [
        (leader, True, FOUNDED, "2024-10-01"),
        (member, False, FOUNDED, DAY),
        (other, False, DAY, "2024-10-01"),
        (other, True, "2024-10-01", "2024-11-01"),
        (leader, False, "2024-10-01", "2024-11-01"),
    ]
    assert ([each["teamId"] for each in last["teams"]], after["teams"]) == ([team["teamId"]], [])
