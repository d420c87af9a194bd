"""Secret electronic ballots at the service: what is told and kept, and what is refused when many come at once."""

import asyncio
import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from chassis.errors import (
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    ServiceError,
    StateError,
)
from chassis.statements import query
from organization.domain.elections import Elector
from shuyuan.organization.v1 import ballot_service_pb2 as pb
from shuyuan.organization.v1 import election_pb2
from shuyuan.organization.v1 import election_service_pb2 as elections
from tests.integration.organization.polls import Poll
from tests.integration.organization.test_grants import give
from tests.integration.organization.world import Campus, World

Contest = election_pb2.ElectionContest
RoundState = election_pb2.ElectionRound
VOTERS = 10
_TABLES = query(
    sa.text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
)


class Booth:
    """An election whose electors have accounts: voter 0 to 9."""

    def __init__(self, world: World, poll: Poll) -> None:
        self.world, self.poll = world, poll

    @classmethod
    async def prepare(cls, world: World, campus: Campus) -> "Booth":
        poll = await Poll.prepare(world, campus, voters=VOTERS)
        poll.people = [await world.person(f"voter-{n}") for n in range(VOTERS)]
        world.membership.roll = [Elector(each, "full", None) for each in poll.people]
        await poll.up_to_approval()
        await poll.fix_roll(roll_on=world.clock.today().isoformat())
        return cls(world, poll)

    @property
    def election_id(self) -> str:
        return str(self.poll.election.election_id)

    async def change(self, verb: str, **options: Any) -> Any:
        request = getattr(pb, f"{verb}Request")(election_id=self.election_id)
        method = getattr(self.world.stubs.ballots, verb)
        answer = await self.world.ask(method, request, etag=self.poll.election.etag, **options)
        self.poll.election = answer.election
        return answer.election

    async def open(self) -> Any:
        return await self.change("OpenElectionBallot")

    async def close(self) -> Any:
        return await self.change("CloseElectionBallot")

    async def issue(self, voter: int, **options: Any) -> Any:
        request = pb.IssueBallotRequest(election_id=self.election_id)
        return await self.world.ask(
            self.world.stubs.ballots.IssueBallot, request, by=f"voter-{voter}", **options
        )

    async def cast(self, slip: str, *people: UUID, written: tuple[UUID, ...] = ()) -> Any:
        request = pb.CastBallotRequest(
            election_id=self.election_id,
            slip=slip,
            candidate_person_ids=[str(each) for each in people],
            write_in_person_ids=[str(each) for each in written],
        )
        # Whatever a client sends of itself is looked at by nobody.
        return await self.world.ask(self.world.stubs.ballots.CastBallot, request, by="voter-0", key="k")

    async def slips(self, number: int = 1, **fields: Any) -> Any:
        request = pb.ListBallotSlipsRequest(election_id=self.election_id, number=number, **fields)
        return await self.world.ask(self.world.stubs.ballots.ListBallotSlips, request, by="voter-3")

    async def vote(self, *choices: tuple[int, ...]) -> list[str]:
        """The first voters take a slip and cast it; answers the slips."""
        slips = [(await self.issue(voter)).slip for voter in range(len(choices))]
        for slip, chosen in zip(slips, choices, strict=True):
            await self.cast(slip, *(self.poll.people[each] for each in chosen))
        return slips

    async def rows(self) -> dict[str, list[str]]:
        """Everything that is stored, by table, with the transaction that wrote each row."""
        tables = [row["relname"] for row in await self.world.database.fetch(_TABLES)]
        return {
            name: sorted(
                row["text"]
                for row in await self.world.database.fetch(
                    query(sa.text(f"SELECT xmin::text || ' ' || t::text AS text FROM \"{name}\" t"))
                )
            )
            for name in tables
        }


@pytest.fixture
async def booth(world: World, campus: Campus) -> Booth:
    return await Booth.prepare(world, campus)


@pytest.mark.covers("F10", "ELE-05")
async def test_an_electronic_ballot_counts_as_a_round_that_nobody_entered(booth: Booth) -> None:
    opened = await booth.open()
    slips = await booth.vote(*[(0, 1, 2)] * 6, (0, 1, 3), (0,), ())

    closed = await booth.close()

    assert (opened.ballot.number, opened.HasField("contest")) == (1, True)
    assert not closed.HasField("ballot")
    (held,) = closed.rounds
    assert (held.state, held.is_electronic, held.HasField("entered_by")) == (
        RoundState.STATE_COUNTED,
        True,
        False,
    )
    assert (held.totals.present, held.totals.ballots_issued, held.totals.ballots_returned) == (9, 9, 9)
    assert [each.votes for each in held.totals.votes] == [8, 7, 6, 1]
    assert list(closed.elected_person_ids) == [str(each) for each in booth.poll.people[:3]]
    assert closed.state == election_pb2.Election.STATE_ELECTED
    digests = sorted(hashlib.sha256(slip.encode()).hexdigest() for slip in slips)
    first = await booth.slips(page_size=4)
    rest = await booth.slips(page_token=first.next_page_token)
    assert [*first.slip_digests, *rest.slip_digests] == digests
    verbs = [event["verb"] for event in await booth.world.events("election")]
    assert verbs[-2:] == ["ballot_opened", "ballot_closed"]


