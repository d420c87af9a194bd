"""The process that executes a reorganisation: ask, commit our part, wait for the people, or undo.

The units it touches are frozen from the command that begins it until its last step. Nothing is changed before
membership has said that everybody can move; after our own commit there is no way back, only forward.
"""

from uuid import UUID

from chassis import process
from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.errors import InvalidArgumentError, StateError
from chassis.process import DONE, WAIT, Outcome, Process, ProcessKind
from organization.clients import Membership
from organization.domain.reorganizations import (
    Reorganization,
    ReorganizationState,
    lineage_of,
)
from organization.errors import (
    OrganizationRuleError,
    UnitNameTakenError,
)
from organization.events import facts
from organization.operations import founding, many_units, posts, reorganizations
from organization.repository import announced, unit_changes, units
from rulebook import blocking

KIND = "reorganization"
ASK, COMMIT, AWAIT = "ask", "commit", "await_people"
BECAUSE = "reorganization"


def reorganization_process(membership: Membership) -> ProcessKind:
    """The kind of process, asking this membership service."""

    async def ask(call: Call, current: Process) -> Outcome:
        return await ask_membership(call, membership, current)

    return ProcessKind(name=KIND, first=ASK, steps={ASK: ask, COMMIT: commit, AWAIT: await_people})


def _subject(current: Process) -> UUID:
    return UUID(current.state["reorganization_id"])


async def ask_membership(call: Call, membership: Membership, current: Process) -> Outcome:
    """Ask once more, now that nobody enters or leaves the units, whether everybody can move."""
    reorganization = await reorganizations.get_reorganization(call, _subject(current))
    plan = reorganization.plan
    frozen = await announced.since(
        call.database, "reorganization", reorganization.reorganization_id, current.process_id
    )
    preview = await membership.preview(plan.moves, plan.effective_on, after_event=frozen)
    failure = preview.failure
    if not failure and blocking(reorganizations.filling_judgement(plan, preview)):
        failure = OrganizationRuleError.reason
    if failure:
        return await undo(call, current, failure)
    return COMMIT


async def commit(call: Call, current: Process) -> Outcome:
    """Dissolve and establish the units and announce the moves, all in one unit of work; undo when it cannot be."""
    try:
        async with call.transaction() as work:
            await work.lock(founding.STRUCTURE)
            reorganization = await reorganizations.locked(work, _subject(current))
            # A step that is done again after a crash finds its own commit.
            if await process.advance(work, current.process_id, AWAIT, expected=COMMIT):
                await _carry_out(work, reorganization)
        return WAIT
    except (InvalidArgumentError, StateError, UnitNameTakenError) as error:
        # The organisation has changed since the plan was approved; nothing of it was committed.
        return await undo(call, current, error.reason)


async def _carry_out(work: UnitOfWork, before: Reorganization) -> None:
    plan = before.plan
    on, because_of = plan.effective_on, before.reorganization_id
    known = await reorganizations.check_against(work, before.unit_id, plan)
    old = await units.find_many(work, plan.dissolves, day=work.today)
    await founding.check_unused(work, plan.dissolves, on)
    await posts.end_posts_of(work, plan.dissolves, on=on, reason=BECAUSE)
    await unit_changes.end_many(work, plan.dissolves, on, because=BECAUSE)
    await many_units.found(work, plan.establishes, on=on, known=known)
    await unit_changes.add_lineage(work, lineage_of(plan.moves, on=on, reorganization_id=because_of))
    await many_units.announce_end(work, old, on, because=BECAUSE, reorganization_id=because_of)
    after = before.to(ReorganizationState.EXECUTING, at=work.now)
    await reorganizations.change(work, before, after, facts.reorganization_executed)


async def await_people(call: Call, current: Process) -> Outcome:
    """Wait for membership to say that everybody has moved."""
    return WAIT


async def undo(call: Call, current: Process, failure: str) -> Outcome:
    """Give up before anything is changed, say why, and free the units."""
    async with call.transaction() as work:
        before = await reorganizations.locked(work, _subject(current))
        if await process.advance(work, current.process_id, DONE, expected=current.step):
            after = before.to(ReorganizationState.UNDONE, at=work.now, failure=failure)
            await reorganizations.change(work, before, after, facts.reorganization_undone)
    return DONE


async def complete(
    work: UnitOfWork, reorganization_id: UUID, *, moved_persons: int, moved_cases: int
) -> None:
    """Membership has moved everybody: the reorganisation is done, and its units are free. Once only."""
    before = await reorganizations.locked(work, reorganization_id)
    if before.process_id is None or not await process.advance(work, before.process_id, DONE, expected=AWAIT):
        return
    after = before.to(
        ReorganizationState.COMPLETED, at=work.now, moved_persons=moved_persons, moved_cases=moved_cases
    )
    await reorganizations.change(work, before, after, facts.reorganization_completed)
