"""A pledge from the draft to the review, on the days on which each is possible."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from membership.domain.pledges import Act, Evidence, Item, Pledge, Review, State, check_year
from membership.errors import (
    DayOutOfOrderError,
)
from membership.errors.commitments import (
    PledgeForbiddenError,
    PledgeOwnReviewError,
    PledgeStateError,
    PledgeYearNotOpenError,
)
from rulebook import RuleBook

NOW = datetime(2024, 3, 1, tzinfo=UTC)
PUBLISHED = date(2024, 3, 1)
RULES = RuleBook.shipped().in_force(date(2024, 1, 1))
ITEMS = tuple(Item(act, "承诺") for act in Act)


def draft(items: tuple[Item, ...] = ITEMS) -> Pledge:
    return Pledge(uuid4(), uuid4(), uuid4(), 2024, items, NOW, NOW)


def published() -> Pledge:
    return draft().published(RULES, badge=7, on=PUBLISHED, at=NOW)


def evidence(act: Act, day: date) -> Evidence:
    return Evidence(act, day, "做了", "", NOW, None)


@pytest.mark.parametrize(("year", "is_open"), [(2023, False), (2024, True), (2025, True), (2026, False)])
def test_a_pledge_is_for_this_year_or_the_next(year: int, is_open: bool) -> None:
    if is_open:
        check_year(year, today=date(2024, 12, 31))
    else:
        with pytest.raises(PledgeYearNotOpenError):
            check_year(year, today=date(2024, 12, 31))


def test_all_three_acts_are_promised_before_it_is_published() -> None:
    found = published()
    assert (found.state, found.badge_number, found.version) == (State.PUBLISHED, "2024-00007", 2)
    with pytest.raises(PledgeForbiddenError) as caught:
        draft(ITEMS[:2]).published(RULES, badge=1, on=PUBLISHED, at=NOW)
    assert [item.rule_id for item in caught.value.verdicts] == ["PLG-01"]
    with pytest.raises(PledgeStateError):
        found.rewritten(ITEMS, at=NOW)
    assert draft(ITEMS[:2]).rewritten(ITEMS, at=NOW).items == ITEMS


def test_deeds_belong_to_the_year_and_not_to_the_future() -> None:
    found, today = published(), date(2025, 1, 1)
    for day in (date(2024, 1, 1), date(2024, 12, 31)):
        found = found.shown(evidence(Act.SET_IMAGE, day), today=today)
    assert len(found.evidence) == 2
    for day, now in ((date(2023, 12, 31), today), (today, today), (date(2024, 5, 2), date(2024, 5, 1))):
        with pytest.raises(DayOutOfOrderError):
            found.shown(evidence(Act.SET_IMAGE, day), today=now)
    with pytest.raises(PledgeStateError):
        draft().shown(evidence(Act.SET_IMAGE, PUBLISHED), today=today)


def test_the_review_says_for_which_act_nothing_was_done() -> None:
    found, today = published(), date(2024, 12, 20)
    review = Review(today, (Act.SET_IMAGE,), "较好", uuid4())
    for act in Act:
        reviewed = found.reviewed(review, RULES, today=today, at=NOW)
        assert (reviewed.judgements[-1].rule_id, reviewed.judgements[-1].satisfied) == ("PLG-02", False)
        found = found.shown(evidence(act, PUBLISHED), today=today)
    assert found.reviewed(review, RULES, today=today, at=NOW).judgements[-1].satisfied


def test_a_review_comes_after_the_publication_from_somebody_else_and_once() -> None:
    found = published()
    for day in (date(2024, 2, 29), date(2024, 3, 3)):
        with pytest.raises(DayOutOfOrderError):
            found.reviewed(Review(day, (), "", uuid4()), RULES, today=date(2024, 3, 2), at=NOW)
    with pytest.raises(PledgeOwnReviewError):
        found.reviewed(Review(PUBLISHED, (), "", found.person_id), RULES, today=PUBLISHED, at=NOW)
    done = found.reviewed(Review(PUBLISHED, (), "", uuid4()), RULES, today=PUBLISHED, at=NOW)
    with pytest.raises(PledgeStateError):
        done.withdrawn("x", at=NOW)
    with pytest.raises(PledgeStateError):
        done.shown(evidence(Act.SET_IMAGE, PUBLISHED), today=PUBLISHED)
    assert found.withdrawn("离校", at=NOW).state is State.WITHDRAWN
