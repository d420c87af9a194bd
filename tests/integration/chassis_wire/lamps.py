"""A contract for the tests: a service of lamps whose methods show every scope, built without generated code."""

from typing import Any
from uuid import UUID

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from shuyuan.annotations.v1 import annotations_pb2

SERVICE = "tests.lamps.v1.LampService"
_PACKAGE = "tests.lamps.v1"
_TYPE = descriptor_pb2.FieldDescriptorProto

METHODS = {
    # name: (scope, scope field, services)
    "GetLamp": ("RESOURCE", "", ()),
    "PutLamp": ("UNIT", "unit_id", ("membership",)),
    "ListLamps": ("FILTERED", "", ()),
    "CountLamps": ("UNIVERSITY", "", ()),
    "AskOwnLamp": ("CALLER", "", ()),
    "CastLamp": ("PUBLIC", "", ()),
    "TellLamp": ("CALLER", "", ()),
    "SyncLamps": ("SERVICE", "", ("membership",)),
    "WatchLamps": ("CALLER", "", ()),
}


def _file() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(
        name="tests/lamps/v1/lamp_service.proto",
        package=_PACKAGE,
        syntax="proto3",
        dependency=["shuyuan/annotations/v1/annotations.proto"],
    )
    message = file.message_type.add(name="Lamp")
    for number, name in enumerate(("lamp_id", "unit_id", "note"), start=1):
        field = message.field.add(
            name=name, number=number, type=_TYPE.TYPE_STRING, label=_TYPE.LABEL_OPTIONAL, json_name=name
        )
        rules = field.options.Extensions[annotations_pb2.rules]
        rules.max_length = 40
    service = file.service.add(name="LampService")
    for name, (scope, scope_field, services) in METHODS.items():
        method = service.method.add(
            name=name, input_type=f".{_PACKAGE}.Lamp", output_type=f".{_PACKAGE}.Lamp"
        )
        method.server_streaming = name == "WatchLamps"
        access = method.options.Extensions[annotations_pb2.access]
        access.permission = "lamps.lamp.dim"
        access.scope = annotations_pb2.Scope.Value(f"SCOPE_{scope}")
        access.scope_field = scope_field
        access.told_once = name == "TellLamp"
        access.services.extend(services)
    return file


_pool = descriptor_pool.Default()
_pool.AddSerializedFile(_file().SerializeToString())
Lamp: Any = message_factory.GetMessageClass(_pool.FindMessageTypeByName(f"{_PACKAGE}.Lamp"))


class LampServicer:
    """Answers by whatever functions a test puts in; without one, with an empty lamp."""

    def __init__(self) -> None:
        self.does: dict[str, Any] = {}

    def handler(self, name: str) -> Any:
        async def unary(request: Any, context: Any) -> Any:
            return await self.does[name](request) if name in self.does else Lamp()

        async def stream(request: Any, context: Any) -> Any:
            async for each in self.does[name](request):
                yield each

        kind: Any = grpc.unary_unary_rpc_method_handler
        if name == "WatchLamps":
            return grpc.unary_stream_rpc_method_handler(stream, Lamp.FromString, Lamp.SerializeToString)
        return kind(unary, Lamp.FromString, Lamp.SerializeToString)


def add_to_server(servicer: LampServicer, server: Any) -> None:
    """What generated code would be called."""
    handlers = {name: servicer.handler(name) for name in METHODS}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))


def method(channel: grpc.aio.Channel, name: str, *, raw: bool = False) -> Any:
    """A method of the service as a client calls it; `raw` sends bytes as they are."""
    serialize = None if raw else Lamp.SerializeToString
    make = channel.unary_stream if name == "WatchLamps" else channel.unary_unary
    return make(f"/{SERVICE}/{name}", request_serializer=serialize, response_deserializer=Lamp.FromString)


def lamp(unit: UUID | None = None, **fields: str) -> Any:
    """A request."""
    return Lamp(unit_id="" if unit is None else str(unit), **fields)
