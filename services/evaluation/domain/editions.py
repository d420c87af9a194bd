"""Editions of an award: their numbers, the states they pass, and what is known of past ones."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from chassis.errors import InvalidArgumentError, Violation
from evaluation.domain.awards import Award, Criterion, MissingScorePolicy, Source, TieRule
from evaluation.domain.ranking import Entry, Ranking
from evaluation.domain.rules import Judgement, numbering, publishable_on
from evaluation.errors import (
    EditionNumberTakenError,
    EditionStateError,
    NoCriteriaError,
    NoJudgesError,
    NoNominationsError,
    PeriodNotOverError,
)


class EditionState(StrEnum):
    """Where an edition stands."""

    DRAFT = "draft"
    OPEN = "open"
    JUDGING = "judging"
    RANKED = "ranked"
    NOTICE = "notice"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that shows that a past edition took place."""

    description: str
    reference: str


@dataclass(frozen=True, slots=True)
class Result:
    """What one unit got."""

    unit_id: UUID | None
    unit_name: str
    winner: bool
    place: int | None = None
    total: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PastEdition:
    """A past edition, as far as it is known."""

    number: int
    year: int
    quota: int
    awarded_on: date | None
    results: tuple[Result, ...]
    evidence: tuple[Evidence, ...]

    @property
    def partial(self) -> bool:
        """Whether something is not known: a winner, a winner's place, or anything that shows it took place."""
        won = [result for result in self.results if result.winner]
        return len(won) < self.quota or any(result.place is None for result in won) or not self.evidence

    def check(self, today: date, field: str) -> None:
        """Refuse what lies ahead, and results that do not fit together."""
        found = []
        if self.year > today.year:
            found.append(Violation(f"{field}.year", "年份尚未到来", "lies ahead"))
        if self.awarded_on is not None and self.awarded_on > today:
            found.append(Violation(f"{field}.awarded_on", "日期尚未到来", "lies ahead"))
        for index, result in enumerate(self.results):
            if result.unit_id is None and not result.unit_name.strip():
                text = "须给出组织或其名称", "needs the unit or its name"
                found.append(Violation(f"{field}.results[{index}]", *text))
        if found:
            raise InvalidArgumentError(found)


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of an award."""

    edition_id: UUID
    award_id: UUID
    number: int
    year: int
    quota: int
    state: EditionState
    created_at: datetime
    updated_at: datetime
    version: int
    period_from: date | None = None
    period_until: date | None = None
    policy: MissingScorePolicy | None = None
    tie_rule: TieRule | None = None
    criteria_version: int = 0
    criteria: tuple[Criterion, ...] = ()
    captured_at: datetime | None = None
    ranked_at: datetime | None = None
    entries: tuple[Entry, ...] = ()
    digest: str = ""
    tie_reason: str = ""
    notice_posted_on: date | None = None
    publishable_on: date | None = None
    awarded_on: date | None = None
    imported: bool = False
    partial: bool = False
    evidence: tuple[Evidence, ...] = ()
    cancel_reason: str = ""
    judgements: tuple[Judgement, ...] = ()

    @property
    def ranking(self) -> Ranking:
        """The ranking as it was announced."""
        return Ranking(self.entries, self.digest, self.quota)

    @property
    def winners(self) -> tuple[Entry, ...]:
        """The lines that win, by place."""
        return tuple(entry for entry in self.entries if entry.winner)

    @property
    def public(self) -> bool:
        """Whether the winners are public."""
        return self.state in (EditionState.NOTICE, EditionState.PUBLISHED)

    @property
    def period(self) -> tuple[date, date]:
        """The days whose facts count; every edition that is not imported has them."""
        if self.period_from is None or self.period_until is None:
            raise EditionStateError(edition_id=self.edition_id, state=self.state)
        return self.period_from, self.period_until

    def check_state(self, *allowed: EditionState) -> None:
        """Refuse what the edition's state does not allow."""
        if self.state not in allowed:
            raise EditionStateError(edition_id=self.edition_id, state=self.state)

    def opened(self, award: Award, now: datetime) -> "Edition":
        """Open for nominations, with the award's criteria of this moment."""
        self.check_state(EditionState.DRAFT)
        if not award.catalogue.criteria:
            raise NoCriteriaError(award_id=award.award_id)
        return self._next(
            now,
            state=EditionState.OPEN,
            criteria_version=award.criteria_version,
            criteria=award.catalogue.criteria,
        )

    def check_closable(self, *, nominations: int, today: date) -> None:
        """Refuse to close an edition that nobody is nominated in, or whose facts are still coming."""
        self.check_state(EditionState.OPEN)
        if nominations == 0:
            raise NoNominationsError(edition_id=self.edition_id)
        _, until = self.period
        if today < until:
            raise PeriodNotOverError(period_until=until)

    def captured(self, now: datetime) -> "Edition":
        """The facts are captured; judges score."""
        self.check_state(EditionState.OPEN, EditionState.JUDGING)
        return self._next(now, state=EditionState.JUDGING, captured_at=now)

    def panel_set(self, now: datetime) -> "Edition":
        """Who judges what was set."""
        self.check_state(EditionState.JUDGING)
        return self._next(now)

    def reassigned(self, now: datetime) -> "Edition":
        """A judge is another person than was thought."""
        return self._next(now)

    def check_rankable(self, judges: Collection[UUID]) -> None:
        """Refuse to rank while criteria wait for judges and there is none."""
        self.check_state(EditionState.JUDGING)
        if not judges and any(criterion.source is Source.JUDGES for criterion in self.criteria):
            raise NoJudgesError(edition_id=self.edition_id)

    def ranked(self, ranking: Ranking, now: datetime) -> "Edition":
        """The ranking is computed."""
        self.check_state(EditionState.JUDGING)
        return self._next(
            now,
            state=EditionState.RANKED,
            ranked_at=now,
            entries=ranking.entries,
            digest=ranking.digest,
        )

    def posted(
        self,
        ranking: Ranking,
        judgements: Sequence[Judgement],
        *,
        tie_reason: str,
        now: datetime,
        today: date,
    ) -> "Edition":
        """The winners are under notice."""
        self.check_state(EditionState.RANKED)
        return self._next(
            now,
            state=EditionState.NOTICE,
            entries=ranking.entries,
            tie_reason=tie_reason,
            judgements=tuple(judgements),
            notice_posted_on=today,
            publishable_on=publishable_on(today),
        )

    def published(self, judgements: Sequence[Judgement], *, now: datetime, today: date) -> "Edition":
        """The results are published; this is the day of the award."""
        self.check_state(EditionState.NOTICE)
        return self._next(
            now,
            state=EditionState.PUBLISHED,
            awarded_on=today,
            judgements=(*self.judgements, *judgements),
        )

    def cancelled(self, reason: str, now: datetime) -> "Edition":
        """It does not take place; its number is free again."""
        self.check_state(EditionState.DRAFT, EditionState.OPEN, EditionState.JUDGING)
        return self._next(now, state=EditionState.CANCELLED, cancel_reason=reason)

    def results(self) -> tuple[Result, ...]:
        """What every unit got."""
        return tuple(
            Result(entry.unit_id, entry.unit_name, entry.winner, entry.place, entry.total)
            for entry in self.entries
        )

    def _next(self, now: datetime, **changes: object) -> "Edition":
        return replace(self, **changes, updated_at=now, version=self.version + 1)  # type: ignore[arg-type] # named above


def judge_numbers(
    award: Award, known: Collection[int], new: Sequence[tuple[int, int]], on: date
) -> tuple[Judgement, ...]:
    """What the rules say about new editions (number, year) beside those on record; a taken number is refused."""
    numbers = set(known)
    for number, _ in new:
        if number in numbers:
            raise EditionNumberTakenError(number=number)
        numbers.add(number)
    judgements: list[Judgement] = []
    for number, year in new:
        years_off = abs(year - (award.first_year + number - 1))
        judgements += numbering(step=_step(number, numbers), years_off=years_off, on=on)
    return tuple(judgements)


def _step(number: int, numbers: Collection[int]) -> int:
    """The distance to the nearest number on either side, whichever is greater; 1 for the only one."""
    before = max((each for each in numbers if each < number), default=number - 1)
    after = min((each for each in numbers if each > number), default=number + 1)
    return max(number - before, after - number)


def check_period(start: date, until: date) -> None:
    """Refuse a period in which no day lies."""
    if until <= start:
        text = "须晚于考核期起", "must be after the period's first day"
        raise InvalidArgumentError([Violation("period_until", *text)])
