"""Which of two rows stays where two entries of one person were in one place."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity.domain import merging
from chassis.folding import Decision

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
EARLY, LATE = NOW.isoformat(), (NOW + timedelta(microseconds=1)).isoformat()


def attending(expected: bool, checked_in_at: str | None) -> dict[str, Any]:
    return {"expected": expected, "checked_in_at": checked_in_at}


@pytest.mark.parametrize(
    ("survivor", "other", "decision"),
    [
        ((True, None), (True, None), Decision({"expected": True}, None)),
        ((False, EARLY), (True, LATE), Decision({"expected": True}, None)),
        ((False, EARLY), (False, EARLY), Decision({"expected": False}, None)),
        ((True, LATE), (False, EARLY), Decision(None, {"expected": True})),
        ((True, None), (False, LATE), Decision(None, {"expected": True})),
        ((False, LATE), (True, None), Decision({"expected": True}, None)),
    ],
)
def test_the_present_stays_before_the_absent_and_the_earlier_check_in_before_the_later(
    survivor: tuple[bool, str | None], other: tuple[bool, str | None], decision: Decision
) -> None:
    assert merging.attendance(attending(*survivor), attending(*other), NOW) == decision


def test_instants_are_compared_however_json_writes_them() -> None:
    survivor = attending(True, "2026-11-24T12:00:00.5+08:00")
    other = attending(True, "2026-11-24T12:00:00+08:00")
    assert merging.attendance(survivor, other, NOW).survivor is None


@given(st.integers(0, 240), st.integers(0, 240))
def test_half_a_day_counts_once_and_for_more(mine: int, others: int) -> None:
    decision = merging.class_hours({"credited_minutes": mine}, {"credited_minutes": others}, NOW)
    stays = mine if decision.other is None else others
    assert (decision.survivor is None) != (decision.other is None)
    assert stays == max(mine, others)


@pytest.mark.parametrize(("further", "less"), list(permutations(["sworn", "present", "absent"], 2)))
def test_who_came_further_at_a_ceremony_stays(further: str, less: str) -> None:
    order = ["sworn", "present", "absent"]
    decision = merging.oath({"outcome": further}, {"outcome": less}, NOW)
    assert (decision.other is None) == (order.index(further) < order.index(less))


def test_the_later_place_in_a_lot_is_excluded_whosever_it_is() -> None:
    first, second = (
        merging.seat({"position": 1}, {"position": 2}, NOW),
        merging.seat({"position": 2}, {"position": 1}, NOW),
    )
    aside = {"outcome": "excluded", "reason": merging.ONE_PERSON}
    assert (first, second) == (Decision({}, aside), Decision(aside, {}))
