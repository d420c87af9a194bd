"""Duties: who fits into which part, shares, sign-offs, and what is wrong with who answers."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import InvalidArgumentError
from chassis.intervals import Interval
from organization.domain.duties import (
    Assignment,
    Duty,
    FindingKind,
    Part,
    SignOff,
    check_assignments,
    check_due,
    check_open,
    check_retirement,
    check_sign_off,
    check_unsigned,
    ending,
    finding_of,
    is_fulfilled,
    most_share,
)
from organization.domain.units import Kind, Outline
from organization.errors import (
    DutyAssignmentNotFoundError,
    DutyAssignmentOverlapsError,
    DutyNotAccountableError,
    DutyRetiredError,
    DutySignedOffError,
)

DAY = date(2024, 9, 1)
EVE, NEXT = DAY - timedelta(days=1), DAY + timedelta(days=1)
NOW = datetime(2024, 9, 1, tzinfo=UTC)
SCHOOL, ACADEMY, PERSON = UUID(int=1), UUID(int=2), UUID(int=3)
UNITS = {
    SCHOOL: Outline(SCHOOL, Kind.SCHOOL, None, Interval(DAY)),
    ACADEMY: Outline(ACADEMY, Kind.ACADEMY, None, Interval(DAY)),
}


def accountable(unit: UUID, share: int | None = None, days: Interval | None = None) -> Assignment:
    return Assignment(unit, Part.ACCOUNTABLE, share, days or Interval(DAY))


def duty(*assignments: Assignment, joint: bool = False, days: Interval | None = None) -> Duty:
    return Duty(
        duty_id=UUID(int=9),
        unit_id=UUID(int=8),
        title="学生日常管理",
        description="",
        joint=joint,
        due_on=None,
        days=days or Interval(DAY),
        fulfilled_on=None,
        assignments=assignments,
        sign_offs=(),
        created_at=NOW,
        updated_at=NOW,
        version=1,
    )


def signed(given: Duty, *units: UUID) -> Duty:
    return replace(given, sign_offs=tuple(SignOff(unit, PERSON, DAY, "") for unit in units))


@pytest.mark.parametrize(
    ("count", "joint", "found"),
    [
        (0, False, FindingKind.GAP),
        (1, False, None),
        (2, False, FindingKind.OVERLAP),
        (0, True, FindingKind.GAP),
        (1, True, FindingKind.ONE_SIDED),
        (2, True, None),
        (3, True, None),
    ],
)
def test_one_unit_answers_for_a_duty_and_two_at_least_for_a_joint_one(
    count: int, joint: bool, found: FindingKind | None
) -> None:
    assert finding_of(count, joint=joint) is found


def test_a_duty_is_due_on_its_first_day_at_the_earliest() -> None:
    check_due(DAY, Interval(DAY))
    check_due(NEXT, Interval(DAY))

    with pytest.raises(InvalidArgumentError):
        check_due(EVE, Interval(DAY))


def test_a_duty_holds_until_the_day_before_its_end() -> None:
    ended = duty(days=Interval(EVE, NEXT))

    check_open(ended, DAY)
    for day in (NEXT, NEXT + timedelta(days=1)):
        with pytest.raises(DutyRetiredError):
            check_open(ended, day)


def test_a_duty_lasts_a_day_at_least() -> None:
    check_retirement(duty(), NEXT)

    for day in (DAY, EVE):
        with pytest.raises(InvalidArgumentError):
            check_retirement(duty(), day)


def test_a_unit_has_a_part_once_on_any_day() -> None:
    present = duty(accountable(SCHOOL, days=Interval(DAY, NEXT)))

    check_assignments(present, [accountable(SCHOOL, days=Interval(NEXT))], UNITS)
    with pytest.raises(DutyAssignmentOverlapsError):
        check_assignments(present, [accountable(SCHOOL)], UNITS)


def test_a_unit_named_twice_at_once_is_refused_by_its_place() -> None:
    with pytest.raises(InvalidArgumentError) as refused:
        check_assignments(duty(), [accountable(SCHOOL)] * 2, UNITS, path="assignments[{}].")

    assert [each.field for each in refused.value.violations] == ["assignments[1].unit_id"]


@pytest.mark.parametrize("days", [Interval(EVE), Interval(EVE, DAY)])
def test_a_part_lies_in_the_days_of_the_duty_and_of_the_unit(days: Interval) -> None:
    with pytest.raises(InvalidArgumentError) as refused:
        check_assignments(duty(), [accountable(SCHOOL, days=days)], UNITS)

    assert [each.field for each in refused.value.violations] == ["unit_id", "valid_from"]


def test_shares_belong_to_joint_duties_and_come_to_a_hundred_at_most() -> None:
    joint = duty(accountable(SCHOOL, 60), joint=True)

    check_assignments(joint, [accountable(ACADEMY, 40)], UNITS)
    with pytest.raises(InvalidArgumentError):
        check_assignments(joint, [accountable(ACADEMY, 41)], UNITS)
    with pytest.raises(InvalidArgumentError):
        check_assignments(duty(), [accountable(SCHOOL, 60)], UNITS)


SPANS = st.builds(
    lambda start, length: Interval(
        DAY + timedelta(days=start), None if length == 0 else DAY + timedelta(days=start + length)
    ),
    st.integers(0, 20),
    st.integers(0, 10),
)


@given(st.lists(st.tuples(SPANS, st.integers(1, 100)), max_size=6), SPANS)
def test_the_largest_sum_of_shares_is_that_of_some_day(
    held: list[tuple[Interval, int]], within: Interval
) -> None:
    assignments = [accountable(SCHOOL, share, days) for days, share in held]
    days = [DAY + timedelta(days=number) for number in range(40)]

    sums = [sum(share for span, share in held if day in span) for day in days if day in within]

    assert most_share(assignments, within) == max(sums, default=0)


def test_only_a_part_that_is_left_can_end() -> None:
    present = duty(accountable(SCHOOL, days=Interval(DAY, NEXT)))

    assert ending(present, SCHOOL, Part.ACCOUNTABLE, DAY) == list(present.assignments)
    for unit, part, day in [
        (SCHOOL, Part.ACCOUNTABLE, NEXT),
        (SCHOOL, Part.INFORMED, DAY),
        (ACADEMY, Part.ACCOUNTABLE, DAY),
    ]:
        with pytest.raises(DutyAssignmentNotFoundError):
            ending(present, unit, part, day)


def test_an_accountable_unit_signs_once_and_on_its_days() -> None:
    present = duty(accountable(SCHOOL, days=Interval(DAY, NEXT)))

    check_sign_off(present, SCHOOL, DAY)
    for day in (EVE, NEXT):
        with pytest.raises(DutyNotAccountableError):
            check_sign_off(present, SCHOOL, day)
    with pytest.raises(DutySignedOffError):
        check_sign_off(signed(present, SCHOOL), SCHOOL, DAY)
    with pytest.raises(DutySignedOffError):
        check_unsigned(signed(present, SCHOOL))


def test_a_joint_duty_is_fulfilled_when_all_who_share_it_have_signed() -> None:
    shared = duty(accountable(SCHOOL), accountable(ACADEMY), joint=True)
    alone = duty(accountable(SCHOOL), joint=True)

    assert not is_fulfilled(signed(shared, SCHOOL), DAY)
    assert is_fulfilled(signed(shared, SCHOOL, ACADEMY), DAY)
    assert not is_fulfilled(signed(alone, SCHOOL), DAY)
    assert is_fulfilled(signed(duty(accountable(SCHOOL)), SCHOOL), DAY)
    assert not is_fulfilled(duty(), DAY)
