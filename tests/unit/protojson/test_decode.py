import json
from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.protojson import RejectedError, check, decoder, encoder, parameter_reader
from tests.unit.protojson.messages import messages

Kitchen = Callable[[str], Any]

GOOD: dict[str, Any] = {
    "unitId": "0192f0c1-2b7a-7cc3-8000-0123456789ab",
    "title": "求真书院",
    "places": 3,
    "tags": ["a", "b"],
    "colour": "COLOUR_RED",
    "startTime": "2026-09-01T08:00:00+08:00",
}


@pytest.fixture(scope="session")
def ruled(kitchen: Kitchen) -> Callable[[Any], Message]:
    """Read a document, or the text of one, as a `Ruled` message."""
    decode = decoder(kitchen("Ruled").DESCRIPTOR)
    return lambda body: decode(body if isinstance(body, bytes) else json.dumps(body).encode())


def refused(read: Callable[[Any], Message], body: Any) -> dict[str, str]:
    with pytest.raises(RejectedError) as caught:
        read(body)
    return {violation.field: violation.en for violation in caught.value.violations}


def test_reads_a_good_document(ruled: Callable[[Any], Any]) -> None:
    message = ruled(GOOD)

    assert message.title == "求真书院"
    assert message.colour == 1
    assert message.start_time.ToJsonString() == "2026-09-01T00:00:00Z"


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_reads_back_what_the_printer_prints(kitchen: Kitchen, data: st.DataObject) -> None:
    message: Any = data.draw(messages(kitchen("Everything").DESCRIPTOR))

    again = decoder(message.DESCRIPTOR)(encoder(message.DESCRIPTOR)(message))

    assert again == message


@given(body=st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(ruled: Callable[[Any], Message], body: bytes) -> None:
    try:
        ruled(body)
    except RejectedError as error:
        assert error.violations


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*GOOD, "etag", "inner", "x"]), inner)
    ),
    max_leaves=12,
)


@given(changes=st.dictionaries(st.sampled_from([*GOOD, "day", "share", "inner", "document", "taste"]), _JSON))
@settings(max_examples=300, deadline=None)
def test_what_the_reader_takes_the_validator_takes(
    ruled: Callable[[Any], Message], changes: dict[str, Any]
) -> None:
    try:
        message = ruled(GOOD | changes)
    except RejectedError:
        return
    assert check(message) == []


BAD_VALUES: list[tuple[dict[str, Any], str, str]] = [
    ({"unitId": "0192F0C1-2B7A-7CC3-8000-0123456789AB"}, "/unitId", "canonical"),
    ({"unitId": "0192f0c12b7a7cc380000123456789ab"}, "/unitId", "canonical"),
    ({"title": "  　"}, "/title", "blank"),
    ({"title": "a"}, "/title", "at least 2"),
    ({"title": "123456789"}, "/title", "at most 8"),
    ({"title": "a\0b"}, "/title", "U+0000"),
    ({"title": 7}, "/title", "string"),
    ({"title": None}, "/title", "null"),
    ({"day": "20200101"}, "/day", "day"),
    ({"day": "2020-W01-1"}, "/day", "day"),
    ({"day": "2026-02-30"}, "/day", "day"),
    ({"share": "1.23456"}, "/share", "decimal"),
    ({"share": "007"}, "/share", "decimal"),
    ({"link": "http://example.edu"}, "/link", "https"),
    ({"link": "https://examplé.edu"}, "/link", "https"),
    ({"link": "https://example.edu/a b"}, "/link", "https"),
    ({"link": "https://a@example.edu"}, "/link", "https"),
    ({"period": "P"}, "/period", "period"),
    ({"period": "P1W2D"}, "/period", "period"),
    ({"code": "AB12"}, "/code", "match"),
    ({"code": "AB１２３"}, "/code", "match"),
    ({"places": 0}, "/places", "at least 1"),
    ({"places": 41}, "/places", "at most 40"),
    ({"places": -1}, "/places", "at least 0"),
    ({"places": 1.5}, "/places", "integer"),
    ({"places": "3"}, "/places", "integer"),
    ({"places": True}, "/places", "integer"),
    ({"tags": []}, "/tags", "at least 1"),
    ({"tags": ["a", "b", "c", "d"]}, "/tags", "at most 3"),
    ({"tags": ["a", "a"]}, "/tags", "equal"),
    ({"tags": ["a", None]}, "/tags/1", "null"),
    ({"tags": ["abcde"]}, "/tags/0", "at most 4"),
    ({"tags": "a"}, "/tags", "array"),
    ({"colour": "COLOUR_UNSPECIFIED"}, "/colour", "COLOUR_RED"),
    ({"colour": "1"}, "/colour", "COLOUR_RED"),
    ({"colour": 1}, "/colour", "COLOUR_RED"),
    ({"colour": []}, "/colour", "COLOUR_RED"),
    ({"taste": "COLOUR_UNSPECIFIED"}, "/taste", "COLOUR_RED"),
    ({"startTime": "2026-09-01"}, "/startTime", "RFC 3339"),
    ({"startTime": "2026-09-01T08:00:60Z"}, "/startTime", "RFC 3339"),
    ({"startTime": "0001-01-01T00:00:00+08:00"}, "/startTime", "RFC 3339"),
    ({"startTime": 5}, "/startTime", "RFC 3339"),
    ({"etag": "7"}, "/etag", "set by the system"),
    ({"document": "{}"}, "/document", "cannot be sent"),
    ({"inner": {"unit_id": "x"}}, "/inner/unit_id", "not a known field"),
    ({"inner": []}, "/inner", "object"),
    ({"unit_id": "x"}, "/unit_id", "not a known field"),
    ({"a/b~c": 1}, "/a~1b~0c", "not a known field"),
]


