"""Who takes part in projects: task teams with days in their life, and people who are registered."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chassis.intervals import Interval
from organization.domain.units import Findings, Kind, Unit, refuse
from organization.errors import ProjectMemberAbsentError


@dataclass(frozen=True, slots=True)
class ProjectMember:
    """Somebody takes part in a project on some days."""

    person_id: UUID
    task: str
    days: Interval


def check_project(unit: Unit) -> None:
    """Refuse a unit that is no project."""
    if unit.kind is not Kind.TASK_TEAM:
        refuse("unit_id", "不是任务团队。", "It is no task team.")


def check_assignment(
    unit: Unit, person_ids: Sequence[UUID], days: Interval, *, registered: Container[UUID]
) -> None:
    """Refuse people who are not registered, and days on which there is no such project."""
    findings = Findings()
    for number, person_id in enumerate(person_ids):
        findings.check_registered(person_id, registered, f"person_ids[{number}]")
    if not unit.life.covers(days):
        findings.add("valid_from", "日期须在任务团队存续期内。", "The days lie in the life of the team.")
    findings.refuse_if_any()


def check_present(person_id: UUID, taking_part: Sequence[Interval], on: date) -> None:
    """Refuse to end what somebody does not do on the day or later."""
    if not any(days.overlaps(Interval(on)) for days in taking_part):
        raise ProjectMemberAbsentError(person_id=person_id, day=on)
