from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from activity.domain.ceremonies import (
    MOST_ON_ROLL,
    Ceremony,
    CeremonyState,
    Eligibility,
    OathTaker,
    Outcome,
)
from activity.errors import (
    CeremonyDayNotReachedError,
    CeremonyWrongStateError,
    NobodyPresentError,
    OathTakerNotEligibleError,
    RollFullError,
)
from chassis.errors import InvalidArgumentError

DAY = date(2026, 7, 1)
# Half past midnight on campus of the first of July.
NOW = datetime(2026, 6, 30, 16, 30, tzinfo=UTC)
PROCESS = UUID(int=999)


def person(n: int) -> UUID:
    return UUID(int=n)


def case(n: int) -> UUID:
    return UUID(int=10_000 + n)


def planned(*on_roll: int, held_on: date = DAY) -> Ceremony:
    empty = Ceremony(
        ceremony_id=UUID(int=1),
        unit_id=UUID(int=2),
        title="宣誓",
        state=CeremonyState.PLANNED,
        held_on=held_on,
        place="",
        lead_id=UUID(int=3),
        roll=(),
        process_id=None,
        cancel_reason=None,
        version=1,
        created_at=NOW,
        updated_at=NOW,
    )
    return empty.added({person(n): case(n) for n in on_roll}, NOW) if on_roll else empty


class TestRoll:
    @pytest.mark.covers("S60")
    def test_a_hundred_members_swear_together(self) -> None:
        ceremony = planned(*range(100)).called([person(n) for n in range(100)], NOW)

        assert len(ceremony.held(None, PROCESS, NOW).present) == 100

    def test_the_roll_is_in_the_order_of_the_persons(self) -> None:
        ceremony = planned(5).added({person(3): case(3)}, NOW)

        assert [taker.person_id for taker in ceremony.roll] == [person(3), person(5)]

    def test_somebody_called_stays_present_when_added_again(self) -> None:
        ceremony = planned(1).called([person(1)], NOW)

        assert ceremony.added({person(1): case(1)}, NOW).roll == ceremony.roll

    def test_a_roll_holds_a_thousand(self) -> None:
        full = planned(*range(MOST_ON_ROLL))

        with pytest.raises(RollFullError):
            full.added({person(5000): case(5000)}, NOW)

    def test_the_campus_day_counts_for_calling_the_roll(self) -> None:
        assert planned(1).called([person(1)], NOW).present
        with pytest.raises(CeremonyDayNotReachedError):
            planned(1).called([person(1)], NOW - timedelta(hours=1))

    def test_lead_and_oath_takers_are_involved(self) -> None:
        ceremony = planned(7)

        assert ceremony.involves(person(7)) and ceremony.involves(UUID(int=3))
        assert not ceremony.involves(person(8)) and not ceremony.involves(None)


class TestHold:
    def test_the_planned_day_is_the_day_unless_said_otherwise(self) -> None:
        ceremony = planned(1).called([person(1)], NOW)

        assert ceremony.held(None, PROCESS, NOW).held_on == DAY
        assert ceremony.held(date(2026, 6, 30), PROCESS, NOW).held_on == date(2026, 6, 30)

    def test_an_oath_of_tomorrow_is_refused(self) -> None:
        with pytest.raises(InvalidArgumentError):
            planned(1).called([person(1)], NOW).held(DAY + timedelta(days=1), PROCESS, NOW)

    def test_somebody_is_present(self) -> None:
        with pytest.raises(NobodyPresentError):
            planned(1).held(None, PROCESS, NOW)

    @pytest.mark.parametrize("state", [CeremonyState.HELD, CeremonyState.COMPLETED, CeremonyState.CANCELLED])
    @pytest.mark.parametrize(
        "act",
        [
            lambda ceremony: ceremony.added({}, NOW),
            lambda ceremony: ceremony.removed([], NOW),
            lambda ceremony: ceremony.called([], NOW),
            lambda ceremony: ceremony.held(None, PROCESS, NOW),
            lambda ceremony: ceremony.cancelled("", NOW),
        ],
    )
    def test_only_a_planned_ceremony_changes(
        self, state: CeremonyState, act: Callable[[Ceremony], Ceremony]
    ) -> None:
        with pytest.raises(CeremonyWrongStateError):
            act(replace(planned(1), state=state))


class TestComplete:
    def test_whoever_was_there_and_not_refused_has_sworn(self) -> None:
        ceremony = planned(1, 2, 3).called([person(1), person(2)], NOW).held(None, PROCESS, NOW)

        done = ceremony.completed({person(2): "ALREADY_SWORN"}, NOW)

        assert done.state is CeremonyState.COMPLETED
        assert done.roll == (
            OathTaker(person(1), case(1), Outcome.SWORN),
            OathTaker(person(2), case(2), Outcome.REFUSED, "ALREADY_SWORN"),
            OathTaker(person(3), case(3), Outcome.ABSENT),
        )

    def test_a_ceremony_that_was_not_held_is_not_completed(self) -> None:
        with pytest.raises(CeremonyWrongStateError):
            planned(1).completed({}, NOW)


class TestEligibility:
    def test_everybody_who_may_not_swear_is_named_in_both_languages(self) -> None:
        eligibility = Eligibility(
            {person(1): case(1)},
            {person(2): "NOT_APPROVED", person(3): "FORBIDDEN_BY_RULES"},
        )

        with pytest.raises(OathTakerNotEligibleError) as refused:
            eligibility.refuse_others([person(1), person(2), person(3), person(4)])

        found = [(each.field, each.zh, each.en) for each in refused.value.violations]
        assert found == [
            ("person_ids[1]", "尚未批准为预备党员（NOT_APPROVED）", "is not approved yet (NOT_APPROVED)"),
            (
                "person_ids[2]",
                "按规定不能宣誓（FORBIDDEN_BY_RULES）",
                "is kept from it by rules (FORBIDDEN_BY_RULES)",
            ),
            ("person_ids[3]", "没有发展党员案卷（NO_CASE）", "has no admission case (NO_CASE)"),
        ]

    def test_nobody_is_refused_where_all_may_swear(self) -> None:
        Eligibility({person(1): case(1)}, {}).refuse_others([person(1)])
