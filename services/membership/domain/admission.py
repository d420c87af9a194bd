"""The admission case: one person's run from the application to full membership.

A case is the list of its steps with what was recorded at each; what it stands at follows from that list.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import UUID

from membership.domain import steps as names
from membership.domain.ballots import Ballot, BallotPurpose, BallotState, ConversionOutcome
from membership.domain.steps import Catalogue
from membership.domain.verdicts import Judgement
from membership.errors import (
    AdmissionCaseClosedError,
    BallotConfirmedBySamePersonError,
    BallotNotEnteredError,
    DayOutOfOrderError,
    StepNotDueError,
)


class CaseState(StrEnum):
    """Where a case as a whole stands."""

    OPEN = "open"
    CONVERTED = "converted"
    ARCHIVED = "archived"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class TakenStep:
    """One step that was taken, with what was recorded and what the rules said."""

    sequence: int
    step: str
    number: int
    stage: int
    occurred_on: date
    recorded_at: datetime
    recorded_by: UUID | None
    detail: Mapping[str, Any]
    judgements: tuple[Judgement, ...] = ()
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class Companion:
    """A contact or an introducer of the applicant."""

    person_id: UUID
    part: str
    valid_from: date
    valid_until: date | None = None


CONTACT, INTRODUCER = "contact", "introducer"


@dataclass(frozen=True, slots=True)
class CaseHead:
    """What lists show of a case, and what it is found by."""

    case_id: UUID
    person_id: UUID
    unit_id: UUID
    applied_on: date
    pack_digest: str
    state: CaseState
    stage: int
    step: str
    version: int
    created_at: datetime
    updated_at: datetime
    approver_unit_id: UUID | None = None
    probation_from: date | None = None
    probation_until: date | None = None
    oath_on: date | None = None
    ceremony_id: UUID | None = None
    conversion_outcome: ConversionOutcome | None = None
    extension: str | None = None
    full_member_from: date | None = None
    # The document that an imported case was taken from; None for a case that was opened here.
    source_reference: str | None = None


# Without slots, so that what follows from the steps is found once for each case: rules ask for it again and again.
@dataclass(frozen=True)
class AdmissionCase:
    """A case with everything that belongs to it."""

    head: CaseHead
    steps: tuple[TakenStep, ...] = ()
    companions: tuple[Companion, ...] = ()
    ballots: tuple[Ballot, ...] = ()

    @cached_property
    def valid_steps(self) -> list[TakenStep]:
        """Steps that count: those of a conversion that ended in an extension do not any more."""
        return [step for step in self.steps if not step.superseded]

    @cached_property
    def taken(self) -> list[str]:
        """Names of the steps that count."""
        return [step.step for step in self.valid_steps]

    def last(self, step: str) -> TakenStep | None:
        """The last time a step was taken."""
        return self._last_by_name.get(step)

    @cached_property
    def _last_by_name(self) -> dict[str, TakenStep]:
        return {item.step: item for item in self.valid_steps}

    def day_of(self, step: str) -> date | None:
        """The day on which a step was last taken."""
        found = self.last(step)
        return None if found is None else found.occurred_on

    def companions_on(self, part: str, day: date) -> list[Companion]:
        """Contacts or introducers of a day."""
        return [
            item
            for item in self.companions
            if item.part == part
            and item.valid_from <= day
            and (item.valid_until is None or day < item.valid_until)
        ]

    def check_open(self, *, also: CaseState | None = None) -> None:
        """Refuse what is over."""
        if self.head.state not in (CaseState.OPEN, also):
            raise AdmissionCaseClosedError(case_id=self.head.case_id, state=self.head.state)

    def check_due(self, step: str, catalogue: Catalogue) -> None:
        """Refuse a step that comes later, or was taken already."""
        if not catalogue.may_take(step, self.taken):
            awaited = catalogue.awaited(self.taken)
            raise StepNotDueError(
                case_id=self.head.case_id,
                step=step,
                state=self.head.state,
                awaited="-" if awaited is None else awaited.id,
            )

    def check_day(self, step: str, occurred_on: date, catalogue: Catalogue, *, today: date) -> None:
        """Refuse a day ahead of us, or before what must precede the step."""
        if occurred_on > today:
            raise DayOutOfOrderError(day=occurred_on, bound=f"<= {today}")
        earlier = [item.occurred_on for item in self.valid_steps if catalogue.precedes(item.step, step)]
        earliest = max([self.head.applied_on, *earlier])
        if occurred_on < earliest:
            raise DayOutOfOrderError(day=occurred_on, bound=f">= {earliest}")

    def entered_ballot(self, number: int) -> Ballot:
        """The entered totals of a number; refuses where there are none that wait."""
        found = next((item for item in self.ballots if item.number == number), None)
        if found is None or found.state is not BallotState.ENTERED:
            raise BallotNotEnteredError(case_id=self.head.case_id)
        return found

    @property
    def awaits_confirmation(self) -> bool:
        """Whether entered totals wait for somebody to confirm them."""
        return any(item.state is BallotState.ENTERED for item in self.ballots)

    def passed_ballot(self, purpose: BallotPurpose) -> Ballot | None:
        """The last ballot of a purpose that passed."""
        return next(
            (
                item
                for item in reversed(self.ballots)
                if item.purpose is purpose and item.state is BallotState.PASSED
            ),
            None,
        )

    def without_review(self) -> "AdmissionCase":
        """The case as those see it who need not know what the political review concluded."""
        return replace(self, steps=tuple(_without_review(step) for step in self.steps))

    def with_step(self, step: TakenStep) -> "AdmissionCase":
        """The case after a step."""
        return replace(self, steps=(*self.steps, step), head=self._head_after(step))

    def _head_after(self, step: TakenStep) -> CaseHead:
        furthest = max(self.valid_steps, key=lambda item: item.number, default=step)
        is_further = step.step not in names.ALONGSIDE and step.number >= furthest.number
        stage = max(self.head.stage, step.stage)
        if step.step == names.APPROVAL:
            # From the approval on the person is a probationary member, whatever is recorded next.
            stage = max(stage, step.stage + 1)
        return replace(
            self.head,
            stage=stage,
            step=step.step if is_further else self.head.step,
            version=self.head.version + 1,
            updated_at=step.recorded_at,
        )

    def changed(self, *, at: datetime, **fields: Any) -> "AdmissionCase":
        """The case with other fields of its head, one version on."""
        head = replace(self.head, version=self.head.version + 1, updated_at=at, **fields)
        return replace(self, head=head)

    def noted(self, **fields: Any) -> "AdmissionCase":
        """The case with other fields of its head, as part of the step just taken."""
        return replace(self, head=replace(self.head, **fields))

    def with_detail(self, **values: Any) -> "AdmissionCase":
        """The case with something more recorded at the step just taken."""
        *earlier, last = self.steps
        return replace(self, steps=(*earlier, replace(last, detail={**last.detail, **values})))

    def with_ballot(self, ballot: Ballot) -> "AdmissionCase":
        """The case with a new ballot, or with another state of one."""
        others = [item for item in self.ballots if item.number != ballot.number]
        return replace(self, ballots=tuple(sorted((*others, ballot), key=lambda item: item.number)))

    def with_contacts(self, people: tuple[UUID, ...], *, since: date) -> "AdmissionCase":
        """The case with these contacts from a day on; contacts not named again end."""
        staying = {item.person_id for item in self.companions_on(CONTACT, since)} & set(people)
        former = tuple(
            replace(item, valid_until=since)
            if item.part == CONTACT and item.valid_until is None and item.person_id not in staying
            else item
            for item in self.companions
        )
        kept = tuple(
            item for item in former if item.valid_until is None or item.valid_from < item.valid_until
        )
        new = tuple(Companion(person, CONTACT, since) for person in people if person not in staying)
        return replace(self, companions=(*kept, *new))

    def with_introducers(self, people: tuple[UUID, ...], *, since: date) -> "AdmissionCase":
        """The case with these introducers and no others."""
        others = tuple(item for item in self.companions if item.part != INTRODUCER)
        return replace(
            self, companions=(*others, *(Companion(person, INTRODUCER, since) for person in people))
        )

    def extended(self, *, until: date, extension: str) -> "AdmissionCase":
        """The case whose conversion begins again at the end of the extension."""
        reopened = tuple(
            replace(step, superseded=True)
            if step.step in names.OF_CONVERSION or step.step == names.CONVERSION_APPROVAL
            else step
            for step in self.steps
        )
        case = replace(self, steps=reopened)
        return case.noted(
            probation_until=until, extension=extension, conversion_outcome=ConversionOutcome.EXTEND
        )


# Who objected to what is for whoever leads the case.
_WORDS_OF_OBJECTIONS = ("content", "finding")
# The fact by which verdicts show the conclusion.
_CONCLUSION = "political_review_result"


def without_conclusion(judgements: Iterable[Judgement]) -> tuple[Judgement, ...]:
    """The judgements that do not tell what the political review concluded."""
    return tuple(item for item in judgements if _CONCLUSION not in item.facts)


def _without_review(step: TakenStep) -> TakenStep:
    detail = {name: value for name, value in step.detail.items() if name not in _WORDS_OF_OBJECTIONS}
    if step.step in names.OF_REVIEW:
        detail = {}
    return replace(step, detail=detail, judgements=without_conclusion(step.judgements))


def check_confirmer(ballot: Ballot, person_id: UUID) -> None:
    """Refuse that one person enters and confirms."""
    if ballot.entered_by == person_id:
        raise BallotConfirmedBySamePersonError(person_id=person_id)


@dataclass(frozen=True, slots=True)
class OathCandidate:
    """Somebody's newest living case, asked whether the oath may be taken."""

    person_id: UUID
    case_id: UUID
    unit_id: UUID
    oath_on: date | None
    approved_on: date | None

    def refusal(self, day: date) -> str | None:
        """Why the oath may not be taken on the day."""
        if self.approved_on is None:
            return "NOT_APPROVED"
        if self.oath_on is not None:
            return "ALREADY_SWORN"
        return "BEFORE_APPROVAL" if day < self.approved_on else None
