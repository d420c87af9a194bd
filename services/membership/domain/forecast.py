"""From which day the next milestone of a case is possible, as far as days decide; papers and votes are not foreseen."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from membership.domain import steps as names
from membership.domain.admission import AdmissionCase, CaseHead
from membership.domain.evidence import Standing, evidence
from membership.domain.steps import Catalogue
from rulebook import RuleSet, blocking, evaluate

MILESTONES = (names.ACTIVIST, names.PROSPECT, names.BRANCH_MEETING, names.CONVERSION_MEETING)


@dataclass(frozen=True, slots=True)
class Foretold:
    """A case, its next milestone, and the first day that the rules allow."""

    head: CaseHead
    step: str
    eligible_on: date
    rule_id: str
    provisional: bool


def foretell(case: AdmissionCase, standing: Standing, rules: RuleSet, *, today: date) -> Foretold | None:
    """What the days of the case's own rules say; None where no milestone is ahead."""
    catalogue, taken = Catalogue.of(rules), case.taken
    step = next((name for name in MILESTONES if name not in taken and catalogue.named(name)), None)
    if step is None:
        return None
    facts = evidence(case, standing, {})
    verdicts = [
        verdict
        for operation in catalogue.operations(step)
        for verdict in evaluate(rules, operation=operation, facts=facts, on=today)
    ]
    waits = [(verdict.clears_on, verdict) for verdict in blocking(verdicts) if verdict.clears_on is not None]
    if not waits:
        return Foretold(case.head, step, today, "", False)
    day, last = max(waits, key=lambda pair: pair[0])
    return Foretold(case.head, step, day, last.rule_id, any(verdict.provisional for _, verdict in waits))


def by_month(people: Iterable[Foretold]) -> list[tuple[str, str, int]]:
    """How many people become eligible in each month, by milestone."""
    counted = Counter((f"{one.eligible_on:%Y-%m}", one.step) for one in people)
    return [(month, step, number) for (month, step), number in sorted(counted.items())]


@dataclass(frozen=True, slots=True)
class ForecastPage:
    """A page of the forecast; the last case of it, where another page follows."""

    people: tuple[Foretold, ...]
    next_after: UUID | None
