"""Who is fit for a secondment on which day, and what may be done with one when."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membership.domain.members import MembershipStatus
from membership.domain.people import Affiliation, AffiliationKind, PersonKind
from membership.domain.secondments import (
    Purpose,
    Secondee,
    Secondment,
    State,
    check_alone,
    check_days,
    check_secondee,
    check_units,
    ordered,
)
from membership.domain.units import Unit
from membership.errors import (
    DayOutOfOrderError,
    FieldsContradictError,
    UnitNotInForceError,
)
from membership.errors.commitments import (
    SecondeeNotEligibleError,
    SecondmentOverlapsError,
    SecondmentStateError,
    SecondmentUnitsUnfitError,
)

NOW = datetime(2025, 3, 1, tzinfo=UTC)
FIRST = date(2025, 3, 1)
SCHOOL = Unit(uuid4(), "school", "", date(2020, 1, 1), None)
BRANCH = Unit(uuid4(), "branch", "joint_teacher_student", date(2025, 3, 1), None)
TIE = Affiliation(AffiliationKind.SCHOOL, SCHOOL.unit_id, date(2020, 1, 1))
TEACHER = Secondee(PersonKind.STAFF, MembershipStatus.FULL, (TIE,))


def secondment(start: date = FIRST, end: date | None = None, branch: UUID = BRANCH.unit_id) -> Secondment:
    purposes = (Purpose.TALK,)
    return Secondment(uuid4(), uuid4(), SCHOOL.unit_id, branch, purposes, "领军人物", start, end, NOW, NOW)


def approved() -> Secondment:
    return secondment().decided(State.APPROVED, by=uuid4(), on=FIRST, at=NOW, reason="")


def test_a_secondment_has_at_least_one_day() -> None:
    check_days(FIRST, FIRST + timedelta(days=1))
    check_days(FIRST, None)
    with pytest.raises(FieldsContradictError):
        check_days(FIRST, FIRST)


def test_the_branch_is_there_on_the_first_day() -> None:
    check_units(SCHOOL, BRANCH, sponsored=True, day=FIRST)
    with pytest.raises(UnitNotInForceError):
        check_units(SCHOOL, BRANCH, sponsored=True, day=FIRST - timedelta(days=1))


@pytest.mark.parametrize(
    ("school", "branch", "sponsored"),
    [
        (replace(SCHOOL, kind="academy"), BRANCH, True),
        (SCHOOL, replace(BRANCH, form="cohort"), True),
        (SCHOOL, BRANCH, False),
    ],
)
def test_only_a_sponsoring_school_sends_into_a_joint_branch(
    school: Unit, branch: Unit, sponsored: bool
) -> None:
    with pytest.raises(SecondmentUnitsUnfitError):
        check_units(school, branch, sponsored=sponsored, day=FIRST)


@pytest.mark.parametrize(
    "secondee",
    [
        replace(TEACHER, kind=PersonKind.STUDENT),
        replace(TEACHER, status=MembershipStatus.PROBATIONARY),
        replace(TEACHER, status=None),
        replace(TEACHER, ties=()),
        replace(TEACHER, ties=(replace(TIE, unit_id=uuid4()),)),
        replace(TEACHER, ties=(replace(TIE, kind=AffiliationKind.DEPARTMENT),)),
    ],
)
def test_only_a_full_member_who_teaches_there_is_sent(secondee: Secondee) -> None:
    check_secondee(uuid4(), TEACHER, school_id=SCHOOL.unit_id, day=FIRST)
    with pytest.raises(SecondeeNotEligibleError):
        check_secondee(uuid4(), secondee, school_id=SCHOOL.unit_id, day=FIRST)


def test_it_is_decided_once_and_ends_after_its_first_day() -> None:
    made = approved()
    assert (made.state, made.version) == (State.APPROVED, 2)
    with pytest.raises(SecondmentStateError):
        made.decided(State.DECLINED, by=None, on=FIRST, at=NOW, reason="")
    with pytest.raises(SecondmentStateError):
        secondment().ended(on=FIRST + timedelta(days=9), at=NOW, reason="")
    with pytest.raises(DayOutOfOrderError):
        made.ended(on=FIRST, at=NOW, reason="")
    ended = made.ended(on=FIRST + timedelta(days=1), at=NOW, reason="调离")
    assert (ended.state, ended.valid_until, ended.version) == (State.ENDED, date(2025, 3, 2), 3)


def test_an_end_is_only_brought_forward() -> None:
    made = replace(approved(), valid_until=date(2025, 9, 1))
    assert made.ended(on=date(2025, 8, 31), at=NOW, reason="").valid_until == date(2025, 8, 31)
    with pytest.raises(DayOutOfOrderError):
        made.ended(on=date(2025, 9, 1), at=NOW, reason="")


_DAYS = st.tuples(st.integers(0, 30), st.none() | st.integers(1, 10))


@given(_DAYS, _DAYS)
def test_two_secondments_to_one_branch_share_no_day(
    one: tuple[int, int | None], two: tuple[int, int | None]
) -> None:
    made = [
        secondment(FIRST + timedelta(start), None if size is None else FIRST + timedelta(start + size))
        for start, size in (one, two)
    ]
    days = [{day for day in range(60) if FIRST + timedelta(day) in item.days} for item in made]
    if days[0] & days[1]:
        with pytest.raises(SecondmentOverlapsError):
            check_alone(made[0], [made[1]])
    else:
        check_alone(made[0], [made[1]])
    check_alone(made[0], [replace(made[1], to_unit_id=uuid4())])


def test_purposes_come_in_one_order() -> None:
    assert ordered([Purpose.TALK, Purpose.INTRODUCER]) == (Purpose.INTRODUCER, Purpose.TALK)


@pytest.mark.parametrize("days", [-1, 0, 1])
def test_who_is_no_member_any_more_is_not_seconded_from_that_day_on(days: int) -> None:
    day = FIRST + timedelta(days=days)
    left = approved().left(day, at=NOW, reason="组织关系已转出")
    # A secondment that had not begun never does.
    wanted = (State.ENDED, day) if days > 0 else (State.DECLINED, None)
    assert (left.state, left.valid_until) == wanted
    assert secondment().left(day, at=NOW, reason="转出").state is State.DECLINED
    over = replace(approved(), valid_until=FIRST + timedelta(days=1))
    later = FIRST + timedelta(days=2)
    assert over.left(later, at=NOW, reason="转出") is over
