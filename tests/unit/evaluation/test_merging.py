"""Which of two rows stays where two entries of one person have one thing."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.folding import Decision
from evaluation.domain import merging

NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)  # the next day on campus


def held(valid: str, state: str = "approved") -> dict[str, Any]:
    return {"state": state, "valid": valid}


@pytest.mark.parametrize(
    ("others", "stays"),
    [
        ("[2026-01-01,2026-02-28)", "[2026-01-01,2026-02-28)"),
        ("[2026-01-01,2026-03-01)", "[2026-01-01,2026-03-01)"),
        ("[2026-01-01,2026-03-02)", "[2026-01-01,2026-03-01)"),
        ("[2026-02-28,)", "[2026-02-28,2026-03-01)"),
        ("[2026-03-01,)", None),
        ("[2026-03-02,2026-03-03)", None),
        ("[2026-09-01,)", "[2026-09-01,)"),
    ],
)
def test_a_model_post_ends_where_the_survivors_begins(others: str, stays: str | None) -> None:
    decision = merging.model_post(held("[2026-03-01,2026-09-01)"), held(others), NOW)
    assert decision.survivor == {}
    assert decision.other is not None
    assert decision.other.get("valid", others) == stays
    assert decision.other.get("state", "approved") == ("approved" if stays == others else "revoked")


def test_what_was_cut_to_nothing_is_in_nobodys_way() -> None:
    other = {"state": "revoked", "valid": None}
    assert merging.model_post(held("[2026-03-01,)"), other, NOW) == Decision()


def test_of_two_nominations_the_survivors_stays() -> None:
    decision = merging.model_post({"state": "nominated"}, {"state": "nominated"}, NOW)
    assert decision.other == {"state": "refused", "decided_on": "2026-11-25", "reason": merging.ONE_PERSON}


def test_an_honour_on_record_twice_is_withdrawn_once() -> None:
    decision = merging.honour({}, {}, NOW)
    assert decision.survivor == {}
    assert decision.other == {"withdrawn_at": NOW.isoformat(), "withdraw_reason": merging.ONE_PERSON}