async def test_somebody_who_is_written_in_is_elected_like_a_candidate(booth: Booth) -> None:
    people = booth.poll.people
    issued = await booth.open() and [await booth.issue(voter) for voter in range(9)]
    for each in issued[:7]:
        await booth.cast(each.slip, people[0], people[1], written=(people[8],))
    for each in issued[7:]:
        await booth.cast(each.slip, people[2])

    closed = await booth.close()

    assert issued[0].contest.takes_write_ins
    (written,) = closed.rounds[0].totals.write_ins
    assert (written.person_id, written.votes) == (str(people[8]), 7)
    assert list(closed.elected_person_ids) == [str(people[each]) for each in (0, 1, 8)]


async def test_written_in_names_on_paper_count_too(booth: Booth) -> None:
    people = booth.poll.people
    await give(booth.world, await booth.world.person("teller"), "BRANCH_OFFICER", booth.poll.branch.unit_id)
    names = [election_pb2.CandidateVotes(person_id=str(people[8]), votes=7)]

    voted = await booth.poll.vote(9, 8, 0, 0, held_on=booth.world.clock.today().isoformat(), write_ins=names)

    assert list(voted.elected_person_ids) == [str(people[each]) for each in (0, 1, 8)]


@pytest.mark.parametrize(
    ("chosen", "written", "field"),
    [
        ((0, 1, 2, 3), (), "candidate_person_ids"),
        ((0, 1, 2), (8,), "candidate_person_ids"),
        ((5,), (), "candidate_person_ids[0]"),
        ((0, 0), (), "candidate_person_ids"),
        ((), (0,), "write_in_person_ids[0]"),
        ((), (None,), "write_in_person_ids[0]"),
    ],
)
async def test_a_ballot_that_would_be_void_is_refused_and_the_slip_stays(
    booth: Booth, chosen: tuple[int, ...], written: tuple[int | None, ...], field: str
) -> None:
    people = booth.poll.people
    await booth.open()
    slip = (await booth.issue(0)).slip

    with pytest.raises(InvalidArgumentError) as refused:
        names = tuple(uuid4() if each is None else people[each] for each in written)
        await booth.cast(slip, *(people[each] for each in chosen), written=names)
    await booth.cast(slip, people[0])

    assert [each.field for each in refused.value.violations] == [field]


async def test_a_ballot_opens_only_on_the_day_of_its_roll_and_only_one_at_a_time(booth: Booth) -> None:
    await booth.open()
    with pytest.raises(StateError) as second:
        await booth.open()
    with pytest.raises(StateError) as paper:
        await booth.poll.do("EnterElectionTotals", totals=booth.poll.totals(9, 8, 7, 5))
    await booth.poll.do("WithdrawElection", reason="改期")
    with pytest.raises(StateError) as over:
        await booth.cast(str(uuid4()))

    assert (second.value.reason, paper.value.reason, over.value.reason) == (
        "BALLOT_OPEN",
        "BALLOT_OPEN",
        "BALLOT_NOT_OPEN",
    )


async def test_the_roll_of_yesterday_opens_no_ballot(world: World, booth: Booth) -> None:
    yesterday = world.clock.today() - timedelta(days=1)
    await booth.poll.fix_roll(roll_on=yesterday.isoformat())

    with pytest.raises(StateError) as refused:
        await booth.open()

    assert refused.value.reason == "ROLL_OF_ANOTHER_DAY"


async def test_only_electors_get_a_slip_and_only_one(booth: Booth) -> None:
    with pytest.raises(StateError) as early:
        await booth.issue(0)
    await booth.open()
    with pytest.raises(PermissionDeniedError) as stranger:
        await booth.world.ask(
            booth.world.stubs.ballots.IssueBallot, pb.IssueBallotRequest(election_id=booth.election_id)
        )

    # An answer kept under a key would tell again whose slip it is.
    answers = await asyncio.gather(*(booth.issue(0, key="same") for _ in range(5)), return_exceptions=True)

    given = [each for each in answers if not isinstance(each, BaseException)]
    assert len(given) == 1
    assert {each.reason for each in answers if isinstance(each, ServiceError)} == {"BALLOT_ISSUED"}
    assert (early.value.reason, stranger.value.reason) == ("BALLOT_NOT_OPEN", "NOT_AN_ELECTOR")
    request = elections.ListElectionElectorsRequest(election_id=booth.election_id)
    roll = (await booth.world.ask(booth.world.stubs.elections.ListElectionElectors, request)).electors
    assert {each.person_id: each.ballot_number for each in roll if each.ballot_number} == {
        str(booth.poll.people[0]): 1
    }


