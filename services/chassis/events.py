"""What a command announces: the event before it is written, and what the contract says about its type.

Rendering needs no knowledge of the domain: noun and verb are options of the message, sensitive fields are
stripped by theirs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from chassis.ids import new_id
from chassis.protojson import encoder
from shuyuan.annotations.v1 import annotations_pb2


@dataclass(frozen=True, slots=True)
class Event:
    """One fact about one resource; `version` is the resource's version after it."""

    resource_id: UUID
    version: int
    data: Message


@dataclass(frozen=True, slots=True)
class EventType:
    """What the contract says about an event message."""

    name: str
    noun: str
    verb: str
    render: Callable[[Message], bytes]


@cache
def event_type(descriptor: Descriptor) -> EventType:
    """The type behind an event message; a message that carries no event option is a defect."""
    options = descriptor.GetOptions()
    if not options.HasExtension(annotations_pb2.event):
        raise TypeError(f"{descriptor.full_name} carries no event option")
    option = options.Extensions[annotations_pb2.event]
    return EventType(
        name=descriptor.full_name,
        noun=option.noun,
        verb=option.verb,
        render=encoder(descriptor, strip_sensitive=True),
    )


@dataclass(frozen=True, slots=True)
class Rendered:
    """An event as it is written."""

    event_id: UUID
    resource_id: UUID
    version: int
    kind: EventType
    data: bytes


def rendered(event: Event) -> Rendered:
    """The event, printed."""
    kind = event_type(event.data.DESCRIPTOR)
    return Rendered(new_id(), event.resource_id, event.version, kind, kind.render(event.data))


class Pattern:
    """An event that many new resources have alike but for their id: printed once, each id put in its place."""

    def __init__(self, event: Event) -> None:
        self._one = rendered(event)
        self._parts = self._one.data.split(str(event.resource_id).encode())

    def of(self, resource_id: UUID) -> Rendered:
        """The event of a resource."""
        one = self._one
        data = str(resource_id).encode().join(self._parts)
        return Rendered(new_id(), resource_id, one.version, one.kind, data)
