"""Elections in the running system: the branch runs them, the committee above approves, membership knows the roll."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.support.http import Api

POSTS = ("SECRETARY", "ORGANIZATION_OFFICER", "PUBLICITY_OFFICER")


class Assembly:
    """A branch of seven full members that elects its committee of three today."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.branch = city.units["cohort"]
        self.voters = city.members[2:]
        self.election: dict[str, Any] = {}

    @classmethod
    async def prepare(cls, stack: Stack, api_as: Callable[[str], Api]) -> "Assembly":
        assembly = cls(await City.found(stack, api_as))
        assembly.posts = [await assembly.post(kind) for kind in POSTS]
        return assembly

    posts: list[str]

    async def post(self, kind: str, unit: str = "cohort") -> str:
        body = {
            "unitId": self.city.units[unit],
            "kind": f"KIND_{kind}",
            "seats": 1,
            "validFrom": self.city.ago(1000),
        }
        made: str = (await self.city.post("admin", "/v1/posts", body))["postId"]
        return made

    def plan(self, **changes: Any) -> dict[str, Any]:
        today = self.city.today
        return {
            "unitId": self.branch,
            "kind": "KIND_TERM",
            "heldOn": today.isoformat(),
            "seats": [{"postId": post, "seats": 1} for post in self.posts],
            "termUntil": (today + timedelta(days=1000)).isoformat(),
        } | changes

    async def try_to(self, who: str, verb: str, **body: Any) -> Any:
        """Take a step as somebody; answers the response, whatever it is."""
        path = f"/v1/elections/{self.election['electionId']}:{verb}"
        return await self.city.send(who, path, body, etag=self.election["etag"])

    async def do(self, who: str, verb: str, **body: Any) -> None:
        """Take a step that must succeed."""
        answer = await self.try_to(who, verb, **body)
        assert answer.is_success, f"{verb} {answer.status_code}: {answer.text}"
        self.election = answer.json()

    async def nominate(self, *people: str) -> None:
        for person in people:
            await self.do(
                "secretary",
                "nominate",
                personId=person,
                source="SOURCE_PARTY_GROUP",
                background="BACKGROUND_OUTSTANDING_STUDENT",
            )

    async def up_to_approval(self) -> None:
        self.election = await self.city.post("secretary", "/v1/elections", self.plan())
        await self.nominate(*self.voters[:4])
        await self.do("officer", "submit", documentNumber="院党支〔2024〕1号")
        await self.do("approver", "approve", documentNumber="党组〔2024〕8号")


@pytest.fixture
async def assembly(stack: Stack, api_as: Callable[[str], Api]) -> Assembly:
    return await Assembly.prepare(stack, api_as)


@pytest.mark.covers("F10", "ELE-03", "ELE-05")
async def test_a_fifth_more_candidates_with_rights_are_approved_by_the_committee_above(
    assembly: Assembly,
) -> None:
    assembly.election = await assembly.city.post("secretary", "/v1/elections", assembly.plan())
    await assembly.nominate(*assembly.voters[:3])

    few = await assembly.try_to("secretary", "submit")
    await assembly.nominate(assembly.city.people["applicant"])
    stranger = await assembly.try_to("secretary", "submit")
    await assembly.do("secretary", "removeCandidate", personId=assembly.city.people["applicant"])
    await assembly.nominate(assembly.voters[3])
    await assembly.do("secretary", "submit")
    own = await assembly.try_to("secretary", "approve")
    await assembly.do("approver", "approve", documentNumber="党组〔2024〕8号")

    assert (few.status_code, few.json()["reason"]) == (422, "ORGANIZATION_RULE_REFUSED")
    (verdict,) = [each for each in few.json()["verdicts"] if not each["satisfied"]]
    assert (verdict["ruleId"], verdict["seen"], verdict["needed"]) == ("ELE-05", "3", "≥ 4")
    assert (stranger.status_code, stranger.json()["reason"]) == (409, "CANDIDATE_NOT_ON_ROLL")
    assert own.status_code == 403
    assert assembly.election["state"] == "STATE_APPROVED"
    assert {each["ruleId"] for each in assembly.election["steps"][1]["verdicts"]} >= {"ELE-05", "ELE-03"}


