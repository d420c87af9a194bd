"""Events about campus sync: batches, departures, and the persons whom they changed."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from chassis.events import Event
from membership.domain.people import Person
from membership.domain.sync_batches import SyncBatch, SyncDeparture
from membership.events import shapes
from shuyuan.membership.v1 import events_pb2, roster_import_pb2, sync_batch_pb2


def shape(found: SyncBatch) -> sync_batch_pb2.SyncBatch:
    """A batch as answers and events show it."""
    message = sync_batch_pb2.SyncBatch(
        batch_id=str(found.batch_id),
        source=found.source,
        state=shapes.enum_number(sync_batch_pb2.SyncBatch.State, "STATE", found.state),
        complete=found.complete,
        as_of=found.as_of.isoformat(),
        policy=shapes.enum_number(roster_import_pb2.RosterPolicy, "ROSTER_POLICY", found.policy),
        rows=found.rows,
        new_persons=found.new_persons,
        linked_persons=found.linked_persons,
        changed_persons=found.changed_persons,
        unchanged_persons=found.unchanged_persons,
        absent_persons=found.absent_persons,
        problems=found.problems,
        sent_by=shapes.id_text(found.sent_by),
        applied_by=shapes.id_text(found.applied_by),
        create_time=shapes.stamp(found.created_at),
        reason=found.reason,
        version=found.version,
        etag=str(found.version),
    )
    if found.applied_at is not None:
        message.apply_time.CopyFrom(shapes.stamp(found.applied_at))
    return message


def departure_shape(found: SyncDeparture) -> sync_batch_pb2.SyncDeparture:
    """A departure as answers and events show it."""
    return sync_batch_pb2.SyncDeparture(
        departure_id=str(found.departure_id),
        person_id=str(found.person_id),
        source=found.source,
        batch_id=str(found.batch_id),
        state=shapes.enum_number(sync_batch_pb2.SyncDeparture.State, "STATE", found.state),
        left_on=shapes.day_text(found.left_on),
        decided_by=shapes.id_text(found.decided_by),
        reason=found.reason,
        create_time=shapes.stamp(found.created_at),
        version=found.version,
        etag=str(found.version),
    )


def _batch(found: SyncBatch, kind: Any) -> Event:
    return Event(found.batch_id, found.version, kind(sync_batch=shape(found)))


def sent(found: SyncBatch) -> Event:
    """A batch was begun."""
    return _batch(found, events_pb2.SyncBatchSent)


def changed(found: SyncBatch) -> Event:
    """A batch received rows, was compared, waits, or was given back."""
    return _batch(found, events_pb2.SyncBatchChanged)


def applied(found: SyncBatch) -> Event:
    """The rows of a batch were entered."""
    return _batch(found, events_pb2.SyncBatchApplied)


def discarded(found: SyncBatch) -> Event:
    """A batch was given up."""
    return _batch(found, events_pb2.SyncBatchDiscarded)


def departure_proposed(found: SyncDeparture) -> Event:
    """A campus system no longer names somebody."""
    message = events_pb2.SyncDepartureProposed(sync_departure=departure_shape(found))
    return Event(found.departure_id, found.version, message)


def departure_settled(found: SyncDeparture) -> Event:
    """It was decided about a departure, or the person is named again."""
    message = events_pb2.SyncDepartureSettled(sync_departure=departure_shape(found))
    return Event(found.departure_id, found.version, message)


def person_synchronized(person: Person, batch_id: UUID, fields: Sequence[str]) -> Event:
    """What a campus system says of a person was taken over."""
    message = events_pb2.PersonSynchronized(
        batch_id=str(batch_id), fields=fields, person=shapes.person(person)
    )
    return Event(person.person_id, person.version, message)


def person_departed(person: Person, left_on: date) -> Event:
    """A person belongs to no unit of the campus any more."""
    message = events_pb2.PersonDeparted(left_on=left_on.isoformat(), person=shapes.person(person))
    return Event(person.person_id, person.version, message)
