"""Where the total of a nomination comes from, and how much of it a reader may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from evaluation.domain.awards import Criterion, FactKey, Source
from evaluation.domain.editions import Edition
from evaluation.domain.nominations import JudgeScore, Nomination
from evaluation.domain.ranking import CriterionOutcome, Entry, Standing
from evaluation.domain.recorded import CapturedFact
from evaluation.domain.values import rounded


@dataclass(frozen=True, slots=True)
class CriterionTrace:
    """How the score of one criterion came about."""

    criterion: Criterion
    score: Decimal | None
    contribution: Decimal | None
    formula: str
    fact: CapturedFact | None
    judge_scores: tuple[JudgeScore, ...]
    expected: int
    given: int


@dataclass(frozen=True, slots=True)
class Trace:
    """The criteria of a nomination in their order, and where it stands; no entry before it may be seen."""

    nomination: Nomination
    edition: Edition
    criteria: tuple[CriterionTrace, ...]
    entry: Entry | None


def trace(
    nomination: Nomination,
    edition: Edition,
    standing: Standing,
    facts: Mapping[FactKey, CapturedFact],
    given: Sequence[JudgeScore],
    *,
    sees_scores: bool,
) -> Trace:
    """
    The trace as a reader may see it.

    Until the notice what judges gave is seen only by whoever may read scores; who gave it, always only by them.
    """
    sees_judged = sees_scores or edition.public
    lines = tuple(
        _line(standing, outcome, facts, given if sees_scores else (), sees_judged=sees_judged)
        for outcome in standing.outcomes
    )
    found = [entry for entry in edition.entries if entry.nomination_id == nomination.nomination_id]
    return Trace(nomination, edition, lines, found[0] if found and sees_judged else None)


def _line(
    standing: Standing,
    outcome: CriterionOutcome,
    facts: Mapping[FactKey, CapturedFact],
    given: Sequence[JudgeScore],
    *,
    sees_judged: bool,
) -> CriterionTrace:
    criterion = outcome.criterion
    shown = sees_judged or criterion.source is Source.FACT
    contribution = standing.contribution(outcome) if shown else None
    return CriterionTrace(
        criterion=criterion,
        score=rounded(outcome.score) if shown and outcome.score is not None else None,
        contribution=None if contribution is None else rounded(contribution),
        formula=outcome.formula if shown else "",
        fact=facts.get(criterion.fact) if criterion.fact else None,
        judge_scores=tuple(score for score in given if score.criterion == criterion.key),
        expected=outcome.expected,
        given=outcome.given,
    )


def facts_of(facts: Sequence[CapturedFact], nomination_id: UUID) -> dict[FactKey, CapturedFact]:
    """The facts captured for one nomination, by key."""
    return {fact.fact: fact for fact in facts if fact.nomination_id == nomination_id}
