"""Events about imports of rosters, and about people who are taken back with one."""

from typing import Any
from uuid import UUID

from chassis.events import Event
from membership.domain.admission import AdmissionCase
from membership.domain.members import Member
from membership.domain.people import Person
from membership.domain.roster_imports import RosterImport
from membership.events import shapes
from shuyuan.membership.v1 import events_pb2, roster_import_pb2


def shape(found: RosterImport) -> roster_import_pb2.RosterImport:
    """An import as answers and events show it."""
    message = roster_import_pb2.RosterImport(
        import_id=str(found.import_id),
        kind=shapes.enum_number(roster_import_pb2.RosterKind, "ROSTER_KIND", found.kind),
        state=shapes.enum_number(roster_import_pb2.RosterImport.State, "STATE", found.state),
        policy=shapes.enum_number(roster_import_pb2.RosterPolicy, "ROSTER_POLICY", found.policy),
        file_digest=found.file_digest,
        media_type=found.media_type,
        file_bytes=found.file_bytes,
        source_reference=found.source_reference,
        rows=found.rows,
        good_rows=found.good_rows,
        problems=found.problems,
        entered_rows=found.entered_rows,
        ignored_columns=found.ignored_columns,
        uploaded_by=shapes.id_text(found.uploaded_by),
        applied_by=shapes.id_text(found.applied_by),
        rolled_back_by=shapes.id_text(found.rolled_back_by),
        reason=found.reason,
        create_time=shapes.stamp(found.created_at),
        version=found.version,
        etag=str(found.version),
    )
    if found.left_behind is not None:
        message.left_behind = found.left_behind
    if found.applied_at is not None:
        message.apply_time.CopyFrom(shapes.stamp(found.applied_at))
    if found.rolled_back_at is not None:
        message.roll_back_time.CopyFrom(shapes.stamp(found.rolled_back_at))
    return message


def _event(found: RosterImport, kind: Any) -> Event:
    return Event(found.import_id, found.version, kind(roster_import=shape(found)))


def uploaded(found: RosterImport) -> Event:
    """A roster was sent and judged."""
    return _event(found, events_pb2.RosterImportUploaded)


def changed(found: RosterImport) -> Event:
    """An import waits to be entered, or was given back."""
    return _event(found, events_pb2.RosterImportChanged)


def applied(found: RosterImport) -> Event:
    """The rows of an import were entered."""
    return _event(found, events_pb2.RosterImportApplied)


def rolled_back(found: RosterImport) -> Event:
    """An import was taken back."""
    return _event(found, events_pb2.RosterImportRolledBack)


def discarded(found: RosterImport) -> Event:
    """An import was given up."""
    return _event(found, events_pb2.RosterImportDiscarded)


def person_withdrawn(person: Person, import_id: UUID) -> Event:
    """A person is known no more."""
    message = events_pb2.PersonWithdrawn(import_id=str(import_id), person=shapes.person(person))
    return Event(person.person_id, person.version, message)


def member_withdrawn(member: Member, import_id: UUID) -> Event:
    """A member is on no roll any more."""
    message = events_pb2.MemberWithdrawn(import_id=str(import_id), member=shapes.member(member))
    return Event(member.person_id, member.version, message)


def case_taken_back(case: AdmissionCase, import_id: UUID) -> Event:
    """A case that was brought in is known no more."""
    message = events_pb2.AdmissionCaseTakenBack(
        import_id=str(import_id), admission_case=shapes.case(case, shapes.EVENT_LANGUAGE)
    )
    return Event(case.head.case_id, case.head.version, message)
