"""Dissolve a unit: freeze it, ask membership once more, dissolve it, or undo the freezing.

The command refuses what is refused already and freezes the unit. Whoever joins it at the same moment either is
seen by the second question, which membership answers only after it has heard of the freezing, or is refused there.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from chassis import process
from chassis.calls import Call
from chassis.database import Reader, UnitOfWork
from chassis.errors import InvalidArgumentError, StateError
from chassis.process import DONE, Outcome, Process, ProcessKind
from organization.clients import Membership
from organization.domain.reorganizations import RollMove, lineage_of
from organization.domain.temporary_branches import Hindrance
from organization.domain.units import Findings, Kind, Unit
from organization.errors import (
    MembershipUnavailableError,
    UnitAlreadyDissolvedError,
    UnitHasChildrenError,
    UnitHasMembersError,
    UnitInUseError,
)
from organization.events import facts
from organization.operations import founding, posts
from organization.repository import announced, temporary_branches, unit_changes, unit_ties, units

KIND = "dissolution"
ASK, COMMIT, UNDO = "ask", "commit", "undo"
# Nobody joins or leaves a frozen unit; it is given back when membership does not answer for so long.
LONGEST = timedelta(minutes=15)


def dissolution_process(membership: Membership) -> ProcessKind:
    """The kind of process, asking this membership service."""

    async def ask(call: Call, current: Process) -> Outcome:
        return await ask_membership(call, membership, current)

    steps = {ASK: ask, COMMIT: commit, UNDO: give_up}
    return ProcessKind(name=KIND, first=ASK, steps=steps, deadline=LONGEST, at_deadline=UNDO)


async def dissolve_unit(
    call: Call,
    membership: Membership,
    kind: ProcessKind,
    unit_id: UUID,
    *,
    dissolved_on: date | None,
    successor_ids: list[UUID],
    reason: str,
) -> Unit:
    """Begin to dissolve a unit that holds nobody and carries nothing any longer, from a day on."""
    today = call.clock.today()
    on = dissolved_on or today
    unit = await founding.present(call.database, unit_id, today)
    _check_dissolution(unit, on)
    # Most refusals are known before anything is frozen.
    people = await membership.count_roll(unit_id, on)
    if people:
        raise UnitHasMembersError(unit_id=unit_id, count=people, dissolved_on=on)
    async with call.transaction() as work:
        await work.lock(founding.STRUCTURE)
        unit = await _locked(work, unit_id)
        call.check_etag(unit.version)
        await _check_all(work, unit, successor_ids, on)
        return work.answer(
            await begin(work, kind, unit_id, on=on, reason=reason, successor_ids=successor_ids)
        )


async def begin(
    work: UnitOfWork,
    kind: ProcessKind,
    unit_id: UUID,
    *,
    on: date,
    reason: str,
    successor_ids: Sequence[UUID] = (),
    natural: bool = False,
) -> Unit:
    """Freeze a unit that may be dissolved and begin to do so; a natural end does not wait for participants to leave."""
    state = {
        "unit_id": str(unit_id),
        "dissolved_on": on.isoformat(),
        "successor_ids": [str(each) for each in successor_ids],
        "reason": reason,
        "natural": natural,
    }
    before = await founding.present(work, unit_id, work.today)
    begun = await process.begin(work, kind, state=state, freezes=[unit_id])
    await unit_changes.freeze(work, unit_id, begun.process_id)
    return await founding.announce(
        work, unit_id, lambda after: facts.dissolution_begun(after, on, begun.process_id), before=before
    )


async def hindrances(reader: Reader, unit_id: UUID, on: date) -> list[Hindrance]:
    """What in the organisation stands in the way of dissolving a unit on a day."""
    counted = {
        UnitHasChildrenError.reason: await unit_ties.children(reader, [unit_id], since=on),
        UnitInUseError.reason: await unit_ties.dependants(reader, [unit_id], since=on),
    }
    return [Hindrance(reason, found[unit_id]) for reason, found in counted.items() if found]


async def _locked(work: UnitOfWork, unit_id: UUID) -> Unit:
    await units.lock(work, unit_id)
    return await founding.present(work, unit_id, work.today)


async def ask_membership(call: Call, membership: Membership, current: Process) -> Outcome:
    """Ask whether the unit holds anybody, now that membership lets nobody in or out."""
    unit_id, on = UUID(current.state["unit_id"]), date.fromisoformat(current.state["dissolved_on"])
    frozen = await announced.since(call.database, "unit", unit_id, current.process_id)
    people = await membership.count_roll(
        unit_id, on, after_event=frozen, participants=not is_natural(current)
    )
    return await undo(call, current, UnitHasMembersError.reason, count=people) if people else COMMIT


def is_natural(current: Process) -> bool:
    """Whether the unit ends by itself with its task; participations then end with it."""
    return bool(current.state.get("natural"))


async def commit(call: Call, current: Process) -> Outcome:
    """Dissolve the unit and set it free, in one unit of work; undo when it cannot be dissolved any longer."""
    try:
        async with call.transaction() as work:
            await work.lock(founding.STRUCTURE)
            # A step that is done again after a crash finds its own commit.
            if await process.advance(work, current.process_id, DONE, expected=COMMIT):
                await _dissolve(work, current)
    except (InvalidArgumentError, StateError) as error:
        # The organisation has changed since the command; nothing of it was committed.
        return await undo(call, current, error.reason)
    return DONE


async def _dissolve(work: UnitOfWork, current: Process) -> None:
    unit_id, on = UUID(current.state["unit_id"]), date.fromisoformat(current.state["dissolved_on"])
    successor_ids = [UUID(each) for each in current.state["successor_ids"]]
    reason = current.state["reason"]
    await _check_all(work, await _locked(work, unit_id), successor_ids, on)
    await posts.end_posts_of(work, [unit_id], on=on, reason=reason)
    await unit_changes.end(work, unit_id, on, because=reason)
    await unit_changes.freeze(work, unit_id, None)
    if is_natural(current):
        await temporary_branches.hinder(work, unit_id, (), since=None)
    moves = [RollMove(unit_id, unit_id, successor) for successor in successor_ids]
    await unit_changes.add_lineage(work, lineage_of(moves, on=on, reorganization_id=None))
    await founding.announce_end(work, unit_id, on, because=reason, reorganization_id=None)


async def give_up(call: Call, current: Process) -> Outcome:
    """Membership has not answered in time."""
    return await undo(call, current, MembershipUnavailableError.reason)


async def undo(call: Call, current: Process, failure: str, *, count: int = 1) -> Outcome:
    """Set the unit free and say why it stays; nothing else has been changed."""
    async with call.transaction() as work:
        before = await _locked(work, UUID(current.state["unit_id"]))
        if await process.advance(work, current.process_id, DONE, expected=current.step):
            await unit_changes.freeze(work, before.unit_id, None)
            if is_natural(current):
                await temporary_branches.hinder(
                    work, before.unit_id, [Hindrance(failure, count)], since=work.today
                )
            await founding.announce(
                work,
                before.unit_id,
                lambda after: facts.dissolution_undone(after, current.process_id, failure),
                before=before,
            )
    return DONE


async def _check_all(work: UnitOfWork, unit: Unit, successor_ids: list[UUID], on: date) -> None:
    _check_dissolution(unit, on)
    await founding.check_unused(work, [unit.unit_id], on)
    await _check_successors(work, unit, successor_ids, on)


def _check_dissolution(unit: Unit, on: date) -> None:
    if unit.life.end is not None:
        raise UnitAlreadyDissolvedError(unit_id=unit.unit_id, dissolved_on=unit.life.end)
    findings = Findings()
    if unit.kind is Kind.UNIVERSITY:
        findings.add("unit_id", "学校不能撤销。", "The university is not dissolved.")
    if on <= unit.life.start:
        findings.add("dissolved_on", "撤销日期须晚于成立日期。", "It lies after the first day.")
    findings.refuse_if_any()


async def _check_successors(work: UnitOfWork, unit: Unit, successor_ids: list[UUID], on: date) -> None:
    known = await units.outlines(work, successor_ids)
    findings = Findings()
    for number, successor_id in enumerate(successor_ids):
        successor = known.get(successor_id)
        path = f"successor_unit_ids[{number}]"
        if successor is None or successor_id == unit.unit_id:
            findings.add(path, "没有此组织，或为其自身。", "There is no such unit, or it is the unit itself.")
        elif on not in successor.life:
            findings.add(path, "承接组织在撤销日期须存续。", "It must exist on the day.")
    findings.refuse_if_any()
