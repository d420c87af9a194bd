"""The political review area by area: what was last found of each, and what is returned. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from membership.domain import steps as names
from membership.domain.acts import POLITICAL_REVIEW_AREAS, Act
from membership.domain.admission import AdmissionCase
from membership.errors import FieldsContradictError


class ItemResult(StrEnum):
    """What was found about an area."""

    CLEAR = "clear"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """What was last found about one area."""

    area: str
    result: ItemResult
    reviewed_on: date
    reviewer: str
    note: str


def review_item(on: date, area: str, result: ItemResult, reviewer: UUID, note: str) -> Act:
    """A finding about one area; a return says what is missing."""
    if (result is ItemResult.RETURNED) != bool(note.strip()):
        raise FieldsContradictError.of(
            "note",
            "退回补充时须写明需补充的内容，其他情形不写。",
            "A return says what is missing, and nothing else does.",
        )
    detail = {"area": area, "result": result.value, "reviewer": str(reviewer), "note": note}
    return Act(names.REVIEW_ITEM, on, detail, people=(reviewer,))


def items(case: AdmissionCase) -> tuple[ReviewItem, ...]:
    """What was last found about each area, in the order of the regulation; nothing for who may not know."""
    last = {
        step.detail["area"]: step
        for step in case.steps
        if step.step == names.REVIEW_ITEM and "area" in step.detail
    }
    return tuple(
        ReviewItem(
            area,
            ItemResult(last[area].detail["result"]),
            last[area].occurred_on,
            last[area].detail["reviewer"],
            last[area].detail["note"],
        )
        for area in POLITICAL_REVIEW_AREAS
        if area in last
    )


def covered_areas(case: AdmissionCase) -> list[str] | None:
    """The areas that are clear; None where the review was not led area by area."""
    found = items(case)
    return [item.area for item in found if item.result is ItemResult.CLEAR] if found else None
