"""An event as it arrives from another service, read from its CloudEvents document."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from importlib import import_module
from typing import Any
from uuid import UUID

import orjson
from google.protobuf import descriptor_pool, json_format, message_factory
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from shuyuan.annotations.v1 import annotations_pb2


class UnreadableEventError(Exception):
    """The document is not an event of ours."""


@dataclass(frozen=True)
class ReceivedEvent:
    """One fact about one resource of another service."""

    id: UUID
    source: str
    type: str
    noun: str
    verb: str
    resource_id: UUID
    version: int
    position: int
    epoch: int
    time: datetime
    actor: UUID | None
    traceparent: str | None
    data: Mapping[str, Any]

    @cached_property
    def message(self) -> Message:
        """The event's data as its message; what a newer sender added is left out."""
        descriptor = _descriptor(self.type)
        if descriptor is None:
            raise UnreadableEventError(f"unknown event type {self.type}")
        message = message_factory.GetMessageClass(descriptor)()
        return json_format.ParseDict(dict(self.data), message, ignore_unknown_fields=True)

    @property
    def resource(self) -> dict[str, Any]:
        """The resource's public representation after the event, as JSON."""
        resource = self.data.get(camel(self.noun))
        if not isinstance(resource, dict):
            raise UnreadableEventError(f"{self.type} carries no {self.noun}")
        return resource


def camel(noun: str) -> str:
    """A noun as JSON spells it."""
    return re.sub(r"_(\w)", lambda found: found.group(1).upper(), noun)


@cache
def _descriptor(name: str) -> Descriptor | None:
    pool = descriptor_pool.Default()
    try:
        # Where the protos put it by convention; importing is what makes the type known.
        import_module(f"{name.rpartition('.')[0]}.events_pb2")
    except ImportError:
        return None
    try:
        return pool.FindMessageTypeByName(name)
    except KeyError:
        return None


@cache
def _noun_and_verb(name: str) -> tuple[str, str] | None:
    descriptor = _descriptor(name)
    if descriptor is None or not descriptor.GetOptions().HasExtension(annotations_pb2.event):
        return None
    option = descriptor.GetOptions().Extensions[annotations_pb2.event]
    return option.noun, option.verb


def _meaning(name: str, data: Mapping[str, Any], nouns: Collection[str]) -> tuple[str, str]:
    known = _noun_and_verb(name)
    if known is not None:
        return known
    # A sender newer than we are: the resource beside the fact still tells which noun it is about.
    present = [noun for noun in nouns if isinstance(data.get(camel(noun)), dict)]
    return (present[0], "") if len(present) == 1 else ("", "")


def read(document: Mapping[str, Any], nouns: Collection[str]) -> ReceivedEvent:
    """The event in a document; `nouns` are those somebody here is interested in."""
    try:
        data = document["data"]
        noun, verb = _meaning(document["type"], data, nouns)
        actor = document.get("actor")
        return ReceivedEvent(
            id=UUID(document["id"]),
            source=document["source"],
            type=document["type"],
            noun=noun,
            verb=verb,
            resource_id=UUID(document["subject"]),
            version=int(document["resourceversion"]),
            position=int(document["position"]),
            epoch=int(document["epoch"]),
            time=datetime.fromisoformat(document["time"]),
            actor=UUID(actor) if actor else None,
            traceparent=document.get("traceparent"),
            data=data,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableEventError(type(error).__name__) from None


def parse(document: bytes | str) -> dict[str, Any]:
    """The document as JSON."""
    try:
        parsed = orjson.loads(document)
    except orjson.JSONDecodeError:
        raise UnreadableEventError("not JSON") from None
    if not isinstance(parsed, dict):
        raise UnreadableEventError("not an object")
    return parsed
