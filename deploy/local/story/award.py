"""Chapter five: the branch wins a place in an award edition whose score opens to the facts behind it."""

import datetime as dt
from typing import Any

from deploy.local.story.stage import Scene, Stage

FACT, JUDGES = "CRITERION_SOURCE_FACT", "CRITERION_SOURCE_JUDGES"


def _step(stage: Stage, verb: str, body: Any = None, *, by: str = "department") -> Any:
    path = f"/v1/editions/{stage.things['edition']}"
    return stage.post(f"{path}:{verb}", body, by=by, etag=stage.get(path, by=by)["etag"])


def open_an_edition(stage: Stage) -> None:
    """An award with two criteria, one counted from recorded meetings, one scored by judges."""
    criteria = [
        {
            "key": "org_life",
            "dimensionKey": "branch",
            "name": "组织生活",
            "weight": "0.40",
            "source": FACT,
            "fact": "FACT_KEY_BRANCH_GENERAL_MEETINGS",
            "bands": [
                {"atLeast": "0", "score": "40"},
                {"atLeast": "1", "score": "70"},
                {"atLeast": "3", "score": "100"},
            ],
        },
        {"key": "defence", "dimensionKey": "branch", "name": "现场答辩", "weight": "0.60", "source": JUDGES},
    ]
    award = stage.post(
        "/v1/awards",
        {
            "unitId": stage.units["community"],
            "name": f"十佳党支部（{stage.run}）",
            "level": "AWARD_LEVEL_UNIVERSITY",
            "eligibleKinds": ["KIND_BRANCH"],
            "firstYear": stage.today.year,
            "dimensions": [{"key": "branch", "name": "支部建设"}],
            "criteria": criteria,
        },
        by="department",
    )
    stage.things["award"] = award["awardId"]
    edition = {
        "awardId": award["awardId"],
        "number": 1,
        "year": stage.today.year,
        "quota": 1,
        "periodFrom": stage.ago(400),
        "periodUntil": stage.today.isoformat(),
        "missingScorePolicy": "MISSING_SCORE_POLICY_MEAN_OF_OTHERS",
        "tieRule": "TIE_RULE_SHARED_PLACE",
    }
    stage.refused("/v1/editions", edition | {"number": 3}, by="department", status=422)
    stage.things["edition"] = stage.post("/v1/editions", edition, by="department")["editionId"]
    _step(stage, "open")


def nominate_and_judge(stage: Stage) -> None:
    """The branch is nominated, the facts are captured, two judges score; nobody else may."""
    nomination = {
        "editionId": stage.things["edition"],
        "unitId": stage.units["joint"],
        "statement": "师生联合，共建共育。",
    }
    stage.refused("/v1/nominations", nomination, by="counsellor", status=403)
    made = stage.post("/v1/nominations", nomination, by="member-1")
    stage.things["nomination"] = made["nominationId"]
    _step(stage, "close")
    _step(stage, "captureFacts")
    judges = [{"personId": stage.people[name]} for name in ("judge-1", "judge-2")]
    _step(stage, "assignJudges", {"judges": judges})
    path = f"/v1/nominations/{made['nominationId']}:score"

    def scores(score: str) -> dict[str, Any]:
        return {"scores": [{"criterionKey": "defence", "score": score}]}

    stage.refused(path, scores("100"), by="member-1", status=403)
    stage.refused(path, scores("101"), by="judge-1", status=400)
    stage.post(path, scores("92.5"), by="judge-1")
    stage.post(path, scores("88"), by="judge-2")


def rank_and_publish(stage: Stage) -> None:
    """Ranked, shown in public for five working days, published; never a day too early."""
    _step(stage, "rank")
    posted = _step(stage, "postNotice", {"overrideReason": "首届评选，参评支部较少"})
    path = f"/v1/editions/{stage.things['edition']}"
    stage.refused(f"{path}:publish", by="department", status=422, etag=posted["etag"])
    stage.go_to(dt.date.fromisoformat(posted["publishableOn"]))
    published = _step(stage, "publish")
    assert published["state"] == "STATE_PUBLISHED", published
    results = stage.get(f"{path}/results?winnersOnly=true", by="department")["results"]
    assert [(result["unitId"], result["place"]) for result in results] == [(stage.units["joint"], 1)], results
    stage.say(f"    the joint branch wins with {results[0]['total']}")


def open_the_score(stage: Stage) -> None:
    """Each score opens to what is behind it: the very meetings of the branch, and the judges' scores."""
    trace = stage.get(f"/v1/nominations/{stage.things['nomination']}/trace", by="department")
    facts = [criterion["fact"] for criterion in trace["criteria"] if "fact" in criterion]
    meetings = facts[0]["evidenceIds"]
    found = [stage.get(f"/v1/meetings/{meeting}", by="department") for meeting in meetings]
    assert found and all(meeting["unitId"] == stage.units["joint"] for meeting in found), facts
    stage.say(
        f"    {facts[0]['value']} general meetings stand behind the score: {', '.join(it['title'] for it in found)}"
    )
    verified = stage.get(f"/v1/editions/{stage.things['edition']}/rankingVerification", by="department")
    assert verified["matches"], verified


SCENES = [
    Scene("An edition of the award is opened", open_an_edition),
    Scene("The branch is nominated and judged", nominate_and_judge),
    Scene("The ranking is shown in public and published", rank_and_publish),
    Scene("The score opens to the facts behind it", open_the_score),
]
