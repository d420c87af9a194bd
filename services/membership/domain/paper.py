"""An admission case as it is on paper, and what each of its steps records; decides nothing about the order.

What is not known stays away: neither a record nor a fact for the rules is made up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any
from uuid import UUID

from membership.domain import steps as names
from membership.domain.acts import CULTIVATION_RECORDS, Act
from membership.domain.ballots import ConversionOutcome, Totals
from rulebook import Fact


@dataclass(frozen=True, slots=True)
class PaperStep:
    """One step that was taken; None and empty where the paper says nothing. `index` is its place in the request."""

    index: int
    step: str
    occurred_on: date
    person_ids: tuple[UUID, ...] = ()
    unit_id: UUID | None = None
    documents: tuple[str, ...] = ()
    noticed_from: date | None = None
    days: int | None = None
    class_hours: int | None = None
    conclusion: str | None = None
    result: str | None = None
    archive_reference: str | None = None
    form_number: str | None = None
    group_name: str | None = None
    ballot: Totals | None = None
    conversion_outcome: ConversionOutcome | None = None
    extension: str | None = None
    probation_from: date | None = None
    full_member_from: date | None = None

    @property
    def outcome(self) -> ConversionOutcome:
        """What was resolved or decided at the end of probation."""
        return self.conversion_outcome or ConversionOutcome.CONVERT


@dataclass(frozen=True, slots=True)
class PaperCase:
    """A case with the document it is taken from."""

    person_id: UUID
    unit_id: UUID
    applied_on: date
    source_reference: str
    route: str | None = None
    is_chinese_citizen: bool = False
    accepts_programme: bool = False
    steps: tuple[PaperStep, ...] = ()

    def application(self) -> Act:
        """The application as the first step."""
        return Act(
            names.APPLICATION,
            self.applied_on,
            {"route": self.route},
            {
                "application_route": self.route,
                # The paper either says so or is silent.
                "is_chinese_citizen": self.is_chinese_citizen or None,
                "accepts_programme": self.accepts_programme or None,
            },
            documents=("membership_application",),
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """What is recorded with a step: fields beside the common ones, and under which names people and units are kept."""

    fields: frozenset[str] = frozenset()
    people: str | None = None
    unit: str | None = None
    papers: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()


def _kept(*given: str, **options: Any) -> Kept:
    return Kept(frozenset(given), **options)


_COMMON = frozenset({"index", "step", "occurred_on", "documents"})
_KEPT: Mapping[str, Kept] = {
    "talk": _kept("person_ids", people="talker"),
    names.ACTIVIST: _kept("noticed_from"),
    "activist_filing": _kept(papers=("activist_filing",)),
    names.CONTACTS: _kept("person_ids", people="people"),
    names.CULTIVATION: _kept(papers=(CULTIVATION_RECORDS,)),
    names.THOUGHT_REPORT: _kept("archive_reference"),
    names.PROSPECT: _kept("noticed_from"),
    "prospect_filing": _kept(papers=("prospect_filing",)),
    names.INTRODUCERS: _kept("person_ids", people="people"),
    names.POLITICAL_REVIEW: _kept("person_ids", "conclusion", "archive_reference", people="reviewer"),
    names.TRAINING: _kept("unit_id", "days", "class_hours", unit="organizer"),
    names.PRE_REVIEW: _kept("unit_id", "result", unit="reviewer"),
    names.ADMISSION_FORM: _kept("form_number", papers=("admission_form",)),
    names.BRANCH_MEETING: _kept("noticed_from", "ballot"),
    names.SUPERIOR_TALK: _kept("person_ids", people="talker"),
    names.APPROVAL: _kept("unit_id", "probation_from", unit="approver"),
    "approval_filing": _kept(papers=("approval_filing",)),
    names.ASSIGNMENT: _kept("group_name"),
    names.PROBATION_ASSESSMENT: _kept(papers=(CULTIVATION_RECORDS,)),
    names.CONVERSION_REQUEST: _kept(papers=("conversion_request",), acts=("conversion_request",)),
    names.CONVERSION_REVIEW: _kept(papers=("conversion_committee_review",)),
    names.CONVERSION_MEETING: _kept(
        "noticed_from", "ballot", "conversion_outcome", acts=("conversion_meeting",)
    ),
    names.CONVERSION_APPROVAL: _kept(
        *("unit_id", "noticed_from", "conversion_outcome", "extension", "full_member_from"), unit="approver"
    ),
    names.ARCHIVE: _kept("archive_reference"),
}
_NOTHING = Kept()
# Several people belong to these; one person to every other step that names any.
_SEVERAL = frozenset({names.CONTACTS, names.INTRODUCERS})
# Kept as they stand, under their own name.
_PLAIN = ("days", "class_hours", "conclusion", "result", "archive_reference", "form_number", "group_name")


def own_papers(step: str) -> tuple[str, ...]:
    """The papers that a step is or brings by itself; nobody needs to name them."""
    return ("membership_application",) if step == names.APPLICATION else _KEPT.get(step, _NOTHING).papers


def misplaced(step: PaperStep) -> list[str]:
    """The fields given with a step that does not record them."""
    allowed = _KEPT.get(step.step, _NOTHING).fields | _COMMON
    given = [item.name for item in fields(step) if getattr(step, item.name) not in (None, ())]
    extra = [name for name in given if name not in allowed]
    if "person_ids" in allowed and len(step.person_ids) > 1 and step.step not in _SEVERAL:
        extra.append("person_ids")
    return extra


def act_of(step: PaperStep) -> Act:
    """The step as an act, with what it records, the papers it brings and the facts it states."""
    kept = _KEPT.get(step.step, _NOTHING)
    papers = (*step.documents, *kept.papers)
    return Act(
        step.step,
        step.occurred_on,
        _detail(step, kept, papers),
        _facts(step),
        documents=papers,
        people=step.person_ids,
        units=() if step.unit_id is None else (step.unit_id,),
        only_stated_documents=step.step == names.ARCHIVE,
    )


def _detail(step: PaperStep, kept: Kept, papers: tuple[str, ...]) -> dict[str, Any]:
    detail: dict[str, Any] = {name: getattr(step, name) for name in _PLAIN}
    if step.noticed_from is not None:
        detail["noticed_from"] = step.noticed_from.isoformat()
    if step.step in _SEVERAL:
        detail["people"] = [str(person) for person in step.person_ids]
    elif kept.people is not None and step.person_ids:
        detail[kept.people] = str(step.person_ids[0])
    if kept.unit is not None and step.unit_id is not None:
        detail[kept.unit] = str(step.unit_id)
    if step.step == names.CONVERSION_REVIEW:
        detail["acts"] = list(papers)
    elif kept.acts:
        detail["acts"] = list(kept.acts)
    if step.step == names.CONVERSION_MEETING:
        detail["outcome"] = step.outcome.value
    return detail


def _facts(step: PaperStep) -> dict[str, Fact]:
    facts: dict[str, Fact] = {"notice_posted_on": step.noticed_from}
    if not step.documents:
        # That no papers are named does not say that there were none.
        facts["case_documents"] = None
    if step.person_ids and step.step == names.CONTACTS:
        facts["contact_count"] = len(step.person_ids)
    if step.person_ids and step.step == names.INTRODUCERS:
        facts["introducer_count"] = len(step.person_ids)
    if step.ballot is not None:
        facts |= _ballot_facts(step.ballot)
    return facts


def _ballot_facts(totals: Totals) -> dict[str, Fact]:
    """What the minutes say; unlike a vote taken here, silence is no statement."""
    facts: dict[str, Fact] = {
        "present_voters": totals.present,
        "should_attend_voters": totals.stated_should_attend,
        "yes_votes": totals.yes,
        "written_yes_votes": totals.written_yes,
        "ballot": totals.method or None,
        "voted_separately": totals.voted_separately or None,
    }
    if totals.performance_recorded and totals.secretary_signed:
        facts["resolution_fields"] = [
            *("voter_counts", "voting_result", "resolution_day", "main_performance", "secretary_signature")
        ]
    return facts


@dataclass(frozen=True, slots=True)
class Reference:
    """Somebody or something a case names, with the path of the field in the request."""

    path: str
    id: UUID = field(compare=False)


def people_of(case: PaperCase, path: str) -> list[Reference]:
    """Everybody the case names."""
    named = [Reference(f"{path}.person_id", case.person_id)]
    named += [
        Reference(f"{path}.steps[{step.index}].person_ids[{place}]", person)
        for step in case.steps
        for place, person in enumerate(step.person_ids)
    ]
    return named


def units_of(case: PaperCase, path: str) -> list[Reference]:
    """Every unit the case names."""
    named = [Reference(f"{path}.unit_id", case.unit_id)]
    named += [
        Reference(f"{path}.steps[{step.index}].unit_id", step.unit_id)
        for step in case.steps
        if step.unit_id is not None
    ]
    return named
