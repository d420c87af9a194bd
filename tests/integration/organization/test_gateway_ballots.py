"""Secret electronic ballots in the running system: nothing stored, announced or logged links voter, slip and choice."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.integration.organization.test_gateway_elections import POSTS, Assembly
from tests.support.http import Api
from tests.support.standstill import until

VOTERS = 7

NUMBERED = """
    SELECT NOT EXISTS (SELECT FROM audit_log WHERE number IS NULL)
       AND NOT EXISTS (SELECT FROM event_log WHERE "position" IS NULL)
"""


class Booth(Assembly):
    """A branch of seven members with accounts that votes electronically."""

    def __init__(self, city: City, stack: Stack) -> None:
        super().__init__(city)
        self.stack = stack
        self.numbers: list[str] = []

    @classmethod
    async def found(cls, stack: Stack, api_as: Callable[[str], Api]) -> "Booth":
        city = await City.found(stack, api_as)
        unit = {"kind": "KIND_BRANCH", "form": "FORM_COHORT", "cohortYear": 2024, "name": f"支部{uuid4()}"}
        body = {"parentUnitId": city.units["general"], "unit": unit, "establishedOn": city.ago(1500)}
        city.units["cohort"] = (await city.post("admin", "/v1/units", body))["unitId"]
        booth = cls(city, stack)
        await booth.register()
        booth.posts = [await booth.post(kind) for kind in POSTS]
        return booth

    async def register(self) -> None:
        self.numbers = [f"voter-{uuid4().hex[:10]}" for _ in range(VOTERS)]
        people = [
            {"name": "选举人", "kind": "PERSON_KIND_STUDENT", "campusNumber": each} for each in self.numbers
        ]
        made = await self.city.post("admin", "/v1/persons:batchRegister", {"people": people})
        self.voters = made["personIds"]
        entered = [
            {
                "personId": person,
                "unitId": self.branch,
                "relationshipFrom": self.city.ago(1200),
                "status": "MEMBERSHIP_STATUS_FULL",
                "standingFrom": self.city.ago(1400),
            }
            for person in self.voters
        ]
        await self.city.post("admin", "/v1/members:batchEstablish", {"members": entered})

    async def up_to_voting(self) -> None:
        self.election = await self.city.post("secretary", "/v1/elections", self.plan())
        await self.nominate(*self.voters[:4])
        await self.do("officer", "submit", documentNumber="院党支〔2024〕1号")
        await self.do("approver", "approve", documentNumber="党组〔2024〕8号")
        await self.do("secretary", "fixRoll")
        await self.do("officer", "openBallot")

    @property
    def path(self) -> str:
        return f"/v1/elections/{self.election['electionId']}"

    async def issue(self, voter: int) -> Any:
        return await self.city.send(self.numbers[voter], f"{self.path}:issueBallot", {})

    async def cast(self, slip: str, *chosen: int, written: Iterable[int] = ()) -> Any:
        """Cast without a token, as a browser would that was told not to send one."""
        body = {
            "slip": slip,
            "candidatePersonIds": [self.voters[each] for each in chosen],
            "writeInPersonIds": [self.voters[each] for each in written],
        }
        async with Api(self.stack.gateway_url) as nobody:
            return await nobody.post(f"{self.path}:castBallot", body)

    async def stored(self) -> dict[str, list[str]]:
        """Every row of every table of every service."""
        found: dict[str, list[str]] = {}
        for service in self.stack.services:
            # The relay numbers and chains what is committed a moment later.
            await until(self.stack, service, NUMBERED)
            connection = await asyncpg.connect(self.stack.database_url(service))
            try:
                names = await connection.fetch(
                    "SELECT relname FROM pg_class"
                    " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
                )
                for (name,) in names:
                    rows = await connection.fetch(f'SELECT t::text AS text FROM "{name}" t')
                    found[f"{service}.{name}"] = [row["text"] for row in rows]
            finally:
                await connection.close()
        return found

    def marks(self) -> dict[str, int]:
        """How far each process has logged."""
        return {name: len(self.stack.log(name).read_bytes()) for name in self.stack.names}

    def logged(self, since: dict[str, int]) -> dict[str, list[str]]:
        """What each process has logged since."""
        return {
            name: self.stack.log(name).read_bytes()[start:].decode(errors="replace").splitlines()
            for name, start in since.items()
        }


@pytest.fixture
async def booth(stack: Stack, api_as: Callable[[str], Api]) -> Booth:
    booth = await Booth.found(stack, api_as)
    await booth.up_to_voting()
    return booth


@pytest.mark.covers("F10", "ELE-04", "ELE-06")
async def test_voters_take_slips_by_name_and_cast_them_without(booth: Booth) -> None:
    choices = [(0, 1), (0, 1), (0, 1), (0, 2), (0,), ()]
    issued = [(await booth.issue(voter)).json() for voter in range(6)]
    answers = [await booth.cast(each["slip"], *chosen) for each, chosen in zip(issued, choices, strict=True)]
    more = (await booth.issue(6)).json()
    answers.append(await booth.cast(more["slip"], 1, written=[5]))
    running = await booth.city.get("secretary", booth.path)
    early = await booth.city.api_as(booth.numbers[2]).get(f"{booth.path}/slips", number=1)
    await booth.do("officer", "closeBallot")

    assert [each["contest"]["candidatePersonIds"] for each in issued] == [booth.voters[:4]] * 6
    assert [each.status_code for each in answers] == [200] * 7
    # Before it closes nobody is told anything, after it sums.
    assert (running["ballot"]["number"], running["rounds"]) == (1, [])
    assert (early.status_code, early.json()["reason"]) == (404, "BALLOT_NOT_FOUND")
    (held,) = booth.election["rounds"]
    totals = held["totals"]
    assert {each["personId"]: each["votes"] for each in totals["votes"] + totals["writeIns"]} == dict(
        zip([*booth.voters[:4], booth.voters[5]], (5, 4, 1, 0, 1), strict=True)
    )
    assert (held["isElectronic"], "enteredBy" in held, held["winBase"]) == (True, False, "present")
    assert booth.election["electedPersonIds"] == booth.voters[:2]
    listed = await booth.city.get(booth.numbers[2], f"{booth.path}/slips", number=1)
    digests = [hashlib.sha256(each["slip"].encode()).hexdigest() for each in [*issued, more]]
    assert listed["slipDigests"] == sorted(digests)
    assert [each.json()["slipDigest"] for each in answers] == digests


@pytest.mark.covers("F10")
async def test_a_second_slip_and_a_second_ballot_are_refused_whoever_is_faster(booth: Booth) -> None:
    slips = await asyncio.gather(*(booth.issue(0) for _ in range(4)))
    (first,) = [each.json()["slip"] for each in slips if each.is_success]
    ballots = await asyncio.gather(*(booth.cast(first, 0) for _ in range(4)))
    unknown = await booth.cast(str(uuid4()), 0)
    stranger = await booth.city.send("officer", f"{booth.path}:issueBallot", {})
    async with Api(booth.stack.gateway_url) as nobody:
        nameless = await nobody.post(f"{booth.path}:issueBallot", {})
    slip = (await booth.issue(1)).json()["slip"]
    late, closed = await asyncio.gather(booth.cast(slip, 0), booth.try_to("officer", "closeBallot"))

    assert sorted(each.status_code for each in slips) == [200, 409, 409, 409]
    assert {each.json()["reason"] for each in slips if not each.is_success} == {"BALLOT_ISSUED"}
    assert sorted(each.status_code for each in ballots) == [200, 409, 409, 409]
    assert {each.json()["reason"] for each in ballots if not each.is_success} == {"SLIP_CAST"}
    assert (unknown.status_code, unknown.json()["reason"]) == (404, "SLIP_UNKNOWN")
    assert (stranger.status_code, stranger.json()["reason"]) == (403, "NOT_AN_ELECTOR")
    assert nameless.status_code == 401
    # Two of seven are too few: the ballot is void, and what was cast in it stays untold.
    (held,) = closed.json()["rounds"]
    assert held["state"] == "STATE_VOID"
    assert held["totals"]["ballotsReturned"] == 1 + late.is_success
    assert {each["votes"] for each in held["totals"]["votes"]} == {0}
    assert late.is_success or late.json()["reason"] == "BALLOT_NOT_OPEN"


@pytest.mark.covers("F10")
async def test_nothing_stored_announced_or_logged_links_voter_slip_and_choice(booth: Booth) -> None:
    marks = booth.marks()
    slips = [(await booth.issue(voter)).json()["slip"] for voter in range(VOTERS)]
    before, at = await booth.stored(), booth.marks()
    for voter, slip in enumerate(slips):
        assert (await booth.cast(slip, 0, voter % 2 + 1)).is_success
    refused = [await booth.cast(slips[0], 0), await booth.cast(str(uuid4()), 0)]
    refused.append(await booth.cast(slips[1], 0, 1, 2, 3))
    after = await booth.stored()

    assert [each.is_success for each in refused] == [False] * 3
    known = {slip: hashlib.sha256(slip.encode()).hexdigest() for slip in slips}
    for name, rows in after.items():
        for slip, digest in known.items():
            assert not any(slip in row for row in rows), name
            assert any(digest in row for row in rows) == (name == "organization.ballot_box"), name
    # Casting writes nowhere else: no audit row, no event, no key, no time.
    kept = ("audit_log", "event_log", "idempotency_key", "election", "election_elector", "process")
    for name in (f"organization.{each}" for each in kept):
        assert sorted(before.get(name, [])) == sorted(after.get(name, [])), name
    for name, lines in booth.logged(marks).items():
        text = "\n".join(lines)
        assert not any(slip in text or digest in text for slip, digest in known.items()), name
    lines = [line for lines in booth.logged(at).values() for line in lines if "astBallot" in line]
    # One line for each at the gateway and at the service: what was done, and nothing by which two lines meet.
    assert len(lines) == 2 * (VOTERS + 3)
    for line in lines:
        entry = json.loads(line)
        said = {name for name, value in entry.items() if value is not None}
        assert said <= {
            "event", "level", "timestamp", "service", "method", "operation", "status", "reason", "ms", "bytes",
        }, line  # fmt: skip
        assert not any(person in line for person in booth.voters)
    events = [row for name, rows in after.items() if name.endswith("event_log") for row in rows]
    assert not any("slip" in row for row in events)
