"""Oath ceremonies: who is on the roll, who was there, and what membership made of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from activity.errors import (
    CeremonyDayNotReachedError,
    CeremonyWrongStateError,
    NobodyPresentError,
    OathTakerNotEligibleError,
    OathTakerNotOnRollError,
    RollFullError,
)
from chassis.days import campus_day
from chassis.errors import InvalidArgumentError, Violation

MOST_ON_ROLL: Final = 1000

# What membership says of somebody who may not swear.
_REFUSALS: Final = {
    "NO_CASE": ("没有发展党员案卷", "has no admission case"),
    "NOT_APPROVED": ("尚未批准为预备党员", "is not approved yet"),
    "ALREADY_SWORN": ("已经宣誓", "has sworn already"),
    "BEFORE_APPROVAL": ("宣誓日期早于批准日期", "would swear before the approval"),
    "FORBIDDEN_BY_RULES": ("按规定不能宣誓", "is kept from it by rules"),
}


class CeremonyState(StrEnum):
    """Where a ceremony stands."""

    PLANNED = "planned"
    HELD = "held"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """How far an oath taker is."""

    EXPECTED = "expected"
    PRESENT = "present"
    SWORN = "sworn"
    REFUSED = "refused"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class OathTaker:
    """Somebody on the roll, with the case that membership named."""

    person_id: UUID
    case_id: UUID
    outcome: Outcome = Outcome.EXPECTED
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Eligibility:
    """What membership says about people: the case of each who may swear, the reason for each who may not."""

    cases: Mapping[UUID, UUID]
    refusals: Mapping[UUID, str]

    def refuse_others(self, asked: Sequence[UUID]) -> None:
        """Refuse all of them when one may not swear, naming each who may not."""
        violations = []
        for index, person_id in enumerate(asked):
            if person_id not in self.cases:
                reason = self.refusals.get(person_id, "NO_CASE")
                zh, en = _REFUSALS.get(reason, (reason, reason))
                violations.append(Violation(f"person_ids[{index}]", f"{zh}（{reason}）", f"{en} ({reason})"))
        if violations:
            raise OathTakerNotEligibleError(violations, count=len(violations))


@dataclass(frozen=True, slots=True)
class Ceremony:
    """A ceremony as it stands; the roll is in the order of the persons' ids."""

    ceremony_id: UUID
    unit_id: UUID
    title: str
    state: CeremonyState
    held_on: date
    place: str
    lead_id: UUID
    roll: tuple[OathTaker, ...]
    process_id: UUID | None
    cancel_reason: str | None
    version: int
    created_at: datetime
    updated_at: datetime

    def check_state(self, *allowed: CeremonyState) -> None:
        """Refuse what the ceremony's state does not allow."""
        if self.state not in allowed:
            raise CeremonyWrongStateError(ceremony_id=self.ceremony_id, state=self.state.value)

    @property
    def present(self) -> tuple[OathTaker, ...]:
        """Those who were there."""
        return tuple(taker for taker in self.roll if taker.outcome is Outcome.PRESENT)

    def reassigned(self, now: datetime) -> "Ceremony":
        """It names another person than before."""
        return replace(self, version=self.version + 1, updated_at=now)

    def involves(self, person_id: UUID | None) -> bool:
        """Whether somebody leads the ceremony or is on its roll."""
        return person_id is not None and (
            person_id == self.lead_id or any(taker.person_id == person_id for taker in self.roll)
        )

    def added(self, cases: Mapping[UUID, UUID], now: datetime) -> "Ceremony":
        """With these people on the roll; those who are on it already stay as they are."""
        self.check_state(CeremonyState.PLANNED)
        known = {taker.person_id for taker in self.roll}
        new = [OathTaker(person, case) for person, case in cases.items() if person not in known]
        if len(self.roll) + len(new) > MOST_ON_ROLL:
            raise RollFullError(ceremony_id=self.ceremony_id, most=MOST_ON_ROLL)
        return self._with_roll([*self.roll, *new], now)

    def removed(self, person_ids: Iterable[UUID], now: datetime) -> "Ceremony":
        """Without these people on the roll."""
        self.check_state(CeremonyState.PLANNED)
        gone = set(person_ids)
        return self._with_roll([taker for taker in self.roll if taker.person_id not in gone], now)

    def called(self, person_ids: Sequence[UUID], now: datetime) -> "Ceremony":
        """With these people marked present; refused for somebody who is not on the roll."""
        self.check_state(CeremonyState.PLANNED)
        self._check_day(campus_day(now))
        known = {taker.person_id for taker in self.roll}
        violations = [
            Violation(f"present_person_ids[{index}]", "不在宣誓名单上", "is not on the roll")
            for index, person_id in enumerate(person_ids)
            if person_id not in known
        ]
        if violations:
            raise OathTakerNotOnRollError(violations, count=len(violations))
        there = set(person_ids)
        roll = [
            replace(taker, outcome=Outcome.PRESENT) if taker.person_id in there else taker
            for taker in self.roll
        ]
        return self._with_roll(roll, now)

    def held(self, held_on: date | None, process_id: UUID, now: datetime) -> "Ceremony":
        """The oath was taken by those present; membership has the word."""
        self.check_state(CeremonyState.PLANNED)
        today = campus_day(now)
        if held_on is not None and held_on > today:
            raise InvalidArgumentError(
                [Violation("held_on", "日期不能晚于今天", "must not lie in the future")]
            )
        if held_on is None:
            self._check_day(today)
        if not self.present:
            raise NobodyPresentError(ceremony_id=self.ceremony_id)
        return replace(
            self,
            state=CeremonyState.HELD,
            held_on=held_on or self.held_on,
            process_id=process_id,
            version=self.version + 1,
            updated_at=now,
        )

    def completed(self, refusals: Mapping[UUID, str], now: datetime) -> "Ceremony":
        """With what membership recorded: of those present whoever it did not refuse has sworn."""
        self.check_state(CeremonyState.HELD)
        return replace(
            self._with_roll([_settled(taker, refusals) for taker in self.roll], now),
            state=CeremonyState.COMPLETED,
        )

    def cancelled(self, reason: str, now: datetime) -> "Ceremony":
        """It does not take place."""
        self.check_state(CeremonyState.PLANNED)
        return replace(
            self,
            state=CeremonyState.CANCELLED,
            cancel_reason=reason,
            version=self.version + 1,
            updated_at=now,
        )

    def _check_day(self, today: date) -> None:
        if today < self.held_on:
            raise CeremonyDayNotReachedError(ceremony_id=self.ceremony_id, held_on=self.held_on)

    def _with_roll(self, roll: Iterable[OathTaker], now: datetime) -> "Ceremony":
        ordered = tuple(sorted(roll, key=lambda taker: taker.person_id))
        return replace(self, roll=ordered, version=self.version + 1, updated_at=now)


def _settled(taker: OathTaker, refusals: Mapping[UUID, str]) -> OathTaker:
    if taker.outcome is not Outcome.PRESENT:
        return replace(taker, outcome=Outcome.ABSENT)
    refusal = refusals.get(taker.person_id)
    if refusal is not None:
        return replace(taker, outcome=Outcome.REFUSED, refusal=refusal)
    return replace(taker, outcome=Outcome.SWORN)
