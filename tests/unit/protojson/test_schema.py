import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from chassis.protojson import RejectedError, decoder, encoder
from chassis.protojson.schema import Schemas, Use
from tests.unit.protojson.messages import messages
from tests.unit.protojson.test_decode import _JSON, BAD_VALUES, GOOD, ruled

__all__ = ["ruled"]  # the fixture

Kitchen = Callable[[str], Any]


def validator(descriptor: Any, use: Use) -> Draft202012Validator:
    schemas = Schemas(lambda name: "")
    for each in Use:
        schemas.walk(descriptor, each)
    schema = schemas.message(descriptor, use)
    checker = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator(
        schema | {"components": {"schemas": schemas.components}}, format_checker=checker
    )


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_what_is_printed_fits_the_schema_of_answers(kitchen: Kitchen, data: st.DataObject) -> None:
    message: Any = data.draw(messages(kitchen("Everything").DESCRIPTOR))
    printed = json.loads(encoder(message.DESCRIPTOR)(message))

    assert list(validator(message.DESCRIPTOR, Use.ANSWER).iter_errors(printed)) == []


@given(changes=st.dictionaries(st.sampled_from([*GOOD, "day", "share", "homeDay", "inner", "taste"]), _JSON))
@settings(max_examples=80, deadline=None)
def test_what_the_reader_takes_fits_the_schema_of_requests(kitchen: Kitchen, changes: dict[str, Any]) -> None:
    document = GOOD | changes
    try:
        decoder(kitchen("Ruled").DESCRIPTOR)(json.dumps(document).encode())
    except RejectedError:
        return
    assert validator(kitchen("Ruled").DESCRIPTOR, Use.REQUEST).is_valid(document)


def _can_be_said(change: dict[str, Any], word: str) -> bool:
    # Not U+0000 (no readable pattern), not whole calendars, not JSON in a string; and \d is ASCII in ECMA-262
    # but not in this validator.
    is_ascii = str(change.get("code", "")).isascii()
    return word not in ("U+0000", "RFC 3339") and "document" not in change and is_ascii


@pytest.mark.parametrize("change", [change for change, _, word in BAD_VALUES if _can_be_said(change, word)])
def test_what_the_reader_refuses_the_schema_refuses(kitchen: Kitchen, change: dict[str, Any]) -> None:
    assert not validator(kitchen("Ruled").DESCRIPTOR, Use.REQUEST).is_valid(GOOD | change)


def test_a_name_of_two_packages_carries_the_package() -> None:
    from shuyuan.clock.v1 import clock_service_pb2
    from shuyuan.gateway.v1 import gateway_service_pb2

    schemas = Schemas(lambda name: "")
    both = (clock_service_pb2.GetClockResponse.DESCRIPTOR, gateway_service_pb2.GetClockResponse.DESCRIPTOR)
    for descriptor in both:
        schemas.walk(descriptor, Use.ANSWER)
    references = [schemas.message(descriptor, Use.ANSWER)["$ref"] for descriptor in both]

    assert [reference.rpartition("/")[2] for reference in references] == [
        "ClockGetClockResponse",
        "GatewayGetClockResponse",
    ]
