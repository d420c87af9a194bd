"""Improvement items through the gateway: from a low score over what the branch does to what the next edition says."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from tests.integration.evaluation.university import University
from tests.support.http import Api
from tests.support.nats_listener import Listener

CATALOGUE = {
    "dimensions": [{"key": "outcome", "name": "工作成效"}],
    "criteria": [
        {
            "key": key,
            "dimensionKey": "outcome",
            "name": name,
            "weight": "0.5",
            "source": "CRITERION_SOURCE_JUDGES",
        }
        for key, name in (("study", "理论学习"), ("service", "服务同学"))
    ],
}


def today() -> datetime:
    return datetime.now(UTC) + timedelta(hours=8)


@pytest.fixture
async def university(stack: Stack, api_as: Callable[[str], Api]) -> University:
    return await University.found(api_as)


async def award_of(university: University) -> str:
    body = {
        "unitId": university.school,
        "name": "十佳党支部",
        "level": "AWARD_LEVEL_UNIVERSITY",
        "eligibleKinds": ["KIND_BRANCH"],
        "firstYear": today().year - 1,
        **CATALOGUE,
    }
    made: str = (await university.post("/v1/awards", body, by=university.office))["awardId"]
    return made


async def planned(university: University, award: str, number: int) -> Any:
    """An edition of the award, not opened yet."""
    body = {
        "awardId": award,
        "number": number,
        "year": today().year - 2 + number,
        "quota": 1,
        "periodFrom": "2020-01-01",
        "periodUntil": today().date().isoformat(),
        "missingScorePolicy": "MISSING_SCORE_POLICY_DROP",
        "tieRule": "TIE_RULE_SHARED_PLACE",
    }
    return await university.post("/v1/editions", body, by=university.office)


async def announced(
    university: University, award: str, number: int, scores: Mapping[str, tuple[str, str]]
) -> str:
    """An edition of the award whose winners are under notice: each branch with its scores for study and service."""
    office = university.office
    edition = await planned(university, award, number)
    path = f"/v1/editions/{edition['editionId']}"
    judge, judge_number = next(iter(university.judges.items()))

    async def step(verb: str, body: Any = None) -> None:
        nonlocal edition
        edition = await university.post(f"{path}:{verb}", body, by=office, etag=edition["etag"])

    await step("open")
    nominated = {}
    for branch in scores:
        body = {"editionId": edition["editionId"], "unitId": branch}
        nominated[branch] = (await university.post("/v1/nominations", body, by=office))["nominationId"]
    await step("close")
    await step("assignJudges", {"judges": [{"personId": judge}]})
    for branch, (study, service) in scores.items():
        given = [{"criterionKey": "study", "score": study}, {"criterionKey": "service", "score": service}]
        await university.post(
            f"/v1/nominations/{nominated[branch]}:score", {"scores": given}, by=judge_number
        )
    await step("rank")
    await step("postNotice")
    found: str = edition["editionId"]
    return found


async def secretary_of(university: University, branch: str) -> str:
    number = f"E{uuid4().hex[:12]}"
    (person,) = await university.register({"campusNumber": number})
    body = {"personId": person, "role": "ROLE_BRANCH_SECRETARY", "unitId": branch, "reason": "任职"}
    await university.post("/v1/grants", body)
    return number


@pytest.mark.covers("S63", "F77")
async def test_a_low_score_becomes_a_task_and_the_next_edition_says_whether_it_helped(
    stack: Stack, university: University
) -> None:
    office, (weak, strong, *_) = university.office, university.branches
    award = await award_of(university)
    first = await announced(university, award, 1, {weak: ("55", "90"), strong: ("95", "60")})
    path = f"/v1/editions/{first}:proposeImprovements"

    proposed = await university.post(path, {"threshold": "60"}, by=office)
    again = await university.post(path, {"threshold": "60"}, by=office)

    assert proposed == {"proposedCount": 1, "alreadyCount": 0}
    assert again == {"proposedCount": 0, "alreadyCount": 1}
    secretary, stranger = await secretary_of(university, weak), await secretary_of(university, strong)
    (item,) = (await university.get("/v1/improvementItems", by=secretary))["improvementItems"]
    assert (item["unitId"], item["criterionName"], item["score"]) == (weak, "理论学习", "55.0000")
    assert item["state"] == "STATE_PROPOSED"
    assert (await university.get("/v1/improvementItems", by=stranger))["improvementItems"] == []

    one = f"/v1/improvementItems/{item['improvementItemId']}"
    plan = {"measure": "每月组织两次集中学习", "dueOn": today().date().isoformat()}
    planned = await university.post(f"{one}:plan", plan, by=secretary, etag=item["etag"])
    stale = await university.api_as(secretary).post(f"{one}:plan", plan, headers={"If-Match": '"1"'})
    report = {"report": "已开展八次学习"}
    reported = await university.post(f"{one}:report", report, by=secretary, etag=planned["etag"])
    own = await university.api_as(secretary).post(
        f"{one}:close", headers={"If-Match": f'"{reported["etag"]}"'}
    )
    back = await university.post(f"{one}:return", {"reason": "未附签到"}, by=office, etag=reported["etag"])
    reported = await university.post(f"{one}:report", report, by=secretary, etag=back["etag"])
    closed = await university.post(f"{one}:close", by=office, etag=reported["etag"])
    assert (stale.status_code, own.status_code) == (412, 403)
    assert (back["state"], back["reason"]) == ("STATE_PLANNED", "未附签到")
    assert (closed["state"], closed["outcome"]) == ("STATE_CLOSED", "OUTCOME_UNSPECIFIED")
    over = await university.api_as(office).post(
        f"{one}:dismiss", {"reason": "不需要"}, headers={"If-Match": f'"{closed["etag"]}"'}
    )
    assert (over.status_code, over.json()["reason"]) == (409, "IMPROVEMENT_ITEM_WRONG_STATE")

    async with Listener(stack.nats_url, "evaluation") as events:
        second = await announced(university, award, 2, {weak: ("80", "90"), strong: ("95", "60")})
        followed = await events.wait_for(
            lambda event: (
                event["type"].endswith(".ImprovementItemFollowedUp")
                and event["subject"] == item["improvementItemId"]
            )
        )

    after = await university.get(one, by=secretary)
    assert (after["nextEditionId"], after["nextScore"], after["outcome"]) == (
        second,
        "80.0000",
        "OUTCOME_IMPROVED",
    )
    assert followed["data"]["improvementItem"]["outcome"] == "OUTCOME_IMPROVED"
    improved = await university.get(
        "/v1/improvementItems", by=office, unitId=weak, outcome="OUTCOME_IMPROVED"
    )
    assert [each["improvementItemId"] for each in improved["improvementItems"]] == [item["improvementItemId"]]


@pytest.mark.covers("S64", "S4")
async def test_editions_are_laid_beside_each_other_by_how_their_scores_are_spread(
    university: University,
) -> None:
    one, two, three, _ = university.branches
    award = await award_of(university)
    await announced(university, award, 1, {one: ("50", "60"), two: ("70", "60"), three: ("90", "60")})
    path = f"/v1/awards/{award}/distributions"
    only = await university.get(path, by=university.office)
    await announced(university, award, 2, {one: ("60", "70"), two: ("90", "80")})

    newest = await university.get(path, by=university.office, pageSize=1)
    older = await university.get(path, by=university.office, pageSize=1, pageToken=newest["nextPageToken"])

    assert older["distributions"] == only["distributions"]
    (first,), (second,) = older["distributions"], newest["distributions"]
    assert (first["number"], second["number"], older["nextPageToken"]) == (1, 2, "")
    assert first["totals"] == {
        "count": 3, "lowest": "55.0000", "lowerQuartile": "55.0000", "median": "65.0000",
        "upperQuartile": "75.0000", "highest": "75.0000", "mean": "65.0000",
    }  # fmt: skip
    study, service = second["criteria"]
    assert (study["key"], study["distribution"]["median"]) == ("study", "60.0000")
    assert (service["key"], service["distribution"]["mean"]) == ("service", "75.0000")
    assert [each["key"] for each in second["dimensions"]] == ["outcome"]
    # Nobody is named.
    assert one not in str(only)


async def test_scores_that_are_not_public_yet_become_no_tasks(university: University) -> None:
    award = await award_of(university)
    edition = await planned(university, award, 1)
    path = f"/v1/editions/{edition['editionId']}:proposeImprovements"
    api = university.api_as(university.office)

    early = await api.post(path, {"threshold": "60"})
    nonsense = await api.post(path, {"threshold": "100.1"})
    nobody = await university.api_as(await secretary_of(university, university.branches[0])).post(
        path, {"threshold": "60"}
    )

    assert (early.status_code, early.json()["reason"]) == (409, "EDITION_STATE")
    assert (nonsense.status_code, nonsense.json()["violations"][0]["pointer"]) == (400, "/threshold")
    assert nobody.status_code == 403
