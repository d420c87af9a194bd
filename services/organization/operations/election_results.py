"""From an elected committee to its posts: the secretary elected, the result filed and confirmed, appointments made."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from organization.domain import election_rules as rules
from organization.domain.election_ballots import PostResult
from organization.domain.elections import (
    Election,
    ElectionKind,
    ElectionState,
    StepKind,
    check_places,
    check_posts_meeting,
)
from organization.domain.posts import Appointment, Method, Post, PostKind
from organization.domain.rules import refuse_if_blocked
from organization.domain.units import Unit
from organization.events import elections as facts
from organization.operations import founding, terms
from organization.operations import office_terms as calendar
from organization.operations import posts as post_operations
from organization.operations.election_steps import COUNT, RUN, above, allowed, keep, step, taken
from organization.repository import elections, posts, units
from organization.repository import terms as office_terms
from rulebook import Verdict

State = ElectionState
_LEADERS = (PostKind.SECRETARY, PostKind.DEPUTY_SECRETARY)


async def elect_posts(
    call: Call, election_id: UUID, *, held_on: date, present: int, results: Sequence[PostResult]
) -> Election:
    """Enter how the new committee elected the secretary and shared out the posts."""
    seen = await allowed(call, election_id, COUNT)
    async with call.transaction() as work:
        before = await taken(call, work, seen, State.ELECTED)
        body = len(before.elected) if before.has_committee else before.should_attend
        check_posts_meeting(before, results, held_on=held_on, present=present, body=body, today=work.today)
        unit = await founding.present(work, before.unit_id, held_on)
        verdicts = rules.body_verdicts(
            unit, committee=before.has_committee, present=present, body=body, on=held_on
        )
        verdicts += await _judge_leaders(work, before, unit, results, present=present, body=body, on=held_on)
        refuse_if_blocked(verdicts)
        check_places(before, results)
        after = before.changed(
            at=work.now,
            state=State.SEATED,
            results=tuple(results),
            steps=(
                *before.steps,
                step(work, StepKind.POSTS_ELECTED, note=held_on.isoformat(), verdicts=verdicts),
            ),
        )
        return work.answer(await keep(work, before, after, facts.posts_elected))


async def _judge_leaders(
    work: UnitOfWork,
    election: Election,
    unit: Unit,
    results: Sequence[PostResult],
    *,
    present: int,
    body: int,
    on: date,
) -> list[Verdict]:
    kinds = {seat.post_id: seat.kind for seat in election.seats}
    standing = await elections.standings(work, election.election_id, [result.person_id for result in results])
    verdicts: list[Verdict] = []
    for result in results:
        if kinds.get(result.post_id) in _LEADERS:
            is_elected = result.person_id in election.elected
            verdicts += rules.leader_verdicts(
                elected=is_elected, votes=result.votes, present=present, body=body, on=on
            )
        if kinds.get(result.post_id) is PostKind.SECRETARY:
            verdicts += rules.secretary_verdicts(
                unit,
                background=election.background(result.person_id),
                standing_from=standing.get(result.person_id),
                on=on,
            )
    return verdicts


async def file_election(call: Call, election_id: UUID, *, document_number: str) -> Election:
    """Report the result to the superior."""
    seen = await allowed(call, election_id, RUN)
    async with call.transaction() as work:
        before = await taken(call, work, seen, State.SEATED)
        filing = step(work, StepKind.FILED, note=document_number)
        after = before.changed(at=work.now, state=State.FILED, steps=(*before.steps, filing))
        return work.answer(await keep(work, before, after, facts.filed))


async def return_election(call: Call, election_id: UUID, *, reason: str) -> Election:
    """Have the committee elect the posts again, for the organisation above the unit."""
    seen = await above(call, election_id)
    async with call.transaction() as work:
        before = await taken(call, work, seen, State.FILED)
        returned = step(work, StepKind.RESULT_RETURNED, note=reason)
        after = before.changed(at=work.now, state=State.ELECTED, results=(), steps=(*before.steps, returned))
        return work.answer(await keep(work, before, after, facts.result_returned))


async def confirm_election(call: Call, election_id: UUID, *, document_number: str) -> Election:
    """Confirm the result for the organisation above the unit, and appoint those elected."""
    seen = await above(call, election_id)
    async with call.transaction() as work:
        # The unit before what holds it, in the order of every other command on both.
        await units.lock(work, seen.unit_id)
        before = await taken(call, work, seen, State.FILED)
        verdicts = rules.confirmation_verdicts(work.today)
        refuse_if_blocked(verdicts)
        made = await _appoint(work, before, document_number)
        if before.kind is ElectionKind.TERM:
            await _begin_term(work, before, document_number)
        confirmed = step(work, StepKind.CONFIRMED, note=document_number, verdicts=verdicts)
        after = before.changed(
            at=work.now,
            state=State.COMPLETED,
            steps=(*before.steps, confirmed),
            appointment_ids=tuple(each.appointment_id for each in made),
        )
        return work.answer(await keep(work, before, after, facts.completed))


async def _begin_term(work: UnitOfWork, election: Election, document_number: str) -> None:
    """Write the term that begins with the election into the calendar, so that the next is reminded of."""
    running = await office_terms.running(work, election.unit_id)
    new = calendar.NewTerm(
        started_on=election.roll_on,
        number=1 if running is None else running.number + 1,
        document_number=document_number,
        override_reason="",
    )
    await calendar.succeed(work, election.unit_id, new, shift_reason=election.shift_reason)


async def _appoint(work: UnitOfWork, election: Election, document_number: str) -> list[Appointment]:
    """Appoint everybody elected; at a term election those who held the posts leave them on that day."""
    unit = await founding.present(work, election.unit_id, election.term.start)
    # In the order of their ids, so that two that lock the same posts never wait for each other.
    locked = {
        post_id: await post_operations.locked(work, post_id)
        for post_id in sorted(seat.post_id for seat in election.seats)
    }
    if election.kind is ElectionKind.TERM:
        await _relieve(work, election, locked)
    return [
        await terms.begin(
            work,
            unit,
            locked[result.post_id],
            terms.NewAppointment(
                person_id=result.person_id,
                method=Method.ELECTED,
                valid_from=election.term.start,
                valid_until=election.term.end,
                document_number=document_number,
            ),
            path="",
        )
        for result in election.results
    ]


async def _relieve(work: UnitOfWork, election: Election, locked: dict[UUID, Post]) -> None:
    start = election.term.start
    for held in await posts.held(work, list(locked), on=start, day=work.today):
        # Whoever begins on the day itself was appointed to the new term by hand: the seats decide.
        if held.term.start < start:
            await terms.end(work, held, on=start, reason="换届")
