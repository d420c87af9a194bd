"""Information between school and academy: who lets whom see which fields, and what was seen."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from activity.domain.fields import ended_early, refuse
from chassis.intervals import Interval


class InformationField(StrEnum):
    """What one side may see of the other side's people."""

    ATTENDANCE = "attendance"
    CLASS_HOURS = "class_hours"
    TALK_COUNT = "talk_count"
    BRANCH = "branch"


@dataclass(frozen=True, slots=True)
class InformationGrant:
    """A unit lets another see some fields of the people in its branches."""

    information_grant_id: UUID
    unit_id: UUID
    viewer_unit_id: UUID
    fields: tuple[InformationField, ...]
    purpose: str
    days: Interval
    end_reason: str
    created_at: datetime
    updated_at: datetime
    version: int

    def ended(self, until: date, reason: str, today: date, now: datetime) -> "InformationGrant":
        """It no longer holds from a day on."""
        return replace(
            self,
            days=ended_early(self.days, until, today),
            end_reason=reason,
            updated_at=now,
            version=self.version + 1,
        )


@dataclass(frozen=True, slots=True)
class Reach:
    """A grant that reaches a person today, with the branch by which it does."""

    person_id: UUID
    branch_id: UUID
    information_grant_id: UUID
    unit_id: UUID
    fields: tuple[InformationField, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """What is recorded about a person for a year."""

    expected: int = 0
    attended: int = 0
    credited_minutes: int = 0
    talks: int = 0


@dataclass(frozen=True, slots=True)
class Shared:
    """What one side sees of a person: None is what it does not see."""

    reach: Reach
    branch_id: UUID | None
    expected: int | None
    attended: int | None
    credited_minutes: int | None
    talks: int | None


@dataclass(frozen=True, slots=True)
class View:
    """Somebody saw what was shared of a person."""

    view_id: UUID
    person_id: UUID
    viewer_id: UUID
    viewer_unit_id: UUID
    unit_id: UUID
    information_grant_id: UUID
    fields: tuple[InformationField, ...]
    year: int
    purpose: str
    viewed_at: datetime


def check_grant(unit_id: UUID, viewer_unit_id: UUID, days: Interval, today: date) -> None:
    """Refuse a unit that is its own viewer, and days that have passed."""
    if unit_id == viewer_unit_id:
        refuse("viewer_unit_id", "不能是提供单位本身", "is another unit")
    if days.start < today:
        refuse("valid_from", "起始日期不能早于今天", "must not lie in the past")


def shown(reach: Reach, record: Record) -> Shared:
    """What a grant lets be seen of a record, and nothing else."""
    fields: Collection[InformationField] = reach.fields
    attendance = InformationField.ATTENDANCE in fields
    return Shared(
        reach=reach,
        branch_id=reach.branch_id if InformationField.BRANCH in fields else None,
        expected=record.expected if attendance else None,
        attended=record.attended if attendance else None,
        credited_minutes=record.credited_minutes if InformationField.CLASS_HOURS in fields else None,
        talks=record.talks if InformationField.TALK_COUNT in fields else None,
    )
