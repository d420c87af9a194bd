"""The AsyncAPI 3 document of the events, derived from the event messages: `python -m gateway asyncapi`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import Descriptor

from chassis.protojson.schema import Schema, Schemas, Use
from chassis.settings import SERVICES
from gateway.comments import describe, summary
from gateway.contract import proto_files
from gateway.openapi import API_VERSION
from shuyuan.annotations.v1 import annotations_pb2

_DESCRIPTION = """\
What happens in the services, as CloudEvents 1.0 in structured JSON mode over NATS JetStream.

Delivery is at least once; order holds for each resource. `position` is dense in a service: whoever takes \
every event of a service and sees a hole asks `GET /v1/{service}/events`. Whoever takes one noun looks at \
`previousposition` instead. A new `epoch` means that the log was restored: begin again from the log. `data` \
holds the fact and, beside it, the resource as it is afterwards, so one upsert by `subject` and \
`resourceversion` keeps a copy. Events name people by id only.
"""


@dataclass(frozen=True, slots=True)
class Announced:
    """One kind of event."""

    service: str
    noun: str
    verb: str
    message: Descriptor

    @property
    def name(self) -> str:
        """The name by which the document refers to it."""
        return f"{self.service}.{self.noun}.{self.verb}"

    @property
    def subject(self) -> str:
        """The NATS subject on which it is announced."""
        return f"shuyuan.{self.service}.v1.{self.noun}.{self.verb}"


def announced() -> Iterator[Announced]:
    """Every kind of event, in the order of files and messages."""
    pool = descriptor_pool.Default()
    for name in proto_files():
        file = pool.FindFileByName(name)
        service = file.package.split(".")[1]
        for message in file.message_types_by_name.values():
            options = message.GetOptions()
            if service in SERVICES and options.HasExtension(annotations_pb2.event):
                event = options.Extensions[annotations_pb2.event]
                yield Announced(service, event.noun, event.verb, message)


def document_bytes() -> bytes:
    """The document as it is committed."""
    return orjson.dumps(derive(tuple(announced())), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def derive(events: tuple[Announced, ...]) -> dict[str, Any]:
    """Derive the document of some kinds of events."""
    schemas = Schemas(describe, strip_sensitive=True)
    for event in events:
        schemas.walk(event.message, Use.ANSWER)
    messages = {event.name: _message(schemas, event) for event in events}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Shuyuan events",
            "version": API_VERSION,
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {event.name: _channel(event) for event in events},
        "operations": {f"receive.{event.name}": _operation(event) for event in events},
        "components": {
            "messages": messages,
            "schemas": dict(sorted((schemas.components | {"CloudEvent": _cloud_event()}).items())),
        },
    }


def _channel(event: Announced) -> Schema:
    return {
        "address": event.subject,
        "title": f"{event.noun} {event.verb}".replace("_", " "),
        "description": describe(event.message.full_name),
        "messages": {event.name: {"$ref": f"#/components/messages/{event.name}"}},
        "bindings": {"nats": {}},
    }


def _operation(event: Announced) -> Schema:
    channel = f"#/channels/{event.name}"
    return {
        "action": "receive",
        "channel": {"$ref": channel},
        "summary": summary(describe(event.message.full_name)),
        "messages": [{"$ref": f"{channel}/messages/{event.name}"}],
    }


def _message(schemas: Schemas, event: Announced) -> Schema:
    full_name = event.message.full_name
    data = schemas.message(event.message, Use.ANSWER)
    return {
        "name": full_name,
        "title": str(event.message.name),
        "summary": summary(describe(full_name)),
        "contentType": "application/cloudevents+json",
        "payload": {
            "allOf": [
                {"$ref": "#/components/schemas/CloudEvent"},
                {
                    "type": "object",
                    "properties": {
                        "type": {"const": full_name},
                        "source": {"const": event.service},
                        "dataschema": {"const": f"urn:shuyuan:proto:{full_name}"},
                        "data": data,
                    },
                },
            ]
        },
    }


def _cloud_event() -> Schema:
    text, uuid = {"type": "string"}, {"type": "string", "format": "uuid"}
    number = {"type": "integer", "minimum": 0}
    properties: dict[str, Schema] = {
        "specversion": {"const": "1.0"},
        "id": uuid | {"description": "Id of the event; the same in every delivery."},
        "source": text | {"description": "The service in which it happened."},
        "type": text | {"description": "The full name of the event message."},
        "subject": uuid | {"description": "Id of the resource to which it happened."},
        "time": text | {"format": "date-time", "description": "When it happened, by the business clock."},
        "datacontenttype": {"const": "application/json"},
        "dataschema": text | {"description": "Names the schema of `data`."},
        "position": number | {"description": "Place in the log of the service; dense, from 1."},
        "previousposition": number | {"description": "Position of the event before it of the same noun."},
        "epoch": number | {"description": "The life of the log in which positions hold."},
        "resourceversion": number | {"description": "Version of the resource after the event."},
        "actor": uuid | {"description": "The person who did it; absent for ballots and for the system."},
        "traceparent": text | {"description": "W3C trace context of the change."},
        "data": {"type": "object", "description": "The fact, and the resource after it."},
    }
    required = [name for name in properties if name not in ("actor", "traceparent")]
    return {"type": "object", "properties": properties, "required": required}
