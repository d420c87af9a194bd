"""What is to be said of a case: steps taken although a rule was not satisfied, and days that have passed."""

from dataclasses import dataclass
from datetime import date

from membership.domain.admission import AdmissionCase, CaseHead, TakenStep, without_conclusion
from membership.domain.duties import InboxItem, overdue_of_case
from membership.domain.steps import Catalogue
from membership.domain.verdicts import Judgement
from rulebook import RuleSet


@dataclass(frozen=True, slots=True)
class StepFinding:
    """A step with one rule that stood against it when it was taken."""

    step: TakenStep
    zh: str
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class CaseFindings:
    """What is to be said of one case."""

    head: CaseHead
    steps: tuple[StepFinding, ...]
    overdue: tuple[InboxItem, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing is to be said."""
        return not self.steps and not self.overdue


def examine(case: AdmissionCase, rules: RuleSet, *, today: date) -> CaseFindings:
    """Look at a case; readers of lists do not learn what the political review concluded."""
    catalogue = Catalogue.of(rules)
    steps = tuple(
        StepFinding(step, catalogue.zh(step.step), judgement)
        for step in case.valid_steps
        for judgement in without_conclusion(step.judgements)
        if not judgement.satisfied
    )
    return CaseFindings(case.head, steps, tuple(overdue_of_case(case, rules, catalogue, today=today)))
