"""Events about packages of everything held on a person."""

from typing import Any

from chassis.events import Event
from membership.domain.person_exports import PersonExport
from membership.events import shapes
from shuyuan.membership.v1 import events_pb2, person_export_pb2


def shape(found: PersonExport) -> person_export_pb2.PersonExport:
    """A package as answers and events show it."""
    return person_export_pb2.PersonExport(
        export_id=str(found.export_id),
        person_id=str(found.person_id),
        state=shapes.enum_number(person_export_pb2.PersonExport.State, "STATE", found.state),
        requested_by=shapes.id_text(found.requested_by),
        purpose=found.purpose,
        file_digest=found.file_digest,
        file_bytes=found.file_bytes,
        records=found.records,
        expires_on=shapes.day_text(found.expires_on),
        create_time=shapes.stamp(found.created_at),
        version=found.version,
    )


def _event(found: PersonExport, kind: Any) -> Event:
    return Event(found.export_id, found.version, kind(person_export=shape(found)))


def begun(found: PersonExport) -> Event:
    """Somebody asked for a package."""
    return _event(found, events_pb2.PersonExportBegun)


def completed(found: PersonExport) -> Event:
    """A package can be downloaded."""
    return _event(found, events_pb2.PersonExportCompleted)


def expired(found: PersonExport) -> Event:
    """The file of a package is gone."""
    return _event(found, events_pb2.PersonExportExpired)
