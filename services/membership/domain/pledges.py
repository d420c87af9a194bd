"""Pledges of members for a year: from the draft over the badge to the review. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from membership.domain.transfers import check_past
from membership.domain.verdicts import Judgement, judge
from membership.errors import (
    DayOutOfOrderError,
)
from membership.errors.commitments import (
    PledgeForbiddenError,
    PledgeOwnReviewError,
    PledgeStateError,
    PledgeYearNotOpenError,
)
from rulebook import RuleSet

PUBLISH, REVIEW = "pledge.publish", "pledge.review"


class Act(StrEnum):
    """One of the three acts."""

    SHOW_IDENTITY = "show_identity"
    SET_IMAGE = "set_image"
    TAKE_THE_LEAD = "take_the_lead"


class State(StrEnum):
    """Where a pledge stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    REVIEWED = "reviewed"
    WITHDRAWN = "withdrawn"


# What everybody of the unit may read.
SHOWN = frozenset({State.PUBLISHED, State.REVIEWED})


@dataclass(frozen=True, slots=True)
class Item:
    """A promise for an act."""

    act: Act
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was done for a promise."""

    act: Act
    occurred_on: date
    note: str
    reference: str
    recorded_at: datetime
    recorded_by: UUID | None


@dataclass(frozen=True, slots=True)
class Review:
    """What the branch found."""

    reviewed_on: date
    kept: tuple[Act, ...]
    opinion: str
    reviewed_by: UUID | None


@dataclass(frozen=True, slots=True)
class Pledge:
    """The pledge of one member for one year; evidence where it was read."""

    pledge_id: UUID
    person_id: UUID
    unit_id: UUID
    year: int
    items: tuple[Item, ...]
    created_at: datetime
    updated_at: datetime
    state: State = State.DRAFT
    badge: int | None = None
    published_on: date | None = None
    reason: str = ""
    review: Review | None = None
    pack_digest: str | None = None
    judgements: tuple[Judgement, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    version: int = 1

    @property
    def badge_number(self) -> str:
        """The number on the badge; empty before there is one."""
        return "" if self.badge is None else f"{self.year}-{self.badge:05d}"

    def rewritten(self, items: Sequence[Item], *, at: datetime) -> "Pledge":
        """The pledge with other promises."""
        self._check(State.DRAFT)
        return self._with(at, items=tuple(items))

    def published(self, rules: RuleSet, *, badge: int, on: date, at: datetime) -> "Pledge":
        """The pledge shown with a badge; refuses one that leaves an act out, with every verdict."""
        self._check(State.DRAFT)
        facts = {"pledged_acts": _names(item.act for item in self.items)}
        judgements = judge(rules, [PUBLISH], facts, on=on)
        if any(judgement.forbids for judgement in judgements):
            raise PledgeForbiddenError(judgements, pledge_id=self.pledge_id)
        return self._with(
            at,
            state=State.PUBLISHED,
            badge=badge,
            published_on=on,
            pack_digest=rules.digest,
            judgements=judgements,
        )

    def shown(self, evidence: Evidence, *, today: date) -> "Pledge":
        """The pledge with something that was done for it in its year."""
        self._check(State.PUBLISHED)
        if evidence.occurred_on.year != self.year:
            raise DayOutOfOrderError(day=evidence.occurred_on, bound=str(self.year))
        check_past(evidence.occurred_on, today=today, since=date.min)
        return self._with(evidence.recorded_at, evidence=(*self.evidence, evidence))

    def reviewed(self, review: Review, rules: RuleSet, *, today: date, at: datetime) -> "Pledge":
        """The pledge reviewed; the verdicts say for which acts nothing was recorded."""
        self._check(State.PUBLISHED)
        if review.reviewed_by == self.person_id:
            raise PledgeOwnReviewError(pledge_id=self.pledge_id)
        assert self.published_on is not None, "what is shown was published on a day"
        check_past(review.reviewed_on, today=today, since=self.published_on)
        facts = {"evidenced_acts": _names(each.act for each in self.evidence)}
        found = judge(rules, [REVIEW], facts, on=review.reviewed_on)
        return self._with(at, state=State.REVIEWED, review=review, judgements=(*self.judgements, *found))

    def withdrawn(self, reason: str, *, at: datetime) -> "Pledge":
        """The pledge taken back; its badge is not given again."""
        self._check(State.DRAFT, State.PUBLISHED)
        return self._with(at, state=State.WITHDRAWN, reason=reason)

    def _check(self, *states: State) -> None:
        if self.state not in states:
            raise PledgeStateError(pledge_id=self.pledge_id, state=self.state)

    def _with(self, at: datetime, **changes: object) -> "Pledge":
        return replace(self, updated_at=at, version=self.version + 1, **changes)  # type: ignore[arg-type]


def check_year(year: int, *, today: date) -> None:
    """Refuse a year that is over, or not near enough to promise for."""
    if year not in (today.year, today.year + 1):
        raise PledgeYearNotOpenError(year=year)


def _names(acts: Iterable[Act]) -> tuple[str, ...]:
    found = set(acts)
    return tuple(act.value for act in Act if act in found)
