"""Events about erasures and legal holds."""

from dataclasses import replace

from chassis.events import Event
from membership.domain.erasures import Erasure, LegalHold
from membership.domain.people import Account, Person
from membership.events import shapes
from shuyuan.membership.v1 import events_pb2, legal_hold_pb2, person_erasure_pb2


def shape(found: Erasure) -> person_erasure_pb2.PersonErasure:
    """An erasure as answers and events show it."""
    message = person_erasure_pb2.PersonErasure(
        erasure_id=str(found.erasure_id),
        person_id=str(found.person_id),
        state=shapes.enum_number(person_erasure_pb2.PersonErasure.State, "STATE", found.state),
        requested_by=shapes.id_text(found.requested_by),
        reason=found.reason,
        begun_on=found.begun_on.isoformat(),
        places=found.places,
        create_time=shapes.stamp(found.created_at),
        version=found.version,
    )
    if found.completed_at is not None:
        message.complete_time.CopyFrom(shapes.stamp(found.completed_at))
    return message


def hold_shape(hold: LegalHold) -> legal_hold_pb2.LegalHold:
    """A hold as answers and events show it."""
    return legal_hold_pb2.LegalHold(
        hold_id=str(hold.hold_id),
        person_id=str(hold.person_id),
        title=hold.title,
        document_reference=hold.document_reference,
        placed_on=hold.placed_on.isoformat(),
        placed_by=shapes.id_text(hold.placed_by),
        lifted_on=shapes.day_text(hold.lifted_on),
        lifted_by=shapes.id_text(hold.lifted_by),
        lift_reason=hold.lift_reason,
        create_time=shapes.stamp(hold.created_at),
        version=hold.version,
        etag=str(hold.version),
    )


def begun(found: Erasure) -> Event:
    """The erasure of a person began."""
    message = events_pb2.PersonErasureBegun(person_erasure=shape(found))
    return Event(found.erasure_id, found.version, message)


def completed(found: Erasure) -> Event:
    """Nothing personal is left."""
    message = events_pb2.PersonErasureCompleted(person_erasure=shape(found))
    return Event(found.erasure_id, found.version, message)


def person_erased(before: Person, version: int, made: Erasure) -> Event:
    """Everything personal of somebody was erased."""
    after = replace(
        before,
        name="",
        campus_number=None,
        birth_date=None,
        political_status=None,
        affiliations=(),
        version=version,
        updated_at=made.created_at,
    )
    message = events_pb2.PersonErased(erasure_id=str(made.erasure_id), person=shapes.person(after))
    return Event(before.person_id, version, message)


def account_erased(account: Account) -> Event:
    """A login was erased with its person."""
    message = events_pb2.AccountErased(account=shapes.account(account))
    return Event(account.account_id, account.version, message)


def hold_placed(hold: LegalHold) -> Event:
    """A hold was placed."""
    return Event(hold.hold_id, hold.version, events_pb2.LegalHoldPlaced(legal_hold=hold_shape(hold)))


def hold_lifted(hold: LegalHold) -> Event:
    """A hold was lifted."""
    return Event(hold.hold_id, hold.version, events_pb2.LegalHoldLifted(legal_hold=hold_shape(hold)))
