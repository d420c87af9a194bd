"""One person from the application to twenty years' standing, through the gateway, in the business clock's time.

Probation is extended once, the member is transferred to another branch and spends a year abroad. The scenes of the
story are played up to probation; what comes after it is told here.
"""

import asyncio
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.local.stack import Stack
from deploy.local.story import admission, organization
from deploy.local.story.admission import case, count, hold_meeting, probation_end, step
from deploy.local.story.stage import Stage
from rulebook import Period
from tests.e2e.conftest import stage_of

UNTIL_PROBATION = [
    *organization.SCENES,
    *(scene for scene in admission.SCENES if scene.play not in (admission.convert, admission.archive)),
]


@pytest.fixture
def stage(theatre: Stack) -> Iterator[Stage]:
    with stage_of(theatre) as stage:
        yield stage


def live(stage: Stage) -> None:
    for scene in UNTIL_PROBATION:
        scene.play(stage)
    extend_probation(stage)
    admission.convert(stage)
    admission.archive(stage)
    standing_from = dt.date.fromisoformat(member(stage)["standingFrom"])
    move_to_another_branch(stage)
    spend_a_year_abroad(stage)
    grow_old(stage, standing_from)


def extend_probation(stage: Stage) -> None:
    """The branch is not convinced yet: half a year more, assessed and asked for again."""
    first_end = probation_end(stage)
    stage.go_to(first_end - dt.timedelta(days=2))
    step(stage, "reviewConversion", groupHeard=True, membersHeard=True, massesHeard=True)
    stage.go_to(first_end + dt.timedelta(days=2))
    hold_meeting(stage, "讨论预备党员延长预备期")
    ballot = count(stage, present=8, yesVotes=8, conversionOutcome="CONVERSION_OUTCOME_EXTEND")
    assert ballot["state"] == "STATE_PASSED", ballot
    noticed = stage.after(1)
    stage.after(14)
    extended = step(
        stage,
        "approveConversion",
        by="committee",
        approverUnitId=stage.units["community"],
        outcome="CONVERSION_OUTCOME_EXTEND",
        extension="P6M",
        decidedCollectively=True,
        decidedIndividually=True,
        noticedFrom=noticed,
    )  # fmt: skip - one act on a few lines
    end = Period.parse("P6M").after(first_end)
    assert (extended["state"], extended["probationUntil"]) == ("STATE_OPEN", end.isoformat())
    assert "standingFrom" not in member(stage)
    stage.go_to(end - dt.timedelta(days=33))
    step(stage, "recordProbationAssessment")
    step(stage, "requestConversion", by="applicant")


def move_to_another_branch(stage: Stage) -> None:
    """After graduation the member is sent to another branch, and its receipt comes back."""
    branch = {
        "kind": "KIND_BRANCH",
        "form": "FORM_MAJOR",
        "name": f"研究生党支部（{stage.run}）",
        "majorCode": "0803",
    }
    stage.establish("later", "general", branch, by="department")
    stage.after(200)
    letter = {
        "personId": stage.people["applicant"],
        "fromUnitId": stage.units["joint"],
        "toUnitId": stage.units["later"],
        "letterNumber": f"介-{stage.run}",
        "letterIssuedOn": stage.today.isoformat(),
    }
    sent = stage.post("/v1/transfers", letter, by="committee")
    path = f"/v1/transfers/{sent['transferId']}"
    stage.after(20)
    today = stage.today.isoformat()
    accepted = stage.post(f"{path}:accept", {"acceptedOn": today}, by="committee", etag=sent["etag"])
    stage.post(f"{path}:returnReceipt", {"returnedOn": today}, by="committee", etag=accepted["etag"])
    assert [each["unitId"] for each in member(stage)["relationships"]] == [
        stage.units["joint"],
        stage.units["later"],
    ]


def spend_a_year_abroad(stage: Stage) -> None:
    """A year of study abroad, with a contact in each half year; the standing runs on."""
    stage.after(400)
    abroad = {
        "personId": stage.people["applicant"],
        "kind": "STANDING_CASE_KIND_ABROAD",
        "since": stage.today.isoformat(),
        "ground": "STANDING_GROUND_STUDY_ABROAD",
        "reason": "公派留学一年",
    }
    stage.things["abroad"] = stage.post("/v1/standingCases", abroad, by="committee")
    path = f"/v1/standingCases/{stage.things['abroad']['standingCaseId']}"
    for days in (170, 170):
        stage.after(days)
        contact = {"contactedOn": stage.today.isoformat(), "reached": True, "note": "视频通话"}
        etag = stage.get(path, by="committee")["etag"]
        contacted = stage.post(f"{path}:recordContact", contact, by="committee", etag=etag)
        assert not contacted["overdue"], contacted
    stage.after(25)
    etag = stage.get(path, by="committee")["etag"]
    home = {"endedOn": stage.today.isoformat(), "reason": "学成回国"}
    ended = stage.post(f"{path}:end", home, by="committee", etag=etag)
    assert ended["state"] == "STANDING_CASE_STATE_ENDED", ended


def grow_old(stage: Stage, standing_from: dt.date) -> None:
    """Years pass; what was recorded stands as it did, and every step can still be read with its reasons."""
    for years in (5, 10, 15, 20):
        stage.go_to(Period.parse(f"P{years}Y").after(standing_from))
    assert stage.today == Period.parse("P20Y").after(standing_from)
    now = member(stage)
    assert now["standingFrom"] == standing_from.isoformat()
    statuses = [each["status"] for each in now["statuses"]]
    assert statuses == ["MEMBERSHIP_STATUS_PROBATIONARY", "MEMBERSHIP_STATUS_FULL"], now
    assert now["statuses"][-1].get("validUntil") is None
    roll = stage.get(f"/v1/rolls/{stage.units['later']}", by="committee")
    assert (roll["fullMembers"], roll["membersWithoutRights"]) == (1, 0)
    timeline = stage.get(f"/v1/admissionCases/{stage.things['case']}/timeline", by="applicant")
    steps = [entry["step"]["number"] for entry in timeline["entries"]]
    assert set(steps) == set(range(1, 26))
    assert timeline["nextSteps"] == []


def member(stage: Stage) -> Any:
    return stage.get(f"/v1/members/{stage.people['applicant']}", by="committee")


@pytest.mark.covers("F34", "F36", "F37", "F39", "F81")
async def test_one_person_from_the_application_to_twenty_years_standing(stage: Stage) -> None:
    await asyncio.to_thread(live, stage)

    assert case(stage)["state"] == "STATE_ARCHIVED"