@pytest.mark.parametrize(("change", "pointer", "word"), BAD_VALUES)
def test_refuses_and_names_the_field(
    ruled: Callable[[Any], Message], change: dict[str, Any], pointer: str, word: str
) -> None:
    violations = refused(ruled, GOOD | change)

    assert word in violations[pointer]


def test_every_violation_is_answered_at_once(ruled: Callable[[Any], Message]) -> None:
    violations = refused(ruled, {"title": "", "x": 1, "inner": {"title": "a"}})

    assert set(violations) == {
        "/title",
        "/x",
        "/unitId",
        "/colour",
        "/startTime",
        "/inner/title",
        "/inner/unitId",
        "/inner/colour",
        "/inner/startTime",
    }


def test_sentences_are_bilingual_and_use_the_chinese_term(ruled: Callable[[Any], Message]) -> None:
    with pytest.raises(RejectedError) as caught:
        ruled(GOOD | {"title": "a"})

    [violation] = caught.value.violations
    assert violation.zh == "名称至少 2 个字符"
    assert violation.en == "title must have at least 2 characters"


BAD_DOCUMENTS = [
    (b"{", "not valid JSON"),
    (b"[]", "object"),
    (b"null", "object"),
    (b"\xff", "UTF-8"),
    (b"\xef\xbb\xbf{}", "not valid JSON"),
    (b'{"places": NaN}', "not valid JSON"),
    (b'{"places": ' + b"9" * 5000 + b"}", "not valid JSON"),
    (b"[" * 100_000, "nested too deeply"),
]


@pytest.mark.parametrize(("body", "word"), BAD_DOCUMENTS)
def test_refuses_what_is_no_document(ruled: Callable[[Any], Message], body: bytes, word: str) -> None:
    violations = refused(ruled, body)

    assert word in violations[""]


def test_refuses_a_name_given_twice(ruled: Callable[[Any], Message]) -> None:
    violations = refused(ruled, json.dumps(GOOD).encode()[:-1] + b', "title": "ab", "": 1}')

    assert "more than once" in violations["/title"]
    assert "not a known field" in violations["/"]


def test_refuses_half_of_a_surrogate_pair(ruled: Callable[[Any], Message]) -> None:
    assert "Unicode" in refused(ruled, json.dumps(GOOD).encode()[:-1] + b', "code": "\\ud800"}')["/code"]


