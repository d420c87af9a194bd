"""The hash chain: any change to any covered column of any row shows."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chassis.audit import _COVERED, Head, chained, digest
from chassis.journal import digested

ROWS: list[dict[str, Any]] = [
    {name: f"{name}{n}" for name in _COVERED} | {"number": None, "recorded_at": n, "system_at": n}
    for n in range(6)
]


@given(row=st.integers(0, 5), column=st.sampled_from([name for name in _COVERED if name != "number"]))
def test_a_changed_value_changes_every_hash_from_there_on(row: int, column: str) -> None:
    changed = [dict(one) for one in ROWS]
    changed[row][column] = "other"
    _, before = chained(Head(), ROWS)
    _, after = chained(Head(), changed)

    assert before[:row] == after[:row]
    assert all(a != b for a, b in zip(before[row:], after[row:], strict=True))


def test_the_number_is_part_of_the_hash() -> None:
    assert digest(b"", {**ROWS[0], "number": 1}) != digest(b"", {**ROWS[0], "number": 2})


def test_a_chain_goes_on_where_it_ended() -> None:
    numbers, hashes = chained(Head(), ROWS)
    more_numbers, more = chained(Head(numbers[2], hashes[2]), ROWS[3:])
    assert (more_numbers, more) == (numbers[3:], hashes[3:])


def test_sensitive_values_are_digests_that_say_only_whether_they_are_equal() -> None:
    key, names = b"k" * 16, frozenset({"phone"})
    one = digested({"phone": "138", "label": "a"}, names, key)
    assert one is not None
    assert one == digested({"phone": "138", "label": "a"}, names, key)
    assert one["label"] == "a"
    assert "138" not in str(one["phone"])
    assert one["phone"] != (digested({"phone": "138"}, names, b"other") or {})["phone"]


def test_without_a_key_a_sensitive_field_is_a_name_alone() -> None:
    assert digested({"phone": "138"}, frozenset({"phone"}), None) == {"phone": {"digest": None}}
