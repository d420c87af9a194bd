"""Resources, share grants and bookings on the wire."""

from datetime import datetime
from typing import Any
from uuid import UUID

from activity.domain.bookings import BookingState, Span, Usage, Wish, day_start
from activity.domain.resources import Description, Origin, ResourceKind, ShareScope
from activity.events import resources as shapes
from activity.events.shapes import value
from activity.operations.resources import NewResource, NewShare, ResourceChange
from activity.repository.bookings import BookingFilter
from activity.repository.resources import ResourceFilter, ShareFilter
from chassis.message_values import instant, maybe_day, maybe_text, maybe_uuid
from chassis.paging import Page
from shuyuan.activity.v1 import resource_booking_service_pb2 as booking_pb
from shuyuan.activity.v1 import resource_service_pb2 as pb


def new_resource(request: pb.RegisterResourceRequest) -> NewResource:
    """What a resource is registered with."""
    kind = value(shapes.KIND, ResourceKind, request.kind)
    origin = value(shapes.ORIGIN, Origin, request.origin)
    assert kind is not None and origin is not None, "the contract requires them"
    return NewResource(
        unit_id=UUID(request.unit_id),
        kind=kind,
        origin=origin,
        said=Description(request.name, request.description, request.provider, request.capacity),
        offered=request.offered,
    )


def resource_change(request: pb.UpdateResourceRequest) -> ResourceChange:
    """What changes of a resource."""
    return ResourceChange(
        name=maybe_text(request, "name"),
        description=maybe_text(request, "description"),
        provider=maybe_text(request, "provider"),
        capacity=request.capacity if request.HasField("capacity") else None,
        offered=request.offered if request.HasField("offered") else None,
    )


def resource_filter(request: pb.ListResourcesRequest) -> ResourceFilter:
    """What a list is narrowed to."""
    return ResourceFilter(
        unit_id=maybe_uuid(request, "unit_id"),
        kind=value(shapes.KIND, ResourceKind, request.kind),
        origin=value(shapes.ORIGIN, Origin, request.origin),
        include_retired=request.include_retired,
    )


def new_share(request: pb.GrantShareRequest) -> NewShare:
    """What a resource is shared with."""
    scope = value(shapes.SCOPE, ShareScope, request.scope)
    assert scope is not None, "the contract requires it"
    return NewShare(
        resource_id=UUID(request.resource_id),
        grantee_unit_id=UUID(request.grantee_unit_id),
        scope=scope,
        terms=request.terms,
        valid_from=maybe_day(request, "valid_from"),
        valid_until=maybe_day(request, "valid_until"),
    )


def share_filter(request: pb.ListShareGrantsRequest) -> ShareFilter:
    """What a list is narrowed to."""
    return ShareFilter(
        resource_id=maybe_uuid(request, "resource_id"),
        unit_id=maybe_uuid(request, "unit_id"),
        grantee_unit_id=maybe_uuid(request, "grantee_unit_id"),
        as_of=maybe_day(request, "as_of"),
    )


def usage_response(page: Page[Usage]) -> pb.ListResourceUsageResponse:
    """A page of usage."""
    return pb.ListResourceUsageResponse(
        usages=[
            pb.ResourceUsage(
                resource_id=str(each.resource_id),
                booking_count=each.bookings,
                minutes=each.minutes,
                attendee_count=each.attendees,
                shared_count=each.shared_bookings,
                shared_minutes=each.shared_minutes,
                unit_count=each.units,
            )
            for each in page.items
        ],
        next_page_token=page.next_token,
    )


def wish(request: booking_pb.RequestBookingRequest) -> Wish:
    """What is asked for."""
    return Wish(
        resource_id=UUID(request.resource_id),
        user_unit_id=UUID(request.user_unit_id),
        span=Span(instant(request.start_time), instant(request.end_time)),
        attendees=request.attendee_count,
        purpose=request.purpose,
    )


def booking_filter(request: booking_pb.ListBookingsRequest) -> BookingFilter:
    """What a list is narrowed to."""
    return BookingFilter(
        resource_id=maybe_uuid(request, "resource_id"),
        unit_id=maybe_uuid(request, "unit_id"),
        user_unit_id=maybe_uuid(request, "user_unit_id"),
        state=value(shapes.BOOKING_STATE, BookingState, request.state),
        since=_beginning(request, "from"),
        until=_beginning(request, "to"),
    )


def _beginning(request: Any, field: str) -> datetime | None:
    day = maybe_day(request, field)
    return None if day is None else day_start(day)
