"""
The routes, read from the annotated descriptors: one for each RPC that has an HTTP address.

The package `shuyuan.<service>.v1` of an RPC decides who answers it. A new RPC is a new route with no code here.
"""

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from google.api import annotations_pb2 as http_pb2
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.descriptor import Descriptor, MethodDescriptor, ServiceDescriptor

import shuyuan.gateway.v1.gateway_service_pb2
from chassis.contract import MethodAccess, access_of
from chassis.protojson.fields import Field, fields, fields_by_name
from chassis.settings import SERVICES

GATEWAY = "gateway"
HTTP_BODY = "google.api.HttpBody"
_VERBS = ("get", "put", "post", "delete", "patch")
_PARAMETER = re.compile(r"\{([a-z0-9_]+)\}")
_PACKAGE = re.compile(r"shuyuan\.([a-z]+)\.v\d+")


class ContractError(Exception):
    """The protos say something that cannot be served over HTTP."""


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """One RPC with its HTTP address."""

    method: MethodDescriptor
    target: str
    verb: str
    template: str  # with proto names: /v1/units/{unit_id}:dissolve
    path_fields: tuple[Field, ...]
    query_fields: tuple[Field, ...]
    body: str  # "" none, "*" the whole request, else the field that the document fills
    response_body: str  # "" the whole answer, else the field that is answered
    access: MethodAccess
    is_streaming: bool

    @property
    def operation_id(self) -> str:
        """A stable name, `organization_getUnit`: two services may call an RPC the same."""
        name = str(self.method.name)
        return f"{self.target}_{name[0].lower()}{name[1:]}"

    @property
    def full_method(self) -> str:
        """The method as gRPC names it."""
        return f"/{self.method.containing_service.full_name}/{self.method.name}"

    @property
    def is_public(self) -> bool:
        """Whether no token is wanted; none is passed on either."""
        return self.access.scope == "PUBLIC"

    @property
    def is_read(self) -> bool:
        """Whether the call changes nothing and may be repeated."""
        return self.verb == "GET"

    @property
    def body_message(self) -> Descriptor | None:
        """The message that the document of the request fills."""
        if not self.body:
            return None
        return (
            self.method.input_type if self.body == "*" else _message_field(self.method.input_type, self.body)
        )

    @property
    def file_field(self) -> Field | None:
        """The field that takes the bytes of the body as they are, for a request that carries a file."""
        field = fields_by_name(self.method.input_type).get(self.body)
        is_file = field is not None and field.message is not None and field.message.full_name == HTTP_BODY
        return field if is_file else None

    @property
    def answer_message(self) -> Descriptor:
        """The message whose document is the answer."""
        if not self.response_body:
            return self.method.output_type
        return _message_field(self.method.output_type, self.response_body)

    @property
    def answer_media_types(self) -> list[str]:
        """What a file that is answered may be, the usual one first; any where the contract does not say."""
        field = fields_by_name(self.method.output_type).get(self.response_body)
        return list(field.rules.media_types) if field is not None and field.rules.media_types else ["*/*"]


def descriptor_set() -> descriptor_pb2.FileDescriptorSet:
    """The committed descriptor set, with the comments of our protos."""
    # The annotations module is imported above: without it the options would stay unknown bytes.
    package = Path(shuyuan.gateway.v1.gateway_service_pb2.__file__)
    return descriptor_pb2.FileDescriptorSet.FromString((package.parents[3] / "shuyuan.binpb").read_bytes())


@cache
def proto_files() -> tuple[str, ...]:
    """The names of our proto files; importing them makes their messages known."""
    names = tuple(file.name for file in descriptor_set().file if file.name.startswith("shuyuan/"))
    for name in names:
        importlib.import_module(name.removesuffix(".proto").replace("/", ".") + "_pb2")
    return names


@cache
def routes() -> tuple[Route, ...]:
    """Every route of the contract, in the order of files and RPCs."""
    found = [route for service in _services() for route in service_routes(service)]
    seen: dict[str, Route] = {}
    for route in found:
        other = seen.setdefault(route.operation_id, route)
        if other is not route:
            raise ContractError(f"{route.method.full_name} and {other.method.full_name} have the same name")
    return tuple(found)


def _services() -> Iterator[ServiceDescriptor]:
    pool = descriptor_pool.Default()
    for name in proto_files():
        file = pool.FindFileByName(name)
        package = _PACKAGE.fullmatch(file.package)
        if package is not None and package[1] in (*SERVICES, GATEWAY):
            yield from file.services_by_name.values()


def service_routes(service: ServiceDescriptor, target: str = "") -> Iterator[Route]:
    """The routes of one gRPC service."""
    package = _PACKAGE.fullmatch(service.file.package)
    target = target or (package[1] if package else "")
    for method in service.methods:
        if method.GetOptions().HasExtension(http_pb2.http):
            yield _route(method, target)


def _route(method: MethodDescriptor, target: str) -> Route:
    rule = method.GetOptions().Extensions[http_pb2.http]
    verb = rule.WhichOneof("pattern")
    access = access_of(method)
    if verb not in _VERBS or rule.additional_bindings or method.client_streaming:
        raise ContractError(f"{method.full_name}: one plain binding and one request are served")
    if access is None:
        raise ContractError(f"{method.full_name} does not say who may call it")
    template = getattr(rule, verb)
    known = fields_by_name(method.input_type)
    _check_file(method, known.get(rule.body))
    names = _PARAMETER.findall(template)
    if "{" in _PARAMETER.sub("", template) or not all(name in known for name in names):
        raise ContractError(f"{method.full_name}: {template} names what the request does not have")
    rest = [field for field in fields(method.input_type) if field.name not in (*names, rule.body)]
    return Route(
        method=method,
        target=target,
        verb=verb.upper(),
        template=template,
        path_fields=tuple(known[name] for name in names),
        query_fields=() if rule.body == "*" else tuple(field for field in rest if not field.is_output_only),
        body=rule.body,
        response_body=rule.response_body,
        access=access,
        is_streaming=method.server_streaming,
    )


def _check_file(method: MethodDescriptor, field: Field | None) -> None:
    if field is None or field.message is None or field.message.full_name != HTTP_BODY:
        return
    if not field.rules.media_types or not field.rules.max_bytes:
        raise ContractError(f"{method.full_name}: a file has media types and a bound")


def _message_field(descriptor: Descriptor, name: str) -> Descriptor:
    field = fields_by_name(descriptor).get(name)
    if field is None or field.message is None or field.is_repeated:
        raise ContractError(f"{descriptor.full_name}.{name} is not a message")
    return field.message
