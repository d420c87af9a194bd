"""Bookings of resources: asked for, allowed, and never two at once."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from activity.domain.fields import refuse
from activity.domain.resources import Resource, ResourceState, ShareScope
from activity.errors import (
    ResourceBookingWrongStateError,
    ResourceCapacityExceededError,
    ResourceNotSharedError,
)
from chassis.days import CAMPUS, campus_day

LONGEST: Final = timedelta(days=31)
# The longest period of a report, in days.
LONGEST_REPORT: Final = 366


class BookingState(StrEnum):
    """Where a booking stands."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class Basis(StrEnum):
    """By what right a unit uses a resource."""

    OWN = "own"
    SHARE = "share"
    OFFER = "offer"
    COORDINATION = "coordination"


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant to another, without the last."""

    start: datetime
    end: datetime

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last campus day that it touches."""
        return campus_day(self.start), campus_day(self.end - timedelta(microseconds=1))


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for."""

    resource_id: UUID
    user_unit_id: UUID
    span: Span
    attendees: int
    purpose: str


@dataclass(frozen=True, slots=True)
class Share:
    """The grant that reaches a unit for the days of a booking."""

    share_grant_id: UUID
    scope: ShareScope


@dataclass(frozen=True, slots=True)
class Right:
    """By what right a unit uses a resource, and whether the owner is asked."""

    basis: Basis
    share_grant_id: UUID | None
    asks_owner: bool


@dataclass(frozen=True, slots=True)
class Booking:
    """A booking as it stands."""

    booking_id: UUID
    resource_id: UUID
    unit_id: UUID
    user_unit_id: UUID
    basis: Basis
    share_grant_id: UUID | None
    state: BookingState
    span: Span
    attendees: int
    purpose: str
    requester_id: UUID | None
    decider_id: UUID | None
    note: str
    created_at: datetime
    updated_at: datetime
    version: int

    def approved(self, by_id: UUID | None, note: str, now: datetime) -> "Booking":
        """The owner allows it."""
        self._check(now, BookingState.REQUESTED)
        return self._decided(BookingState.APPROVED, by_id, note, now)

    def allocated(self, by_id: UUID | None, reason: str, now: datetime) -> "Booking":
        """The leader in charge gives the resource, whatever the owner has said so far."""
        self._check(now, BookingState.REQUESTED, BookingState.REFUSED)
        given = self._decided(BookingState.APPROVED, by_id, reason, now)
        return replace(given, basis=Basis.COORDINATION, share_grant_id=None)

    def refused(self, by_id: UUID | None, reason: str, now: datetime) -> "Booking":
        """The owner does not allow it."""
        self._check(None, BookingState.REQUESTED)
        return self._decided(BookingState.REFUSED, by_id, reason, now)

    def cancelled(self, reason: str, now: datetime) -> "Booking":
        """It is no longer wanted, or no longer possible."""
        self._check(now, BookingState.REQUESTED, BookingState.APPROVED)
        return self._decided(BookingState.CANCELLED, self.decider_id, reason, now)

    def _check(self, now: datetime | None, *allowed: BookingState) -> None:
        over = now is not None and self.span.end <= now
        if over or self.state not in allowed:
            raise ResourceBookingWrongStateError(booking_id=self.booking_id, state=self.state.value)

    def _decided(self, state: BookingState, by_id: UUID | None, note: str, now: datetime) -> "Booking":
        return replace(
            self, state=state, decider_id=by_id, note=note, updated_at=now, version=self.version + 1
        )


@dataclass(frozen=True, slots=True)
class Usage:
    """How one resource was used in a period."""

    resource_id: UUID
    bookings: int
    minutes: int
    attendees: int
    shared_bookings: int
    shared_minutes: int
    units: int


def check_wish(wish: Wish, resource: Resource, now: datetime) -> None:
    """Refuse times that cannot be booked, and more people than there is room for."""
    resource.check_in_use()
    span = wish.span
    if span.end <= span.start or span.end - span.start > LONGEST:
        refuse("end_time", "须晚于开始时间，且不超过 31 天", "lies after the beginning, within 31 days")
    if span.start < now:
        refuse("start_time", "开始时间已过", "must not lie in the past")
    if resource.capacity and wish.attendees > resource.capacity:
        raise ResourceCapacityExceededError(resource_id=resource.resource_id, capacity=resource.capacity)


def right_to(resource: Resource, *, is_own: bool, share: Share | None) -> Right:
    """By what right a unit uses a resource: its own before a share, a share before what everybody may ask for."""
    if is_own:
        return Right(Basis.OWN, None, asks_owner=False)
    if share is not None:
        return Right(Basis.SHARE, share.share_grant_id, asks_owner=share.scope is ShareScope.ON_APPROVAL)
    if resource.state is ResourceState.OFFERED:
        return Right(Basis.OFFER, None, asks_owner=True)
    raise ResourceNotSharedError(resource_id=resource.resource_id)


def requested(
    wish: Wish, resource: Resource, right: Right, *, booking_id: UUID, by_id: UUID | None, now: datetime
) -> Booking:
    """A booking that has just been asked for, allowed at once where the owner need not be asked."""
    return Booking(
        booking_id=booking_id,
        resource_id=resource.resource_id,
        unit_id=resource.unit_id,
        user_unit_id=wish.user_unit_id,
        basis=right.basis,
        share_grant_id=right.share_grant_id,
        state=BookingState.REQUESTED if right.asks_owner else BookingState.APPROVED,
        span=wish.span,
        attendees=wish.attendees,
        purpose=wish.purpose,
        requester_id=by_id,
        decider_id=None,
        note="",
        created_at=now,
        updated_at=now,
        version=1,
    )


def report_span(first: date, until: date) -> Span:
    """The instants of a period of campus days."""
    if not timedelta(0) < until - first <= timedelta(days=LONGEST_REPORT):
        refuse("to", "须晚于起始日期，且不超过 366 天", "lies after the first day, within 366 days")
    return Span(day_start(first), day_start(until))


def day_start(day: date) -> datetime:
    """The first instant of a campus day."""
    return datetime.combine(day, time(), CAMPUS)
