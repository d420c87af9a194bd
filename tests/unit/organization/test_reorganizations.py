"""What follows from what, and who takes whom."""

from datetime import date
from uuid import UUID

import pytest

from organization.domain.reorganizations import RollMove, lineage_of
from organization.domain.units import LineageKind

DAY = date(2024, 9, 1)


def move(source: int, target: int, *, affiliated: int | None = None) -> RollMove:
    return RollMove(
        UUID(int=0), UUID(int=source), UUID(int=target), UUID(int=affiliated) if affiliated else None
    )


@pytest.mark.covers("S22")
@pytest.mark.parametrize(
    ("moves", "kinds"),
    [
        ([(1, 5)], {LineageKind.SUCCESSION}),
        ([(1, 5), (2, 5)], {LineageKind.MERGE}),
        ([(1, 5), (1, 6)], {LineageKind.SPLIT}),
        ([(1, 5), (1, 6), (2, 5), (2, 6)], {LineageKind.ADJUSTMENT}),
    ],
)
def test_lineage_is_named_by_how_many_meet(moves: list[tuple[int, int]], kinds: set[LineageKind]) -> None:
    steps = lineage_of([move(*each) for each in moves], on=DAY, reorganization_id=None)

    assert {step.kind for step in steps} == kinds


def test_two_moves_between_the_same_units_are_one_step() -> None:
    moves = [move(1, 5, affiliated=8), move(1, 5)]

    assert len(lineage_of(moves, on=DAY, reorganization_id=None)) == 1


def test_a_move_with_a_condition_leaves_the_rest() -> None:
    assert move(1, 5).takes_the_rest
    assert not move(1, 5, affiliated=8).takes_the_rest
