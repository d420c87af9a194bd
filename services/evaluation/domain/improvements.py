"""Improvement items: a unit plans and reports what it does about a low score; the next edition says what came of it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from chassis.errors import InvalidArgumentError, Violation
from chassis.ids import new_id
from evaluation.domain.awards import MOST_SCORE
from evaluation.domain.editions import Edition, EditionState
from evaluation.domain.ranking import Entry
from evaluation.errors import EditionStateError, ImprovementItemWrongStateError


class ImprovementState(StrEnum):
    """Where an item stands."""

    PROPOSED = "proposed"
    PLANNED = "planned"
    REPORTED = "reported"
    CLOSED = "closed"
    DISMISSED = "dismissed"


class Outcome(StrEnum):
    """What the next edition said of the criterion."""

    IMPROVED = "improved"
    NOT_IMPROVED = "not_improved"
    NOT_SCORED = "not_scored"


@dataclass(frozen=True, slots=True)
class ImprovementItem:
    """One unit and one criterion of one edition."""

    improvement_item_id: UUID
    award_id: UUID
    edition_id: UUID
    edition_number: int
    unit_id: UUID
    criterion_key: str
    criterion_name: str
    score: Decimal
    threshold: Decimal
    created_at: datetime
    updated_at: datetime
    state: ImprovementState = ImprovementState.PROPOSED
    measure: str = ""
    due_on: date | None = None
    report: str = ""
    reported_on: date | None = None
    reason: str = ""
    next_edition_id: UUID | None = None
    next_score: Decimal | None = None
    version: int = 1

    @property
    def place(self) -> tuple[UUID, str]:
        """Unit and criterion: an edition has one item of each."""
        return self.unit_id, self.criterion_key

    @property
    def outcome(self) -> Outcome | None:
        """What the next edition said; None while the unit has not stood in one."""
        if self.next_edition_id is None:
            return None
        if self.next_score is None:
            return Outcome.NOT_SCORED
        return Outcome.IMPROVED if self.next_score > self.score else Outcome.NOT_IMPROVED

    def planned(self, measure: str, due_on: date, *, today: date, now: datetime) -> "ImprovementItem":
        """The unit says what it is going to do, and by when."""
        self._check(ImprovementState.PROPOSED, ImprovementState.PLANNED)
        if due_on < today:
            text = f"完成期限 {due_on} 不能早于今天（{today}）", f"{due_on} lies before today ({today})"
            raise InvalidArgumentError([Violation("due_on", *text)])
        return self._next(now, state=ImprovementState.PLANNED, measure=measure, due_on=due_on)

    def reported(self, report: str, *, today: date, now: datetime) -> "ImprovementItem":
        """The unit says what it did."""
        self._check(ImprovementState.PLANNED)
        changes = {"report": report, "reported_on": today, "reason": ""}
        return self._next(now, state=ImprovementState.REPORTED, **changes)

    def returned(self, reason: str, now: datetime) -> "ImprovementItem":
        """What was done is not enough."""
        self._check(ImprovementState.REPORTED)
        return self._next(now, state=ImprovementState.PLANNED, reason=reason)

    def closed(self, now: datetime) -> "ImprovementItem":
        """What was done is enough."""
        self._check(ImprovementState.REPORTED)
        return self._next(now, state=ImprovementState.CLOSED)

    def dismissed(self, reason: str, now: datetime) -> "ImprovementItem":
        """Nothing need be done."""
        self._check(ImprovementState.PROPOSED, ImprovementState.PLANNED)
        return self._next(now, state=ImprovementState.DISMISSED, reason=reason)

    def followed_up(self, edition: Edition, entry: Entry, now: datetime) -> "ImprovementItem":
        """The next edition in which the unit stands has its score."""
        score = dict(entry.scores).get(self.criterion_key)
        return self._next(now, next_edition_id=edition.edition_id, next_score=score)

    def _check(self, *allowed: ImprovementState) -> None:
        if self.state not in allowed:
            raise ImprovementItemWrongStateError(
                improvement_item_id=self.improvement_item_id,
                state=self.state.value,
                needed=" / ".join(state.value for state in allowed),
            )

    def _next(self, now: datetime, **changes: object) -> "ImprovementItem":
        return replace(self, **changes, updated_at=now, version=self.version + 1)  # type: ignore[arg-type] # named above


def check_threshold(threshold: Decimal) -> None:
    """Refuse a threshold below which no score can be, or above which none can."""
    if not 0 < threshold <= MOST_SCORE:
        text = f"分数线须大于 0 且不超过 {MOST_SCORE}", f"must be above 0 and at most {MOST_SCORE}"
        raise InvalidArgumentError([Violation("threshold", *text)])


def check_announced(edition: Edition) -> None:
    """Refuse an edition whose winners are not announced, or whose scores are not known."""
    edition.check_state(EditionState.NOTICE, EditionState.PUBLISHED)
    if edition.imported:
        raise EditionStateError(edition_id=edition.edition_id, state="imported")


def low_scores(edition: Edition, threshold: Decimal, *, now: datetime) -> list[ImprovementItem]:
    """An item for each score below the threshold; what was left out has no score."""
    names = {criterion.key: criterion.name for criterion in edition.criteria}
    return [
        ImprovementItem(
            improvement_item_id=new_id(),
            award_id=edition.award_id,
            edition_id=edition.edition_id,
            edition_number=edition.number,
            unit_id=entry.unit_id,
            criterion_key=key,
            criterion_name=names[key],
            score=score,
            threshold=threshold,
            created_at=now,
            updated_at=now,
        )
        for entry in edition.entries
        for key, score in entry.scores
        if score is not None and score < threshold
    ]
