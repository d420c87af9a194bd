"""Peer mentors through the gateway."""

from collections.abc import Callable

import pytest

from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.support.http import Api


@pytest.fixture
async def city(stack: Stack, api_as: Callable[[str], Api]) -> City:
    return await City.found(stack, api_as)


@pytest.mark.covers("S83")
async def test_an_outstanding_student_guides_members_of_lower_years(city: City) -> None:
    mentor_id, first, second = city.members[2:5]
    body = {
        "unitId": city.units["cohort"],
        "personId": mentor_id,
        "cohortYear": 2021,
        "grounds": ["SELECTION_GROUND_BRANCH_RECOMMENDATION"],
        "validFrom": city.ago(100),
    }
    refused = await city.send("secretary", "/v1/peerMentors", body)
    problem = refused.json()
    assert (refused.status_code, problem["reason"]) == (422, "PEER_MENTOR_FORBIDDEN_BY_RULES")
    (broken,) = [item for item in problem["verdicts"] if not item["satisfied"]]
    assert (broken["ruleId"], broken["source"]["article"]) == ("PEER-01.ground", "3")
    both = ["SELECTION_GROUND_BRANCH_RECOMMENDATION", "SELECTION_GROUND_SCHOLARSHIP"]
    mentor = await city.post("secretary", "/v1/peerMentors", body | {"grounds": both})
    path = f"/v1/peerMentors/{mentor['peerMentorId']}"

    same_year = {"mentees": [{"personId": first, "cohortYear": 2021}]}
    refused = await city.send("secretary", f"{path}:assign", same_year, etag=mentor["etag"])
    assert [item["ruleId"] for item in refused.json()["verdicts"] if not item["satisfied"]] == [
        "PEER-02.lower_year"
    ]
    lower = {
        "mentees": [{"personId": each, "cohortYear": 2023} for each in (first, second)],
        "validFrom": city.ago(100),
    }
    assert (await city.send("secretary", f"{path}:assign", lower)).status_code == 428
    mentor = await city.post("secretary", f"{path}:assign", lower, etag=mentor["etag"])
    done = {"occurredOn": city.ago(50), "menteePersonIds": [first], "note": "讲入党故事"}
    mentor = await city.post("officer", f"{path}:log", done, etag=mentor["etag"])
    body = {"assessedOn": city.today.isoformat(), "rating": "MENTOR_RATING_EXCELLENT", "opinion": "尽责"}
    mentor = await city.post("secretary", f"{path}:assess", body, etag=mentor["etag"])
    release = {"personId": second, "endsOn": city.ago(10)}
    mentor = await city.post("secretary", f"{path}:release", release, etag=mentor["etag"])

    # What was done, with whom, on which days, and what the rules said stays readable after the end.
    await city.post("secretary", f"{path}:end", {"reason": "毕业"}, etag=mentor["etag"])
    shown = await city.get("approver", path)
    assert {item["personId"]: item["validUntil"] for item in shown["mentees"]} == {
        first: city.today.isoformat(),
        second: city.ago(10),
    }
    log, rating = shown["entries"]
    assert (log["note"], log["menteePersonIds"], log["recordedBy"]) == (
        "讲入党故事",
        [first],
        city.people["officer"],
    )
    assert [(item["ruleId"], item["satisfied"]) for item in rating["verdicts"]] == [("PEER-03", False)]
    assert (shown["rating"], shown["validUntil"]) == ("MENTOR_RATING_EXCELLENT", city.today.isoformat())
    guided = await city.get("approver", "/v1/peerMentors", menteePersonId=first, asOf=city.ago(20))
    assert [item["peerMentorId"] for item in guided["peerMentors"]] == [mentor["peerMentorId"]]
    assert (await city.get("approver", "/v1/peerMentors", asOf=city.today.isoformat()))["peerMentors"] == []
    assert (await city.api_as(city.numbers["applicant"]).get(path)).status_code == 403