def test_refuses_two_alternatives_of_a_oneof(kitchen: Kitchen) -> None:
    decode = decoder(kitchen("Everything").DESCRIPTOR)

    with pytest.raises(RejectedError, match="cannot be sent together with room"):
        decode(b'{"room": "a", "floor": 1}')


def test_an_empty_body_is_an_empty_object(kitchen: Kitchen) -> None:
    assert decoder(kitchen("Everything").DESCRIPTOR)(b"") == kitchen("Everything")()


@pytest.mark.parametrize("name", ["nickname", "homeDay"])
def test_an_empty_string_without_presence_is_absent(ruled: Callable[[Any], Message], name: str) -> None:
    assert check(ruled(GOOD | {name: ""})) == []


def test_fields_from_elsewhere_are_unknown_in_the_body(kitchen: Kitchen) -> None:
    decode = decoder(kitchen("Ruled").DESCRIPTOR, without={"unit_id"})
    body = {name: value for name, value in GOOD.items() if name != "unitId"}

    assert decode(json.dumps(body).encode()) is not None
    with pytest.raises(RejectedError, match="/unitId: unitId is not a known field"):
        decode(json.dumps(GOOD).encode())


@pytest.fixture(scope="session")
def read(kitchen: Kitchen) -> Callable[..., tuple[Any, dict[str, str]]]:
    cls = kitchen("Everything")
    names = {"name", "is_open", "count", "share", "colour", "create_time", "tags", "colours", "limit"}
    reader = parameter_reader(cls.DESCRIPTOR, names)

    def read(*pairs: tuple[str, str]) -> tuple[Any, dict[str, str]]:
        message = cls()
        found = reader(message, pairs)
        return message, {violation.field: violation.en for violation in found}

    return read


class TestParameters:
    def test_texts_become_values(self, read: Callable[..., tuple[Any, dict[str, str]]]) -> None:
        message, violations = read(
            ("name", "甲"),
            ("isOpen", "true"),
            ("count", "5"),
            ("share", "0.5"),
            ("colour", "COLOUR_BLUE"),
            ("createTime", "2026-09-01T00:00:00Z"),
            ("tags", "a"),
            ("tags", "b"),
            ("colours", "COLOUR_RED"),
            ("limit", "0"),
        )

        assert violations == {}
        assert (message.name, message.is_open, message.count, message.share) == ("甲", True, 5, 0.5)
        assert (message.colour, list(message.tags), list(message.colours)) == (2, ["a", "b"], [1])
        assert message.create_time.seconds == 1788220800
        assert message.HasField("limit")

    @pytest.mark.parametrize(
        ("pair", "word"),
        [
            (("isOpen", "True"), "true or false"),
            (("count", "05"), "integer"),
            (("count", "-1"), "at least 0"),
            (("count", "１"), "integer"),
            (("share", "inf"), "number"),
            (("colour", "2"), "COLOUR_RED"),
            (("createTime", "2026-09-01 00:00"), "RFC 3339"),
            (("is_open", "true"), "not a known parameter"),
            (("note", "x"), "not a known parameter"),
            (("name", "a\0"), "U+0000"),
            (("colours", "COLOUR_UNSPECIFIED"), "COLOUR_RED"),
        ],
    )
    def test_refuses_and_names_the_parameter(
        self, read: Callable[..., tuple[Any, dict[str, str]]], pair: tuple[str, str], word: str
    ) -> None:
        assert word in read(pair)[1][f"/{pair[0]}"]

    def test_a_single_parameter_is_given_once(self, read: Callable[..., tuple[Any, dict[str, str]]]) -> None:
        assert "only once" in read(("count", "1"), ("count", "2"))[1]["/count"]

    def test_a_required_parameter_is_missed(self, kitchen: Kitchen) -> None:
        reader = parameter_reader(kitchen("Ruled").DESCRIPTOR, {"title"})

        assert [violation.field for violation in reader(kitchen("Ruled")(), [])] == ["/title"]

    def test_a_message_is_no_parameter(self, kitchen: Kitchen) -> None:
        with pytest.raises(TypeError, match="cannot be a parameter"):
            parameter_reader(kitchen("Everything").DESCRIPTOR, {"inner"})
