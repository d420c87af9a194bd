"""Class links and plaques: their public shape, and the facts about them as events of the contract."""

from datetime import date
from uuid import UUID

from chassis.events import Event
from organization.domain.class_links import ClassLink
from organization.domain.plaques import Plaque
from organization.events.shapes import day, instant
from shuyuan.organization.v1 import class_link_pb2, events_pb2, plaque_pb2


def class_link_message(link: ClassLink) -> class_link_pb2.ClassLink:
    """A link as everybody who may read links sees it."""
    return class_link_pb2.ClassLink(
        link_id=str(link.link_id),
        unit_id=str(link.unit_id),
        class_unit_id=str(link.class_id),
        contact_person_id=str(link.contact_person_id),
        valid_from=link.days.start.isoformat(),
        valid_until=day(link.days.end),
        create_time=instant(link.created_at),
        update_time=instant(link.updated_at),
        version=link.version,
        etag=str(link.version),
    )


def plaque_message(plaque: Plaque) -> plaque_pb2.Plaque:
    """A plaque as everybody who may read plaques sees it."""
    return plaque_pb2.Plaque(
        plaque_id=str(plaque.plaque_id),
        unit_id=str(plaque.unit_id),
        place_id=str(plaque.place_id),
        person_id=str(plaque.person_id),
        issued_on=plaque.issued_on.isoformat(),
        withdrawn_on=day(plaque.withdrawn_on),
        reason=plaque.reason,
        create_time=instant(plaque.created_at),
        update_time=instant(plaque.updated_at),
        version=plaque.version,
        etag=str(plaque.version),
    )


def class_link_made(link: ClassLink) -> Event:
    """A branch looks after a class."""
    return Event(link.link_id, link.version, events_pb2.ClassLinkMade(class_link=class_link_message(link)))


def class_link_ended(link: ClassLink, on: date) -> Event:
    """A branch no longer looks after a class."""
    data = events_pb2.ClassLinkEnded(ends_on=on.isoformat(), class_link=class_link_message(link))
    return Event(link.link_id, link.version, data)


def class_link_reassigned(link: ClassLink, before: UUID, after: UUID) -> Event:
    """Who carries the work into the class is another entry of the same person."""
    data = events_pb2.ClassLinkReassigned(
        from_person_id=str(before), to_person_id=str(after), class_link=class_link_message(link)
    )
    return Event(link.link_id, link.version, data)


def plaque_issued(plaque: Plaque) -> Event:
    """A member got a plaque."""
    return Event(plaque.plaque_id, plaque.version, events_pb2.PlaqueIssued(plaque=plaque_message(plaque)))


def plaque_reassigned(plaque: Plaque, before: UUID, after: UUID) -> Event:
    """The member with a plaque is another entry of the same person."""
    data = events_pb2.PlaqueReassigned(
        from_person_id=str(before), to_person_id=str(after), plaque=plaque_message(plaque)
    )
    return Event(plaque.plaque_id, plaque.version, data)


def plaque_withdrawn(plaque: Plaque) -> Event:
    """A plaque was withdrawn."""
    return Event(plaque.plaque_id, plaque.version, events_pb2.PlaqueWithdrawn(plaque=plaque_message(plaque)))
