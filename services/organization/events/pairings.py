"""Pairings: their public shape, and the facts about them as events of the contract."""

from datetime import date
from uuid import UUID

from chassis.events import Event
from organization.domain.pairings import Pairing
from organization.events.shapes import day, instant
from shuyuan.organization.v1 import events_pb2, pairing_pb2


def pairing_message(pairing: Pairing) -> pairing_pb2.Pairing:
    """A pairing as everybody who may read pairings sees it."""
    return pairing_pb2.Pairing(
        pairing_id=str(pairing.pairing_id),
        unit_id=str(pairing.unit_id),
        person_id=str(pairing.person_id),
        post_id=str(pairing.post_id),
        plan=pairing.plan,
        valid_from=pairing.days.start.isoformat(),
        valid_until=day(pairing.days.end),
        reason=pairing.reason,
        create_time=instant(pairing.created_at),
        update_time=instant(pairing.updated_at),
        version=pairing.version,
        etag=str(pairing.version),
    )


def pairing_made(pairing: Pairing) -> Event:
    """A leader was paired with a branch."""
    data = events_pb2.PairingMade(pairing=pairing_message(pairing))
    return Event(pairing.pairing_id, pairing.version, data)


def pairing_reassigned(pairing: Pairing, before: UUID, after: UUID) -> Event:
    """The leader of a pairing is another entry of the same person."""
    data = events_pb2.PairingReassigned(
        from_person_id=str(before), to_person_id=str(after), pairing=pairing_message(pairing)
    )
    return Event(pairing.pairing_id, pairing.version, data)


def pairing_ended(pairing: Pairing, on: date) -> Event:
    """A pairing ends."""
    data = events_pb2.PairingEnded(ends_on=on.isoformat(), pairing=pairing_message(pairing))
    return Event(pairing.pairing_id, pairing.version, data)
