"""What stands against making two entries one, and which merge may be reversed."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from membership import tables
from membership.domain.merging import (
    Entry,
    MergeState,
    Obstacle,
    PersonMerge,
    check_mergeable,
    check_two,
    obstacles,
)
from membership.errors import FieldsContradictError
from membership.errors.merging import PersonMergeNotReversibleError, PersonsNotMergeableError
from membership.repository import merge_moves

NOW = datetime(2026, 9, 10, tzinfo=UTC)
FLAGS = {
    "has_open_case": Obstacle.BOTH_HAVE_OPEN_CASES,
    "is_on_roll": Obstacle.BOTH_ON_ROLL,
    "has_identity_number": Obstacle.DIFFERENT_IDENTITY,
}


def entry(**flags: bool) -> Entry:
    values: dict[str, Any] = dict.fromkeys((*FLAGS, "is_merged"), False)
    return Entry(uuid4(), **values | flags)


@pytest.mark.parametrize("flag", FLAGS)
def test_what_both_have_stands_against_it_and_what_one_has_does_not(flag: str) -> None:
    one, other = entry(**{flag: True}), entry()
    assert obstacles(one, other, in_one_case=False) == ()
    assert obstacles(other, one, in_one_case=False) == ()
    assert obstacles(one, entry(**{flag: True}), in_one_case=False) == (FLAGS[flag],)


def test_every_obstacle_is_told() -> None:
    everything = {**dict.fromkeys(FLAGS, True), "is_merged": True}
    found = obstacles(entry(**everything), entry(**everything), in_one_case=True)
    assert set(found) == set(Obstacle) - {Obstacle.FACTS_CONTRADICT}
    assert obstacles(entry(), entry(is_merged=True), in_one_case=False) == (Obstacle.MERGED_BEFORE,)
    with pytest.raises(PersonsNotMergeableError) as refused:
        check_mergeable(uuid4(), uuid4(), found[:2])
    assert refused.value.metadata["obstacles"] == "both_have_open_cases, both_on_roll"


def test_nobody_is_merged_into_themselves() -> None:
    person = uuid4()
    check_two(person, uuid4())
    with pytest.raises(FieldsContradictError):
        check_two(person, person)


def test_a_merge_is_reversed_once_and_not_when_it_went_further() -> None:
    made = PersonMerge(uuid4(), uuid4(), uuid4(), "重复登记", None, NOW)
    back = made.reversed(None, NOW, is_merged_further=False)
    assert (back.state, back.version) == (MergeState.REVERSED, 2)
    with pytest.raises(PersonMergeNotReversibleError):
        back.reversed(None, NOW, is_merged_further=False)
    with pytest.raises(PersonMergeNotReversibleError):
        made.reversed(None, NOW, is_merged_further=True)


def test_every_table_that_names_a_person_is_thought_of() -> None:
    moved = {table.name for table, _ in merge_moves.naming()} | {one.name for one in merge_moves.histories()}
    naming = {
        table.name
        for table in tables.metadata.sorted_tables
        if any(column.name.endswith("person_id") for column in table.c)
    }
    assert naming - moved == merge_moves.RECORDS & naming
