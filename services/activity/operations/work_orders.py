"""Giving work orders, following them until they are done, and telling what comes near or is late."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from activity.domain.work_orders import (
    Draft,
    Progress,
    Step,
    WorkOrder,
    WorkOrderAct,
    check_drafts,
    check_meeting,
    issued,
)
from activity.errors import MeetingNotFoundError, UnitUnknownError, WorkOrderNotFoundError
from activity.events.work_orders import work_order_event
from activity.operations.units import known_unit
from activity.repository import copies, meetings, work_orders
from activity.repository.work_orders import WorkOrderFilter
from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.ids import new_id
from chassis.paging import Page, decode_token, page_of, page_size
from chassis.schedule import Slot

READ: Final = "activity.work_order.read"
FULFIL: Final = "activity.work_order.fulfil"
CLOSE: Final = "activity.work_order.close"


async def issue_work_orders(
    call: Call, unit_id: UUID, meeting_id: UUID | None, drafts: Sequence[Draft]
) -> tuple[WorkOrder, ...]:
    """Break decisions into work orders; the contract asks for the permission on the unit before."""
    check_drafts(drafts, call.clock.today())
    async with call.transaction() as work:
        (await known_unit(work, unit_id)).check_in_force(work.today)
        if meeting_id is not None:
            meeting = await meetings.lock(work, meeting_id)
            if meeting is None:
                raise MeetingNotFoundError(meeting_id=meeting_id)
            check_meeting(meeting, unit_id)
        await _check_assignees(work, drafts)
        orders = tuple(
            issued(draft, work_order_id=new_id(), unit_id=unit_id, meeting_id=meeting_id, now=work.now)
            for draft in drafts
        )
        steps = [_step(work, order, WorkOrderAct.ISSUED, by_id=call.caller.person_id) for order in orders]
        await work_orders.add_all(work, orders)
        await work_orders.add_steps(work, steps)
        for order, step in zip(orders, steps, strict=True):
            work.emit(work_order_event(order, step))
            work.audit_change("work_order", order.work_order_id, None, _audited(order))
        return work.answer(orders)


async def _check_assignees(work: UnitOfWork, drafts: Sequence[Draft]) -> None:
    units = await copies.find_units(work, {draft.assignee_unit_id for draft in drafts})
    for draft in drafts:
        unit = units.get(draft.assignee_unit_id)
        if unit is None:
            raise UnitUnknownError(unit_id=draft.assignee_unit_id)
        unit.check_in_force(draft.due_on)


def _step(
    work: UnitOfWork,
    order: WorkOrder,
    act: WorkOrderAct,
    *,
    note: str = "",
    evidence: Sequence[str] = (),
    by_id: UUID | None = None,
) -> Step:
    return Step(
        work_order_id=order.work_order_id,
        number=order.steps,
        act=act,
        note=note,
        evidence=tuple(evidence),
        due_on=order.due_on,
        by_id=by_id,
        happened_at=work.now,
    )


def _audited(order: WorkOrder) -> dict[str, object]:
    return {
        "assignee_unit_id": order.assignee_unit_id,
        "title": order.title,
        "state": order.state.value,
        "due_on": order.due_on,
        "evidence": list(order.evidence),
    }


async def accept_work_order(call: Call, work_order_id: UUID) -> WorkOrder:
    """Take a work order on, for the unit that does it."""
    return await _changed(
        call, work_order_id, FULFIL, WorkOrderAct.ACCEPTED, lambda order, work: order.accepted(work.now)
    )


async def report_work_order(
    call: Call, work_order_id: UUID, *, note: str, evidence: Sequence[str]
) -> WorkOrder:
    """Report a work order as done, for the unit that does it."""
    return await _changed(
        call,
        work_order_id,
        FULFIL,
        WorkOrderAct.REPORTED,
        lambda order, work: order.reported(evidence, work.today, work.now),
        note=note,
        evidence=evidence,
    )


async def return_work_order(call: Call, work_order_id: UUID, *, reason: str) -> WorkOrder:
    """Return a report that is not enough."""
    return await _changed(
        call,
        work_order_id,
        CLOSE,
        WorkOrderAct.RETURNED,
        lambda order, work: order.returned(work.now),
        note=reason,
    )


async def close_work_order(call: Call, work_order_id: UUID, *, note: str) -> WorkOrder:
    """Close a work order that was reported as done."""
    return await _changed(
        call,
        work_order_id,
        CLOSE,
        WorkOrderAct.CLOSED,
        lambda order, work: order.closed(work.today, work.now),
        note=note,
    )


async def reschedule_work_order(call: Call, work_order_id: UUID, *, due_on: date, reason: str) -> WorkOrder:
    """Set another day."""
    return await _changed(
        call,
        work_order_id,
        CLOSE,
        WorkOrderAct.RESCHEDULED,
        lambda order, work: order.rescheduled(due_on, work.today, work.now),
        note=reason,
    )


async def withdraw_work_order(call: Call, work_order_id: UUID, *, reason: str) -> WorkOrder:
    """No longer ask for it."""
    return await _changed(
        call,
        work_order_id,
        CLOSE,
        WorkOrderAct.WITHDRAWN,
        lambda order, work: order.withdrawn(work.today, work.now),
        note=reason,
    )


async def _changed(
    call: Call,
    work_order_id: UUID,
    permission: str,
    act: WorkOrderAct,
    change: Callable[[WorkOrder, UnitOfWork], WorkOrder],
    *,
    note: str = "",
    evidence: Sequence[str] = (),
) -> WorkOrder:
    seen = await _present(call, work_order_id, permission)
    unit_id = seen.assignee_unit_id if permission == FULFIL else seen.unit_id
    await call.access.require(permission, unit=unit_id)
    async with call.transaction() as work:
        before = await work_orders.lock(work, work_order_id)
        assert before is not None, "a work order is never deleted"
        call.check_etag(before.version)
        after = change(before, work)
        step = _step(work, after, act, note=note, evidence=evidence, by_id=call.caller.person_id)
        await work_orders.save(work, after)
        await work_orders.add_steps(work, [step])
        work.emit(work_order_event(after, step))
        work.audit_change(
            "work_order", work_order_id, _audited(before), _audited(after), sensitive=("evidence",)
        )
        return work.answer(after)


async def tell_of_work_orders(call: Call, slot: Slot) -> int:
    """Announce, once for each day that was set, what comes near and what is late."""
    async with call.transaction() as work:
        if not await slot.finish(work):
            return 0
        told = [
            found
            for order in await work_orders.to_tell(work, slot.day)
            if (found := order.told(slot.day, work.now)) is not None
        ]
        steps = [_step(work, order, act) for order, act in told]
        await work_orders.save_all(work, [order for order, _ in told])
        await work_orders.add_steps(work, steps)
        for (order, _), step in zip(told, steps, strict=True):
            work.emit(work_order_event(order, step))
        return work.answer(len(told))


async def _present(call: Call, work_order_id: UUID, permission: str) -> WorkOrder:
    order = await work_orders.find(call.database, work_order_id)
    if order is None:
        await call.access.require(permission, unit=None)
        raise WorkOrderNotFoundError(work_order_id=work_order_id)
    return order


async def get_work_order(call: Call, work_order_id: UUID) -> WorkOrder:
    """Read a work order, for the unit that gave it and the one that does it."""
    order = await _present(call, work_order_id, READ)
    gave = await call.access.holds(READ, unit=order.unit_id)
    await call.access.require(READ, unit=order.assignee_unit_id, relation=gave)
    return order


async def list_work_orders(call: Call, wanted: WorkOrderFilter, *, size: int, token: str) -> Page[WorkOrder]:
    """List work orders that the caller may read, by the day on which they are due."""
    after = decode_token(token, date, UUID)
    most = page_size(size)
    found = await work_orders.page(
        call.database,
        await call.access.filters(READ),
        wanted,
        today=call.clock.today(),
        after=(after[0], after[1]) if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda order: (order.due_on, order.work_order_id))


async def list_work_order_steps(call: Call, work_order_id: UUID, *, size: int, token: str) -> Page[Step]:
    """List what was done about a work order."""
    after = decode_token(token, int)
    most = page_size(size)
    await get_work_order(call, work_order_id)
    found = await work_orders.steps_of(
        call.database, work_order_id, after=after[0] if after else 0, most=most + 1
    )
    return page_of(found, most, lambda step: (step.number,))


async def work_order_progress(call: Call, meeting_id: UUID) -> Progress:
    """Say how far the work orders of a meeting are."""
    unit_id = await meetings.unit_of(call.database, meeting_id)
    if unit_id is None:
        await call.access.require(READ, unit=None)
        raise MeetingNotFoundError(meeting_id=meeting_id)
    await call.access.require(READ, unit=unit_id)
    return await work_orders.progress(call.database, meeting_id, call.clock.today())
