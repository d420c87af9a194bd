"""Draft, revise, simulate, approve, execute and withdraw reorganisations; the execution is a process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from chassis import journal, process
from chassis.calls import Call
from chassis.database import Reader, UnitOfWork
from chassis.events import Event
from chassis.ids import new_id
from chassis.paging import Page, decode_token, page_of, page_size
from chassis.process import ProcessKind
from organization.clients import Membership
from organization.domain.reorganizations import (
    DraftMove,
    Plan,
    PlannedUnit,
    Preview,
    Reorganization,
    ReorganizationState,
    check_plan,
    resolve_moves,
)
from organization.domain.rules import filling_verdicts, founding_verdicts, refuse_if_blocked
from organization.domain.structure import Outlines
from organization.domain.units import NewUnit, refuse
from organization.errors import ReorganizationNotFoundError
from organization.events import facts
from organization.operations import founding
from organization.repository import reorganizations, units
from rulebook import Verdict, blocking

READ = "organization.reorganization.read"
# What an approval and an execution add to a plan is small.
MOST_PLAN_BYTES = journal.MOST_EVENT_BYTES - 2048
State = ReorganizationState


@dataclass(frozen=True, slots=True)
class DraftUnit:
    """A unit of a drafted plan."""

    key: str
    parent_id: UUID
    new: NewUnit


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan as somebody drafts it."""

    effective_on: date
    establishes: Sequence[DraftUnit]
    dissolves: Sequence[UUID]
    moves: Sequence[DraftMove]


@dataclass(frozen=True, slots=True)
class Simulation:
    """What executing a plan would do as things stand."""

    reorganization: Reorganization
    preview: Preview
    verdicts: list[Verdict]

    @property
    def executable(self) -> bool:
        """Whether nothing stands against it."""
        return not self.preview.failure and not blocking(self.verdicts)


def _planned(draft: Draft) -> Plan:
    establishes = tuple(
        PlannedUnit(new_id(), unit.key, unit.parent_id, unit.new) for unit in draft.establishes
    )
    moves = resolve_moves(draft.moves, establishes, [new_id() for _ in draft.moves])
    return Plan(draft.effective_on, establishes, tuple(draft.dissolves), moves)


async def check_against(reader: Reader, unit_id: UUID, plan: Plan) -> Outlines:
    """Refuse a plan that does not fit the organisation as it stands; answers the units it is related to."""
    known = await units.outlines(reader, plan.related)
    below = [
        each
        for each, days in await units.below(reader, unit_id, since=plan.effective_on)
        if plan.effective_on in days
    ]
    check_plan(plan, known, [unit_id, *below])
    await founding.check_campuses(
        reader,
        (
            (f"plan.establishes[{number}].unit.campus_id", unit.new.campus_id)
            for number, unit in enumerate(plan.establishes)
        ),
    )
    return known


async def draft_reorganization(call: Call, unit_id: UUID, *, title: str, draft: Draft) -> Reorganization:
    """Draft a reorganisation below a unit."""
    plan = _planned(draft)
    async with call.transaction() as work:
        await check_against(work, unit_id, plan)
        reorganization = Reorganization(
            reorganization_id=new_id(),
            unit_id=unit_id,
            title=title,
            plan=plan,
            state=State.DRAFT,
            approved_by=None,
            approved_at=None,
            document_number="",
            process_id=None,
            moved_persons=None,
            moved_cases=None,
            failure="",
            created_at=work.now,
            updated_at=work.now,
            version=1,
        )
        _check_size(reorganization)
        await reorganizations.add(work, reorganization)
        _say(work, None, reorganization, facts.reorganization_drafted)
        return work.answer(reorganization)


def _check_size(reorganization: Reorganization) -> None:
    """Refuse a plan that could not be announced when it is executed."""
    if journal.size_of(facts.reorganization_executed(reorganization)) > MOST_PLAN_BYTES:
        refuse(
            "plan",
            "方案过大，请分为几个方案。",
            "The plan is too large to be announced at once; it is to be divided.",
        )


def _say(
    work: UnitOfWork,
    before: Reorganization | None,
    after: Reorganization,
    event: Callable[[Reorganization], Event],
) -> None:
    work.emit(event(after))
    work.audit_change("reorganization", after.reorganization_id, _kept(before), _kept(after))


def _kept(reorganization: Reorganization | None) -> dict[str, Any] | None:
    if reorganization is None:
        return None
    plan = reorganization.plan
    return {
        "title": reorganization.title,
        "state": reorganization.state,
        "effective_on": plan.effective_on,
        "establishes": [unit.unit_id for unit in plan.establishes],
        "dissolves": plan.dissolves,
        "failure": reorganization.failure,
    }


async def change(
    work: UnitOfWork,
    before: Reorganization,
    after: Reorganization,
    event: Callable[[Reorganization], Event],
) -> Reorganization:
    """Keep and announce the next version of a reorganisation."""
    await reorganizations.change(work, after)
    _say(work, before, after, event)
    return after


async def _allowed(call: Call, reorganization_id: UUID, verb: str) -> Reorganization:
    """The reorganisation, if the caller may do this with it."""
    reorganization = await reorganizations.find(call.database, reorganization_id)
    if reorganization is None:
        await call.access.require(READ, unit=None)
        raise ReorganizationNotFoundError(reorganization_id=reorganization_id)
    await call.access.require(f"organization.reorganization.{verb}", unit=reorganization.unit_id)
    return reorganization


