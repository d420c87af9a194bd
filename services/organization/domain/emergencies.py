"""Emergencies: how long one lasts, what may be set up in it, and when it may end."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from chassis.intervals import Interval
from organization.domain.formation_templates import TemplateKind
from organization.domain.units import Findings, Kind, Outline, refuse
from organization.domain.vanguard_teams import TEAM_KINDS
from organization.errors import EmergencyEndedError

# A branch has nothing below it that could be set up.
LEADING_KINDS = TEAM_KINDS - {Kind.BRANCH}


class EmergencyPart(StrEnum):
    """In what part somebody is in an emergency."""

    OFFICER = "officer"
    PARTICIPANT = "participant"
    TEAM_LEADER = "team_leader"
    TEAM_MEMBER = "team_member"


@dataclass(frozen=True, slots=True)
class Formation:
    """What was set up in an emergency: the branch or the team, from which template, since when."""

    formation_id: UUID
    kind: TemplateKind
    template_id: UUID
    set_up_on: date


@dataclass(frozen=True, slots=True)
class EmergencyPerson:
    """Somebody who has a part in what was set up."""

    person_id: UUID
    part: EmergencyPart
    formation_id: UUID
    days: Interval


@dataclass(frozen=True, slots=True)
class Emergency:
    """An emergency with everything set up in it."""

    emergency_id: UUID
    unit_id: UUID
    name: str
    approver_id: UUID
    document_number: str
    life: Interval
    reason: str
    formations: tuple[Formation, ...]
    created_at: datetime
    updated_at: datetime
    version: int

    def of_kind(self, kind: TemplateKind) -> list[UUID]:
        """The branches or the teams set up in it."""
        return [each.formation_id for each in self.formations if each.kind is kind]

    def day_shown(self, asked: date | None, *, today: date) -> date:
        """The day on which it is shown who is in it: the one asked for, today, or its last."""
        if asked is not None:
            return asked
        return today if self.life.end is None else min(today, self.life.end - timedelta(days=1))

    def formed(self, new: Sequence[Formation], *, at: datetime) -> "Emergency":
        """The emergency after more was set up in it."""
        return replace(self, formations=(*self.formations, *new), updated_at=at, version=self.version + 1)

    def ended(self, on: date, reason: str, *, at: datetime) -> "Emergency":
        """The emergency after its end was said."""
        self.check_lasts()
        if on <= self.life.start or any(on <= each.set_up_on for each in self.formations):
            refuse(
                "ended_on",
                "须晚于开始日期和所设组织的成立日期。",
                "It lies after the first day of the emergency and of everything set up in it.",
            )
        return replace(
            self,
            life=Interval(self.life.start, on),
            reason=reason,
            updated_at=at,
            version=self.version + 1,
        )

    def check_lasts(self) -> None:
        """Refuse to change an emergency that has an end."""
        if self.life.end is not None:
            raise EmergencyEndedError(emergency_id=self.emergency_id, ended_on=self.life.end)


def check_leading(unit: Outline | None, on: date) -> None:
    """Refuse a unit below which nothing can be set up."""
    if unit is None or unit.kind not in LEADING_KINDS or on not in unit.life:
        refuse(
            "unit_id",
            "不是当日存续的党总支或党委。",
            "It is no general branch or committee in being on the day.",
        )


def check_places(
    emergency: Emergency, wanted: Iterable[tuple[str, UUID, date]], below: Container[UUID]
) -> None:
    """Refuse what is to stand elsewhere than below the unit of the emergency, or to begin before it."""
    findings = Findings()
    for path, unit_id, on in wanted:
        if unit_id != emergency.unit_id and unit_id not in below:
            findings.add(path, "须在牵头党组织之下。", "It must stand below the unit of the emergency.")
        if on < emergency.life.start:
            findings.add(path, "不能早于应急状态开始日期。", "It does not begin before the emergency.")
    findings.refuse_if_any()
