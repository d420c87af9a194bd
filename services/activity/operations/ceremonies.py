"""Planning and holding oath ceremonies, and the process that has membership record the oaths.

Holding is atomic here: the ceremony is held, frozen and announced in one unit of work. Membership answers by
its event, which completes the ceremony, however long it was away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Protocol
from uuid import UUID

from activity.domain.ceremonies import Ceremony, CeremonyState, Eligibility
from activity.errors import CeremonyNotFoundError
from activity.events import facts
from activity.operations.people import Register, ensure_known
from activity.operations.units import known_unit
from activity.repository import ceremonies
from activity.repository.ceremonies import CeremonyFilter
from chassis import paging, process
from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.events import Event
from chassis.ids import new_id
from chassis.process import DONE, WAIT, Outcome, Process, ProcessKind

PLAN: Final = "activity.ceremony.plan"
HOLD: Final = "activity.ceremony.hold"
READ: Final = "activity.ceremony.read"


class OathOffice(Register, Protocol):
    """Who may take the oath, as membership says."""

    async def oath_eligibility(self, person_ids: Sequence[UUID], held_on: date) -> Eligibility:
        """Who may take the oath on a day, with their cases, and why the others may not."""
        ...


@dataclass(frozen=True, slots=True)
class NewCeremony:
    """What a ceremony is planned with."""

    unit_id: UUID
    title: str
    held_on: date
    lead_id: UUID
    place: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of ceremonies and the token of the next."""

    ceremonies: tuple[Ceremony, ...]
    next_token: str


async def plan_ceremony(call: Call, new: NewCeremony, register: Register) -> Ceremony:
    """Plan a ceremony; the contract asks for the permission on the unit before."""
    await ensure_known(call, register, [new.lead_id])
    async with call.transaction() as work:
        unit = await known_unit(work, new.unit_id)
        unit.check_in_force(new.held_on)
        ceremony = Ceremony(
            ceremony_id=new_id(),
            unit_id=new.unit_id,
            title=new.title,
            state=CeremonyState.PLANNED,
            held_on=new.held_on,
            place=new.place,
            lead_id=new.lead_id,
            roll=(),
            process_id=None,
            cancel_reason=None,
            version=1,
            created_at=work.now,
            updated_at=work.now,
        )
        await ceremonies.add(work, ceremony)
        work.emit(facts.ceremony_planned(ceremony))
        _audit(work, None, ceremony)
        return work.answer(ceremony)


async def get_ceremony(call: Call, ceremony_id: UUID) -> Ceremony:
    """Read a ceremony; the lead and the oath takers may."""
    ceremony = await _found(call, ceremony_id)
    own = ceremony.involves(call.caller.person_id)
    await call.access.require(READ, unit=ceremony.unit_id, relation=own)
    return ceremony


async def list_ceremonies(call: Call, wanted: CeremonyFilter, *, page_size: int, page_token: str) -> Page:
    """List ceremonies of the units on which the caller may read them."""
    size = paging.page_size(page_size)
    key = paging.decode_token(page_token, date, UUID)
    found = await ceremonies.list_page(
        call.database,
        wanted,
        after=(key[0], key[1]) if key else None,
        size=size + 1,
        access=await call.access.filters(READ),
    )
    token = ""
    if len(found) > size:
        found = found[:size]
        token = paging.encode_token(found[-1].held_on, found[-1].ceremony_id)
    return Page(tuple(found), token)


async def add_oath_takers(
    call: Call, ceremony_id: UUID, person_ids: Sequence[UUID], office: OathOffice
) -> Ceremony:
    """Put people on the roll: all of them, or none when one may not swear."""
    ceremony = await _require(call, ceremony_id, PLAN)
    ceremony.check_state(CeremonyState.PLANNED)
    eligibility = await office.oath_eligibility(person_ids, ceremony.held_on)
    eligibility.refuse_others(person_ids)
    cases = {person_id: eligibility.cases[person_id] for person_id in person_ids}
    async with call.transaction() as work:
        before = await _locked(work, ceremony_id)
        known = {taker.person_id for taker in before.roll}
        after = before.added(cases, work.now)
        event = facts.ceremony_oath_takers_added(after, set(person_ids) - known)
        return await _saved(work, before, after, event)


async def remove_oath_takers(call: Call, ceremony_id: UUID, person_ids: Sequence[UUID]) -> Ceremony:
    """Take people off the roll; somebody who is not on it is passed over."""
    await _require(call, ceremony_id, PLAN)
    async with call.transaction() as work:
        before = await _locked(work, ceremony_id)
        known = {taker.person_id for taker in before.roll}
        after = before.removed(person_ids, work.now)
        event = facts.ceremony_oath_takers_removed(after, set(person_ids) & known)
        return await _saved(work, before, after, event)


async def call_roll(call: Call, ceremony_id: UUID, present: Sequence[UUID]) -> Ceremony:
    """Mark people as present."""
    await _require(call, ceremony_id, HOLD)
    async with call.transaction() as work:
        before = await _locked(work, ceremony_id)
        there = {taker.person_id for taker in before.present}
        after = before.called(present, work.now)
        event = facts.ceremony_roll_called(after, set(present) - there)
        return await _saved(work, before, after, event)


