"""What the steps of an election share: who may take them, holding the election, keeping and announcing the next version."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.events import Event
from chassis.process import ensure_free
from organization.domain import election_rules as rules
from organization.domain.elections import (
    Election,
    ElectionKind,
    ElectionSeat,
    ElectionState,
    ElectionStep,
    StepKind,
    last_term_start,
)
from organization.domain.terms import check_next
from organization.domain.units import Unit
from organization.domain.verdicts import kept
from organization.errors import ElectionNotFoundError
from organization.operations import founding
from organization.repository import elections, posts
from organization.repository import terms as office_terms
from rulebook import Verdict

READ = "organization.election.read"
RUN = "organization.election.run"
COUNT = "organization.election.count"
APPROVE = "organization.election.approve"


async def found(call: Call, election_id: UUID) -> Election:
    """The election; that there is none, only whoever may read all of them is told."""
    election = await elections.find(call.database, election_id)
    if election is None:
        await call.access.require(READ, unit=None)
        raise ElectionNotFoundError(election_id=election_id)
    return election


async def allowed(call: Call, election_id: UUID, permission: str) -> Election:
    """The election, if the caller may do this in its unit."""
    election = await found(call, election_id)
    await call.access.require(permission, unit=election.unit_id)
    return election


async def above(call: Call, election_id: UUID) -> Election:
    """The election, if the caller decides for the Party organisation above its unit."""
    election = await found(call, election_id)
    unit = await founding.present(call.database, election.unit_id, call.clock.today())
    await call.access.require(APPROVE, unit=unit.parent_id)
    return election


async def taken(call: Call, work: UnitOfWork, seen: Election, *states: ElectionState) -> Election:
    """The election as the caller read it, in one of the states; nobody else changes it, no process holds the unit."""
    await ensure_free(work, seen.unit_id)
    election = await elections.lock(work, seen.election_id)
    assert election is not None, "an election is never deleted"
    call.check_etag(election.version)
    election.expect(*states)
    return election


def step(
    work: UnitOfWork, kind: StepKind, *, note: str = "", verdicts: Iterable[Verdict] = ()
) -> ElectionStep:
    """A step taken now by the caller."""
    return ElectionStep(kind, work.call.caller.person_id, work.now, note, kept(verdicts))


async def keep(
    work: UnitOfWork, before: Election, after: Election, event: Callable[[Election], Event]
) -> Election:
    """Keep and announce the next version."""
    await elections.change(work, after)
    work.emit(event(after))
    work.audit_change("election", after.election_id, audited(before), audited(after))
    return after


def audited(election: Election) -> dict[str, Any]:
    """What the journal says of an election."""
    return {
        "state": election.state,
        "held_on": election.held_on,
        "seats": election.seat_count,
        "candidates": [each.person_id for each in election.candidates],
        "rounds": [[each.number, each.state] for each in election.rounds],
        "elected": list(election.elected),
        "results": [[each.post_id, each.person_id] for each in election.results],
    }


async def timing(
    work: UnitOfWork, unit: Unit, kind: ElectionKind, seats: Iterable[ElectionSeat], *, on: date, reason: str
) -> list[Verdict]:
    """
    What the rules say about an election of the unit on the day.

    The calendar of terms says when the term began that it ends; without one, those who were elected last do.
    """
    running = await office_terms.running(work, unit.unit_id)
    if running is None:
        held = await posts.held(work, [seat.post_id for seat in seats], on=None, day=work.today)
        return rules.plan_verdicts(unit, kind, since=last_term_start(held, on), on=on, shift_reason=reason)
    if kind is ElectionKind.TERM:
        check_next(running, on)
    return rules.plan_verdicts(
        unit, kind, since=running.started_on, on=on, shift_reason=running.shift_reason or reason
    )