async def _taken(call: Call, work: UnitOfWork, seen: Reorganization, *states: State) -> Reorganization:
    reorganization = await locked(work, seen.reorganization_id)
    call.check_etag(reorganization.version)
    reorganization.expect(*states)
    return reorganization


async def locked(work: UnitOfWork, reorganization_id: UUID) -> Reorganization:
    """The reorganisation; nobody else changes it until the commit."""
    reorganization = await reorganizations.lock(work, reorganization_id)
    if reorganization is None:
        raise ReorganizationNotFoundError(reorganization_id=reorganization_id)
    return reorganization


async def revise_reorganization(
    call: Call, reorganization_id: UUID, *, title: str | None, draft: Draft
) -> Reorganization:
    """Replace the plan of a draft."""
    seen = await _allowed(call, reorganization_id, "draft")
    plan = _planned(draft)
    async with call.transaction() as work:
        before = await _taken(call, work, seen, State.DRAFT)
        await check_against(work, before.unit_id, plan)
        after = replace(before.to(State.DRAFT, at=work.now), plan=plan, title=title or before.title)
        _check_size(after)
        return work.answer(await change(work, before, after, facts.reorganization_revised))


async def simulate_reorganization(call: Call, membership: Membership, reorganization_id: UUID) -> Simulation:
    """Say who would move, what stands against it and what the rules say; change nothing."""
    reorganization = await _allowed(call, reorganization_id, "simulate")
    plan = reorganization.plan
    preview = await membership.preview(plan.moves, plan.effective_on)
    known = await units.outlines(call.database, plan.related)
    verdicts = founding_judgement(plan, known) + filling_judgement(plan, preview)
    return Simulation(reorganization, preview, verdicts)


def founding_judgement(plan: Plan, known: Outlines) -> list[Verdict]:
    """What the rules say about founding the planned units."""
    return [
        verdict
        for unit in plan.establishes
        for verdict in founding_verdicts(
            unit.new.form,
            [known[each.sponsor_id] for each in unit.new.sponsors if each.sponsor_id in known],
            plan.effective_on,
        )
    ]


def filling_judgement(plan: Plan, preview: Preview) -> list[Verdict]:
    """What the rules say about the people who would come to the planned units."""
    target = {move.move_id: move.to_unit_id for move in plan.moves}
    verdicts = []
    for unit in plan.establishes:
        coming = [move for move in preview.moves if target.get(move.move_id) == unit.unit_id]
        verdicts += filling_verdicts(
            unit.new.form,
            staff=sum(move.staff for move in coming),
            students=sum(move.students for move in coming),
            on=plan.effective_on,
        )
    return verdicts


async def approve_reorganization(
    call: Call, reorganization_id: UUID, *, document_number: str
) -> Reorganization:
    """Approve a draft; a rule that forbids one of its units refuses."""
    seen = await _allowed(call, reorganization_id, "approve")
    async with call.transaction() as work:
        before = await _taken(call, work, seen, State.DRAFT)
        known = await check_against(work, before.unit_id, before.plan)
        refuse_if_blocked(founding_judgement(before.plan, known))
        after = before.to(
            State.APPROVED,
            at=work.now,
            approved_by=call.caller.person_id,
            approved_at=work.now,
            document_number=document_number,
        )
        return work.answer(await change(work, before, after, facts.reorganization_approved))


async def execute_reorganization(call: Call, kind: ProcessKind, reorganization_id: UUID) -> Reorganization:
    """Start the process that executes an approved reorganisation; freezes the units it touches."""
    seen = await _allowed(call, reorganization_id, "execute")
    async with call.transaction() as work:
        before = await _taken(call, work, seen, State.APPROVED)
        await check_against(work, before.unit_id, before.plan)
        begun = await process.begin(
            work,
            kind,
            state={"reorganization_id": str(reorganization_id)},
            freezes=sorted(before.plan.touched),
        )
        after = before.to(State.EXECUTING, at=work.now, process_id=begun.process_id, failure="")
        return work.answer(await change(work, before, after, facts.reorganization_started))


async def withdraw_reorganization(call: Call, reorganization_id: UUID) -> Reorganization:
    """Withdraw a reorganisation that is not being executed."""
    seen = await _allowed(call, reorganization_id, "withdraw")
    async with call.transaction() as work:
        before = await _taken(call, work, seen, State.DRAFT, State.APPROVED, State.UNDONE)
        after = before.to(State.WITHDRAWN, at=work.now)
        return work.answer(await change(work, before, after, facts.reorganization_withdrawn))


async def get_reorganization(call: Call, reorganization_id: UUID) -> Reorganization:
    """Read a reorganisation."""
    return await _allowed(call, reorganization_id, "read")


async def list_reorganizations(
    call: Call, *, state: State | None, size: int, token: str
) -> Page[Reorganization]:
    """List reorganisations that the caller may read, newest first."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await reorganizations.page(
        call.database,
        await call.access.filters(READ),
        state=state,
        after_id=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda each: (each.reorganization_id,))
