"""Secret electronic ballots: opened and closed by the tellers, slips handed out by name, cast by nobody.

Nothing here may bring a slip together with a person, nor a choice with a slip: casting writes no event and no audit
row, and what is handed out is kept nowhere but in the box.
"""

from dataclasses import replace
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.ids import secret_id
from chassis.paging import Page, decode_token, page_of, page_size
from organization.domain.ballot_boxes import Box, Choice, check_choice, digest_of
from organization.domain.election_ballots import Contest, OpenBallot, Round, RoundState
from organization.domain.elections import Election, ElectionState
from organization.domain.units import refuse
from organization.domain.verdicts import kept
from organization.errors import (
    BallotIssuedError,
    BallotNotFoundError,
    BallotNotOpenError,
    ElectionStateError,
    NotAnElectorError,
    RollOfAnotherDayError,
)
from organization.events import elections as facts
from organization.operations.election_counting import is_out_of_order, order_verdicts, settled
from organization.operations.election_steps import COUNT, allowed, keep, taken
from organization.operations.election_votes import MOST_ROUNDS
from organization.repository import ballot_boxes, elections

State = ElectionState


async def open_ballot(call: Call, election_id: UUID) -> Election:
    """Open an electronic ballot for the vote that is due."""
    seen = await allowed(call, election_id, COUNT)
    async with call.transaction() as work:
        before = await taken(call, work, seen, State.VOTING)
        before.ensure_nothing_pending()
        if before.contest is None:
            raise ElectionStateError(election_id=election_id, state=before.state.value)
        if before.roll_on != work.today:
            raise RollOfAnotherDayError(roll_on=before.roll_on, today=work.today)
        number = len(before.rounds) + 1
        if number > MOST_ROUNDS:
            refuse("election_id", "投票轮次过多。", "There are too many rounds.")
        await ballot_boxes.add(work, election_id, number)
        after = before.changed(at=work.now, ballot=OpenBallot(number, work.now))
        return work.answer(await keep(work, before, after, facts.ballot_opened))


async def issue(call: Call, election_id: UUID) -> tuple[UUID, int, Contest]:
    """Hand the caller a slip: the slip, the number of the ballot, and what is voted on."""
    person_id = call.person_id
    async with call.transaction() as work:
        elector = await ballot_boxes.elector(work, election_id, person_id)
        if elector is None or elector.exclusion_reason:
            raise NotAnElectorError(election_id=election_id)
        number, box = await _open_box(work, election_id)
        if not await ballot_boxes.mark(work, election_id, person_id, number):
            raise BallotIssuedError(number=number)
        slip = secret_id()
        await ballot_boxes.change(work, election_id, box.with_slip(digest_of(slip)))
        # Who took a ballot is told by the roll and here; what was taken is told to nobody else.
        marks = ({"ballot_number": mark} for mark in (elector.ballot_number, number))
        work.audit_change("election_elector", person_id, *marks)
        return slip, number, await _contest(work, election_id)


async def cast(call: Call, election_id: UUID, slip: UUID, choice: Choice) -> str:
    """Cast a slip; answers its digest."""
    digest = digest_of(slip)
    async with call.transaction() as work:
        _, box = await _open_box(work, election_id)
        after = box.with_ballot(digest, choice)
        election = await elections.find(work, election_id)
        assert election is not None and election.contest is not None, "the box is open"
        enrolled = await elections.standings(work, election_id, choice.write_ins)
        check_choice(choice, election.contest, elected=election.elected, on_roll=enrolled)
        await ballot_boxes.change(work, election_id, after)
    return digest.hex()


async def _open_box(work: UnitOfWork, election_id: UUID) -> tuple[int, Box]:
    found = await ballot_boxes.lock(work, election_id)
    if found is None:
        raise BallotNotOpenError(election_id=election_id)
    return found


async def _contest(work: UnitOfWork, election_id: UUID) -> Contest:
    election = await elections.find(work, election_id)
    # What is voted on does not change while the box is open.
    assert election is not None and election.contest is not None, "the box is open"
    return election.contest


async def close_ballot(call: Call, election_id: UUID) -> Election:
    """Close the open ballot and count it; one that too few took is void and tells nobody its votes."""
    seen = await allowed(call, election_id, COUNT)
    async with call.transaction() as work:
        before = await taken(call, work, seen, State.VOTING)
        number = before.open_ballot().number
        _, box = await _open_box(work, election_id)
        await ballot_boxes.close(work, election_id, box)
        after = _counted(work, before, number, box)
        return work.answer(await keep(work, before, after, facts.ballot_closed))


def _counted(work: UnitOfWork, election: Election, number: int, box: Box) -> Election:
    contest = election.contest
    assert contest is not None and election.roll_on is not None, "the box is open"
    totals = box.totals(contest, election.roll_on)
    verdicts = order_verdicts(totals, election.should_attend)
    closed = Round(
        number=number,
        contest=contest,
        state=RoundState.ENTERED,
        totals=totals,
        should_attend=election.should_attend,
        entered_by=None,
        is_electronic=True,
    )
    if not is_out_of_order(verdicts):
        return settled(work, election, election.rounds, closed)
    untold = replace(totals, votes=tuple((each, 0) for each in contest.candidates), write_ins=())
    void = replace(closed, state=RoundState.VOID, totals=untold, verdicts=kept(verdicts))
    return election.changed(at=work.now, ballot=None, rounds=(*election.rounds, void))


async def list_slips(call: Call, election_id: UUID, number: int, *, size: int, token: str) -> Page[str]:
    """List the digests of the slips that were cast in a closed ballot."""
    after = decode_token(token, str)
    if after and (len(after[0]) != 64 or set(after[0]) - set("0123456789abcdef")):
        refuse("page_token", "分页标记不属于此列表。", "The page token belongs to another list.")
    most = page_size(size)
    listed = await ballot_boxes.slips(
        call.database, election_id, number, after=after[0] if after else "", most=most + 1
    )
    if listed is None:
        raise BallotNotFoundError(election_id=election_id, number=number)
    return page_of(listed, most, lambda digest: (digest,))
