"""The evaluation service in the running system: HTTP in, facts of activity and membership, events out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.local.stack import Stack
from tests.integration.evaluation.university import University
from tests.support.http import Api
from tests.support.nats_listener import Listener

CATALOGUE: dict[str, Any] = {
    "dimensions": [{"key": "life", "name": "组织生活"}, {"key": "outcome", "name": "工作成效"}],
    "criteria": [
        {
            "key": "meetings",
            "dimensionKey": "life",
            "name": "会议次数",
            "weight": "0.3",
            "source": "CRITERION_SOURCE_FACT",
            "fact": "FACT_KEY_THEME_DAYS",
            "bands": [{"atLeast": "1", "score": "80"}, {"atLeast": "2", "score": "100"}],
        },
        {
            "key": "members",
            "dimensionKey": "life",
            "name": "党员人数",
            "weight": "0.2",
            "source": "CRITERION_SOURCE_FACT",
            "fact": "FACT_KEY_FULL_MEMBERS",
            "bands": [{"atLeast": "3", "score": "100"}],
        },
        {
            "key": "defence",
            "dimensionKey": "outcome",
            "name": "答辩",
            "weight": "0.5",
            "source": "CRITERION_SOURCE_JUDGES",
        },
    ],
}


def today() -> datetime:
    return datetime.now(UTC) + timedelta(hours=8)


@pytest.fixture
async def university(stack: Stack, api_as: Callable[[str], Api]) -> University:
    return await University.found(api_as)


async def award_of(university: University, first_year: int, **values: Any) -> dict[str, Any]:
    body = {
        "unitId": university.school,
        "name": "十佳党支部",
        "level": "AWARD_LEVEL_UNIVERSITY",
        "eligibleKinds": ["KIND_BRANCH"],
        "firstYear": first_year,
        **CATALOGUE,
    }
    made: dict[str, Any] = await university.post("/v1/awards", body | values, by=university.office)
    return made


async def begin_edition(university: University, award: Any) -> Any:
    """The first edition of an award, with one place."""
    return await university.post(
        "/v1/editions",
        {
            "awardId": award["awardId"],
            "number": 1,
            "year": today().year,
            "quota": 1,
            "periodFrom": "2020-01-01",
            "periodUntil": today().date().isoformat(),
            "missingScorePolicy": "MISSING_SCORE_POLICY_DROP",
            "tieRule": "TIE_RULE_SHARED_PLACE",
        },
        by=university.office,
    )


@pytest.mark.covers("S62", "F69", "F70", "F71", "F72")
async def test_an_edition_runs_from_its_opening_to_the_notice(stack: Stack, university: University) -> None:
    office, (winner, other, *_) = university.office, university.branches
    meetings = [await university.hold_meeting(winner) for _ in range(2)]
    members = await university.register(*({} for _ in range(3)))
    await university.enrol(winner, members)
    award = await award_of(university, today().year)
    edition = await begin_edition(university, award)
    path = f"/v1/editions/{edition['editionId']}"

    async def step(verb: str, body: Any = None) -> None:
        nonlocal edition
        edition = await university.post(f"{path}:{verb}", body, by=office, etag=edition["etag"])

    async with Listener(stack.nats_url, "evaluation") as events:
        await step("open")
        nominated = {}
        for branch in (winner, other):
            body = {"editionId": edition["editionId"], "unitId": branch}
            made = await university.post("/v1/nominations", body, by=office)
            nominated[branch] = made["nominationId"]
        await step("close")
        assert edition["state"] == "STATE_JUDGING"
        await step("assignJudges", {"judges": [{"personId": judge} for judge in university.judges]})
        for number, scores in zip(university.judges.values(), (("90", "95"), ("80.5", "95")), strict=True):
            for nomination, score in zip(nominated.values(), scores, strict=True):
                given = {"scores": [{"criterionKey": "defence", "score": score}]}
                await university.post(f"/v1/nominations/{nomination}:score", given, by=number)
        await step("rank")
        await step("postNotice")
        await events.wait_for(lambda event: event["type"] == "shuyuan.evaluation.v1.EditionNoticePosted")

    ranking = await university.get(f"{path}/ranking", by=office)
    # 0.3 × 100 + 0.2 × 100 + 0.5 × 85.25 against 0.5 × 95.
    assert [(each["unitId"], each["total"]) for each in ranking["entries"]] == [
        (winner, "92.6250"),
        (other, "47.5000"),
    ]
    trace = await university.get(f"/v1/nominations/{nominated[winner]}/trace", by=office)
    by_meetings, by_members, by_judges = trace["criteria"]
    assert sorted(by_meetings["fact"]["evidenceIds"]) == sorted(meetings)
    assert sorted(by_members["fact"]["evidenceIds"]) == sorted(members)
    assert by_judges["formula"] == "(90 + 80.5) / 2 = 85.2500" or by_judges["formula"].startswith(
        "(80.5 + 90)"
    )
    verified = await university.get(f"{path}/rankingVerification", by=office)
    assert verified["matches"] and verified["announcedDigest"] == edition["rankingDigest"]

    early = await university.api_as(office).post(
        f"{path}:publish", headers={"If-Match": f'"{edition["etag"]}"'}
    )
    assert early.status_code == 422
    (verdict,) = early.json()["verdicts"]
    assert (verdict["ruleId"], verdict["clearsOn"]) == ("SEED-05.notice", edition["publishableOn"])


@pytest.mark.covers("SEED-05", "S62")
async def test_past_editions_are_taken_over_once_and_in_a_row(university: University) -> None:
    award = await award_of(university, 2000)

    def past(*numbers: int) -> dict[str, Any]:
        known = [
            {
                "number": number,
                "year": 1999 + number,
                "quota": 10,
                "results": [{"unitName": "示例支部", "winner": True}],
                "evidence": [{"description": "新闻报道", "reference": f"校园网 {number}"}],
            }
            for number in numbers
        ]
        return {"awardId": award["awardId"], "editions": known}

    taken = await university.post("/v1/editions:import", past(*range(1, 23)), by=university.office)
    again = await university.api_as(university.office).post("/v1/editions:import", past(22))
    gap = await university.api_as(university.office).post("/v1/editions:import", past(24))

    assert [each["number"] for each in taken["editions"]] == list(range(1, 23))
    assert all(each["partial"] and each["imported"] for each in taken["editions"])
    assert (again.status_code, again.json()["reason"]) == (409, "EDITION_NUMBER_TAKEN")
    assert (
        gap.status_code,
        {each["ruleId"] for each in gap.json()["verdicts"] if not each["satisfied"]},
    ) == (
        422,
        {"SEED-05"},
    )
    found = await university.get("/v1/editions", awardId=award["awardId"], pageSize=5)
    assert [each["number"] for each in found["editions"]] == [22, 21, 20, 19, 18]


def honours(people: list[str], kind: str, title: str) -> list[dict[str, Any]]:
    return [
        {
            "personId": person,
            "kind": kind,
            "title": title,
            "issuer": "示范大学",
            "level": "AWARD_LEVEL_UNIVERSITY",
            "year": 2025,
            "awardedOn": "2025-12-20",
        }
        for person in people
    ]


def indicator(university: University, code: str, **definition: Any) -> dict[str, Any]:
    return {
        "unitId": university.school,
        "code": f"{code}_{university.office.lower()}",
        "name": code,
        "definition": {
            "membershipStatuses": ["MEMBERSHIP_STATUS_FULL", "MEMBERSHIP_STATUS_PROBATIONARY"],
            **definition,
        },
    }


@pytest.mark.covers("S87", "S88", "SEED-07", "F73")
async def test_two_indicators_that_look_alike_divide_by_different_people(university: University) -> None:
    office = university.office
    members = await university.register(*({} for _ in range(8)))
    others = await university.register(*({} for _ in range(4)))
    await university.enrol(university.branches[0], members)
    for kind, people in (
        ("HONOUR_KIND_MODEL_STUDENT", [*members[:3], *others[:2]]),
        ("HONOUR_KIND_SCHOLARSHIP", [*members[:6], *others]),
    ):
        body = {"unitId": university.school, "honours": honours(people, kind, kind)}
        await university.post("/v1/honours:batchRecord", body, by=office)
    models = await university.post(
        "/v1/indicators",
        indicator(
            university,
            "members_among_models",
            denominator="POPULATION_HONOURED_PERSONS",
            honourKinds=["HONOUR_KIND_MODEL_STUDENT"],
            asOfBasis="AS_OF_BASIS_AWARD_DATE",
        ),
        by=office,
    )
    honoured = await university.post(
        "/v1/indicators",
        indicator(
            university,
            "honoured_among_members",
            denominator="POPULATION_MEMBERS",
            honourKinds=["HONOUR_KIND_SCHOLARSHIP"],
            asOfBasis="AS_OF_BASIS_NAMED_DAY",
        ),
        by=office,
    )

    first = await university.post(
        f"/v1/indicators/{models['indicatorId']}:compute", {"year": 2025}, by=office
    )
    second = await university.post(
        f"/v1/indicators/{honoured['indicatorId']}:compute", {"year": 2025, "asOf": "2025-12-20"}, by=office
    )

    assert (first["numerator"], first["denominator"], first["share"]) == (3, 5, "60.0")
    assert (second["numerator"], second["denominator"], second["share"]) == (6, 8, "75.0")
    # What is published comes from the facts, or nothing is kept.
    path = f"/v1/indicators/{models['indicatorId']}:compute"
    made_up = await university.api_as(office).post(path, {"year": 2025, "publishedShare": "60.1"})
    (verdict,) = made_up.json()["verdicts"]
    assert (made_up.status_code, verdict["ruleId"], verdict["seen"]) == (422, "SEED-07", "1.0")
    published = await university.post(path, {"year": 2025, "publishedShare": "60"}, by=office)
    assert published["digest"] == first["digest"]
    behind = await university.get(f"/v1/indicatorValues/{first['valueId']}/evidence", by=office)
    assert {each["personId"] for each in behind["evidence"] if each["inNumerator"]} == set(members[:3])
    before = await university.post(
        f"/v1/indicators/{honoured['indicatorId']}:compute",
        {"year": 2025, "asOf": "2025-12-20", "knownAt": "2025-12-31T00:00:00Z"},
        by=office,
    )
    assert before["denominator"] == 0 and "share" not in before


async def test_a_state_verb_needs_the_version_that_was_read(university: University) -> None:
    award = await award_of(university, today().year)
    path = f"/v1/awards/{award['awardId']}:setCriteria"
    api = university.api_as(university.office)

    missing = await api.post(path, CATALOGUE)
    changed = await api.post(path, CATALOGUE, headers={"If-Match": f'"{award["etag"]}"'})
    stale = await api.post(path, CATALOGUE, headers={"If-Match": f'"{award["etag"]}"'})

    assert (missing.status_code, changed.status_code, stale.status_code) == (428, 200, 412)


async def test_criteria_that_do_not_fit_name_the_field(university: University) -> None:
    criteria = [{**CATALOGUE["criteria"][2], "weight": "0.9"}]
    body = {
        "unitId": university.school,
        "name": "无效奖项",
        "level": "AWARD_LEVEL_UNIVERSITY",
        "eligibleKinds": ["KIND_BRANCH"],
        "firstYear": 2000,
        "dimensions": CATALOGUE["dimensions"],
        "criteria": criteria,
    }

    answer = await university.api_as(university.office).post("/v1/awards", body)

    assert answer.status_code == 400
    assert [each["pointer"] for each in answer.json()["violations"]] == ["/criteria"]


async def test_a_stranger_reads_no_award(university: University, api_as: Callable[[str], Api]) -> None:
    award = await award_of(university, 2000)

    answer = await api_as("nobody-we-know").get(f"/v1/awards/{award['awardId']}")

    assert answer.status_code == 403
