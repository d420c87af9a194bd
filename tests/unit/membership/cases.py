"""Admission cases made by hand, and the rules of a day, for tests of the domain."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from membership.domain import acts
from membership.domain.acts import Act
from membership.domain.admission import AdmissionCase, CaseHead, CaseState
from membership.domain.evidence import Standing
from membership.domain.steps import Catalogue
from rulebook import RuleBook, RuleSet

APPLIED = date(2024, 10, 8)
NOW = datetime(2024, 10, 8, 1, tzinfo=UTC)
NATION = RuleBook.shipped("nation", "steps", "branches")
RULES: RuleSet = NATION.in_force(APPLIED)
CATALOGUE = Catalogue.of(RULES)
GROWN = Standing(born_on=date(2005, 3, 1), belongs_to_branch=False)


def head(**fields: Any) -> CaseHead:
    values: dict[str, Any] = {
        "case_id": uuid4(),
        "person_id": uuid4(),
        "unit_id": uuid4(),
        "applied_on": APPLIED,
        "pack_digest": RULES.digest,
        "state": CaseState.OPEN,
        "stage": 1,
        "step": "application",
        "version": 1,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return CaseHead(**(values | fields))


def case_after(*taken: Act | str, **fields: Any) -> AdmissionCase:
    """A case after these acts; a name alone is a step of the application's day."""
    case = AdmissionCase(head(**fields))
    for item in taken:
        act = acts.plain(item, APPLIED) if isinstance(item, str) else item
        case = take(case, act)
    return case


def take(case: AdmissionCase, act: Act) -> AdmissionCase:
    return acts.take(case, act, CATALOGUE, (), now=NOW, by=None)


def people(count: int) -> tuple[UUID, ...]:
    return tuple(uuid4() for _ in range(count))


# Every step before the branch meeting, in order.
UP_TO_FORM = (
    "application",
    "talk",
    "activist",
    "activist_filing",
    "contacts",
    "prospect",
    "prospect_filing",
    "introducers",
    "political_review",
    "training",
    "committee_review",
    "pre_review",
    "admission_form",
)
