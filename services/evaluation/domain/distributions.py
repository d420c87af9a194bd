"""How the scores of an edition are spread, so that editions can be laid beside each other; judges no single unit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from evaluation.domain.editions import Edition
from evaluation.domain.ranking import Entry
from evaluation.domain.values import mean, rounded


@dataclass(frozen=True, slots=True)
class Distribution:
    """Five numbers and the mean of some scores; none of no score."""

    count: int
    # Lowest, lower quartile, median, upper quartile, highest: scores that were given, by the nearest rank.
    points: tuple[Decimal, ...]
    mean: Decimal | None


@dataclass(frozen=True, slots=True)
class EditionDistribution:
    """The totals of an edition, and the scores by criterion and by dimension."""

    edition_id: UUID
    number: int
    year: int
    totals: Distribution
    criteria: tuple[tuple[str, Distribution], ...]
    dimensions: tuple[tuple[str, Distribution], ...]


def spread(scores: Iterable[Decimal]) -> Distribution:
    """How scores are spread."""
    known = sorted(scores)
    average = mean(Fraction(score) for score in known)
    points = tuple(_at(known, quarter) for quarter in range(5)) if known else ()
    return Distribution(len(known), points, None if average is None else rounded(average))


def _at(known: Sequence[Decimal], quarter: int) -> Decimal:
    # The nearest rank, rounded up: the score that at least so many quarters do not exceed.
    return known[max(0, -(-quarter * len(known) // 4) - 1)]


def distribution_of(edition: Edition) -> EditionDistribution:
    """How the scores of an edition are spread; a score that was left out counts nowhere."""
    keys = [criterion.key for criterion in edition.criteria]
    dimensions = list(dict.fromkeys(criterion.dimension for criterion in edition.criteria))
    by_unit = [dict(entry.scores) for entry in edition.entries]
    return EditionDistribution(
        edition_id=edition.edition_id,
        number=edition.number,
        year=edition.year,
        totals=spread(entry.total for entry in edition.entries),
        criteria=tuple(
            (key, spread(score for scores in by_unit if (score := scores.get(key)) is not None))
            for key in keys
        ),
        dimensions=tuple(
            (
                dimension,
                spread(
                    score
                    for entry in edition.entries
                    if (score := _in_dimension(edition, entry, dimension)) is not None
                ),
            )
            for dimension in dimensions
        ),
    )


def _in_dimension(edition: Edition, entry: Entry, dimension: str) -> Decimal | None:
    """What a unit scored in a dimension: the mean of its criteria by their weights, of those that count for it."""
    scores = dict(entry.scores)
    counted = [
        (Fraction(criterion.weight), Fraction(score))
        for criterion in edition.criteria
        if criterion.dimension == dimension and (score := scores.get(criterion.key)) is not None
    ]
    weight = sum((each for each, _ in counted), Fraction(0))
    if not weight:
        return None
    return rounded(sum((each * score for each, score in counted), Fraction(0)) / weight)