@pytest.mark.covers("S34")
async def test_a_temporary_branch_has_its_officers_appointed_and_elects_nobody(assembly: Assembly) -> None:
    city = assembly.city
    root = (await city.get("admin", "/v1/units", kind="KIND_UNIVERSITY"))["units"][0]["unitId"]
    team = {"kind": "KIND_TASK_TEAM", "name": f"支教团{assembly.branch}"}
    host = {"parentUnitId": root, "unit": team, "establishedOn": city.ago(20)}
    unit = {
        "hostUnitId": (await city.post("admin", "/v1/units", host))["unitId"],
        "kind": "KIND_BRANCH",
        "form": "FORM_TEMPORARY",
        "name": f"支教团临时党支部{assembly.branch}",
        "task": "支教",
        "purpose": "PURPOSE_MAJOR_EVENT",
        "plannedEndOn": (city.today + timedelta(days=400)).isoformat(),
    }
    body = {"parentUnitId": city.units["general"], "unit": unit, "establishedOn": city.ago(10)}
    body["secretary"] = {"personId": city.people["officer"]}
    city.units["temporary"] = (await city.post("admin", "/v1/units", body))["unitId"]
    posts = await city.get("admin", "/v1/posts", unitId=city.units["temporary"])
    seats = [{"postId": posts["posts"][0]["postId"], "seats": 1}]

    refused = await city.send(
        "admin", "/v1/elections", assembly.plan(unitId=city.units["temporary"], seats=seats)
    )

    assert (refused.status_code, refused.json()["reason"]) == (422, "ORGANIZATION_RULE_REFUSED")
    (verdict,) = [each for each in refused.json()["verdicts"] if not each["satisfied"]]
    assert (verdict["ruleId"], verdict["source"]["article"]) == ("BR-09", "8")


def totals(
    assembly: Assembly, *votes: int, people: list[str] | None = None, **changes: Any
) -> dict[str, Any]:
    """Totals of a meeting of all seven in which every ballot counts."""
    return {
        "heldOn": assembly.city.today.isoformat(),
        "present": 7,
        "ballotsIssued": 7,
        "ballotsReturned": 7,
        "ballotsInvalid": 0,
        "secretBallot": True,
        "votes": [
            {"personId": person, "votes": count}
            for person, count in zip(people or assembly.voters, votes, strict=False)
        ],
    } | changes


@pytest.mark.covers("F10", "ELE-06", "ELE-08", "ELE-10", "HE-06")
async def test_an_election_goes_from_the_roll_over_a_run_off_to_its_appointments(assembly: Assembly) -> None:
    city, voters = assembly.city, assembly.voters
    await assembly.up_to_approval()
    await assembly.do("secretary", "fixRoll")
    await assembly.do("officer", "enterTotals", totals=totals(assembly, 6, 5, 4, 4))
    same = await assembly.try_to("officer", "confirmTotals", number=1)
    await assembly.do("secretary", "confirmTotals", number=1)
    tie = assembly.election["contest"]
    await assembly.do("officer", "enterTotals", totals=totals(assembly, 3, 4, people=voters[2:4]))
    await assembly.do("secretary", "confirmTotals", number=2)
    elected = [voters[0], voters[1], voters[3]]
    results = [
        {"postId": post, "personId": person, "votes": votes}
        for post, person, votes in zip(assembly.posts, elected, (2, 0, 0), strict=True)
    ]
    today = city.today.isoformat()
    await assembly.do("officer", "electPosts", heldOn=today, present=3, results=results)
    await assembly.do("secretary", "file", documentNumber="院党支〔2024〕2号")
    own = await assembly.try_to("secretary", "confirm")
    await assembly.do("approver", "confirm", documentNumber="党组〔2024〕9号")

    assert (same.status_code, same.json()["reason"]) == (409, "TOTALS_CONFIRMED_BY_SAME_PERSON")
    assert (tie["kind"], tie["seats"], tie["candidatePersonIds"]) == ("KIND_TIE", 1, voters[2:4])
    first = assembly.election["rounds"][0]
    assert (first["winBase"], first["shouldAttend"], first["tiedPersonIds"]) == ("present", 7, voters[2:4])
    majority = [each for each in first["verdicts"] if each["ruleId"] == "ELE-06"]
    assert [(each["seen"], each["needed"]) for each in majority] == [
        (f"{votes}/7", "≥ 4/7") for votes in (6, 5, 4, 4)
    ]
    assert own.status_code == 403
    said = {each["ruleId"] for step in assembly.election["steps"] for each in step["verdicts"]}
    assert {"ELE-08", "ELE-10", "ELE-10.majority", "HE-06.student", "BR-21"} <= said
    assert assembly.election["state"] == "STATE_COMPLETED"
    held = await city.get("admin", "/v1/appointments", unitId=assembly.branch, asOf=today)
    assert {each["postId"]: each["personId"] for each in held["appointments"]} == dict(
        zip(assembly.posts, elected, strict=True)
    )
    assert {each["method"] for each in held["appointments"]} == {"METHOD_ELECTED"}
    terms = (await city.get("admin", "/v1/terms", unitId=assembly.branch))["terms"]
    assert [each["startedOn"] for each in terms] == [today]
    listed = await city.get("secretary", "/v1/elections", unitId=assembly.branch, state="STATE_COMPLETED")
    assert [each["electionId"] for each in listed["elections"]] == [assembly.election["electionId"]]


