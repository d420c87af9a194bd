"""Read and change what student branches say of their duties."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from chassis.bitemporal import period
from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.events import Event
from chassis.intervals import Interval
from chassis.paging import Page, decode_token, page_of, page_size
from chassis.process import ensure_free
from organization.domain.branch_checklists import (
    Checklist,
    Fulfilment,
    Said,
    StudentDuty,
    check_branch,
    check_days,
    check_fulfilled,
)
from organization.domain.units import Unit
from organization.events import branch_checklists as facts
from organization.operations import founding
from organization.repository import branch_checklists as checklists
from organization.repository import units


async def get_checklist(
    call: Call, unit_id: UUID, *, as_of: date | None, known_at: datetime | None
) -> Checklist:
    """Read the checklist of a branch on a day."""
    day = as_of or call.clock.today()
    check_branch(await founding.present(call.database, unit_id, day))
    return await checklists.find(call.database, unit_id, day=day, known_at=known_at)


async def declare(
    call: Call,
    unit_id: UUID,
    duty: StudentDuty,
    *,
    statement: str,
    record: str,
    valid_from: date | None,
    valid_until: date | None,
) -> Checklist:
    """Say by what a duty is fulfilled from a day on."""
    async with call.transaction() as work:
        unit, before = await _held(work, unit_id)
        days = period(valid_from or work.today, valid_until)
        check_days(unit, days)
        said = Said(statement, record, call.caller.person_id)
        await checklists.put(work, unit_id, duty, days, said)
        return await _changed(work, before, days.start, lambda after: facts.declared(after, duty, days))


async def reopen(call: Call, unit_id: UUID, duty: StudentDuty, *, opens_on: date | None) -> Checklist:
    """Say that a duty is open again from a day on."""
    async with call.transaction() as work:
        _, before = await _held(work, unit_id)
        on = opens_on or work.today
        check_fulfilled(unit_id, duty, await checklists.said(work, unit_id, duty), on)
        await checklists.put(work, unit_id, duty, Interval(on), None)
        return await _changed(work, before, on, lambda after: facts.reopened(after, duty, on))


async def _held(work: UnitOfWork, unit_id: UUID) -> tuple[Unit, Checklist]:
    """The branch and its checklist of today, for whoever changes it."""
    await units.lock(work, unit_id)
    await ensure_free(work, unit_id)
    unit = await founding.present(work, unit_id, work.today)
    check_branch(unit)
    before = await checklists.find(work, unit_id, day=work.today)
    work.call.check_etag(before.version)
    return unit, before


async def _changed(
    work: UnitOfWork, before: Checklist, day: date, event: Callable[[Checklist], Event]
) -> Checklist:
    work.emit(event(await checklists.find(work, before.unit_id, day=day)))
    after = await checklists.find(work, before.unit_id, day=work.today)
    work.audit_change("branch_checklist", before.unit_id, _kept(before), _kept(after))
    return work.answer(after)


def _kept(checklist: Checklist) -> dict[str, object]:
    return {
        "fulfilled": [[each.duty, each.days.start, each.days.end] for each in checklist.fulfilled],
        "version": checklist.version,
    }


async def list_history(call: Call, unit_id: UUID, *, size: int, token: str) -> Page[Fulfilment]:
    """List everything that was ever said of the duties of a branch."""
    after = decode_token(token, int)
    most = page_size(size)
    found = await checklists.history(call.database, unit_id, after=after[0] if after else None, most=most + 1)
    return page_of(found, most, lambda each: (each.row_id,))
