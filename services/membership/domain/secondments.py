"""Secondments of teachers into joint branches: who is fit for one, and what may be done with it when.

Pure. The formal relationship stays where it is; nothing here moves anybody.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from chassis.intervals import Interval
from membership.domain.members import MembershipStatus
from membership.domain.people import Affiliation, AffiliationKind, PersonKind, check_period
from membership.domain.units import Unit
from membership.errors import (
    DayOutOfOrderError,
)
from membership.errors.commitments import (
    SecondeeNotEligibleError,
    SecondmentOverlapsError,
    SecondmentStateError,
    SecondmentUnitsUnfitError,
)

JOINT_FORM = "joint_teacher_student"
SCHOOL = "school"


class Purpose(StrEnum):
    """What a seconded teacher does in the branch."""

    CULTIVATION_CONTACT = "cultivation_contact"
    INTRODUCER = "introducer"
    TALK = "talk"
    BRANCH_ACTIVITY = "branch_activity"


class State(StrEnum):
    """Where a secondment stands."""

    NOMINATED = "nominated"
    APPROVED = "approved"
    DECLINED = "declined"
    ENDED = "ended"


LIVING = frozenset({State.NOMINATED, State.APPROVED})


@dataclass(frozen=True, slots=True)
class Secondment:
    """A teacher in a joint branch over a half-open period."""

    secondment_id: UUID
    person_id: UUID
    from_unit_id: UUID
    to_unit_id: UUID
    purposes: tuple[Purpose, ...]
    qualification: str
    valid_from: date
    valid_until: date | None
    created_at: datetime
    updated_at: datetime
    nominated_by: UUID | None = None
    state: State = State.NOMINATED
    decided_by: UUID | None = None
    decided_on: date | None = None
    reason: str = ""
    version: int = 1

    @property
    def days(self) -> Interval:
        """The days of the secondment."""
        return Interval(self.valid_from, self.valid_until)

    def decided(self, state: State, *, by: UUID | None, on: date, at: datetime, reason: str) -> "Secondment":
        """The secondment approved or declined."""
        self._check(State.NOMINATED)
        return replace(
            self,
            state=state,
            decided_by=by,
            decided_on=on,
            reason=reason,
            updated_at=at,
            version=self.version + 1,
        )

    def ended(self, *, on: date, at: datetime, reason: str) -> "Secondment":
        """The secondment with an earlier end; days that it held are never taken back."""
        self._check(State.APPROVED)
        if on <= self.valid_from:
            raise DayOutOfOrderError(day=on, bound=f"> {self.valid_from}")
        if self.valid_until is not None and on >= self.valid_until:
            raise DayOutOfOrderError(day=on, bound=f"< {self.valid_until}")
        return replace(
            self, state=State.ENDED, valid_until=on, reason=reason, updated_at=at, version=self.version + 1
        )

    def left(self, day: date, *, at: datetime, reason: str) -> "Secondment":
        """The secondment of who is no member any more: ended on the day, or declined where it has not begun."""
        if self.valid_until is not None and self.valid_until <= day:
            return self
        if self.state is State.NOMINATED or self.valid_from >= day:
            return replace(
                self,
                state=State.DECLINED,
                decided_on=day,
                reason=reason,
                updated_at=at,
                version=self.version + 1,
            )
        return self.ended(on=day, at=at, reason=reason)

    def resumed(
        self, state: State, valid_until: date | None, decided_on: date | None, *, at: datetime
    ) -> "Secondment":
        """The secondment as it was before a removal that was none, or was on another day."""
        return replace(
            self,
            state=state,
            valid_until=valid_until,
            decided_on=decided_on,
            reason="",
            updated_at=at,
            version=self.version + 1,
        )

    def _check(self, needed: State) -> None:
        if self.state is not needed:
            raise SecondmentStateError(secondment_id=self.secondment_id, state=self.state)


@dataclass(frozen=True, slots=True)
class Workload:
    """Whom a seconded teacher accompanies in one branch."""

    secondment: Secondment
    applicants: int
    candidates: int
    applicants_everywhere: int
    branches: int


@dataclass(frozen=True, slots=True)
class Secondee:
    """What is known of a teacher on the first day."""

    kind: PersonKind | None
    status: MembershipStatus | None
    ties: tuple[Affiliation, ...]


def check_days(valid_from: date, valid_until: date | None) -> None:
    """Refuse days without a single one."""
    check_period(valid_from, valid_until, field_name="valid_until")


def check_units(school: Unit, branch: Unit, *, sponsored: bool, day: date) -> None:
    """Refuse units of which one is no school, the other no joint branch, or the school does not sponsor it."""
    for unit in (school, branch):
        unit.check_in_force(day)
        unit.check_free()
    if school.kind != SCHOOL or branch.form != JOINT_FORM or not sponsored:
        raise SecondmentUnitsUnfitError(from_unit_id=school.unit_id, to_unit_id=branch.unit_id)


def check_secondee(person_id: UUID, secondee: Secondee, *, school_id: UUID, day: date) -> None:
    """Refuse who does not work at the school on the day, or is no full member with rights."""
    at_school = any(tie.kind is AffiliationKind.SCHOOL and tie.unit_id == school_id for tie in secondee.ties)
    fit = secondee.kind is PersonKind.STAFF and secondee.status is MembershipStatus.FULL
    if not (at_school and fit):
        raise SecondeeNotEligibleError(person_id=person_id, day=day)


def check_alone(new: Secondment, others: Iterable[Secondment]) -> None:
    """Refuse a second secondment of the person to the branch on some day."""
    for other in others:
        if other.to_unit_id == new.to_unit_id and other.days.overlaps(new.days):
            raise SecondmentOverlapsError(person_id=new.person_id, secondment_id=other.secondment_id)


def ordered(purposes: Sequence[Purpose]) -> tuple[Purpose, ...]:
    """Purposes in the order of the contract."""
    return tuple(purpose for purpose in Purpose if purpose in purposes)
