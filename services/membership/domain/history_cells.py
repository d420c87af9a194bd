"""A case as the rows of a table, in the shape in which case histories are taken."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from membership.domain import steps as names
from membership.domain.admission import AdmissionCase, TakenStep
from membership.domain.ballots import Totals
from membership.domain.history_rows import METHODS, OUTCOMES, RESULTS
from membership.domain.paper import own_papers
from membership.domain.rosters import (
    ABSTAINED,
    ARCHIVE,
    BEGUN,
    DAY,
    EXTENSION,
    FORM,
    FULL,
    GROUP,
    HOURS,
    METHOD,
    NO,
    NOTICED,
    ORGAN,
    OUTCOME,
    PAPERS,
    PEOPLE,
    PERFORMANCE,
    PRESENT,
    RESULT,
    SEPARATELY,
    SHOULD,
    SIGNED,
    STEP,
    TRAINED,
    WRITTEN_NO,
    WRITTEN_YES,
    YES,
    day_text,
)

# Under which names the people and the unit of a step are kept; a reviewer is a person or a unit, as the step has it.
_PEOPLE_KEYS = ("people", "talker")
_UNIT_KEYS = ("organizer", "approver")
_REVIEWER = "reviewer"
_PLAIN = {
    NOTICED.header: "noticed_from",
    TRAINED.header: "days",
    HOURS.header: "class_hours",
    ARCHIVE.header: "archive_reference",
    FORM.header: "form_number",
    GROUP.header: "group_name",
}


def people_of(step: TakenStep) -> list[UUID]:
    """Whom a step names."""
    detail = step.detail
    found: list[Any] = [item for key in _PEOPLE_KEYS for item in _as_list(detail.get(key))]
    if step.step == names.POLITICAL_REVIEW:
        found += _as_list(detail.get(_REVIEWER))
    return [UUID(str(item)) for item in found]


def unit_of(step: TakenStep) -> UUID | None:
    """Which unit a step names."""
    keys = (*_UNIT_KEYS, _REVIEWER) if step.step == names.PRE_REVIEW else _UNIT_KEYS
    value = next((step.detail[key] for key in keys if step.detail.get(key)), None)
    return None if value is None else UUID(str(value))


def _as_list(value: Any) -> list[Any]:
    if not value:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def cells_of(
    case: AdmissionCase,
    step: TakenStep,
    zh: str,
    numbers: Mapping[UUID, str],
    units: Mapping[UUID, str],
) -> dict[str, str]:
    """One step by the headers of its columns. What a political review found has fewer readers and is not in it."""
    detail = step.detail
    unit_id = unit_of(step)
    cells = {
        STEP.header: zh,
        DAY.header: day_text(step.occurred_on),
        PEOPLE.header: "、".join(numbers.get(person, "") for person in people_of(step)),
        ORGAN.header: "" if unit_id is None else units.get(unit_id, str(unit_id)),
        PAPERS.header: "、".join(
            paper for paper in detail.get("documents", ()) if paper not in own_papers(step.step)
        ),
        RESULT.header: _word(RESULTS, detail.get("result")),
        **{header: _text(detail.get(name)) for header, name in _PLAIN.items()},
        **_end_of_probation(case, step),
    }
    if step.step == names.POLITICAL_REVIEW:
        cells[ARCHIVE.header] = ""
    ballot = next((item for item in case.ballots if item.number == detail.get("ballot")), None)
    if ballot is not None:
        cells |= _votes(ballot.totals, ballot.should_attend)
    return cells


def _end_of_probation(case: AdmissionCase, step: TakenStep) -> dict[str, str]:
    head = case.head
    if step.step == names.APPROVAL:
        return {BEGUN.header: day_text(head.probation_from)}
    if step.step == names.CONVERSION_MEETING:
        return {OUTCOME.header: _word(OUTCOMES, step.detail.get("outcome"))}
    if step.step != names.CONVERSION_APPROVAL:
        return {}
    outcome = step.detail.get("outcome") or ("extend" if step.superseded else head.conversion_outcome)
    return {
        OUTCOME.header: _word(OUTCOMES, outcome),
        EXTENSION.header: (head.extension or "") if outcome == "extend" else "",
        FULL.header: day_text(head.full_member_from) if outcome == "convert" else "",
    }


def _votes(totals: Totals, should_attend: int) -> dict[str, str]:
    counts = {
        SHOULD: should_attend,
        PRESENT: totals.present,
        YES: totals.yes,
        NO: totals.no,
        ABSTAINED: totals.abstentions,
        WRITTEN_YES: totals.written_yes,
        WRITTEN_NO: totals.written_no,
    }
    answers = {
        SEPARATELY: totals.voted_separately,
        PERFORMANCE: totals.performance_recorded,
        SIGNED: totals.secretary_signed,
    }
    return {
        METHOD.header: _word(METHODS, totals.method),
        **{column.header: str(count) for column, count in counts.items()},
        **{column.header: "是" if said else "" for column, said in answers.items()},
    }


def _word(words: Mapping[str, str], value: object) -> str:
    return next((word for word, meaning in words.items() if meaning == value), "")


def _text(value: object) -> str:
    return "" if value is None else str(value)