async def test_a_slip_is_cast_once_and_an_unknown_one_never(booth: Booth) -> None:
    await booth.open()
    slip = (await booth.issue(0)).slip

    answers = await asyncio.gather(
        *(booth.cast(slip, booth.poll.people[0]) for _ in range(5)), return_exceptions=True
    )
    with pytest.raises(NotFoundError) as unknown:
        await booth.cast(str(uuid4()), booth.poll.people[0])

    assert len([each for each in answers if not isinstance(each, BaseException)]) == 1
    assert {each.reason for each in answers if isinstance(each, ServiceError)} == {"SLIP_CAST"}
    assert unknown.value.reason == "SLIP_UNKNOWN"


async def test_what_is_cast_while_the_ballot_closes_counts_or_is_refused(booth: Booth) -> None:
    await booth.open()
    slips = [(await booth.issue(voter)).slip for voter in range(VOTERS)]

    async def vote(place: int) -> bool:
        try:
            await booth.cast(slips[place], booth.poll.people[0])
        except StateError as error:
            assert error.reason == "BALLOT_NOT_OPEN"
            return False
        return True

    *cast, closed = await asyncio.gather(
        *(vote(place) for place in range(5)), *(vote(place) for place in range(5, VOTERS)), booth.close()
    )

    held = closed.rounds[0].totals
    assert held.ballots_issued == VOTERS
    assert held.ballots_returned == held.votes[0].votes == sum(cast)
    assert len((await booth.slips(page_size=50)).slip_digests) == sum(cast)


@pytest.mark.covers("ELE-04")
@pytest.mark.parametrize(("electors", "state"), [(7, "STATE_VOID"), (8, "STATE_COUNTED")])
async def test_a_ballot_that_too_few_took_is_void_and_tells_no_votes(
    booth: Booth, electors: int, state: str
) -> None:
    await booth.open()
    await booth.vote(*[(0, 1, 2)] * electors)

    closed = await booth.close()

    (held,) = closed.rounds
    assert held.state == RoundState.State.Value(state)
    assert [each.votes for each in held.totals.votes][:1] == ([0] if state == "STATE_VOID" else [8])
    left = (await booth.rows())["ballot_box"]
    assert not any(str(booth.poll.people[0]) in row for row in left)


async def test_a_tie_gets_a_ballot_of_its_own_that_takes_no_other_names(booth: Booth) -> None:
    without_one = [(1, 2, 3), (0, 2, 3), *[(0, 1, 3)] * 4, *[(0, 1, 2)] * 4]
    await booth.open()
    await booth.vote(*without_one)
    await booth.close()
    await booth.open()

    again = [await booth.issue(voter) for voter in range(8)]
    with pytest.raises(InvalidArgumentError) as other:
        await booth.cast(again[0].slip, written=(booth.poll.people[8],))
    for each in again:
        await booth.cast(each.slip, booth.poll.people[3])
    with pytest.raises(NotFoundError) as open_still:
        await booth.slips(2)
    decided = await booth.close()

    contest = again[0].contest
    assert (again[0].number, contest.kind, contest.takes_write_ins) == (2, Contest.KIND_TIE, False)
    assert [each.field for each in other.value.violations] == ["write_in_person_ids"]
    assert open_still.value.reason == "BALLOT_NOT_FOUND"
    assert list(decided.elected_person_ids) == [str(booth.poll.people[each]) for each in (0, 1, 3)]
    assert len((await booth.slips(2)).slip_digests) == 8


async def test_nothing_stored_tells_whose_slip_it_was_or_how_it_was_cast(booth: Booth) -> None:
    people = booth.poll.people
    await booth.open()
    slips = [(await booth.issue(voter, key=f"key-{voter}")).slip for voter in range(VOTERS)]
    before = await booth.rows()

    await booth.cast(slips[4], people[1], written=(people[9],))

    after = await booth.rows()
    changed = {name for name in after if after[name] != before[name]}
    # No audit row, no event, no key: only the box of all has changed, and it holds sums.
    assert changed == {"ballot_box"}
    for slip in slips:
        digest = hashlib.sha256(slip.encode()).hexdigest()
        for name, rows in after.items():
            held = [row for row in rows if slip in row or digest in row]
            assert len(held) == (1 if name == "ballot_box" else 0), name
            assert not any(slip in row for row in held)
    (box,) = after["ballot_box"]
    assert not any(str(people[each]) in box for each in (0, 4))
    for events in (await booth.world.events(), after["audit_log"], after["idempotency_key"]):
        assert not any(slip in str(row) for row in events for slip in slips)


async def test_the_box_lies_in_the_same_way_whoever_came_first(booth: Booth) -> None:
    await booth.open()
    slips = [(await booth.issue(voter)).slip for voter in range(8)]
    row = query(sa.text("SELECT outstanding, cast_slips, votes FROM ballot_box"))
    handed = await booth.world.database.fetch_one(row)
    for slip in reversed(slips):
        await booth.cast(slip, booth.poll.people[0])
    cast = await booth.world.database.fetch_one(row)

    assert handed is not None and cast is not None
    digests = sorted(hashlib.sha256(slip.encode()).digest() for slip in slips)
    assert (handed["outstanding"], handed["cast_slips"]) == (digests, [])
    assert (cast["outstanding"], cast["cast_slips"]) == ([], digests)
    assert cast["votes"] == {str(booth.poll.people[0]): 8}
