"""The ranking of an edition: a pure function of criteria, captured facts, judges' scores and two rules.

The same inputs give the same order and the same digest on any machine, in whatever order they come. Arithmetic is
exact until the last step; totals are then rounded half up to four digits, and ties are judged on what is shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from uuid import UUID

from chassis.errors import InvalidArgumentError, Violation
from evaluation.domain.awards import Criterion, FactKey, MissingScorePolicy, Source, TieRule
from evaluation.domain.recorded import CapturedFact
from evaluation.domain.values import digest_of, mean, plain, rounded
from evaluation.errors import TieUndecidedError


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that stands in the ranking."""

    nomination_id: UUID
    unit_id: UUID
    unit_name: str = ""


@dataclass(frozen=True, slots=True)
class GivenScore:
    """What a judge gave."""

    nomination_id: UUID
    criterion: str
    judge_id: UUID
    score: Decimal


@dataclass(frozen=True)
class Ballot:
    """Everything that goes into a ranking."""

    criteria: tuple[Criterion, ...]
    policy: MissingScorePolicy
    tie_rule: TieRule
    quota: int
    candidates: tuple[Candidate, ...]
    facts: tuple[CapturedFact, ...] = ()
    # Who judges which nomination.
    panel: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)
    scores: tuple[GivenScore, ...] = ()

    @cached_property
    def facts_by_key(self) -> dict[tuple[UUID, FactKey], CapturedFact]:
        """The facts by nomination and key."""
        return {(fact.nomination_id, fact.fact): fact for fact in self.facts}

    @cached_property
    def scores_by_key(self) -> dict[tuple[UUID, str], list[GivenScore]]:
        """The scores of the judges on the panel, by nomination and criterion, in the order of the judges' ids."""
        found: dict[tuple[UUID, str], list[GivenScore]] = {}
        for score in sorted(self.scores, key=lambda score: score.judge_id):
            if score.judge_id in self.panel.get(score.nomination_id, frozenset()):
                found.setdefault((score.nomination_id, score.criterion), []).append(score)
        return found

    def content(self) -> dict[str, object]:
        """What the digest is taken over; the order in which anything came does not matter."""
        return {
            "criteria": [criterion.to_record() for criterion in self.criteria],
            "policy": self.policy,
            "tie_rule": self.tie_rule,
            "quota": self.quota,
            "candidates": sorted([str(c.nomination_id), str(c.unit_id)] for c in self.candidates),
            "facts": sorted(fact.digest for fact in self.facts),
            "panel": sorted([str(n), str(j)] for n, judges in self.panel.items() for j in judges),
            "scores": sorted(
                [str(s.nomination_id), s.criterion, str(s.judge_id), f"{s.score.normalize():f}"]
                for s in self.scores
            ),
        }


@dataclass(frozen=True, slots=True)
class CriterionOutcome:
    """How the score of a nomination on one criterion came about; no score means that it is left out."""

    criterion: Criterion
    score: Fraction | None
    formula: str
    expected: int
    given: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A nomination with its outcomes and total, before it has a place."""

    candidate: Candidate
    outcomes: tuple[CriterionOutcome, ...]

    @property
    def weight_counted(self) -> Fraction:
        """The weights of the criteria that count for the nomination."""
        return sum(
            (Fraction(each.criterion.weight) for each in self.outcomes if each.score is not None), Fraction(0)
        )

    def contribution(self, outcome: CriterionOutcome) -> Fraction | None:
        """What a criterion adds to the total; where others are left out its weight grows in proportion."""
        if outcome.score is None:
            return None
        return outcome.score * Fraction(outcome.criterion.weight) / self.weight_counted

    @property
    def total(self) -> Decimal:
        """The weighted total, rounded as it is shown."""
        parts = (self.contribution(outcome) for outcome in self.outcomes)
        return rounded(sum((part for part in parts if part is not None), Fraction(0)))


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ranking."""

    place: int
    nomination_id: UUID
    unit_id: UUID
    unit_name: str
    total: Decimal
    # By criterion, in their order; None where a score is missing and left out.
    scores: tuple[tuple[str, Decimal | None], ...]
    winner: bool


