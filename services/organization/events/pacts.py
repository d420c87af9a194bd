"""Pacts of co-building: their public shape, and the facts about them as events of the contract."""

from datetime import date
from uuid import UUID

from chassis.events import Event
from organization.domain.pacts import Pact, Partner
from organization.events.shapes import day, instant, number
from shuyuan.organization.v1 import events_pb2, pact_pb2

_STATE = pact_pb2.Pact.State.DESCRIPTOR
_ANSWER = pact_pb2.PactPartner.Answer.DESCRIPTOR


def pact_message(pact: Pact) -> pact_pb2.Pact:
    """A pact as everybody who may read pacts sees it."""
    return pact_pb2.Pact(
        pact_id=str(pact.pact_id),
        unit_id=str(pact.unit_id),
        title=pact.title,
        plan=pact.plan,
        least_partners=pact.least_partners,
        partners=[_partner(each) for each in pact.partners],
        state=number(_STATE, pact.state),
        proposed_on=pact.proposed_on.isoformat(),
        valid_from=pact.days.start.isoformat(),
        valid_until=day(pact.days.end),
        ended_on=day(pact.ended_on),
        reason=pact.reason,
        create_time=instant(pact.created_at),
        update_time=instant(pact.updated_at),
        version=pact.version,
        etag=str(pact.version),
    )


def _partner(partner: Partner) -> pact_pb2.PactPartner:
    return pact_pb2.PactPartner(
        unit_id=str(partner.unit_id),
        answer=number(_ANSWER, partner.answer),
        answered_on=day(partner.answered_on),
        left_on=day(partner.left_on),
        reason=partner.reason,
    )


def pact_proposed(pact: Pact) -> Event:
    """A branch asked others."""
    return Event(pact.pact_id, pact.version, events_pb2.PactProposed(pact=pact_message(pact)))


def pact_consented(pact: Pact, unit_id: UUID) -> Event:
    """A partner consented."""
    data = events_pb2.PactConsented(unit_id=str(unit_id), pact=pact_message(pact))
    return Event(pact.pact_id, pact.version, data)


def pact_refused(pact: Pact, unit_id: UUID) -> Event:
    """A partner refused."""
    data = events_pb2.PactRefused(unit_id=str(unit_id), pact=pact_message(pact))
    return Event(pact.pact_id, pact.version, data)


def pact_left(pact: Pact, unit_id: UUID, on: date) -> Event:
    """A partner leaves."""
    data = events_pb2.PactLeft(unit_id=str(unit_id), leaves_on=on.isoformat(), pact=pact_message(pact))
    return Event(pact.pact_id, pact.version, data)


def pact_ended(pact: Pact, on: date) -> Event:
    """A pact ends."""
    data = events_pb2.PactEnded(ends_on=on.isoformat(), pact=pact_message(pact))
    return Event(pact.pact_id, pact.version, data)
