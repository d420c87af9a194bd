"""Plan elections, nominate, have the candidates approved, read and give up elections."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from chassis.bitemporal import period
from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.ids import new_id
from chassis.paging import Page, decode_token, page_of, page_size
from chassis.process import ensure_free
from organization.clients import Membership
from organization.domain import election_rules as rules
from organization.domain.elections import (
    OVER,
    Candidate,
    Election,
    ElectionKind,
    ElectionState,
    NewSeat,
    StepKind,
    check_plan,
    nominated,
    on_roll,
    removed,
)
from organization.domain.rules import refuse_if_blocked
from organization.errors import ElectionUnderwayError
from organization.events import elections as facts
from organization.operations import founding
from organization.operations.election_steps import (
    READ,
    RUN,
    above,
    allowed,
    audited,
    keep,
    step,
    taken,
    timing,
)
from organization.repository import ballot_boxes, elections, posts, units
from rulebook import Verdict

State = ElectionState


@dataclass(frozen=True, slots=True)
class NewElection:
    """What an election is planned with."""

    kind: ElectionKind
    held_on: date
    seats: Sequence[NewSeat]
    term_from: date | None
    term_until: date
    shift_reason: str


async def plan_election(call: Call, unit_id: UUID, new: NewElection) -> Election:
    """Plan an election of a unit's committee and posts."""
    term = period(new.term_from or new.held_on, new.term_until, field="term_until")
    async with call.transaction() as work:
        # The lock also keeps two elections of one unit from not seeing each other.
        await units.lock(work, unit_id)
        await ensure_free(work, unit_id)
        unit = await founding.present(work, unit_id, new.held_on)
        present = {post.post_id: post for post in await posts.posts_of(work, [unit_id], since=new.held_on)}
        seats = check_plan(unit, new.seats, present, held_on=new.held_on, term=term)
        other = await elections.underway(work, unit_id)
        if other is not None:
            raise ElectionUnderwayError(election_id=other)
        verdicts = await timing(work, unit, new.kind, seats, on=new.held_on, reason=new.shift_reason)
        refuse_if_blocked(verdicts)
        election = Election(
            election_id=new_id(),
            unit_id=unit_id,
            kind=new.kind,
            state=State.PLANNED,
            held_on=new.held_on,
            seats=seats,
            term=term,
            shift_reason=new.shift_reason,
            candidates=(),
            steps=(step(work, StepKind.PLANNED, note=new.shift_reason, verdicts=verdicts),),
            created_at=work.now,
            updated_at=work.now,
            version=1,
        )
        await elections.add(work, election)
        work.emit(facts.planned(election))
        work.audit_change("election", election.election_id, None, audited(election))
        return work.answer(election)


async def nominate_candidate(call: Call, election_id: UUID, candidate: Candidate) -> Election:
    """Nominate a candidate."""
    seen = await allowed(call, election_id, RUN)
    async with call.transaction() as work:
        before = await taken(call, work, seen, State.PLANNED)
        after = nominated(before, candidate, at=work.now)
        return work.answer(await keep(work, before, after, facts.candidate_nominated))


async def remove_candidate(call: Call, election_id: UUID, person_id: UUID) -> Election:
    """Take a candidate off the list."""
    seen = await allowed(call, election_id, RUN)
    async with call.transaction() as work:
        before = await taken(call, work, seen, State.PLANNED)
        after = removed(before, person_id, at=work.now)
        return work.answer(await keep(work, before, after, facts.candidate_removed))


async def submit_candidates(
    call: Call, membership: Membership, election_id: UUID, *, document_number: str
) -> Election:
    """Put the candidates before the superior; each must be on the roll with the right to stand."""
    seen = await allowed(call, election_id, RUN)
    # Membership is asked before the unit of work; a candidate who came since is refused by the version.
    roll = await membership.electors(seen.unit_id, seen.held_on)
    async with call.transaction() as work:
        before = await taken(call, work, seen, State.PLANNED)
        verdicts = _nominated(before) + rules.standing_verdicts(
            on_roll(before.candidates, roll, before.held_on), before.held_on
        )
        if before.kind is ElectionKind.TERM:
            verdicts += rules.committee_verdicts(
                await founding.present(work, before.unit_id, before.held_on),
                size=before.seat_count,
                full_members=len(rules.with_rights(roll, before.held_on)),
                on=before.held_on,
            )
        refuse_if_blocked(verdicts)
        return work.answer(
            await _decide(
                work, before, State.SUBMITTED, StepKind.SUBMITTED, note=document_number, verdicts=verdicts
            )
        )


def _nominated(election: Election) -> list[Verdict]:
    return rules.nomination_verdicts(
        candidates=len(election.candidates), seats=election.seat_count, on=election.held_on
    )


_EVENTS = {
    StepKind.SUBMITTED: facts.candidates_submitted,
    StepKind.APPROVED: facts.candidates_approved,
    StepKind.RETURNED: facts.candidates_returned,
    StepKind.WITHDRAWN: facts.withdrawn,
}


async def _decide(
    work: UnitOfWork,
    before: Election,
    state: State,
    kind: StepKind,
    *,
    note: str,
    verdicts: Sequence[Verdict] = (),
) -> Election:
    taken_now = step(work, kind, note=note, verdicts=verdicts)
    after = before.changed(at=work.now, state=state, steps=(*before.steps, taken_now))
    return await keep(work, before, after, _EVENTS[kind])


async def approve_candidates(call: Call, election_id: UUID, *, document_number: str) -> Election:
    """Approve the candidates, for the organisation above the unit."""
    seen = await above(call, election_id)
    async with call.transaction() as work:
        before = await taken(call, work, seen, State.SUBMITTED)
        verdicts = _nominated(before)
        refuse_if_blocked(verdicts)
        return work.answer(
            await _decide(
                work, before, State.APPROVED, StepKind.APPROVED, note=document_number, verdicts=verdicts
            )
        )


async def return_candidates(call: Call, election_id: UUID, *, reason: str) -> Election:
    """Return the candidates to the unit, which nominates again."""
    seen = await above(call, election_id)
    async with call.transaction() as work:
        before = await taken(call, work, seen, State.SUBMITTED)
        return work.answer(await _decide(work, before, State.PLANNED, StepKind.RETURNED, note=reason))


async def withdraw_election(call: Call, election_id: UUID, *, reason: str) -> Election:
    """Give an election up before it is over."""
    seen = await allowed(call, election_id, RUN)
    async with call.transaction() as work:
        before = await taken(call, work, seen, *(state for state in State if state not in OVER))
        if before.ballot is not None:
            await ballot_boxes.throw_away(work, election_id)
            before = replace(before, ballot=None)
        return work.answer(await _decide(work, before, State.WITHDRAWN, StepKind.WITHDRAWN, note=reason))


async def get_election(call: Call, election_id: UUID) -> Election:
    """Read an election."""
    return await allowed(call, election_id, READ)


async def list_elections(
    call: Call, *, unit_id: UUID | None, state: State | None, size: int, token: str
) -> Page[Election]:
    """List elections of units on which the caller may read them, newest first."""
    after = decode_token(token, UUID)
    most = page_size(size)
    listed = await elections.page(
        call.database,
        await call.access.filters(READ),
        unit_id=unit_id,
        state=state,
        after_id=after[0] if after else None,
        most=most + 1,
    )
    return page_of(listed, most, lambda each: (each.election_id,))
