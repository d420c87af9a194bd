"""What the rules read of a case: facts by the names of the rulebook, taken from the steps recorded so far.

A fact that nobody has recorded is left out; a rule that needs it then says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from membership.domain import steps as names
from membership.domain.admission import AdmissionCase
from membership.domain.ballots import ConversionOutcome
from membership.domain.reviews import covered_areas
from rulebook import NO_END, Fact, Facts, Period, RuleSet

# The rule whose interval is the length of probation.
PROBATION_RULE = "DEV-25"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the applicant beside the case."""

    born_on: date | None
    belongs_to_branch: bool


def evidence(case: AdmissionCase, standing: Standing, stated: Mapping[str, Any]) -> Facts:
    """The facts of the case, and over them those that the step asked for states itself."""
    facts: dict[str, Fact] = {
        "application_on": case.head.applied_on,
        "born_on": standing.born_on,
        "activist_on": case.day_of(names.ACTIVIST),
        # The step is the committee's decision; the filing has a step of its own (LOC-06).
        "activist_decided_on": case.day_of(names.ACTIVIST),
        "application_route": _route(case),
        "prospect_on": case.day_of(names.PROSPECT),
        "prospect_consented_on": case.day_of(names.PROSPECT_FILING),
        "planned_on": case.day_of(names.COMMITTEE_REVIEW),
        "last_assessment_on": _last_assessment(case),
        # A case is open without a break, also while it moves between branches (DEV-08, C17).
        "cultivation_paused_days": 0,
        "leaves_unit_on": _leaving_day(case),
        "committee_review_passed": names.COMMITTEE_REVIEW in case.taken,
        "branch_resolution_on": case.day_of(names.BRANCH_MEETING),
        # The roll lets membership begin with the resolution (DEV-25, DEV-38).
        "membership_starts_on": case.day_of(names.BRANCH_MEETING),
        "admission_approved": names.APPROVAL in case.taken,
        "assigned_to_branch": standing.belongs_to_branch,
        "case_documents": documents_of(case, ()),
        # Known where a step is asked for.
        "standing_objections": 0,
        # Of the quarterly thought report.
        "last_done_on": _latest(case, names.THOUGHT_REPORT),
        "anchor_on": case.day_of(names.ACTIVIST),
        **_review_facts(case),
        **_training_facts(case),
        **_form_facts(case),
        **_probation_facts(case),
    }
    facts.update(stated)
    areas = covered_areas(case)
    if areas is not None:
        # Where areas were reviewed one by one, nobody says that all were covered while one is returned.
        facts["political_review_areas"] = areas
    return facts


def _route(case: AdmissionCase) -> str:
    application = case.last(names.APPLICATION)
    route = None if application is None else application.detail.get("route")
    # Of a case from paper nobody may have said it: article 6 names the unit first, the others are exceptions.
    return str(route or "work_or_study_unit")


def documents_of(case: AdmissionCase, brought: Iterable[str], *, only_brought: bool = False) -> list[str]:
    """The papers of the case together with those that a step brings."""
    return sorted(set(brought) if only_brought else {*_documents(case), *brought})


def _documents(case: AdmissionCase) -> set[str]:
    return {name for step in case.valid_steps for name in step.detail.get("documents", ())}


def _last_assessment(case: AdmissionCase) -> date | None:
    step = names.PROBATION_ASSESSMENT if names.APPROVAL in case.taken else names.CULTIVATION
    return _latest(case, step)


def _latest(case: AdmissionCase, step: str) -> date | None:
    """The latest day of a step that is taken again and again; the last one recorded may lie before it."""
    return max((item.occurred_on for item in case.valid_steps if item.step == step), default=None)


def _leaving_day(case: AdmissionCase) -> date:
    pre_review = case.last(names.PRE_REVIEW)
    text = None if pre_review is None else pre_review.detail.get("leaves_unit_on")
    return NO_END if text is None else date.fromisoformat(text)


def _review_facts(case: AdmissionCase) -> dict[str, Fact]:
    political = case.last(names.POLITICAL_REVIEW)
    pre_review = case.last(names.PRE_REVIEW)
    return {
        "political_review_result": None if political is None else political.detail.get("conclusion"),
        "political_reviewed_on": None if political is None else political.occurred_on,
        "pre_review_result": None if pre_review is None else pre_review.detail.get("result"),
        "pre_reviewed_on": None if pre_review is None else pre_review.occurred_on,
    }


def _training_facts(case: AdmissionCase) -> dict[str, Fact]:
    training = case.last(names.TRAINING)
    if training is None:
        return {}
    return {
        "training_days": training.detail.get("days"),
        "training_class_hours": training.detail.get("class_hours"),
        "training_completed_on": training.occurred_on,
    }


def _form_facts(case: AdmissionCase) -> dict[str, Fact]:
    issued_on = case.day_of(names.ADMISSION_FORM)
    # Forms are numbered by the year in which they are filled in.
    ends_on = None if issued_on is None else date(issued_on.year, 12, 31)
    return {"form_issued_on": issued_on, "form_series_ends_on": ends_on}


def _probation_facts(case: AdmissionCase) -> dict[str, Fact]:
    head = case.head
    extensions = int(head.extension is not None)
    elsewhere = head.probation_from is not None and head.approver_unit_id is None
    return {
        "developed_where": "elsewhere" if elsewhere else "here",
        "probation_starts_on": head.probation_from,
        "probation_ends_on": head.probation_until,
        "probation_original_end_on": _original_end(case),
        # With the one that is being asked for.
        "extension_count": extensions + 1,
        "conversion_resolution_on": case.day_of(names.CONVERSION_MEETING),
        "conversion_acts": conversion_acts(case),
    }


def _original_end(case: AdmissionCase) -> date | None:
    approval = case.last(names.APPROVAL)
    text = None if approval is None else approval.detail.get("probation_until")
    return None if text is None else date.fromisoformat(text)


def conversion_acts(case: AdmissionCase) -> list[str]:
    """The acts of the conversion in the order in which they were recorded (DEV-28)."""
    acts: list[str] = []
    for step in case.valid_steps:
        if step.step in names.OF_CONVERSION:
            acts.extend(step.detail.get("acts", ()))
    return acts


def probation_end(rules: RuleSet, start: date) -> date:
    """The end of probation: start and length, by the rule set of the case (C8)."""
    rule = rules.rules_named(PROBATION_RULE)[0]
    return rule.parameters.need("interval", Period).after(start)


def extension_end(original_end: date, extension: str) -> date:
    """The end of an extension, counted from the end of probation whenever it was decided (C9)."""
    return Period.parse(extension).after(original_end)


def outcome_operations(outcome: ConversionOutcome, approval_operation: str) -> tuple[str, ...]:
    """What is judged when a committee decides at the end of probation."""
    if outcome is ConversionOutcome.EXTEND:
        return (approval_operation, "admission.probation_extension")
    return (approval_operation,)
