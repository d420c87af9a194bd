"""Findings: their public shape, and that they appeared and cleared as events of the contract."""

from chassis.events import Event
from chassis.verdicts import to_message
from organization.domain.findings import Recorded
from organization.events.elections import LANGUAGE
from organization.events.shapes import instant
from shuyuan.organization.v1 import events_pb2, finding_pb2


def recorded_message(found: Recorded, language: str = LANGUAGE) -> finding_pb2.Finding:
    """A finding on record."""
    return finding_pb2.Finding(
        unit_id=str(found.unit_id),
        unit_name=found.unit_name,
        verdict=to_message(found.verdict, language),
        since=found.since.isoformat(),
        finding_id=str(found.finding_id),
        found_time=instant(found.found_at),
        clear_time=None if found.cleared_at is None else instant(found.cleared_at),
        version=found.version,
    )


def appeared(found: Recorded) -> Event:
    """A scan found it."""
    data = events_pb2.FindingAppeared(finding=recorded_message(found))
    return Event(found.finding_id, found.version, data)


def cleared(found: Recorded) -> Event:
    """A scan found it no longer."""
    data = events_pb2.FindingCleared(finding=recorded_message(found))
    return Event(found.finding_id, found.version, data)
