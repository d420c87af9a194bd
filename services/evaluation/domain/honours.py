"""Honours of persons; one recorded by mistake is withdrawn, and stays as it was known."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from chassis.errors import InvalidArgumentError, Violation
from evaluation.domain.awards import Level
from evaluation.errors import HonourExistsError, HonourWithdrawnError


class HonourKind(StrEnum):
    """What sort of honour it is."""

    MODEL_STUDENT = "model_student"
    SCHOLARSHIP = "scholarship"
    COMMENDATION = "commendation"
    NATIONAL = "national"


@dataclass(frozen=True, slots=True)
class NewHonour:
    """What is to be recorded."""

    person_id: UUID
    kind: HonourKind
    title: str
    issuer: str
    level: Level
    year: int
    awarded_on: date
    evidence: str

    @property
    def sameness(self) -> tuple[UUID, HonourKind, str, int]:
        """What no two honours in force share."""
        return self.person_id, self.kind, self.title, self.year

    def exists(self) -> HonourExistsError:
        """Why it is not recorded again."""
        return HonourExistsError(person_id=self.person_id, title=self.title, year=self.year)


@dataclass(frozen=True, slots=True)
class Honour:
    """An honour on record."""

    honour_id: UUID
    unit_id: UUID
    person_id: UUID
    kind: HonourKind
    title: str
    issuer: str
    level: Level
    year: int
    awarded_on: date
    evidence: str
    recorded_at: datetime
    withdrawn_at: datetime | None
    withdraw_reason: str
    version: int

    def withdrawn(self, reason: str, now: datetime) -> "Honour":
        """It was recorded by mistake."""
        if self.withdrawn_at is not None:
            raise HonourWithdrawnError(honour_id=self.honour_id)
        return replace(self, withdrawn_at=now, withdraw_reason=reason, version=self.version + 1)


def check_new(honours: Sequence[NewHonour], today: date) -> None:
    """Refuse days that lie ahead, and the same honour given twice."""
    seen = set()
    for index, honour in enumerate(honours):
        if honour.awarded_on > today:
            field = f"honours[{index}].awarded_on"
            raise InvalidArgumentError([Violation(field, "日期尚未到来", "lies ahead")])
        if honour.sameness in seen:
            raise honour.exists()
        seen.add(honour.sameness)