@dataclass(frozen=True, slots=True)
class Ranking:
    """The lines by place, and the digest of what went in and came out."""

    entries: tuple[Entry, ...]
    digest: str
    quota: int

    @property
    def tied_at_quota(self) -> tuple[Entry, ...]:
        """The lines that share the last winning place where there are more of them than the quota has room for."""
        for entry in self.entries:
            group = [each for each in self.entries if each.place == entry.place]
            if entry.place <= self.quota < entry.place - 1 + len(group):
                return tuple(group)
        return ()

    @property
    def room_for_tied(self) -> int:
        """How many of the tied can win."""
        tied = self.tied_at_quota
        return self.quota - (tied[0].place - 1) if tied else 0


def standings(ballot: Ballot) -> dict[UUID, Standing]:
    """Every nomination with its scores by criterion; missing ones are treated as the edition's policy says."""
    raw = {
        (candidate.nomination_id, criterion.key): _raw(ballot, candidate.nomination_id, criterion)
        for candidate in ballot.candidates
        for criterion in ballot.criteria
    }
    return {
        candidate.nomination_id: Standing(
            candidate,
            tuple(_filled(ballot, raw, candidate.nomination_id, criterion) for criterion in ballot.criteria),
        )
        for candidate in ballot.candidates
    }


def _raw(ballot: Ballot, nomination_id: UUID, criterion: Criterion) -> CriterionOutcome:
    if criterion.source is Source.FACT:
        return _from_fact(ballot, nomination_id, criterion)
    return _from_judges(ballot, nomination_id, criterion)


def _from_fact(ballot: Ballot, nomination_id: UUID, criterion: Criterion) -> CriterionOutcome:
    assert criterion.fact is not None, "the catalogue gives every criterion scored by a fact its fact"
    captured = ballot.facts_by_key.get((nomination_id, criterion.fact))
    if captured is None or captured.value is None:
        return CriterionOutcome(criterion, None, f"{criterion.fact}: missing", expected=1, given=0)
    value, band = captured.value, criterion.band_for(captured.value)
    score = Decimal(0) if band is None else band.score
    reached = "below the table" if band is None else f">= {plain(band.at_least)}"
    formula = f"{criterion.fact} = {plain(value)}, {reached} -> {plain(score)}"
    return CriterionOutcome(criterion, Fraction(score), formula, expected=1, given=1)


def _from_judges(ballot: Ballot, nomination_id: UUID, criterion: Criterion) -> CriterionOutcome:
    given = [score.score for score in ballot.scores_by_key.get((nomination_id, criterion.key), [])]
    expected = len(ballot.panel.get(nomination_id, frozenset()))
    terms = [plain(score) for score in given]
    missing = expected - len(given)
    # A missing score is left out or is the mean of the others; both leave the mean of those who scored as it is.
    if missing and ballot.policy is MissingScorePolicy.ZERO:
        terms += ["0"] * missing
        given = [*given, *[Decimal(0)] * missing]
    score = mean(Fraction(each) for each in given)
    if score is None:
        return CriterionOutcome(criterion, None, "judges: missing", expected=expected, given=0)
    formula = f"({' + '.join(terms)}) / {len(terms)} = {plain(score)}"
    return CriterionOutcome(criterion, score, formula, expected=expected, given=expected - missing)


def _filled(
    ballot: Ballot,
    raw: Mapping[tuple[UUID, str], CriterionOutcome],
    nomination_id: UUID,
    criterion: Criterion,
) -> CriterionOutcome:
    outcome = raw[nomination_id, criterion.key]
    if outcome.score is not None or ballot.policy is MissingScorePolicy.DROP:
        return outcome
    if ballot.policy is MissingScorePolicy.ZERO:
        return _with(outcome, Fraction(0), f"{outcome.formula} -> 0")
    others = mean(
        score
        for (other, key), each in sorted(raw.items(), key=lambda pair: pair[0])
        if other != nomination_id and key == criterion.key and (score := each.score) is not None
    )
    score = Fraction(0) if others is None else others
    return _with(outcome, score, f"{outcome.formula} -> mean of the other nominations = {plain(score)}")


