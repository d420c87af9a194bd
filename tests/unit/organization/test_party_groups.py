"""Members of Party groups: they are in a group only on days on which they are in the branch."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.intervals import Interval
from organization.domain.party_groups import GroupMember, Stay, check_of_branch
from organization.errors import PartyGroupMemberNotOfBranchError

ONE, TWO, BRANCH, PERSON = (UUID(int=number) for number in range(1, 5))
START = date(2024, 1, 1)
HORIZON = 60


def day(number: int) -> date:
    return START + timedelta(days=number)


INTERVALS = st.builds(
    lambda start, length: Interval(day(start), None if length is None else day(start + length)),
    st.integers(0, HORIZON),
    st.none() | st.integers(1, HORIZON),
)


def member(*stays: Stay) -> GroupMember:
    return GroupMember(UUID(int=9), BRANCH, PERSON, stays, datetime(2024, 1, 1, tzinfo=UTC), 1)


@given(INTERVALS, INTERVALS, st.lists(INTERVALS, max_size=4))
def test_the_days_outside_the_branch_are_those_in_a_group_and_not_in_it(
    first: Interval, second: Interval, belonging: list[Interval]
) -> None:
    stays = [Stay(ONE, first), *(Stay(TWO, rest) for rest in second.minus(first))]
    outside = member(*stays).outside(belonging)

    for number in range(HORIZON * 2 + 5):
        in_group = any(day(number) in stay.days for stay in stays)
        in_branch = any(day(number) in days for days in belonging)
        assert any(day(number) in days for days in outside) == (in_group and not in_branch)


def test_the_days_in_a_group_are_those_from_the_day_on() -> None:
    somebody = member(Stay(ONE, Interval(day(0), day(10))), Stay(TWO, Interval(day(10))))

    assert somebody.days_in(ONE, day(9)) == [Interval(day(9), day(10))]
    assert somebody.days_in(ONE, day(10)) == []
    assert somebody.days_in(TWO, day(0)) == [Interval(day(10))]
    assert somebody.is_in(TWO, Interval(day(10)))
    assert not somebody.is_in(ONE, Interval(day(9)))


def test_somebody_who_is_not_of_the_branch_is_named() -> None:
    check_of_branch([PERSON], {PERSON}, START)
    with pytest.raises(PartyGroupMemberNotOfBranchError) as refused:
        check_of_branch([PERSON, TWO], {PERSON}, START)

    assert refused.value.metadata["person_id"] == str(TWO)
