from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.protojson import check, json_pointer

Kitchen = Callable[[str], Any]

GOOD: dict[str, Any] = {
    "unit_id": "0192f0c1-2b7a-7cc3-8000-0123456789ab",
    "title": "求真书院",
    "places": 3,
    "tags": ["a", "b"],
    "colour": 1,
    "start_time": Timestamp(seconds=1),
}


def found(kitchen: Kitchen, **changes: Any) -> dict[str, str]:
    message = kitchen("Ruled")(**(GOOD | changes))
    return {violation.field: violation.en for violation in check(message)}


def test_a_good_message_has_no_violation(kitchen: Kitchen) -> None:
    assert found(kitchen) == {}


def test_an_empty_message_misses_what_is_required(kitchen: Kitchen) -> None:
    assert {violation.field for violation in check(kitchen("Ruled")())} == {
        "unit_id",
        "title",
        "colour",
        "start_time",
        "tags",
        "places",
    }


@pytest.mark.parametrize(
    ("changes", "path", "word"),
    [
        ({"unit_id": "x"}, "unit_id", "canonical"),
        ({"title": "a\0b"}, "title", "U+0000"),
        ({"title": "   "}, "title", "blank"),
        ({"day": "20200101"}, "day", "day"),
        ({"day": ""}, "day", "day"),
        ({"places": 41}, "places", "at most 40"),
        ({"tags": ["a", "a"]}, "tags", "equal"),
        ({"tags": ["abcde"]}, "tags[0]", "at most 4"),
        ({"tags": ["a"] * 4}, "tags", "at most 3"),
        ({"colour": 9}, "colour", "COLOUR_RED"),
        ({"taste": 0}, "taste", "name a value"),
        ({"start_time": Timestamp(seconds=10**15)}, "start_time", "RFC 3339"),
        ({"etag": "1"}, "etag", "set by the system"),
    ],
)
def test_finds_the_field(kitchen: Kitchen, changes: dict[str, Any], path: str, word: str) -> None:
    assert word in found(kitchen, **changes)[path]


def test_names_fields_of_inner_messages(kitchen: Kitchen) -> None:
    assert "inner.title" in found(kitchen, inner=kitchen("Ruled")())


def test_looks_into_lists_and_maps(kitchen: Kitchen) -> None:
    cls = kitchen("Everything")
    message = cls(children=[cls(), cls(name="a" * 201)])
    message.parts[7].name = "a\0"

    assert [violation.field for violation in check(message)] == ["children[1].name", "parts[7].name"]


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("unit_id", "/unitId"),
        ("inner.inner.start_time", "/inner/inner/startTime"),
        ("tags[3]", "/tags/3"),
        ("not_there.some_name", "/notThere/someName"),
        ("", ""),
    ],
)
def test_paths_become_pointers(kitchen: Kitchen, path: str, pointer: str) -> None:
    assert json_pointer(kitchen("Ruled").DESCRIPTOR, path) == pointer
