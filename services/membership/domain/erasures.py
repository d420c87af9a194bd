"""Erasing a person: the holds, uses and periods that stand against it, and where an erasure stands."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from membership.domain.verdicts import Judgement, judge
from membership.errors.erasures import (
    ErasureForbiddenError,
    LegalHoldLiftedError,
    PersonOnLegalHoldError,
    PersonStillNeededError,
)
from rulebook import RuleSet

ERASE = "person.erase"
# Asked only of those of whom there is such a record: a period begins with it.
ERASE_APPLICANT, ERASE_PAYER, DESTROY_STUB = (
    "person.erase_applicant",
    "person.erase_payer",
    "transfer.destroy_stub",
)


@dataclass(frozen=True, slots=True)
class LegalHold:
    """A reason by name for which what is held on a person must stay."""

    hold_id: UUID
    person_id: UUID
    title: str
    document_reference: str
    placed_on: date
    placed_by: UUID | None
    created_at: datetime
    lifted_on: date | None = None
    lifted_by: UUID | None = None
    lift_reason: str = ""
    version: int = 1

    def lifted(self, *, on: date, by: UUID | None, reason: str) -> "LegalHold":
        """The hold once it is lifted; refuses one that was lifted before."""
        if self.lifted_on is not None:
            raise LegalHoldLiftedError(hold_id=self.hold_id, lifted_on=self.lifted_on)
        return replace(self, lifted_on=on, lifted_by=by, lift_reason=reason, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class Tie:
    """Something for which a person is still needed."""

    service: str
    noun: str
    resource_id: UUID


@dataclass(frozen=True, slots=True)
class Traces:
    """The days from which retention periods run; None where there is no such record."""

    case_closed_on: date | None = None
    letter_issued_on: date | None = None
    dues_paid_on: date | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What stands against erasing a person."""

    person_id: UUID
    holds: Sequence[LegalHold]
    ties: Sequence[Tie]
    judgements: Sequence[Judgement]

    @property
    def allowed(self) -> bool:
        """Whether nothing does."""
        return not (self.holds or self.ties or any(each.forbids for each in self.judgements))

    def check(self) -> None:
        """Refuse, naming the oldest hold, the uses, or every verdict."""
        if self.holds:
            oldest = min(self.holds, key=lambda hold: (hold.placed_on, hold.hold_id))
            raise PersonOnLegalHoldError(
                person_id=self.person_id,
                hold_id=oldest.hold_id,
                title=oldest.title,
                holds=len(self.holds),
            )
        if self.ties:
            counts = Counter(f"{tie.service}.{tie.noun}" for tie in self.ties)
            ties = ", ".join(f"{noun} {count}" for noun, count in sorted(counts.items()))
            raise PersonStillNeededError(person_id=self.person_id, ties=ties)
        if any(each.forbids for each in self.judgements):
            raise ErasureForbiddenError(self.judgements, person_id=self.person_id)


def outlook(
    person_id: UUID,
    *,
    holds: Sequence[LegalHold],
    ties: Sequence[Tie],
    traces: Traces,
    rules: RuleSet,
    today: date,
) -> Outlook:
    """What stands against it today: holds, uses, and the periods that the rules name."""
    operations = [ERASE]
    if traces.case_closed_on is not None:
        operations.append(ERASE_APPLICANT)
    if traces.letter_issued_on is not None:
        operations.append(DESTROY_STUB)
    if traces.dues_paid_on is not None:
        operations.append(ERASE_PAYER)
    facts = {
        "purpose_lasts": bool(ties),
        "case_closed_on": traces.case_closed_on,
        "letter_issued_on": traces.letter_issued_on,
        "dues_paid_on": traces.dues_paid_on,
    }
    return Outlook(person_id, holds, ties, judge(rules, operations, facts, on=today))


class ErasureState(StrEnum):
    """Where an erasure stands."""

    ERASING = "erasing"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure; membership's own part is done when it is begun."""

    erasure_id: UUID
    person_id: UUID
    state: ErasureState
    requested_by: UUID | None
    reason: str
    begun_on: date
    created_at: datetime
    places: tuple[str, ...] = ()
    completed_at: datetime | None = None
    version: int = 1

    def completed(self, now: datetime) -> "Erasure":
        """The erasure once nothing is left."""
        return replace(
            self, state=ErasureState.COMPLETED, places=(), completed_at=now, version=self.version + 1
        )
