"""The comments of the protos, by full name: what the documents say about everything."""

from collections.abc import Iterator
from functools import cache

from google.protobuf import descriptor_pb2

from gateway.contract import descriptor_set

# Numbers of the repeated fields through which a source location's path leads.
_FILE_MESSAGES, _FILE_ENUMS, _FILE_SERVICES = 4, 5, 6
_MESSAGE_FIELDS, _MESSAGE_MESSAGES, _MESSAGE_ENUMS = 2, 3, 4
_ENUM_VALUES, _SERVICE_METHODS = 2, 2

_Path = tuple[int, ...]


@cache
def comments() -> dict[str, str]:
    """Every leading comment of our protos."""
    found: dict[str, str] = {}
    for file in descriptor_set().file:
        texts = {tuple(place.path): place.leading_comments for place in file.source_code_info.location}
        for path, name in _names(file):
            text = texts.get(path, "")
            if text:
                found[name] = "\n".join(line.removeprefix(" ").rstrip() for line in text.strip().splitlines())
    return found


def describe(full_name: str) -> str:
    """The comment of a name; empty where there is none."""
    return comments().get(full_name, "")


def summary(text: str) -> str:
    """The first sentence of a comment, on one line."""
    line = " ".join(text.split("\n\n")[0].split())
    end = line.find(". ")
    return (line if end < 0 else line[:end]).rstrip(".;:")


def _names(file: descriptor_pb2.FileDescriptorProto) -> Iterator[tuple[_Path, str]]:
    package = file.package
    for at, message in enumerate(file.message_type):
        yield from _message(message, (_FILE_MESSAGES, at), f"{package}.{message.name}")
    for at, enum in enumerate(file.enum_type):
        yield from _enum(enum, (_FILE_ENUMS, at), f"{package}.{enum.name}")
    for at, service in enumerate(file.service):
        name = f"{package}.{service.name}"
        yield (_FILE_SERVICES, at), name
        for number, method in enumerate(service.method):
            yield (_FILE_SERVICES, at, _SERVICE_METHODS, number), f"{name}.{method.name}"


def _message(message: descriptor_pb2.DescriptorProto, path: _Path, name: str) -> Iterator[tuple[_Path, str]]:
    yield path, name
    for at, field in enumerate(message.field):
        yield (*path, _MESSAGE_FIELDS, at), f"{name}.{field.name}"
    for at, inner in enumerate(message.nested_type):
        yield from _message(inner, (*path, _MESSAGE_MESSAGES, at), f"{name}.{inner.name}")
    for at, enum in enumerate(message.enum_type):
        yield from _enum(enum, (*path, _MESSAGE_ENUMS, at), f"{name}.{enum.name}")


def _enum(enum: descriptor_pb2.EnumDescriptorProto, path: _Path, name: str) -> Iterator[tuple[_Path, str]]:
    yield path, name
    for at, value in enumerate(enum.value):
        yield (*path, _ENUM_VALUES, at), f"{name}.{value.name}"
