"""The life of a branch through the gateway: what it must hold and when, talks that few may read, and class hours."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.activity.offices import Offices, on
from tests.support.http import Api

DUTIES = {
    "MEETING_KIND_BRANCH_GENERAL_MEETING": "BR-12",
    "MEETING_KIND_BRANCH_COMMITTEE_MEETING": "BR-14",
    "MEETING_KIND_PARTY_LECTURE": "BR-16",
    "MEETING_KIND_THEME_DAY": "BR-17",
    "MEETING_KIND_ORG_LIFE_MEETING": "BR-18",
}


@pytest.fixture
async def offices(api_as: Callable[[str], Api]) -> Offices:
    return await Offices.found(api_as)


@pytest.fixture
async def branch(offices: Offices) -> str:
    committee = await offices.establish(offices.committee, "PRIMARY_COMMITTEE")
    return await offices.establish(committee, "BRANCH", form="FORM_COHORT", cohortYear=2024)


def yesterday(hour: int) -> str:
    """An hour of yesterday on campus, as the contract writes it."""
    return f"{on(-1)}T{hour:02}:00:00+08:00"


async def held(
    offices: Offices,
    branch: str,
    kind: str,
    *people: str,
    by: str,
    mode: str = "GROUP_DISCUSSION",
    at: tuple[str, str] = ("", ""),
) -> dict[str, Any]:
    """A meeting that begins with study, from its agenda to its minutes; yesterday from nine to ten, unless said."""
    start, end = at if at[0] else (yesterday(9), yesterday(10))
    study = {"kind": "KIND_STUDY", "title": "学习", "learningMode": f"LEARNING_MODE_{mode}"}
    convened = await offices.post(
        "/v1/meetings",
        {
            "unitId": branch,
            "kind": kind,
            "title": "支部会议",
            "plannedStartTime": start,
            "plannedEndTime": end,
            "agenda": [study],
        },
        by=by,
    )
    path = f"/v1/meetings/{convened['meetingId']}"
    await offices.post(f"{path}:open", by=by)
    present = [{"personId": one, "capacity": "ATTENDANCE_CAPACITY_VOTER"} for one in people]
    if present:
        await offices.post(f"{path}:checkIn", {"participants": present}, by=by)
    closed: dict[str, Any] = await offices.post(f"{path}:close", {"minutes": "记录"}, by=by)
    return closed


async def duties(offices: Offices, branch: str, *, by: str) -> dict[str, Any]:
    """What is said of each duty, by its rule."""
    listed = await offices.get(f"/v1/units/{branch}/meetingDuties", by=by)
    return {duty["verdicts"][0]["ruleId"]: duty for duty in listed["duties"]}


@pytest.mark.covers("F50", "F52")
async def test_each_meeting_that_is_held_fulfils_its_duty_and_no_other(offices: Offices, branch: str) -> None:
    secretary = await offices.grant("BRANCH_SECRETARY", branch)
    before = await duties(offices, branch, by=secretary)
    assert set(before) == {*DUTIES.values(), "BR-20"}
    assert not any("lastMeetingId" in duty for duty in before.values())
    overdue = {rule for rule, duty in before.items() if not duty["verdicts"][0]["satisfied"]}
    assert {"BR-12", "BR-14", "BR-17"} <= overdue

    for kind, rule in DUTIES.items():
        meeting = await held(offices, branch, kind, by=secretary)
        now = await duties(offices, branch, by=secretary)
        assert now[rule]["lastMeetingId"] == meeting["meetingId"]
        assert now[rule]["verdicts"][0]["satisfied"]
        before |= {rule: now[rule]}
        # What the others say is as it was.
        assert now == before


@pytest.mark.covers("F54")
async def test_a_talk_is_read_by_who_took_part_and_the_branchs_secretary_and_by_nobody_above(
    offices: Offices, branch: str
) -> None:
    secretary = await offices.grant("BRANCH_SECRETARY", branch)
    above = await offices.grant("BRANCH_SECRETARY", offices.committee)
    one, other, stranger = [await offices.register() for _ in range(3)]
    talk = await offices.post(
        "/v1/talks",
        {
            "unitId": branch,
            "kind": "KIND_AMONG_MEMBERS",
            "heldOn": on(0),
            "personIds": [offices.people[one], offices.people[other]],
            "summary": "思想状况良好",
        },
        by=one,
    )
    path = f"/v1/talks/{talk['talkId']}"

    for reader in (secretary, one, other):
        assert (await offices.get(path, by=reader))["summary"] == "思想状况良好"
    for nobody in (above, stranger, "admin"):
        refused = await offices.api_as(nobody).get(path)
        assert refused.status_code == 404, refused.text
        assert refused.json()["reason"] == "TALK_NOT_FOUND"
        assert talk["talkId"] not in str(await offices.get("/v1/talks", by=nobody))
    # The event names the talk, and says nothing of it.
    log = await offices.get("/v1/activity/events", noun="talk", pageSize=1000)
    assert "思想状况良好" not in str(log) and talk["talkId"] in str(log)


@pytest.mark.covers("S57", "F58")
async def test_class_hours_are_kept_by_the_three_modes_and_half_a_day_counts_four(
    offices: Offices, branch: str
) -> None:
    secretary = await offices.grant("BRANCH_SECRETARY", branch)
    member = await offices.register()
    person = offices.people[member]
    # Six hours alone in the morning; two of meetings and four alone after noon.
    await self_study(offices, member, 6, 12)
    for mode, hour in (("GROUP_DISCUSSION", 14), ("EXPERT_GUIDANCE", 16)):
        at = (yesterday(hour), yesterday(hour + 1))
        await held(offices, branch, "MEETING_KIND_COLLECTIVE_STUDY", person, by=secretary, mode=mode, at=at)
    await self_study(offices, member, 18, 22)

    answer = await offices.get(f"/v1/classHours/{person}", by=member, year=on(-1)[:4])

    account = answer["account"]
    assert account["classHours"] == "8.00"
    assert {one["learningMode"]: one["classHours"] for one in account["modes"]} == {
        "LEARNING_MODE_SELF_STUDY": "6.00",
        "LEARNING_MODE_GROUP_DISCUSSION": "1.00",
        "LEARNING_MODE_EXPERT_GUIDANCE": "1.00",
    }
    assert [(one["minutes"], one["creditedMinutes"]) for one in answer["entries"]] == [
        (360, 240), (60, 60), (60, 60), (240, 120),
    ]  # fmt: skip
    verdict = account["verdicts"][0]
    assert (verdict["ruleId"], verdict["satisfied"], verdict["seen"]) == ("EDU-01", False, "8")


async def self_study(offices: Offices, member: str, begin: int, end: int) -> None:
    """Hours alone with a book, yesterday."""
    body = {
        "material": "《中国共产党章程》",
        "startTime": yesterday(begin),
        "endTime": yesterday(end),
    }
    await offices.post("/v1/classHours:recordSelfStudy", body, by=member)
