"""Publish, change, assign, sign off and retire duties; read them."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from chassis.bitemporal import period
from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.events import Event
from chassis.ids import new_id
from chassis.intervals import Interval
from chassis.paging import Page, decode_token, page_of, page_size
from chassis.process import ensure_free
from organization.domain.duties import (
    Assignment,
    Duty,
    Part,
    SignOff,
    check_assignments,
    check_due,
    check_open,
    check_publisher,
    check_retirement,
    check_sign_off,
    check_unsigned,
    ending,
    is_fulfilled,
)
from organization.errors import DutyNotFoundError
from organization.events import duties as facts
from organization.repository import duties, units

READ = "organization.duty.read"


@dataclass(frozen=True, slots=True)
class NewPart:
    """A unit with a part in a new duty."""

    unit_id: UUID
    part: Part
    share: int | None


@dataclass(frozen=True, slots=True)
class NewDuty:
    """What a duty is published with."""

    title: str
    description: str
    joint: bool
    due_on: date | None
    valid_from: date | None
    valid_until: date | None
    parts: tuple[NewPart, ...]


async def publish_duty(call: Call, unit_id: UUID, new: NewDuty) -> Duty:
    """Publish a duty, with the units that have a part in it from its first day on."""
    async with call.transaction() as work:
        days = period(new.valid_from or work.today, new.valid_until)
        check_due(new.due_on, days)
        bare = Duty(
            duty_id=new_id(),
            unit_id=unit_id,
            title=new.title,
            description=new.description,
            joint=new.joint,
            due_on=new.due_on,
            days=days,
            fulfilled_on=None,
            assignments=(),
            sign_offs=(),
            created_at=work.now,
            updated_at=work.now,
            version=1,
        )
        parts = tuple(Assignment(each.unit_id, each.part, each.share, days) for each in new.parts)
        concerned = {unit_id, *(each.unit_id for each in parts)}
        await ensure_free(work, *concerned)
        known = await units.outlines(work, concerned)
        check_publisher(bare, known.get(unit_id))
        check_assignments(bare, parts, known, path="assignments[{}].")
        await duties.add(work, replace(bare, assignments=parts))
        return await _announce(work, None, bare.duty_id, facts.duty_published)


async def update_duty(
    call: Call, duty_id: UUID, *, title: str, description: str, due_on: date | None
) -> Duty:
    """Say anew what a duty is and until when it is due."""
    seen = await _allowed(call, duty_id, "organization.duty.update")
    async with call.transaction() as work:
        before = await _take(work, seen)
        check_open(before, work.today)
        check_unsigned(before)
        check_due(due_on, before.days)
        after = replace(before, title=title, description=description, due_on=due_on)
        await _keep(work, after)
        return await _announce(work, before, duty_id, facts.duty_updated)


async def retire_duty(call: Call, duty_id: UUID, *, ends_on: date | None) -> Duty:
    """End a duty from a day on, and every part in it."""
    seen = await _allowed(call, duty_id, "organization.duty.retire")
    async with call.transaction() as work:
        before = await _take(work, seen)
        on = ends_on or work.today
        check_retirement(before, on)
        await _keep(work, replace(before, days=Interval(before.days.start, on)))
        return await _announce(work, before, duty_id, lambda duty: facts.duty_retired(duty, on))


async def assign_duty(
    call: Call, duty_id: UUID, new: NewPart, *, valid_from: date | None, valid_until: date | None
) -> Duty:
    """Give a unit a part in a duty on some days."""
    seen = await _allowed(call, duty_id, "organization.duty.assign")
    async with call.transaction() as work:
        before = await _take(work, seen, new.unit_id)
        days = period(valid_from or work.today, valid_until or before.days.end)
        part = Assignment(new.unit_id, new.part, new.share, days)
        check_assignments(before, [part], await units.outlines(work, [new.unit_id]))
        await duties.assign(work, duty_id, part)
        await _keep(work, before)
        return await _announce(work, before, duty_id, lambda duty: facts.duty_assigned(duty, part))


async def unassign_duty(
    call: Call, duty_id: UUID, unit_id: UUID, part: Part, *, ends_on: date | None
) -> Duty:
    """End the part of a unit in a duty from a day on."""
    seen = await _allowed(call, duty_id, "organization.duty.assign")
    async with call.transaction() as work:
        before = await _take(work, seen, unit_id)
        on = ends_on or work.today
        # What begins later does not begin at all.
        (first, *_) = ending(before, unit_id, part, on)
        await duties.unassign(work, duty_id, first, Interval(on))
        await _keep(work, before)
        return await _announce(
            work, before, duty_id, lambda duty: facts.duty_unassigned(duty, unit_id, part, on)
        )


async def sign_off_duty(call: Call, duty_id: UUID, unit_id: UUID, *, note: str) -> Duty:
    """Sign a duty off for an accountable unit; the last one to sign fulfils it."""
    seen = await _present(call, duty_id)
    async with call.transaction() as work:
        before = await _take(work, seen, unit_id)
        check_sign_off(before, unit_id, work.today)
        signed = SignOff(unit_id, call.person_id, work.today, note)
        after = replace(before, sign_offs=(*before.sign_offs, signed))
        if is_fulfilled(after, work.today):
            after = replace(after, fulfilled_on=work.today)
        await duties.sign(work, duty_id, signed)
        await _keep(work, after)
        return await _announce(work, before, duty_id, lambda duty: facts.duty_signed_off(duty, signed))


async def _take(work: UnitOfWork, seen: Duty, *others: UUID) -> Duty:
    """The duty, for whoever changes it; refuses when the caller read another version."""
    await ensure_free(work, *{seen.unit_id, *others})
    duty = await duties.lock(work, seen.duty_id)
    assert duty is not None, "a duty is never deleted"
    work.call.check_etag(duty.version)
    return duty


async def _keep(work: UnitOfWork, duty: Duty) -> None:
    await duties.change(work, replace(duty, updated_at=work.now, version=duty.version + 1))


async def _announce(work: UnitOfWork, before: Duty | None, duty_id: UUID, fact: "facts.Fact") -> Duty:
    """Announce what became of a duty, and answer it as it is read afterwards."""
    after = await duties.find(work, duty_id)
    assert after is not None, "it was kept just now"
    event: Event = fact(after)
    work.emit(event)
    work.audit_change("duty", duty_id, None if before is None else _kept(before), _kept(after))
    return work.answer(after)


def _kept(duty: Duty) -> dict[str, object]:
    return {
        "unit_id": duty.unit_id,
        "title": duty.title,
        "description": duty.description,
        "due_on": duty.due_on,
        "days": [duty.days.start, duty.days.end],
        "fulfilled_on": duty.fulfilled_on,
        "assignments": [
            [each.unit_id, each.part, each.share, each.days.start, each.days.end] for each in duty.assignments
        ],
        "signed_by": [each.unit_id for each in duty.sign_offs],
    }


async def _present(call: Call, duty_id: UUID) -> Duty:
    duty = await duties.find(call.database, duty_id)
    if duty is None:
        await call.access.require(READ, unit=None)
        raise DutyNotFoundError(duty_id=duty_id)
    return duty


async def _allowed(call: Call, duty_id: UUID, permission: str) -> Duty:
    duty = await _present(call, duty_id)
    await call.access.require(permission, unit=duty.unit_id)
    return duty


async def get_duty(call: Call, duty_id: UUID, *, as_of: date | None, known_at: datetime | None) -> Duty:
    """Read a duty; units with a part in it read it too."""
    duty = await duties.find(call.database, duty_id, day=as_of, known_at=known_at)
    if duty is None:
        await call.access.require(READ, unit=None)
        raise DutyNotFoundError(duty_id=duty_id)
    scope = await call.access.filters(READ)
    taking_part = await duties.is_visible(call.database, duty_id, scope)
    await call.access.require(READ, unit=duty.unit_id, relation=taking_part)
    return duty


async def list_duties(
    call: Call, wanted: duties.Filter, *, known_at: datetime | None, size: int, token: str
) -> Page[Duty]:
    """List duties that the caller may read."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await duties.page(
        call.database,
        await call.access.filters(READ),
        wanted,
        known_at=known_at,
        after_id=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda duty: (duty.duty_id,))
