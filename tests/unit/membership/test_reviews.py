"""The political review area by area."""

from datetime import timedelta
from uuid import uuid4

import pytest

from membership.domain.acts import POLITICAL_REVIEW_AREAS
from membership.domain.admission import AdmissionCase
from membership.domain.evidence import evidence
from membership.domain.reviews import ItemResult, covered_areas, items, review_item
from membership.errors import FieldsContradictError
from tests.unit.membership.cases import APPLIED, CATALOGUE, GROWN, UP_TO_FORM, case_after, take

DAY = APPLIED + timedelta(days=400)
CLEAR, RETURNED = ItemResult.CLEAR, ItemResult.RETURNED


def reviewed(*found: tuple[str, ItemResult]) -> AdmissionCase:
    case = case_after(*UP_TO_FORM[:8])
    for area, result in found:
        note = "缺材料" if result is RETURNED else ""
        case = take(case, review_item(DAY, area, result, uuid4(), note))
    return case


def test_the_last_finding_of_each_area_counts_and_the_others_stay() -> None:
    first, second = POLITICAL_REVIEW_AREAS[:2]
    case = reviewed((second, CLEAR), (first, RETURNED))
    assert covered_areas(case) == [second]
    assert [(item.area, item.result, item.note) for item in items(case)] == [
        (first, RETURNED, "缺材料"),
        (second, CLEAR, ""),
    ]
    again = take(case, review_item(DAY, first, CLEAR, uuid4(), ""))
    assert covered_areas(again) == [first, second]


def test_nobody_says_that_all_is_covered_while_an_area_is_returned() -> None:
    said = {"political_review_areas": list(POLITICAL_REVIEW_AREAS)}
    untold = evidence(reviewed(), GROWN, said)
    partly = evidence(reviewed((POLITICAL_REVIEW_AREAS[0], RETURNED)), GROWN, said)
    assert untold["political_review_areas"] == list(POLITICAL_REVIEW_AREAS)
    assert partly["political_review_areas"] == []


@pytest.mark.parametrize(("result", "note"), [(CLEAR, "缺材料"), (RETURNED, " ")])
def test_a_return_and_nothing_else_says_what_is_missing(result: ItemResult, note: str) -> None:
    with pytest.raises(FieldsContradictError):
        review_item(DAY, POLITICAL_REVIEW_AREAS[0], result, uuid4(), note)


def test_it_is_led_between_the_prospect_and_the_branch_meeting_and_hidden_from_others() -> None:
    for last, due in (("contacts", False), ("prospect", True), ("admission_form", True)):
        taken = UP_TO_FORM[: UP_TO_FORM.index(last) + 1]
        assert CATALOGUE.may_take("political_review_item", taken) is due
    assert not CATALOGUE.may_take("political_review_item", (*UP_TO_FORM, "branch_meeting"))
    case = reviewed((POLITICAL_REVIEW_AREAS[0], RETURNED))
    assert items(case.without_review()) == ()
    assert case.head.step == UP_TO_FORM[7]
