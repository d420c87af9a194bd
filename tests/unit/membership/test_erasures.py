"""What stands against erasing a person: holds by name, uses, and periods on, before and after their last day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from membership.domain.erasures import Erasure, ErasureState, LegalHold, Tie, Traces, outlook
from membership.errors.erasures import (
    ErasureForbiddenError,
    LegalHoldLiftedError,
    PersonOnLegalHoldError,
    PersonStillNeededError,
)
from rulebook import RuleBook

PERSON = UUID(int=1)
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
TODAY = date(2026, 3, 2)
PERIODS = RuleBook.shipped("standing", "retention", "retention_example")
DAY = timedelta(days=1)


def hold(number: int, placed_on: date = TODAY) -> LegalHold:
    return LegalHold(UUID(int=number), PERSON, f"保全{number}", "文1", placed_on, None, NOW)


def seen(today: date = TODAY, **values: Any) -> Any:
    given: dict[str, Any] = {"holds": [], "ties": [], "traces": Traces()} | values
    return outlook(PERSON, rules=PERIODS.in_force(today), today=today, **given)


class TestOutlook:
    def test_nothing_stands_against_erasing_whom_nothing_needs(self) -> None:
        assert seen().allowed
        seen().check()

    def test_the_oldest_hold_is_named(self) -> None:
        found = seen(holds=[hold(7), hold(8, TODAY - DAY)])
        assert not found.allowed
        with pytest.raises(PersonOnLegalHoldError) as refused:
            found.check()
        assert refused.value.metadata["title"] == "保全8"
        assert refused.value.metadata["holds"] == "2"

    def test_uses_are_counted_by_service_and_noun(self) -> None:
        ties = [Tie("activity", "meeting", UUID(int=n)) for n in (1, 2)]
        with pytest.raises(PersonStillNeededError) as refused:
            seen(ties=ties).check()
        assert refused.value.metadata["ties"] == "activity.meeting 2"

    @pytest.mark.parametrize(
        ("traces", "first_day"),
        [
            (Traces(case_closed_on=date(2024, 2, 29)), date(2025, 2, 28)),
            (Traces(letter_issued_on=date(2016, 2, 29)), date(2026, 2, 28)),
            (Traces(dues_paid_on=date(2000, 5, 31)), date(2030, 5, 31)),
        ],
    )
    def test_each_period_forbids_it_to_its_last_day(self, traces: Traces, first_day: date) -> None:
        with pytest.raises(ErasureForbiddenError):
            seen(first_day - DAY, traces=traces).check()
        for today in (first_day, first_day + DAY):
            assert seen(today, traces=traces).allowed


class TestHolds:
    def test_a_hold_is_lifted_once(self) -> None:
        lifted = hold(1).lifted(on=TODAY, by=None, reason="结案")
        assert (lifted.lifted_on, lifted.version) == (TODAY, 2)
        with pytest.raises(LegalHoldLiftedError):
            lifted.lifted(on=TODAY, by=None, reason="结案")


def test_an_erasure_keeps_no_places_once_it_is_completed() -> None:
    found = Erasure(
        UUID(int=3), PERSON, ErasureState.ERASING, None, "申请", TODAY, NOW, places=("activity.talk",)
    )
    done = found.completed(NOW)
    assert (done.state, done.places, done.completed_at, done.version) == (
        ErasureState.COMPLETED,
        (),
        NOW,
        2,
    )
