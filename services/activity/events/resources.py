"""Resources, share grants and bookings: their public shape, and the facts about them as events of the contract."""

from activity.domain.bookings import Booking
from activity.domain.resources import Resource, ShareGrant
from activity.events.shapes import number, text
from chassis.events import Event
from chassis.message_values import stamp
from shuyuan.activity.v1 import events_pb2, resource_booking_pb2, resource_pb2

KIND = resource_pb2.Resource.Kind.DESCRIPTOR
ORIGIN = resource_pb2.Resource.Origin.DESCRIPTOR
STATE = resource_pb2.Resource.State.DESCRIPTOR
SCOPE = resource_pb2.ShareGrant.Scope.DESCRIPTOR
BOOKING_STATE = resource_booking_pb2.ResourceBooking.State.DESCRIPTOR
BASIS = resource_booking_pb2.ResourceBooking.Basis.DESCRIPTOR


def resource_message(resource: Resource) -> resource_pb2.Resource:
    """A resource."""
    return resource_pb2.Resource(
        resource_id=str(resource.resource_id),
        unit_id=str(resource.unit_id),
        kind=number(KIND, resource.kind),
        origin=number(ORIGIN, resource.origin),
        name=resource.name,
        description=resource.description,
        provider=resource.provider,
        capacity=resource.capacity,
        state=number(STATE, resource.state),
        retire_reason=resource.retire_reason,
        create_time=stamp(resource.created_at),
        update_time=stamp(resource.updated_at),
        version=resource.version,
        etag=str(resource.version),
    )


def share_grant_message(grant: ShareGrant) -> resource_pb2.ShareGrant:
    """A grant."""
    return resource_pb2.ShareGrant(
        share_grant_id=str(grant.share_grant_id),
        resource_id=str(grant.resource_id),
        unit_id=str(grant.unit_id),
        grantee_unit_id=str(grant.grantee_unit_id),
        scope=number(SCOPE, grant.scope),
        terms=grant.terms,
        valid_from=grant.days.start.isoformat(),
        valid_until=grant.days.end.isoformat() if grant.days.end else None,
        end_reason=grant.end_reason,
        create_time=stamp(grant.created_at),
        update_time=stamp(grant.updated_at),
        version=grant.version,
        etag=str(grant.version),
    )


def booking_message(booking: Booking) -> resource_booking_pb2.ResourceBooking:
    """A booking."""
    return resource_booking_pb2.ResourceBooking(
        booking_id=str(booking.booking_id),
        resource_id=str(booking.resource_id),
        unit_id=str(booking.unit_id),
        user_unit_id=str(booking.user_unit_id),
        basis=number(BASIS, booking.basis),
        share_grant_id=text(booking.share_grant_id),
        state=number(BOOKING_STATE, booking.state),
        start_time=stamp(booking.span.start),
        end_time=stamp(booking.span.end),
        attendee_count=booking.attendees,
        purpose=booking.purpose,
        requester_person_id=text(booking.requester_id),
        decider_person_id=text(booking.decider_id),
        note=booking.note,
        create_time=stamp(booking.created_at),
        update_time=stamp(booking.updated_at),
        version=booking.version,
        etag=str(booking.version),
    )


def resource_registered(resource: Resource) -> Event:
    """It was registered."""
    data = events_pb2.ResourceRegistered(resource=resource_message(resource))
    return Event(resource.resource_id, resource.version, data)


def resource_updated(resource: Resource) -> Event:
    """What is said of it was changed."""
    data = events_pb2.ResourceUpdated(resource=resource_message(resource))
    return Event(resource.resource_id, resource.version, data)


def resource_retired(resource: Resource) -> Event:
    """It is no longer there."""
    data = events_pb2.ResourceRetired(resource=resource_message(resource))
    return Event(resource.resource_id, resource.version, data)


def share_granted(grant: ShareGrant) -> Event:
    """A resource was shared."""
    data = events_pb2.ShareGrantGranted(share_grant=share_grant_message(grant))
    return Event(grant.share_grant_id, grant.version, data)


def share_ended(grant: ShareGrant) -> Event:
    """The sharing was ended."""
    data = events_pb2.ShareGrantEnded(share_grant=share_grant_message(grant))
    return Event(grant.share_grant_id, grant.version, data)


def booking_requested(booking: Booking) -> Event:
    """A resource was asked for."""
    data = events_pb2.ResourceBookingRequested(resource_booking=booking_message(booking))
    return Event(booking.booking_id, booking.version, data)


def booking_approved(booking: Booking) -> Event:
    """A booking was allowed."""
    data = events_pb2.ResourceBookingApproved(resource_booking=booking_message(booking))
    return Event(booking.booking_id, booking.version, data)


def booking_allocated(booking: Booking) -> Event:
    """The leader in charge gave the resource."""
    data = events_pb2.ResourceBookingAllocated(resource_booking=booking_message(booking))
    return Event(booking.booking_id, booking.version, data)


def booking_refused(booking: Booking) -> Event:
    """A booking was refused."""
    data = events_pb2.ResourceBookingRefused(resource_booking=booking_message(booking))
    return Event(booking.booking_id, booking.version, data)


def booking_cancelled(booking: Booking) -> Event:
    """A booking was cancelled."""
    data = events_pb2.ResourceBookingCancelled(resource_booking=booking_message(booking))
    return Event(booking.booking_id, booking.version, data)
