"""Inspections of how members are admitted: who inspects a committee, when the next is due (DEV-36), what was found.

Days come from the rules alone. An inspection that comes late is a fact too: its verdict says so.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from membership.domain.duties import Duty, InboxItem, Subject, SubjectKind, strictest
from membership.domain.transfers import check_past
from membership.domain.verdicts import Judgement, judge
from membership.errors.inspections import InspectionDutyEndedError
from rulebook import Facts, RuleSet

_STEP: Final = ("admission_inspection", "检查发展党员工作", "inspector")


class Level(StrEnum):
    """From which level a committee is inspected; the article gives each its own period."""

    COUNTY_OR_CITY = "county_or_city"
    PROVINCE = "province"

    @property
    def operation(self) -> str:
        """The operation of the rules that says how often."""
        match self:
            case Level.COUNTY_OR_CITY:
                return "duty.admission_inspection"
            case Level.PROVINCE:
                return "duty.admission_inspection_province"


@dataclass(frozen=True, slots=True)
class InspectionDuty:
    """That somebody inspects a committee from a level, with the day by which the next inspection is due."""

    inspection_duty_id: UUID
    unit_id: UUID
    level: Level
    inspector: str
    starts_on: date
    created_at: datetime
    updated_at: datetime
    last_inspected_on: date | None = None
    due_on: date | None = None
    ended_on: date | None = None
    end_reason: str | None = None
    version: int = 1

    def is_overdue(self, today: date) -> bool:
        """Whether an inspection should have been held before today."""
        return self.ended_on is None and self.due_on is not None and self.due_on < today

    def check_open(self) -> None:
        """Refuse what is done about a duty that is over."""
        if self.ended_on is not None:
            raise InspectionDutyEndedError(inspection_duty_id=self.inspection_duty_id, ended_on=self.ended_on)

    def after(self, last: date | None, rules: RuleSet) -> "InspectionDuty":
        """The duty with its newest inspection, and the day that the rules give for the next one."""
        found = replace(self, last_inspected_on=last)
        due = found.next_duty(rules)
        return replace(found, due_on=None if due is None else due.due_on)

    def ended(self, day: date, reason: str, *, today: date) -> "InspectionDuty":
        """The duty over: the committee is not inspected from there any more."""
        self.check_open()
        check_past(day, today=today, since=max(self.starts_on, self.last_inspected_on or date.min))
        return replace(self, ended_on=day, end_reason=reason, due_on=None)

    def judged(self, inspected_on: date, before: date | None, rules: RuleSet) -> tuple[Judgement, ...]:
        """Whether an inspection was in time, counted from the one before it or from the beginning."""
        return judge(rules, [self.level.operation], self._facts(before), on=inspected_on)

    def _facts(self, last: date | None) -> Facts:
        return {"last_done_on": last, "anchor_on": self.starts_on}

    def next_duty(self, rules: RuleSet) -> Duty | None:
        """By when the next inspection is due; None once the duty is over, or where no rule names a day."""
        if self.ended_on is not None:
            return None
        facts, on = self._facts(self.last_inspected_on), self.last_inspected_on or self.starts_on
        return strictest(rules, self.level.operation, facts, _STEP, on=on)


@dataclass(frozen=True, slots=True)
class Found:
    """What an inspection was and what it found."""

    inspected_on: date
    basis: str
    conclusion: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inspection:
    """One inspection as it is believed, or as it was known before it was corrected."""

    inspection_id: UUID
    inspection_duty_id: UUID
    unit_id: UUID
    found: Found
    pack_digest: str
    judgements: tuple[Judgement, ...]
    recorded_at: datetime
    recorded_by: UUID | None
    revision: int = 1
    correction_reason: str | None = None


def items_of_duty(found: InspectionDuty, rules: RuleSet) -> list[InboxItem]:
    """What the inspected committee finds: by when its inspection is due; nothing once the duty is over."""
    due = found.next_duty(rules)
    if due is None:
        return []
    subject = Subject(SubjectKind.INSPECTION_DUTY, found.inspection_duty_id)
    return [InboxItem(subject, None, found.unit_id, rules.digest, due)]