def _with(outcome: CriterionOutcome, score: Fraction, formula: str) -> CriterionOutcome:
    return CriterionOutcome(outcome.criterion, score, formula, outcome.expected, outcome.given)


def rank(ballot: Ballot) -> Ranking:
    """Place every nomination."""
    placed = _placed(list(standings(ballot).values()), ballot.tie_rule)
    outcome = [
        [place, standing.candidate.nomination_id, standing.total, _shown(standing)]
        for place, standing in placed
    ]
    digest = digest_of({"input": ballot.content(), "output": outcome})
    entries = tuple(_entry(place, standing) for place, standing in placed)
    unchosen = Ranking(entries, digest, ballot.quota)
    return _with_winners(unchosen, frozenset())


def _shown(standing: Standing) -> list[tuple[str, Decimal | None]]:
    return [
        (each.criterion.key, None if each.score is None else rounded(each.score))
        for each in standing.outcomes
    ]


def _entry(place: int, standing: Standing) -> Entry:
    candidate = standing.candidate
    return Entry(
        place=place,
        nomination_id=candidate.nomination_id,
        unit_id=candidate.unit_id,
        unit_name=candidate.unit_name,
        total=standing.total,
        scores=tuple(_shown(standing)),
        winner=False,
    )


def _rank_key(standing: Standing, tie_rule: TieRule) -> tuple[Decimal, ...]:
    if tie_rule is TieRule.SHARED_PLACE:
        return (-standing.total,)
    # What is left out counts less than any score.
    scores = [Decimal(1) if score is None else -score for _, score in _shown(standing)]
    return (-standing.total, *scores)


def _placed(unordered: Sequence[Standing], tie_rule: TieRule) -> list[tuple[int, Standing]]:
    """Places as in a competition: equals share one, and the places after them are skipped."""
    keyed = sorted(
        ((_rank_key(standing, tie_rule), standing) for standing in unordered),
        # Among equals the unit's id gives a stable order of lines, never a better place.
        key=lambda pair: (pair[0], pair[1].candidate.unit_id, pair[1].candidate.nomination_id),
    )
    placed: list[tuple[int, Standing]] = []
    for index, (key, standing) in enumerate(keyed):
        shares = index > 0 and keyed[index - 1][0] == key
        placed.append((placed[-1][0] if shares else index + 1, standing))
    return placed


def _with_winners(ranking: Ranking, chosen: frozenset[UUID]) -> Ranking:
    tied = {entry.nomination_id for entry in ranking.tied_at_quota}
    entries = tuple(
        Entry(
            entry.place,
            entry.nomination_id,
            entry.unit_id,
            entry.unit_name,
            entry.total,
            entry.scores,
            entry.nomination_id in chosen if entry.nomination_id in tied else entry.place <= ranking.quota,
        )
        for entry in ranking.entries
    )
    return Ranking(entries, ranking.digest, ranking.quota)


def choose(ranking: Ranking, chosen: Iterable[UUID]) -> Ranking:
    """The ranking with winners for every place of the quota; somebody must have chosen among too many equals."""
    picked, tied = frozenset(chosen), ranking.tied_at_quota
    if tied and not picked:
        raise TieUndecidedError(tied=len(tied), room=ranking.room_for_tied)
    if not picked <= {entry.nomination_id for entry in tied} or len(picked) != ranking.room_for_tied:
        text = "须从并列者中选出与剩余名额相同的个数", "must name as many of the tied as there is room for"
        raise InvalidArgumentError([Violation("tie_decision.nomination_ids", *text)])
    return _with_winners(ranking, picked)
