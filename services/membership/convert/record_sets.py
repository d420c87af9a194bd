"""Requests about record sets and exports for reconciliation as domain values."""

from datetime import datetime
from uuid import UUID

from chassis import sheets
from chassis.calls import parse_uuid
from chassis.ids import new_id
from membership.convert.values import needed_name, optional_day, optional_id
from membership.domain.record_sets import Reconciliation, ReconciliationState, RecordEntry, RecordSet
from shuyuan.membership.v1 import record_set_pb2, record_set_service_pb2


def entry(
    request: record_set_service_pb2.AddRecordEntryRequest, *, by: UUID | None, now: datetime
) -> RecordEntry:
    """The entry to be made."""
    asked = request.record_entry
    return RecordEntry(
        entry_id=new_id(),
        person_id=parse_uuid(request.person_id, field_name="person_id"),
        record_set=_set(asked.record_set),
        word=asked.word.strip(),
        description=asked.description.strip(),
        valid_from=optional_day(asked, "valid_from"),
        valid_until=optional_day(asked, "valid_until"),
        recorded_by=by,
        created_at=now,
        relative_person_id=optional_id(asked, "relative_person_id"),
        direct=asked.direct,
    )


def asked(request: record_set_pb2.Reconciliation, *, by: UUID | None, now: datetime) -> Reconciliation:
    """The export that is wanted; no set named means every one."""
    is_csv = request.format == record_set_pb2.Reconciliation.FORMAT_CSV
    return Reconciliation(
        reconciliation_id=new_id(),
        unit_id=optional_id(request, "unit_id"),
        record_sets=tuple(_set(each) for each in request.record_sets) or tuple(RecordSet),
        media_type=sheets.CSV if is_csv else sheets.XLSX,
        unmasked=request.unmasked,
        purpose=request.purpose.strip(),
        state=ReconciliationState.WRITING,
        requested_by=by,
        created_at=now,
    )


def _set(number: int) -> RecordSet:
    return RecordSet(needed_name(record_set_pb2.RecordSet, "RECORD_SET", number, "record_set"))
