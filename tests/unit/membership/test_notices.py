"""Objections to public notices: what they stand against, and when they no longer do."""

from datetime import timedelta

import pytest

from membership.domain import steps as names
from membership.domain.admission import AdmissionCase
from membership.domain.notices import objections, raising, settling, standing_objections
from membership.errors import (
    DayOutOfOrderError,
    StepNotDueError,
)
from membership.errors.papers import (
    ObjectionNotOpenError,
)
from tests.unit.membership.cases import APPLIED, case_after, take

DAY = timedelta(days=1)
RAISED, SETTLED = APPLIED + 100 * DAY, APPLIED + 110 * DAY


def objected() -> AdmissionCase:
    case = case_after("application", "talk")
    return take(case, raising(case, names.ACTIVIST, "听说", on=RAISED))


def settled(*, upheld: bool) -> AdmissionCase:
    case = objected()
    return take(case, settling(case, 1, upheld=upheld, finding="查明", on=SETTLED))


def test_an_open_objection_stands_against_its_step_alone_whatever_notice_hangs() -> None:
    case = objected()
    for posted in (None, RAISED - DAY, RAISED + 50 * DAY):
        assert standing_objections(case, names.ACTIVIST, posted) == 1
        assert standing_objections(case, names.PROSPECT, posted) == 0


def test_what_is_dismissed_stands_against_nothing() -> None:
    assert standing_objections(settled(upheld=False), names.ACTIVIST, RAISED - DAY) == 0


def test_what_is_upheld_ends_with_a_notice_of_a_later_day() -> None:
    case = settled(upheld=True)
    for posted, standing in ((None, 1), (SETTLED - DAY, 1), (SETTLED, 1), (SETTLED + DAY, 0)):
        assert standing_objections(case, names.ACTIVIST, posted) == standing


def test_an_objection_is_settled_once_and_not_before_it_was_raised() -> None:
    case = objected()
    with pytest.raises(DayOutOfOrderError):
        settling(case, 1, upheld=False, finding="", on=RAISED - DAY)
    assert settling(case, 1, upheld=False, finding="", on=RAISED).detail["number"] == 1
    for found, number in ((case, 2), (settled(upheld=True), 1)):
        with pytest.raises(ObjectionNotOpenError):
            settling(found, number, upheld=False, finding="", on=SETTLED)


def test_nobody_objects_to_what_was_done_and_objections_are_counted() -> None:
    case = case_after("application", "talk", "activist")
    with pytest.raises(StepNotDueError):
        raising(case, names.ACTIVIST, "晚了", on=RAISED)
    twice = take(objected(), raising(objected(), names.PROSPECT, "另一件", on=RAISED))
    assert [(each.number, each.step) for each in objections(twice)] == [
        (1, names.ACTIVIST),
        (2, names.PROSPECT),
    ]


def test_the_words_are_hidden_from_who_need_not_know_them_and_the_state_is_not() -> None:
    (shown,) = objections(settled(upheld=True).without_review())
    assert (shown.content, shown.finding, shown.upheld, shown.settled_on) == (None, None, True, SETTLED)


def test_an_objection_does_not_move_the_case_on() -> None:
    assert objected().head.step == "talk"
