"""Asking for resources, allowing it, giving them by coordination, and reading bookings."""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from activity.domain.bookings import Booking, BookingState, Right, Wish, check_wish, requested, right_to
from activity.domain.resources import Resource
from activity.errors import ResourceBookedError, ResourceBookingNotFoundError
from activity.events import resources as facts
from activity.operations.resources import present_resource
from activity.operations.units import known_unit
from activity.repository import bookings, copies, resources
from activity.repository.bookings import BookingFilter
from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.events import Event
from chassis.ids import new_id
from chassis.paging import Page, decode_token, page_of, page_size

REQUEST: Final = "activity.resource_booking.request"
READ: Final = "activity.resource_booking.read"
APPROVE: Final = "activity.resource_booking.approve"
ALLOCATE: Final = "activity.resource_booking.allocate"
CANCEL: Final = "activity.resource_booking.cancel"


async def request_booking(call: Call, wish: Wish) -> Booking:
    """Ask for a resource; the contract asks for the permission on the unit that is to use it before."""
    await present_resource(call, wish.resource_id, REQUEST)
    async with call.transaction() as work:
        resource = await _held(work, wish.resource_id)
        check_wish(wish, resource, work.now)
        (await known_unit(work, wish.user_unit_id)).check_in_force(wish.span.days[0])
        booking = requested(
            wish,
            resource,
            await _right(work, wish, resource),
            booking_id=new_id(),
            by_id=call.caller.person_id,
            now=work.now,
        )
        await _check_free(work, booking)
        await bookings.add(work, booking)
        work.emit(facts.booking_requested(booking))
        work.audit_change("resource_booking", booking.booking_id, None, _audited(booking))
        return work.answer(booking)


async def _held(work: UnitOfWork, resource_id: UUID) -> Resource:
    # Those who want one resource queue at its row, so that the second sees what the first has.
    resource = await resources.lock(work, resource_id)
    assert resource is not None, "a resource is never deleted"
    return resource


async def _right(work: UnitOfWork, wish: Wish, resource: Resource) -> Right:
    first, last = wish.span.days
    is_own = await copies.is_below(work, wish.user_unit_id, resource.unit_id, first)
    share = await resources.share_for(work, resource.resource_id, wish.user_unit_id, first=first, last=last)
    return right_to(resource, is_own=is_own, share=share)


async def _check_free(work: UnitOfWork, booking: Booking) -> None:
    taken_by = await bookings.taken_by(work, booking)
    if taken_by is not None:
        raise ResourceBookedError(booking_id=taken_by)


def _audited(booking: Booking) -> dict[str, object]:
    return {
        "resource_id": booking.resource_id,
        "user_unit_id": booking.user_unit_id,
        "state": booking.state.value,
        "basis": booking.basis.value,
        "span": [booking.span.start.isoformat(), booking.span.end.isoformat()],
        "note": booking.note,
    }


async def approve_booking(call: Call, booking_id: UUID, note: str) -> Booking:
    """Allow a booking, for the owner."""
    seen = await _present(call, booking_id, APPROVE)
    await call.access.require(APPROVE, unit=seen.unit_id)
    by_id = call.caller.person_id
    return await _changed(
        call, seen, lambda booking, now: booking.approved(by_id, note, now), facts.booking_approved
    )


async def allocate_booking(call: Call, booking_id: UUID, reason: str) -> Booking:
    """Give a resource to the unit that asked for it, for the leader in charge."""
    seen = await _present(call, booking_id, ALLOCATE)
    await call.access.require(ALLOCATE, unit=seen.unit_id)
    by_id = call.caller.person_id
    return await _changed(
        call, seen, lambda booking, now: booking.allocated(by_id, reason, now), facts.booking_allocated
    )


async def refuse_booking(call: Call, booking_id: UUID, reason: str) -> Booking:
    """Refuse a booking, for the owner."""
    seen = await _present(call, booking_id, APPROVE)
    await call.access.require(APPROVE, unit=seen.unit_id)
    by_id = call.caller.person_id
    return await _changed(
        call, seen, lambda booking, now: booking.refused(by_id, reason, now), facts.booking_refused
    )


async def cancel_booking(call: Call, booking_id: UUID, reason: str) -> Booking:
    """Cancel a booking that has not ended, for the unit that asked or the owner."""
    seen = await _present(call, booking_id, CANCEL)
    uses = await call.access.holds(CANCEL, unit=seen.user_unit_id)
    await call.access.require(CANCEL, unit=seen.unit_id, relation=uses)
    return await _changed(
        call, seen, lambda booking, now: booking.cancelled(reason, now), facts.booking_cancelled
    )


async def _changed(
    call: Call,
    seen: Booking,
    change: Callable[[Booking, datetime], Booking],
    announce: Callable[[Booking], Event],
) -> Booking:
    async with call.transaction() as work:
        resource = await _held(work, seen.resource_id)
        before = await bookings.lock(work, seen.booking_id)
        assert before is not None, "a booking is never deleted"
        after = change(before, work.now)
        if after.state is BookingState.APPROVED:
            resource.check_in_use()
            await _check_free(work, after)
        await bookings.save(work, after)
        work.emit(announce(after))
        work.audit_change("resource_booking", after.booking_id, _audited(before), _audited(after))
        return work.answer(after)


async def _present(call: Call, booking_id: UUID, permission: str) -> Booking:
    booking = await bookings.find(call.database, booking_id)
    if booking is None:
        await call.access.require(permission, unit=None)
        raise ResourceBookingNotFoundError(booking_id=booking_id)
    return booking


async def get_booking(call: Call, booking_id: UUID) -> Booking:
    """Read a booking, for the units on both sides."""
    booking = await _present(call, booking_id, READ)
    uses = await call.access.holds(READ, unit=booking.user_unit_id)
    await call.access.require(READ, unit=booking.unit_id, relation=uses)
    return booking


async def list_bookings(call: Call, wanted: BookingFilter, *, size: int, token: str) -> Page[Booking]:
    """List bookings of units on either side on which the caller may read them."""
    after = decode_token(token, datetime, UUID)
    most = page_size(size)
    found = await bookings.page(
        call.database,
        await call.access.filters(READ),
        wanted,
        after=(after[0], after[1]) if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda booking: (booking.span.start, booking.booking_id))
