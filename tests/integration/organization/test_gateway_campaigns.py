"""Campaigns in the running system: a hundred who tell Party history, counted to the target."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.support.http import Api

HISTORIES = ["党史", "新中国史", "改革开放史", "社会主义发展史"]


@pytest.mark.covers("SEED-06", "S76", "S77")
async def test_a_campaign_of_a_hundred_is_counted_to_its_target(
    stack: Stack, api_as: Callable[[str], Api]
) -> None:
    city = await City.found(stack, api_as)
    body = {
        "unitId": city.units["committee"],
        "code": f"百名{uuid4().hex[:8]}",
        "name": "百名辅导员讲四史",
        "issuer": "党委宣传部",
        "validFrom": city.ago(200),
    }
    programme = await city.post("admin", "/v1/programmes", body)
    path = f"/v1/programmes/{programme['programmeId']}"
    people = [{"name": f"辅导员{n}", "kind": "PERSON_KIND_STAFF"} for n in range(100)]
    made = (await city.post("admin", "/v1/persons:batchRegister", {"people": people}))["personIds"]
    parts = [
        {
            "personId": person,
            "unitId": city.units["staff"],
            "topic": HISTORIES[n % 4],
            "contributedOn": city.ago(n),
        }
        for n, person in enumerate(made)
    ]

    bare = await city.api_as("admin").get(f"{path}/campaign")
    begun = await city.post("admin", f"{path}:setCampaign", {"target": 100, "topics": HISTORIES}, etag="0")
    wrong = {
        "contributions": [
            {**parts[0], "personId": str(uuid4())},
            {**parts[1], "topic": "校史"},
            {**parts[2], "contributedOn": (city.today + timedelta(days=1)).isoformat()},
            parts[1],
        ]
    }
    refused = await city.send("admin", f"{path}/campaign:record", wrong, etag=begun["etag"])
    denied = await city.send("officer", f"{path}/campaign:record", {"contributions": parts[:1]}, etag="1")
    most = await city.post(
        "admin", f"{path}/campaign:record", {"contributions": parts[:99]}, etag=begun["etag"]
    )
    stale = await city.send(
        "admin", f"{path}/campaign:record", {"contributions": parts[99:]}, etag=begun["etag"]
    )
    whole = await city.post(
        "admin", f"{path}/campaign:record", {"contributions": parts[99:]}, etag=most["etag"]
    )
    again = await city.post(
        "admin",
        f"{path}/campaign:record",
        {"contributions": [{**parts[0], "topic": HISTORIES[1], "contributedOn": city.ago(50)}]},
        etag=whole["etag"],
    )
    # Fifty had done it by then, and whoever was recorded anew.
    half = await city.get("admin", f"{path}/campaign", asOf=city.ago(50))
    less = await city.post("admin", f"{path}/campaign:retract", {"personId": made[7]}, etag=again["etag"])
    gone = await city.send("admin", f"{path}/campaign:retract", {"personId": made[7]}, etag=less["etag"])
    page = await city.get("admin", f"{path}/campaign/contributions", pageSize=60)
    rest = await city.get(
        "admin", f"{path}/campaign/contributions", pageSize=60, pageToken=page["nextPageToken"]
    )

    assert (bare.status_code, bare.json()["reason"]) == (404, "CAMPAIGN_NOT_FOUND")
    assert (begun["target"], begun["reached"], begun["verdicts"][0]["satisfied"]) == (100, 0, False)
    assert [each["pointer"] for each in refused.json()["violations"]] == [
        "/contributions/0/personId",
        "/contributions/1/topic",
        "/contributions/2/contributedOn",
        "/contributions/3/personId",
    ]
    assert (denied.status_code, stale.status_code) == (403, 412)
    said = [
        (each["reached"], each["verdicts"][0]["ruleId"], each["verdicts"][0]["satisfied"])
        for each in (most, whole)
    ]
    assert said == [(99, "SEED-06", False), (100, "SEED-06", True)]
    assert [(each["topic"], each["count"]) for each in again["topics"]] == list(
        zip(HISTORIES, (24, 26, 25, 25), strict=True)
    )
    assert (again["reached"], half["reached"]) == (100, 51)
    assert (less["reached"], less["verdicts"][0]["satisfied"]) == (99, False)
    assert (gone.status_code, gone.json()["reason"]) == (404, "CAMPAIGN_CONTRIBUTION_NOT_FOUND")
    listed = [each["personId"] for each in (*page["contributions"], *rest["contributions"])]
    assert listed == sorted({*made} - {made[7]})
