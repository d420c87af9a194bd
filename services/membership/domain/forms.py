"""The numbered admission forms of a unit and a year: each is used, lost, void or returned, and they add up (LOC-13)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from membership.errors import (
    DayOutOfOrderError,
    FieldsContradictError,
    FormNotInHandError,
    FormYearClosedError,
)
from rulebook import Facts


class FormState(StrEnum):
    """What became of a form."""

    IN_HAND = "in_hand"
    USED = "used"
    LOST = "lost"
    VOID = "void"
    RETURNED = "returned"


# From which states a keeper may take a form; only issuing it uses it.
_FROM: Mapping[FormState, frozenset[FormState]] = {
    FormState.LOST: frozenset({FormState.IN_HAND, FormState.USED}),
    FormState.VOID: frozenset({FormState.IN_HAND, FormState.USED}),
    FormState.RETURNED: frozenset({FormState.IN_HAND}),
}


@dataclass(frozen=True, slots=True)
class Form:
    """One booklet."""

    form_id: UUID
    form_number: str
    unit_id: UUID
    year: int
    state: FormState
    drawn_on: date
    version: int
    updated_at: datetime
    accounted_on: date | None = None
    case_id: UUID | None = None
    reason: str | None = None

    def accounted(self, state: FormState, day: date, reason: str, *, today: date, now: datetime) -> "Form":
        """The form as lost, void or returned; refuses what it cannot become."""
        if state not in _FROM:
            raise FieldsContradictError.of(
                "state",
                "只能登记丢失、作废或退回；使用由填写志愿书登记。",
                "A form is lost, void or returned here; issuing it uses it.",
            )
        if self.state not in _FROM[state]:
            raise FormNotInHandError(form_number=self.form_number, state=self.state)
        check_day(day, since=self.accounted_on or self.drawn_on, today=today)
        return replace(
            self, state=state, accounted_on=day, reason=reason, version=self.version + 1, updated_at=now
        )

    def used(self, case_id: UUID, day: date, *, now: datetime) -> "Form":
        """The form as filled in for a case; the rules have judged that it may be."""
        return replace(
            self,
            state=FormState.USED,
            accounted_on=day,
            case_id=case_id,
            version=self.version + 1,
            updated_at=now,
        )

    def replaced(self, day: date, number: str, *, now: datetime) -> "Form":
        """The form as void because another one took its place."""
        return replace(
            self,
            state=FormState.VOID,
            accounted_on=day,
            reason=f"换发 {number}",
            version=self.version + 1,
            updated_at=now,
        )


@dataclass(frozen=True, slots=True)
class Ledger:
    """The forms of a unit and a year, counted."""

    unit_id: UUID
    year: int
    counts: Mapping[FormState, int]
    closed_on: date | None = None

    @property
    def drawn(self) -> int:
        return sum(self.counts.values())

    @property
    def accounted(self) -> int:
        return self.drawn - self.counts.get(FormState.IN_HAND, 0)

    @property
    def is_balanced(self) -> bool:
        return self.accounted == self.drawn

    def check_open(self) -> None:
        """Refuse to change a year that is closed."""
        if self.closed_on is not None:
            raise FormYearClosedError(unit_id=self.unit_id, year=self.year, closed_on=self.closed_on)

    def facts(self) -> Facts:
        """What the rules read before a year is closed."""
        return {"accounted_forms": self.accounted, "drawn_forms": self.drawn}


def use_facts(
    form: Form | None, *, case_id: UUID, issued_on: date, of_unit: bool, year_is_open: bool
) -> Facts:
    """What the rules read before a form is issued; a number in no ledger is in nobody's hand."""
    if form is None:
        return {
            "form_holders": 1,
            "form_in_hand": False,
            "form_of_unit": False,
            "form_of_year": False,
        }
    mine = form.case_id == case_id
    return {
        "form_holders": 1 + (form.case_id is not None and not mine),
        "form_in_hand": year_is_open and form.state is FormState.IN_HAND and form.drawn_on <= issued_on,
        "form_of_unit": of_unit,
        "form_of_year": form.year == issued_on.year,
    }


def numbers(prefix: str, first: int, count: int) -> list[str]:
    """Consecutive numbers, each written with six digits."""
    return [f"{prefix}{number:06}" for number in range(first, first + count)]


def check_day(day: date, *, since: date, today: date) -> None:
    """Refuse a day ahead of us, or before what it follows."""
    if day > today:
        raise DayOutOfOrderError(day=day, bound=f"<= {today}")
    if day < since:
        raise DayOutOfOrderError(day=day, bound=f">= {since}")
