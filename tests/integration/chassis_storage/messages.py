"""Event messages of a service that exists in tests only, built without a proto file."""

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message

from shuyuan.annotations.v1 import annotations_pb2

SERVICE = "probe"
_FIELD = descriptor_pb2.FieldDescriptorProto
_PACKAGE = "shuyuan.probe.v1"


def _field(name: str, number: int, kind: int, *, type_name: str = "", sensitive: bool = False) -> Any:
    field = _FIELD(name=name, number=number, label=_FIELD.LABEL_OPTIONAL, type_name=type_name or None)
    field.type = kind  # type: ignore[assignment] # an int of the enum
    if sensitive:
        field.options.Extensions[annotations_pb2.rules].sensitive = True
    return field


def _message(file: descriptor_pb2.FileDescriptorProto, name: str, *fields: Any) -> Any:
    return file.message_type.add(name=name, field=fields)


def _announce(message: Any, noun: str, verb: str) -> None:
    option = message.options.Extensions[annotations_pb2.event]
    option.noun, option.verb = noun, verb


def _build() -> None:
    file = descriptor_pb2.FileDescriptorProto(
        name="shuyuan/probe/v1/events.proto", package=_PACKAGE, syntax="proto3"
    )
    file.dependency.append("shuyuan/annotations/v1/annotations.proto")
    text, number, nested = _FIELD.TYPE_STRING, _FIELD.TYPE_UINT32, _FIELD.TYPE_MESSAGE
    _message(
        file,
        "Lamp",
        _field("lamp_id", 1, text),
        _field("version", 2, number),
        _field("label", 3, text),
        _field("owner_phone", 4, text, sensitive=True),
    )
    for name, noun, verb in (
        ("LampLit", "lamp", "lit"),
        ("LampDimmed", "lamp", "dimmed"),
        ("RoomOpened", "room", "opened"),
    ):
        resource = _field("lamp", 1, nested, type_name=f".{_PACKAGE}.Lamp")
        _announce(_message(file, name, resource, _field("why", 2, text)), noun, verb)
    descriptor_pool.Default().Add(file)


_build()


def _class(name: str) -> type[Message]:
    found = descriptor_pool.Default().FindMessageTypeByName(f"{_PACKAGE}.{name}")
    return message_factory.GetMessageClass(found)


Lamp: Any = _class("Lamp")
LampLit: Any = _class("LampLit")
LampDimmed: Any = _class("LampDimmed")
RoomOpened: Any = _class("RoomOpened")
