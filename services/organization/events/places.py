"""Places and zones: their public shape, and the facts about them as events of the contract."""

from datetime import date

from chassis.events import Event
from organization.domain.places import Place
from organization.domain.zones import Zone
from organization.events.shapes import day, instant, number, text
from shuyuan.organization.v1 import events_pb2, place_pb2, zone_pb2

_KIND = place_pb2.Place.Kind.DESCRIPTOR
_STATE = place_pb2.Place.State.DESCRIPTOR


def place_message(place: Place) -> place_pb2.Place:
    """A place as everybody sees it."""
    return place_pb2.Place(
        place_id=str(place.place_id),
        kind=number(_KIND, place.kind),
        name=place.name,
        campus_id=str(place.campus_id),
        parent_place_id=text(place.parent_id),
        unit_id=str(place.unit_id),
        capacity=place.capacity,
        opening_hours=[
            place_pb2.OpeningHours(weekday=each.weekday, opens_at=each.opens_at, closes_at=each.closes_at)
            for each in place.hours
        ],
        opened_on=place.life.start.isoformat(),
        closed_on=day(place.life.end),
        state=number(_STATE, place.state),
        create_time=instant(place.created_at),
        update_time=instant(place.updated_at),
        version=place.version,
        etag=str(place.version),
    )


def zone_message(zone: Zone) -> zone_pb2.Zone:
    """A zone as everybody who may read zones sees it."""
    return zone_pb2.Zone(
        zone_id=str(zone.zone_id),
        unit_id=str(zone.unit_id),
        place_id=text(zone.place_id),
        class_unit_id=text(zone.class_id),
        valid_from=zone.days.start.isoformat(),
        valid_until=day(zone.days.end),
        create_time=instant(zone.created_at),
        update_time=instant(zone.updated_at),
        version=zone.version,
        etag=str(zone.version),
    )


def place_registered(place: Place) -> Event:
    """A place was registered."""
    return Event(place.place_id, place.version, events_pb2.PlaceRegistered(place=place_message(place)))


def place_updated(place: Place) -> Event:
    """A place changed."""
    return Event(place.place_id, place.version, events_pb2.PlaceUpdated(place=place_message(place)))


def place_closed(place: Place, on: date) -> Event:
    """A place was closed."""
    data = events_pb2.PlaceClosed(closed_on=on.isoformat(), place=place_message(place))
    return Event(place.place_id, place.version, data)


def zone_assigned(zone: Zone) -> Event:
    """A branch answers for a place or a class."""
    return Event(zone.zone_id, zone.version, events_pb2.ZoneAssigned(zone=zone_message(zone)))


def zone_ended(zone: Zone, on: date) -> Event:
    """A branch no longer answers for it."""
    data = events_pb2.ZoneEnded(ends_on=on.isoformat(), zone=zone_message(zone))
    return Event(zone.zone_id, zone.version, data)
