"""Members, their periods, and who goes where when units change."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membership.domain.members import (
    Member,
    MembershipStatus,
    Movable,
    NewMember,
    Relationship,
    RollMove,
    StatusPeriod,
    check_new_member,
    check_transfer,
    plan_moves,
)
from membership.domain.people import PersonKind
from membership.errors import DayOutOfOrderError, FieldsContradictError, MemberAlreadyThereError

OLD, NEW, OTHER = uuid4(), uuid4(), uuid4()
ACADEMY = uuid4()
TODAY = date(2026, 6, 1)


def movable(unit: UUID = OLD, *, academy: UUID | None = None, later: bool = False) -> Movable:
    return Movable(
        person_id=uuid4(),
        unit_id=unit,
        kind=PersonKind.STUDENT,
        is_member=True,
        affiliated_to=frozenset({academy} if academy else ()),
        changes_later=later,
    )


def member(*relationships: Relationship) -> Member:
    return Member(
        person_id=uuid4(),
        name="某人",
        kind=PersonKind.STAFF,
        relationships=relationships,
        statuses=(),
        participations=(),
        standing_from=None,
        version=1,
        updated_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


class TestNewMember:
    def test_a_full_member_was_probationary_before(self) -> None:
        new = NewMember(
            uuid4(), OLD, date(2023, 9, 1), MembershipStatus.FULL, date(2021, 6, 1), date(2022, 6, 1)
        )
        assert new.status_periods() == (
            StatusPeriod(MembershipStatus.PROBATIONARY, date(2021, 6, 1), date(2022, 6, 1)),
            StatusPeriod(MembershipStatus.FULL, date(2022, 6, 1)),
        )

    def test_a_full_member_has_a_first_day_of_standing(self) -> None:
        with pytest.raises(FieldsContradictError):
            check_new_member(NewMember(uuid4(), OLD, date(2023, 9, 1), MembershipStatus.FULL), today=TODAY)

    def test_nobody_is_entered_with_a_day_ahead(self) -> None:
        new = NewMember(uuid4(), OLD, date(2026, 6, 2), MembershipStatus.PROBATIONARY)
        with pytest.raises(DayOutOfOrderError):
            check_new_member(new, today=TODAY)


class TestTransfer:
    def test_to_the_same_branch_is_none(self) -> None:
        with pytest.raises(MemberAlreadyThereError):
            check_transfer(
                member(Relationship(OLD, date(2023, 9, 1))), to_unit_id=OLD, effective_on=TODAY, today=TODAY
            )

    def test_it_takes_effect_after_the_relationship_began(self) -> None:
        with pytest.raises(DayOutOfOrderError):
            check_transfer(member(Relationship(OLD, TODAY)), to_unit_id=NEW, effective_on=TODAY, today=TODAY)

    def test_it_is_not_made_ahead(self) -> None:
        with pytest.raises(DayOutOfOrderError):
            check_transfer(
                member(Relationship(OLD, date(2023, 9, 1))),
                to_unit_id=NEW,
                effective_on=date(2026, 6, 2),
                today=TODAY,
            )

    def test_who_has_left_is_not_transferred(self) -> None:
        left = member(Relationship(OLD, date(2023, 9, 1), date(2025, 1, 1)))
        with pytest.raises(DayOutOfOrderError):
            check_transfer(left, to_unit_id=NEW, effective_on=TODAY, today=TODAY)

    def test_the_branch_of_a_day_is_the_one_that_held_then(self) -> None:
        moved = member(
            Relationship(OLD, date(2023, 9, 1), date(2025, 1, 1)), Relationship(NEW, date(2025, 1, 1))
        )
        assert moved.unit_on(date(2024, 12, 31)) == OLD
        assert moved.unit_on(date(2025, 1, 1)) == NEW
        assert moved.unit_on(date(2023, 8, 31)) is None


class TestMoves:
    def test_the_first_move_that_fits_takes_the_person(self) -> None:
        resident, other = movable(academy=ACADEMY), movable()
        moves = [RollMove(uuid4(), OLD, NEW, affiliated_unit_id=ACADEMY), RollMove(uuid4(), OLD, OTHER)]

        plan = plan_moves(moves, [resident, other])

        assert [placement.people for placement in plan.placements] == [(resident,), (other,)]

    def test_named_people_go_and_the_rest_stays_unplaced(self) -> None:
        named, rest = movable(), movable()
        plan = plan_moves(
            [RollMove(uuid4(), OLD, NEW, person_ids=frozenset({named.person_id}))], [named, rest]
        )
        assert plan.unplaced == (rest.person_id,)

    def test_a_later_change_stands_against_a_move(self) -> None:
        person = movable(later=True)
        plan = plan_moves([RollMove(uuid4(), OLD, NEW)], [person])
        assert [(item.person_id, item.reason) for item in plan.obstacles] == [
            (person.person_id, "MOVED_LATER")
        ]

    @given(st.lists(st.sampled_from([OLD, OTHER]), max_size=20), st.booleans())
    def test_nobody_is_lost_and_nobody_goes_twice(self, units: list[UUID], by_academy: bool) -> None:
        people = [movable(unit, academy=ACADEMY if index % 2 else None) for index, unit in enumerate(units)]
        condition = ACADEMY if by_academy else None
        moves = [
            RollMove(uuid4(), OLD, NEW, affiliated_unit_id=condition),
            RollMove(uuid4(), OTHER, NEW),
            RollMove(uuid4(), OLD, OTHER, person_ids=frozenset(p.person_id for p in people[:3])),
        ]

        plan = plan_moves(moves, people)

        gone = [person.person_id for placement in plan.placements for person in placement.people]
        assert sorted([*gone, *plan.unplaced]) == sorted(person.person_id for person in people)
