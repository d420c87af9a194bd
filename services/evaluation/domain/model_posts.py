"""Model posts: a branch nominates a member, who is above it approves, the post is on display until it is revoked."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import NoReturn
from uuid import UUID

from chassis.errors import InvalidArgumentError, Violation
from chassis.intervals import Interval
from evaluation.domain.units import Unit
from evaluation.errors import ModelPostHolderNotMemberError, ModelPostWrongStateError


class ModelPostState(StrEnum):
    """Where a model post stands."""

    NOMINATED = "nominated"
    APPROVED = "approved"
    REFUSED = "refused"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class ModelPost:
    """A model post as it stands; `days` are those on which it is held, None unless it is or was."""

    model_post_id: UUID
    unit_id: UUID
    person_id: UUID
    post: str
    basis: str
    pledge: str
    state: ModelPostState
    nominated_on: date
    decided_on: date | None
    days: Interval | None
    document_number: str
    displayed_on: date | None
    display_place: str
    reason: str
    created_at: datetime
    updated_at: datetime
    version: int

    def approved(
        self, valid_from: date, valid_until: date | None, document_number: str, today: date, now: datetime
    ) -> "ModelPost":
        """It is held from a day on."""
        self._check(ModelPostState.NOMINATED)
        if valid_from < today:
            _refuse("valid_from", "设岗日期不能早于今天", "must not lie in the past")
        days = Interval.of(valid_from, valid_until)
        if days is None:
            _refuse("valid_until", "须晚于设岗日期", "lies after the first day")
        return self._next(
            now,
            state=ModelPostState.APPROVED,
            decided_on=today,
            days=days,
            document_number=document_number,
        )

    def refused(self, reason: str, today: date, now: datetime) -> "ModelPost":
        """It is not approved."""
        self._check(ModelPostState.NOMINATED)
        return self._next(now, state=ModelPostState.REFUSED, decided_on=today, reason=reason)

    def displayed(self, place: str, on: date, today: date, now: datetime) -> "ModelPost":
        """It is on display at a place since a day."""
        self._check(ModelPostState.APPROVED)
        if self.days is None or today not in self.days:
            self._wrong()
        if not self.days.start <= on <= today:
            _refuse(
                "displayed_on", "须在设岗之后，且不晚于今天", "lies on a day on which it is held, not ahead"
            )
        return self._next(now, displayed_on=on, display_place=place)

    def revoked(self, ends_on: date, reason: str, today: date, now: datetime) -> "ModelPost":
        """It is no longer held from a day on; one that has not begun by then was never held."""
        self._check(ModelPostState.APPROVED)
        if self.days is None or (self.days.end is not None and self.days.end <= today):
            self._wrong()
        if ends_on < today or (self.days.end is not None and ends_on >= self.days.end):
            _refuse("ends_on", "不能早于今天，且须早于到期日期", "lies today or later, and before the end")
        return self._next(
            now,
            state=ModelPostState.REVOKED,
            days=Interval.of(self.days.start, ends_on),
            reason=reason,
        )

    def _check(self, allowed: ModelPostState) -> None:
        if self.state is not allowed:
            self._wrong()

    def _wrong(self) -> NoReturn:
        raise ModelPostWrongStateError(model_post_id=self.model_post_id, state=self.state.value)

    def _next(self, now: datetime, **changes: object) -> "ModelPost":
        return replace(
            self,
            updated_at=now,
            version=self.version + 1,
            **changes,  # type: ignore[arg-type] # the names and types are those of the callers above
        )


def check_nomination(unit: Unit, person_id: UUID, roll: Collection[UUID], today: date) -> None:
    """Refuse a unit that is no branch, and somebody who is not one of its members."""
    if unit.kind != "branch":
        _refuse("unit_id", "不是党支部", "is no branch")
    unit.check_in_force(today)
    if person_id not in roll:
        raise ModelPostHolderNotMemberError(person_id=person_id)


def _refuse(field: str, zh: str, en: str) -> NoReturn:
    raise InvalidArgumentError([Violation(field, zh, en)])
