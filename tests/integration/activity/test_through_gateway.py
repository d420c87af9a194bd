"""The activity service in the running system: HTTP in, its own copies of others' data, events out."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from deploy.local.stack import Stack
from tests.integration.activity.university import University
from tests.support.http import Api
from tests.support.nats_listener import Listener


@pytest.fixture
async def university(stack: Stack, api_as: Callable[[str], Api]) -> University:
    return await University.found(api_as("admin"))


@pytest.mark.covers("S55", "S31")
async def test_a_meeting_runs_from_its_agenda_to_class_hours(stack: Stack, university: University) -> None:
    member, teacher = await university.register(2)
    async with Listener(stack.nats_url, "activity") as events:
        convened = await university.convene(
            participants=[{"personId": member, "capacity": "ATTENDANCE_CAPACITY_VOTER"}]
        )
        assert convened["state"] == "STATE_PLANNED" and convened["beginsWithStudy"]
        path = f"/v1/meetings/{convened['meetingId']}"

        await university.post(f"{path}:open")
        both = [
            {"personId": member, "capacity": "ATTENDANCE_CAPACITY_VOTER"},
            {"personId": teacher, "capacity": "ATTENDANCE_CAPACITY_TEACHER_ATTENDEE"},
        ]
        first = await university.post(f"{path}:checkIn", {"participants": both})
        again = await university.post(f"{path}:checkIn", {"participants": both})
        assert (first["addedCount"], again["addedCount"], again["alreadyCount"]) == (2, 0, 2)

        closed = await university.post(f"{path}:close", {"minutes": "学习传达", "resolution": "一致同意"})
        assert closed["state"] == "STATE_CLOSED" and closed["presentCount"] == 2
        # Other tests of the same system hold meetings too.
        its_own = convened["meetingId"]
        await events.wait_for(
            lambda event: (
                event["type"].endswith(".ClassHourCredited") and its_own in json.dumps(event["data"])
            )
        )
        verbs = [
            event["type"].rpartition(".")[2]
            for event in events.events
            if its_own in json.dumps(event["data"])
        ]

    assert verbs[:5] == [
        "MeetingConvened", "MeetingOpened", "MeetingCheckedIn", "MeetingClosed", "ClassHourCredited",
    ]  # fmt: skip
    hours = await university.get(f"/v1/classHours/{member}")
    assert hours["account"]["classHours"] == "2.00"
    assert hours["account"]["verdicts"][0]["ruleId"] == "EDU-01"
    attendances = await university.get(f"{path}/attendances", presentOnly="true")
    assert {each["personId"] for each in attendances["attendances"]} == {member, teacher}


@pytest.mark.covers("S55")
async def test_an_agenda_that_does_not_begin_with_study_is_a_problem_with_its_verdict(
    university: University,
) -> None:
    answer = await university.api.post(
        "/v1/meetings",
        university.meeting(agenda=[{"kind": "KIND_REPORT", "title": "汇报"}]),
        headers={"After-Event": university.after},
    )

    assert answer.status_code == 422
    problem = answer.json()
    assert problem["reason"] == "AGENDA_FORBIDDEN_BY_RULES"
    (verdict,) = problem["verdicts"]
    assert (verdict["ruleId"], verdict["satisfied"], verdict["seen"]) == ("SEED-01", False, "report")


async def test_an_update_needs_the_version_that_was_read(university: University) -> None:
    convened = await university.convene()
    path = f"/v1/meetings/{convened['meetingId']}"
    change: dict[str, Any] = {"title": "改期"}

    missing = await university.api.patch(path, change)
    changed = await university.api.patch(path, change, etag=convened["etag"])
    stale = await university.api.patch(path, change, etag=convened["etag"])

    assert (missing.status_code, changed.status_code, stale.status_code) == (428, 200, 412)


@pytest.mark.covers("S60")
async def test_membership_says_why_somebody_may_not_swear(university: University) -> None:
    lead, stranger = await university.register(2)
    ceremony = await university.post(
        "/v1/ceremonies",
        {
            "unitId": university.branch,
            "title": "七一宣誓",
            "heldOn": "2099-07-01",
            "leadPersonId": lead,
        },
    )

    answer = await university.api.post(
        f"/v1/ceremonies/{ceremony['ceremonyId']}:addOathTakers", {"personIds": [stranger]}
    )

    assert answer.status_code == 400
    problem = answer.json()
    assert problem["reason"] == "OATH_TAKER_NOT_ELIGIBLE"
    assert [each["pointer"] for each in problem["violations"]] == ["/personIds/0"]
    assert "NO_CASE" in str(problem["violations"])


async def test_facts_of_a_unit_name_the_meetings_behind_them(university: University) -> None:
    convened = await university.convene()
    path = f"/v1/meetings/{convened['meetingId']}"
    await university.post(f"{path}:open")
    await university.post(f"{path}:close", {"minutes": "记录"})

    facts = await university.get(
        f"/v1/units/{university.branch}/activityFacts", **{"from": "2020-01-01", "to": "2030-01-01"}
    )

    assert facts["meetingsHeld"] == facts["firstItemStudyCount"] == 1
    assert facts["kinds"][0]["meetingIds"] == [convened["meetingId"]]


async def test_a_stranger_sees_no_meeting(university: University, api_as: Callable[[str], Api]) -> None:
    convened = await university.convene()

    answer = await api_as("nobody-we-know").get(f"/v1/meetings/{convened['meetingId']}")

    assert answer.status_code == 403
