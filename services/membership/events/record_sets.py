"""Events about entries of record sets and exports for reconciliation."""

from typing import Any

from chassis import sheets
from chassis.events import Event
from membership.domain.record_sets import Reconciliation, RecordEntry
from membership.events import shapes
from shuyuan.membership.v1 import events_pb2, record_set_pb2


def entry_shape(found: RecordEntry) -> record_set_pb2.RecordEntry:
    """An entry as answers and events show it."""
    return record_set_pb2.RecordEntry(
        entry_id=str(found.entry_id),
        person_id=str(found.person_id),
        record_set=shapes.enum_number(record_set_pb2.RecordSet, "RECORD_SET", found.record_set),
        word=found.word,
        description=found.description,
        valid_from=shapes.day_text(found.valid_from),
        valid_until=shapes.day_text(found.valid_until),
        version=found.version,
        etag=str(found.version),
        relative_person_id=shapes.id_text(found.relative_person_id),
        direct=found.direct,
    )


def shape(found: Reconciliation) -> record_set_pb2.Reconciliation:
    """An export as answers and events show it."""
    form = "XLSX" if found.media_type == sheets.XLSX else "CSV"
    return record_set_pb2.Reconciliation(
        reconciliation_id=str(found.reconciliation_id),
        unit_id=shapes.id_text(found.unit_id),
        record_sets=[
            shapes.enum_number(record_set_pb2.RecordSet, "RECORD_SET", each) for each in found.record_sets
        ],
        format=record_set_pb2.Reconciliation.Format.Value(f"FORMAT_{form}"),
        unmasked=found.unmasked,
        purpose=found.purpose,
        state=shapes.enum_number(record_set_pb2.Reconciliation.State, "STATE", found.state),
        requested_by=shapes.id_text(found.requested_by),
        members=found.members,
        parts=found.parts,
        file_digest=found.file_digest,
        expires_on=shapes.day_text(found.expires_on),
        create_time=shapes.stamp(found.created_at),
        version=found.version,
    )


def _entry_event(found: RecordEntry, version: int, kind: Any) -> Event:
    return Event(found.entry_id, version, kind(record_entry=entry_shape(found)))


def entry_added(found: RecordEntry) -> Event:
    """An entry was made."""
    return _entry_event(found, found.version, events_pb2.RecordEntryAdded)


def entry_removed(found: RecordEntry) -> Event:
    """An entry was removed."""
    return _entry_event(found, found.version + 1, events_pb2.RecordEntryRemoved)


def _event(found: Reconciliation, kind: Any) -> Event:
    return Event(found.reconciliation_id, found.version, kind(reconciliation=shape(found)))


def begun(found: Reconciliation) -> Event:
    """An export was asked for."""
    return _event(found, events_pb2.ReconciliationBegun)


def completed(found: Reconciliation) -> Event:
    """An export can be downloaded."""
    return _event(found, events_pb2.ReconciliationCompleted)


def expired(found: Reconciliation) -> Event:
    """The file of an export is gone."""
    return _event(found, events_pb2.ReconciliationExpired)
