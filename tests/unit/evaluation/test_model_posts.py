"""Model posts: who is nominated, on which days one is held, when it is displayed and taken back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import InvalidArgumentError
from chassis.intervals import Interval
from evaluation.domain.model_posts import ModelPost, ModelPostState, check_nomination
from evaluation.domain.units import Unit
from evaluation.errors import (
    ModelPostHolderNotMemberError,
    ModelPostWrongStateError,
    UnitNotInForceError,
)

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)
BRANCH, HOLDER = UUID(int=1), UUID(int=2)


def post(state: ModelPostState = ModelPostState.NOMINATED, **values: Any) -> ModelPost:
    made = ModelPost(
        model_post_id=UUID(int=3),
        unit_id=BRANCH,
        person_id=HOLDER,
        post="学生事务窗口",
        basis="连续三年优秀",
        pledge="",
        state=state,
        nominated_on=TODAY,
        decided_on=None,
        days=None,
        document_number="",
        displayed_on=None,
        display_place="",
        reason="",
        created_at=NOW,
        updated_at=NOW,
        version=1,
    )
    return replace(made, **values)


def held(start: date = TODAY - 10 * DAY, end: date | None = None) -> ModelPost:
    return post(ModelPostState.APPROVED, days=Interval(start, end))


@pytest.mark.covers("S51")
def test_a_post_is_held_from_today_or_later_and_for_a_day_at_least() -> None:
    assert post().approved(TODAY, TODAY + DAY, "", TODAY, NOW).days == Interval(TODAY, TODAY + DAY)
    for start, end in ((TODAY - DAY, None), (TODAY, TODAY)):
        with pytest.raises(InvalidArgumentError):
            post().approved(start, end, "", TODAY, NOW)


def test_a_post_is_displayed_while_it_is_held_and_not_ahead() -> None:
    shown = held().displayed("一站式大厅", TODAY, TODAY, NOW)
    assert (shown.displayed_on, shown.display_place) == (TODAY, "一站式大厅")
    assert held(TODAY).displayed("大厅", TODAY, TODAY, NOW).displayed_on == TODAY
    for on in (TODAY + DAY, TODAY - 11 * DAY):
        with pytest.raises(InvalidArgumentError):
            held().displayed("大厅", on, TODAY, NOW)
    for not_held in (post(), held(TODAY + DAY), held(end=TODAY)):
        with pytest.raises(ModelPostWrongStateError):
            not_held.displayed("大厅", TODAY, TODAY, NOW)


@pytest.mark.covers("S51")
def test_a_post_taken_back_was_held_until_the_day_before() -> None:
    assert held().revoked(TODAY, "违纪", TODAY, NOW).days == Interval(TODAY - 10 * DAY, TODAY)
    assert held(TODAY).revoked(TODAY, "违纪", TODAY, NOW).days is None
    assert held(TODAY + 5 * DAY).revoked(TODAY + 5 * DAY, "撤", TODAY, NOW).days is None


def test_what_is_over_is_not_taken_back_and_nothing_before_today() -> None:
    with pytest.raises(ModelPostWrongStateError):
        held(end=TODAY).revoked(TODAY, "撤", TODAY, NOW)
    for end, ends_on in ((None, TODAY - DAY), (TODAY + DAY, TODAY + DAY)):
        with pytest.raises(InvalidArgumentError):
            held(end=end).revoked(ends_on, "撤", TODAY, NOW)


def test_a_nomination_is_decided_once() -> None:
    for state in set(ModelPostState) - {ModelPostState.NOMINATED}:
        with pytest.raises(ModelPostWrongStateError):
            post(state).approved(TODAY, None, "", TODAY, NOW)
        with pytest.raises(ModelPostWrongStateError):
            post(state).refused("不符", TODAY, NOW)


@given(st.integers(0, 20), st.one_of(st.none(), st.integers(1, 20)), st.integers(0, 25))
def test_taking_back_only_ever_shortens(first: int, length: int | None, ends: int) -> None:
    start = TODAY + first * DAY
    before = Interval(start, None if length is None else start + length * DAY)
    try:
        after = held(before.start, before.end).revoked(TODAY + ends * DAY, "撤", TODAY, NOW).days
    except InvalidArgumentError:
        assert before.end is not None and TODAY + ends * DAY >= before.end
    else:
        assert after is None or (before.covers(after) and after.end == TODAY + ends * DAY)


def test_a_branch_nominates_its_own_members() -> None:
    branch = Unit(BRANCH, "branch", "支部", TODAY - 10 * DAY, TODAY + DAY)
    check_nomination(branch, HOLDER, {HOLDER}, TODAY)
    with pytest.raises(ModelPostHolderNotMemberError):
        check_nomination(branch, HOLDER, set(), TODAY)
    with pytest.raises(UnitNotInForceError):
        check_nomination(branch, HOLDER, {HOLDER}, TODAY + DAY)
    with pytest.raises(InvalidArgumentError):
        check_nomination(replace(branch, kind="school"), HOLDER, {HOLDER}, TODAY)