async def hold_ceremony(call: Call, ceremony_id: UUID, held_on: date | None) -> Ceremony:
    """State that the oath was taken, and wait for membership to record it."""
    ceremony = await _require(call, ceremony_id, HOLD)
    # A ceremony that is held already says so itself; the process would only say that it is frozen.
    ceremony.check_state(CeremonyState.PLANNED)
    async with call.transaction() as work:
        # The freeze before the row, in the order of every other command on a ceremony.
        begun = await process.begin(
            work, OATH, state={"ceremony_id": str(ceremony_id)}, freezes=[ceremony_id]
        )
        before = await ceremonies.lock(work, ceremony_id)
        if before is None:
            raise CeremonyNotFoundError(ceremony_id=ceremony_id)
        after = before.held(held_on, begun.process_id, work.now)
        return await _saved(work, before, after, facts.ceremony_held(after))


async def cancel_ceremony(call: Call, ceremony_id: UUID, reason: str) -> Ceremony:
    """Cancel a planned ceremony."""
    await _require(call, ceremony_id, PLAN)
    async with call.transaction() as work:
        before = await _locked(work, ceremony_id)
        after = before.cancelled(reason, work.now)
        return await _saved(work, before, after, facts.ceremony_cancelled(after))


async def take_oath_roll(work: UnitOfWork, ceremony_id: UUID, refusals: Mapping[UUID, str]) -> None:
    """Take membership's word on a ceremony over into its process; a word that was taken changes nothing."""
    ceremony = await ceremonies.find(work, ceremony_id)
    if ceremony is None or ceremony.process_id is None:
        # Not one of ours: a ceremony of before, or of another installation's history.
        return
    state = {
        "ceremony_id": str(ceremony_id),
        "refusals": {str(person_id): reason for person_id, reason in refusals.items()},
    }
    await process.advance(work, ceremony.process_id, "complete", expected="await_roll", state=state)


async def _await_roll(call: Call, running: Process) -> Outcome:
    """Nothing to do: the ceremony is held and announced, and membership's event takes the process on."""
    del call, running
    return WAIT


async def _complete(call: Call, running: Process) -> Outcome:
    """Write what membership recorded into the roll; the freeze ends with it."""
    ceremony_id = UUID(running.state["ceremony_id"])
    refusals = {UUID(person): reason for person, reason in running.state["refusals"].items()}
    async with call.transaction() as work:
        before = await ceremonies.lock(work, ceremony_id)
        if before is None:
            raise CeremonyNotFoundError(ceremony_id=ceremony_id)
        if before.state is CeremonyState.HELD:
            after = before.completed(refusals, work.now)
            await _saved(work, before, after, facts.ceremony_completed(after))
        await process.advance(work, running.process_id, DONE, expected="complete")
    return DONE


OATH: Final = ProcessKind(
    name="oath",
    first="await_roll",
    steps={"await_roll": _await_roll, "complete": _complete},
    # Membership may be away for maintenance; after three days somebody should look.
    deadline=timedelta(days=3),
)


async def _found(call: Call, ceremony_id: UUID) -> Ceremony:
    ceremony = await ceremonies.find(call.database, ceremony_id)
    if ceremony is None:
        raise CeremonyNotFoundError(ceremony_id=ceremony_id)
    return ceremony


async def _require(call: Call, ceremony_id: UUID, permission: str) -> Ceremony:
    # Outside the unit of work: a refusal is confirmed at another service before it is answered.
    ceremony = await _found(call, ceremony_id)
    await call.access.require(permission, unit=ceremony.unit_id)
    return ceremony


async def _locked(work: UnitOfWork, ceremony_id: UUID) -> Ceremony:
    await process.ensure_free(work, ceremony_id)
    ceremony = await ceremonies.lock(work, ceremony_id)
    if ceremony is None:
        raise CeremonyNotFoundError(ceremony_id=ceremony_id)
    return ceremony


async def _saved(work: UnitOfWork, before: Ceremony, after: Ceremony, event: Event) -> Ceremony:
    if after.roll == before.roll and after.state is before.state:
        # Nobody new, nobody gone: a repetition, and no fact.
        return work.answer(before)
    await ceremonies.save(work, after, before=before)
    work.emit(event)
    _audit(work, before, after)
    return work.answer(after)


def _audit(work: UnitOfWork, before: Ceremony | None, after: Ceremony) -> None:
    work.audit_change(
        "ceremony", after.ceremony_id, None if before is None else _audited(before), _audited(after)
    )


def _audited(ceremony: Ceremony) -> dict[str, object]:
    return {
        "state": ceremony.state.value,
        "held_on": ceremony.held_on.isoformat(),
        "lead_id": str(ceremony.lead_id),
        "roll": {str(taker.person_id): taker.outcome.value for taker in ceremony.roll},
        "cancel_reason": ceremony.cancel_reason,
    }
