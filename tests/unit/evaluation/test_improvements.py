"""Improvement items: which scores are low, what may follow what, and what the next edition says."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import InvalidArgumentError
from evaluation.domain.awards import Criterion, Source
from evaluation.domain.editions import Edition, EditionState
from evaluation.domain.improvements import (
    ImprovementItem,
    ImprovementState,
    Outcome,
    check_announced,
    check_threshold,
    low_scores,
)
from evaluation.domain.ranking import Entry
from evaluation.errors import EditionStateError, ImprovementItemWrongStateError

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)
UNIT = UUID(int=1)


def entry(unit_id: UUID = UNIT, **scores: str | None) -> Entry:
    found = tuple((key, None if score is None else Decimal(score)) for key, score in scores.items())
    return Entry(1, UUID(int=9), unit_id, "第一党支部", Decimal(0), found, False)


def edition(
    *entries: Entry, number: int = 1, state: EditionState = EditionState.NOTICE, **values: Any
) -> Edition:
    criteria = tuple(Criterion(key, "life", f"{key}名", Decimal("0.5"), Source.JUDGES) for key in ("a", "b"))
    return Edition(
        edition_id=UUID(int=100 + number),
        award_id=UUID(int=50),
        number=number,
        year=2025 + number,
        quota=1,
        state=state,
        created_at=NOW,
        updated_at=NOW,
        version=1,
        criteria=criteria,
        entries=entries,
        **values,
    )


def item(state: ImprovementState = ImprovementState.PROPOSED, **values: Any) -> ImprovementItem:
    (made,) = low_scores(edition(entry(a="59.9")), Decimal(60), now=NOW)
    return replace(made, state=state, **values)


@pytest.mark.covers("S63", "F77")
def test_a_score_below_the_threshold_is_low_and_the_threshold_itself_is_not() -> None:
    other = UUID(int=2)
    ranked = edition(entry(a="59.9999", b="60"), entry(other, a="0", b=None))

    found = low_scores(ranked, Decimal(60), now=NOW)

    assert [(one.unit_id, one.criterion_key, one.score) for one in found] == [
        (UNIT, "a", Decimal("59.9999")),
        (other, "a", Decimal(0)),
    ]
    assert found[0].criterion_name == "a名"
    assert [one.place for one in found] == [(UNIT, "a"), (other, "a")]


@pytest.mark.parametrize(
    ("threshold", "taken"), [("0", False), ("0.1", True), ("100", True), ("100.1", False)]
)
def test_a_threshold_is_a_score(threshold: str, taken: bool) -> None:
    if taken:
        check_threshold(Decimal(threshold))
        return
    with pytest.raises(InvalidArgumentError):
        check_threshold(Decimal(threshold))


def test_scores_count_once_they_are_public_and_known() -> None:
    for state in (EditionState.NOTICE, EditionState.PUBLISHED):
        check_announced(edition(state=state))
    for state in (EditionState.OPEN, EditionState.JUDGING, EditionState.RANKED, EditionState.CANCELLED):
        with pytest.raises(EditionStateError):
            check_announced(edition(state=state))
    with pytest.raises(EditionStateError):
        check_announced(edition(state=EditionState.PUBLISHED, imported=True))


def test_a_measure_is_due_today_or_later() -> None:
    assert item().planned("每月学习", TODAY, today=TODAY, now=NOW).due_on == TODAY
    with pytest.raises(InvalidArgumentError) as refused:
        item().planned("每月学习", TODAY - DAY, today=TODAY, now=NOW)
    assert refused.value.violations[0].field == "due_on"


STEPS = {
    "planned": lambda one: one.planned("措施", TODAY, today=TODAY, now=NOW),
    "reported": lambda one: one.reported("情况", today=TODAY, now=NOW),
    "returned": lambda one: one.returned("不足", NOW),
    "closed": lambda one: one.closed(NOW),
    "dismissed": lambda one: one.dismissed("数据有误", NOW),
}
ALLOWED = {
    ImprovementState.PROPOSED: {"planned", "dismissed"},
    ImprovementState.PLANNED: {"planned", "reported", "dismissed"},
    ImprovementState.REPORTED: {"returned", "closed"},
    ImprovementState.CLOSED: set(),
    ImprovementState.DISMISSED: set(),
}


@pytest.mark.parametrize("state", ImprovementState)
@pytest.mark.parametrize("step", STEPS)
def test_each_step_follows_what_it_may_and_nothing_else(state: ImprovementState, step: str) -> None:
    before = item(state)
    if step in ALLOWED[state]:
        after = STEPS[step](before)
        assert after.version == before.version + 1
        assert after.state is (ImprovementState.PLANNED if step == "returned" else ImprovementState(step))
        return
    with pytest.raises(ImprovementItemWrongStateError):
        STEPS[step](before)


def test_a_returned_report_says_why_until_the_next_one() -> None:
    returned = STEPS["returned"](item(ImprovementState.REPORTED))
    assert returned.reason == "不足"
    assert STEPS["reported"](returned).reason == ""


@pytest.mark.parametrize(
    ("score", "outcome"),
    [
        ("60", Outcome.IMPROVED),
        ("59.9", Outcome.NOT_IMPROVED),
        ("59.8", Outcome.NOT_IMPROVED),
        (None, Outcome.NOT_SCORED),
    ],
)
def test_the_next_edition_says_whether_it_helped(score: str | None, outcome: Outcome) -> None:
    assert item().outcome is None

    after = item().followed_up(edition(number=2), entry(a=score), NOW)

    assert (after.outcome, after.next_edition_id) == (outcome, UUID(int=102))


def test_a_criterion_that_is_no_more_has_no_score() -> None:
    assert item().followed_up(edition(number=2), entry(b="90"), NOW).outcome is Outcome.NOT_SCORED
