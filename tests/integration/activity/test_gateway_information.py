"""School and academy exchange information in the running system: granted field by field, every look kept."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.local.stack import Stack
from tests.integration.activity.offices import Offices, on
from tests.support.http import Api
from tests.support.nats_listener import Listener


@pytest.fixture
async def offices(stack: Stack, api_as: Callable[[str], Api]) -> Offices:
    return await Offices.found(api_as)


async def student_of(offices: Offices, general: str) -> str:
    """A member of a branch below the academy's general branch who attended a lecture today; the campus number."""
    branch = await offices.establish(general, "BRANCH", form="FORM_COHORT", cohortYear=2024)
    number = await offices.register()
    member = {
        "personId": offices.people[number],
        "unitId": branch,
        "relationshipFrom": on(-300),
        "status": "MEMBERSHIP_STATUS_FULL",
        "standingFrom": on(-300),
    }
    await offices.post("/v1/members:batchEstablish", {"members": [member]})
    start = datetime.now(UTC).replace(microsecond=0)
    voter = {"personId": offices.people[number], "capacity": "ATTENDANCE_CAPACITY_VOTER"}
    study = {"kind": "KIND_STUDY", "title": "学习", "learningMode": "LEARNING_MODE_EXPERT_GUIDANCE"}
    body = {
        "unitId": branch,
        "kind": "MEETING_KIND_PARTY_LECTURE",
        "title": "党课",
        "plannedStartTime": start.isoformat().replace("+00:00", "Z"),
        "plannedEndTime": (start + timedelta(hours=1)).isoformat().replace("+00:00", "Z"),
        "agenda": [study],
        "participants": [voter],
    }
    convened = await offices.post("/v1/meetings", body)
    path = f"/v1/meetings/{convened['meetingId']}"
    await offices.post(f"{path}:open")
    await offices.post(f"{path}:checkIn", {"participants": [voter]})
    await offices.post(f"{path}:close", {"minutes": "记录"})
    return number


@pytest.mark.covers("S19")
async def test_a_school_sees_what_the_academy_grants_and_the_student_sees_who_looked(
    stack: Stack, offices: Offices
) -> None:
    community = await offices.establish(offices.committee, "COMMUNITY_COMMITTEE")
    general = await offices.establish(community, "ACADEMY_GENERAL_BRANCH")
    secretary = await offices.grant("GENERAL_BRANCH_SECRETARY", general)
    dean = await offices.grant("UNIT_LEADER", offices.school)
    student = await student_of(offices, general)
    person = offices.people[student]
    look: dict[str, Any] = {"personIds": [person], "purpose": "评奖评优核实"}
    path = f"/v1/units/{offices.school}:viewInformation"
    async with Listener(stack.nats_url, "activity") as events:
        blind = await offices.post(path, look, by=dean)
        body = {
            "unitId": general,
            "viewerUnitId": offices.school,
            "fields": ["INFORMATION_FIELD_ATTENDANCE", "INFORMATION_FIELD_CLASS_HOURS"],
            "purpose": "双院协同育人",
        }
        foreign = await offices.send("/v1/informationGrants", body, by=dean)
        granted = await offices.post("/v1/informationGrants", body, by=secretary)
        (seen,) = (await offices.post(path, look, by=dean))["people"]
        ended = await offices.post(
            f"/v1/informationGrants/{granted['informationGrantId']}:end",
            {"reason": "学年结束"},
            by=secretary,
            etag=granted["etag"],
        )
        await events.wait_for(lambda event: event["type"].endswith(".InformationGrantEnded"))

    assert blind["people"] == [] and foreign.status_code == 403
    assert (seen["personId"], seen["expectedCount"], seen["attendedCount"]) == (person, 1, 1)
    assert "creditedMinutes" in seen and not {"talkCount", "branchUnitId"} & set(seen)
    assert ended["validUntil"] == on(1)
    told = [event["data"] for event in events.events if "Information" in event["type"]]
    assert [set(data) for data in told] == [{"informationGrant"}] * 2 and person not in str(told)
    views = [
        (await offices.get("/v1/informationViews", by=who, personId=person))["views"]
        for who in (student, secretary, dean)
    ]
    assert views[0] == views[1] == views[2] and len(views[0]) == 1
    (view,) = views[0]
    assert (view["viewerPersonId"], view["purpose"]) == (offices.people[dean], "评奖评优核实")
    assert view["fields"] == body["fields"]
    both = [
        (await offices.get("/v1/informationGrants", by=who))["grants"][0]["informationGrantId"]
        for who in (secretary, dean)
    ]
    assert both == [granted["informationGrantId"]] * 2
    stranger = await offices.register()
    assert (await offices.get("/v1/informationViews", by=stranger))["views"] == []