@pytest.mark.covers("F10", "ELE-03", "ELE-04", "ELE-07")
async def test_totals_that_contradict_the_roll_are_named_and_too_many_ballots_void_the_vote(
    assembly: Assembly,
) -> None:
    await assembly.up_to_approval()
    await assembly.do("secretary", "fixRoll")
    path = f"/v1/elections/{assembly.election['electionId']}/electors"
    roll = await assembly.city.get("secretary", path)

    more = await assembly.try_to("officer", "enterTotals", totals=totals(assembly, 6, 5, 4, 4, present=8))
    five: dict[str, Any] = {"present": 5, "ballotsIssued": 5, "ballotsReturned": 5}
    few = await assembly.try_to("officer", "enterTotals", totals=totals(assembly, 5, 5, 4, 0, **five))
    await assembly.do("officer", "enterTotals", totals=totals(assembly, 6, 5, 4, 4, ballotsIssued=6))
    await assembly.do("secretary", "confirmTotals", number=1)

    assert [each["personId"] for each in roll["electors"]] == sorted(assembly.voters)
    assert (more.status_code, [each["pointer"] for each in more.json()["violations"]]) == (
        400,
        ["/totals/present"],
    )
    (quorum,) = [each for each in few.json()["verdicts"] if not each["satisfied"]]
    assert (few.status_code, quorum["ruleId"], quorum["seen"], quorum["needed"]) == (
        422,
        "ELE-04",
        "5/7",
        "≥ 6/7",
    )
    (void,) = assembly.election["rounds"]
    assert (void["state"], assembly.election["contest"]["kind"]) == ("STATE_VOID", "KIND_FIRST")


@pytest.mark.covers("F10", "ELE-09")
async def test_a_general_branch_whose_members_are_few_meets_as_a_congress_only_where_they_work_apart(
    assembly: Assembly,
) -> None:
    city = assembly.city
    assembly.posts = [await assembly.post(kind, "general") for kind in POSTS]
    plan = assembly.plan(unitId=city.units["general"])
    assembly.election = await city.post("secretary", "/v1/elections", plan)
    await assembly.nominate(*assembly.voters[:4])
    await assembly.do("officer", "submit", documentNumber="院党总支〔2024〕1号")
    await assembly.do("approver", "approve", documentNumber="党组〔2024〕8号")
    delegates = assembly.voters[:5]

    near = await assembly.try_to("secretary", "fixRoll", delegatePersonIds=delegates)
    stranger = await assembly.try_to(
        "secretary",
        "fixRoll",
        delegatePersonIds=[*delegates, city.people["applicant"]],
        dispersedReason="校区相距较远",
    )
    await assembly.do("secretary", "fixRoll", delegatePersonIds=delegates, dispersedReason="校区相距较远")
    roll = await city.get("secretary", f"/v1/elections/{assembly.election['electionId']}/electors")

    assert near.status_code == 422
    (broken,) = [each for each in near.json()["verdicts"] if not each["satisfied"]]
    assert (broken["ruleId"], broken["seen"], broken["needed"]) == ("ELE-09.congress", "9", "≥ 501")
    assert [each["pointer"] for each in stranger.json()["violations"]] == ["/delegatePersonIds/5"]
    assert [each["personId"] for each in roll["electors"]] == sorted(delegates)
    assert assembly.election["shouldAttend"] == 5
