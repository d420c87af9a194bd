"""Teachers are nominated for joint branches, approved and brought back; what they do there is counted."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.ids import new_id
from membership.domain import secondments as domain
from membership.domain.secondments import Purpose, Secondee, Secondment, State, Workload
from membership.errors.commitments import (
    SecondmentNotFoundError,
)
from membership.events import secondments as events
from membership.facts import check_people_known, known_unit
from membership.operations.means import scope_of
from membership.repository import members, persons, secondments
from membership.repository.secondments import SecondmentFilter

READ, APPROVE, END = (f"membership.secondment.{verb}" for verb in ("read", "approve", "end"))


@dataclass(frozen=True, slots=True)
class Nomination:
    """What a school proposes."""

    person_id: UUID
    from_unit_id: UUID
    to_unit_id: UUID
    purposes: tuple[Purpose, ...]
    qualification: str
    valid_from: date | None
    valid_until: date | None


async def nominate(call: Call, nomination: Nomination) -> Secondment:
    """Nominate a teacher for a joint branch; the contract asked for the permission on the school."""
    async with call.transaction() as work:
        first = nomination.valid_from or work.today
        domain.check_days(first, nomination.valid_until)
        new = Secondment(
            secondment_id=new_id(),
            person_id=nomination.person_id,
            from_unit_id=nomination.from_unit_id,
            to_unit_id=nomination.to_unit_id,
            purposes=domain.ordered(nomination.purposes),
            qualification=nomination.qualification,
            valid_from=first,
            valid_until=nomination.valid_until,
            created_at=work.now,
            updated_at=work.now,
            nominated_by=call.caller.person_id,
        )
        await check_people_known(work, [new.person_id])
        # One at a time for each person: two nominations must not pass each other by.
        await persons.lock(work, new.person_id)
        await _check_fit(work, new)
        domain.check_alone(new, await secondments.living_of(work, new.person_id, new.to_unit_id))
        return await keep(work, None, new)


async def get(call: Call, secondment_id: UUID) -> Secondment:
    """Read a secondment; either side may, and the teacher."""
    found = await secondments.find(call.database, secondment_id)
    if found is None:
        # Who may not see secondments anywhere learns nothing about which exist.
        await call.access.require(READ, unit=None)
        raise SecondmentNotFoundError(secondment_id=secondment_id)
    await _require_on_either(call, READ, found, own=call.caller.person_id == found.person_id)
    return found


async def page(
    call: Call,
    wanted: SecondmentFilter,
    *,
    state: str | None,
    as_of: date | None,
    after: UUID | None,
    size: int,
) -> list[Secondment]:
    """A page of secondments; one more than the size says that another page follows."""
    return await secondments.page(
        call.database,
        scope=await scope_of(call, READ),
        wanted=wanted,
        state=state,
        as_of=as_of,
        self_id=call.caller.person_id,
        after=after,
        size=size + 1,
    )


async def workloads(
    call: Call, wanted: SecondmentFilter, *, after: tuple[UUID, UUID] | None, size: int
) -> list[Workload]:
    """A page of what seconded teachers do today; one more than the size says that another page follows."""
    return await secondments.workloads(
        call.database,
        scope=await scope_of(call, READ),
        wanted=wanted,
        self_id=call.caller.person_id,
        after=after,
        size=size + 1,
    )


async def decide(call: Call, secondment_id: UUID, state: State, *, reason: str = "") -> Secondment:
    """Approve or decline a nomination, by whoever may above the branch."""
    found = await secondments.find(call.database, secondment_id)
    await call.access.require(APPROVE, unit=None if found is None else found.to_unit_id)
    async with call.transaction() as work:
        before = await _held(work, secondment_id)
        after = before.decided(state, by=call.caller.person_id, on=work.today, at=work.now, reason=reason)
        if state is State.APPROVED:
            await _check_fit(work, after)
        return await keep(work, before, after)


async def end(call: Call, secondment_id: UUID, *, ends_on: date | None, reason: str) -> Secondment:
    """End an approved secondment from a day on, by either side."""
    found = await secondments.find(call.database, secondment_id)
    if found is None:
        await call.access.require(END, unit=None)
        raise SecondmentNotFoundError(secondment_id=secondment_id)
    await _require_on_either(call, END, found)
    async with call.transaction() as work:
        before = await _held(work, secondment_id)
        return await keep(work, before, before.ended(on=ends_on or work.today, at=work.now, reason=reason))


async def _require_on_either(call: Call, permission: str, found: Secondment, *, own: bool = False) -> None:
    school = await call.access.holds(permission, unit=found.from_unit_id)
    await call.access.require(permission, unit=found.to_unit_id, relation=own or school)


async def _held(work: UnitOfWork, secondment_id: UUID) -> Secondment:
    found = await secondments.lock(work, secondment_id)
    if found is None:
        raise SecondmentNotFoundError(secondment_id=secondment_id)
    work.call.check_etag(found.version)
    return found


async def _check_fit(work: UnitOfWork, made: Secondment) -> None:
    day, person_id = made.valid_from, made.person_id
    school = await known_unit(work, made.from_unit_id)
    branch = await known_unit(work, made.to_unit_id)
    sponsored = await secondments.sponsors(work, school.unit_id, branch.unit_id, day=day)
    domain.check_units(school, branch, sponsored=sponsored, day=day)
    kind, _ = (await persons.known(work, [person_id]))[person_id]
    statuses = await members.statuses(work, [person_id], day=day)
    ties = await persons.affiliations(work, person_id, as_of=day, known_at=None)
    secondee = Secondee(kind, statuses.get(person_id), tuple(ties))
    domain.check_secondee(person_id, secondee, school_id=made.from_unit_id, day=day)


async def keep(work: UnitOfWork, before: Secondment | None, made: Secondment) -> Secondment:
    """Write a secondment and announce it."""
    await secondments.save(work, made)
    work.emit(events.changed(made))
    work.audit_change(
        "secondment", made.secondment_id, None if before is None else _audited(before), _audited(made)
    )
    return work.answer(made)


def _audited(made: Secondment) -> dict[str, object]:
    return {
        "person_id": made.person_id,
        "from_unit_id": made.from_unit_id,
        "to_unit_id": made.to_unit_id,
        "state": made.state,
        "valid_from": made.valid_from,
        "valid_until": made.valid_until,
        "version": made.version,
    }
