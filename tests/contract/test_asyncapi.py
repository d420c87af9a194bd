"""The AsyncAPI document: committed as derived, and true to the event messages."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from google.protobuf.message_factory import GetMessageClass
from jsonschema import Draft202012Validator

from chassis.protojson import encoder
from gateway.asyncapi import Announced, announced, document_bytes
from tests.contract.documents import leads_somewhere, references

GOLDEN = Path(__file__).resolve().parents[2] / "docs" / "asyncapi.json"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The document as readers get it."""
    parsed: dict[str, Any] = orjson.loads(document_bytes())
    return parsed


def test_the_committed_document_is_the_derived_one() -> None:
    assert GOLDEN.read_bytes() == document_bytes(), "run `python -m gateway asyncapi > docs/asyncapi.json`"


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    assert [name for name in references(document) if not leads_somewhere(document, name)] == []


def test_has_a_channel_for_each_event(document: dict[str, Any]) -> None:
    events = list(announced())

    assert len({event.subject for event in events}) == len(events)
    assert {channel["address"] for channel in document["channels"].values()} == {
        event.subject for event in events
    }


def test_what_is_printed_fits_the_schema(document: dict[str, Any]) -> None:
    found = [(event.name, error.message) for event in announced() for error in misfits(document, event)]

    assert found == []


def misfits(document: dict[str, Any], event: Announced) -> list[Any]:
    message = GetMessageClass(event.message)()
    payload = document["components"]["messages"][event.name]["payload"]
    schema = payload["allOf"][1]["properties"]["data"] | {"components": document["components"]}
    printed = orjson.loads(encoder(event.message, strip_sensitive=True)(message))
    # An empty message has empty ids and days; the names and the kinds of its fields are what is compared.
    kinds = ("required", "type", "additionalProperties")
    return [one for one in Draft202012Validator(schema).iter_errors(printed) if one.validator in kinds]


def test_every_event_carries_the_resource_it_is_about() -> None:
    for event in announced():
        assert event.noun in event.message.fields_by_name, f"{event.message.full_name} has no `{event.noun}`"
