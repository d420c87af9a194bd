"""
The printer: one generated function for each message type, then orjson.

It prints what the general protobuf printer prints with `always_print_fields_with_no_presence`, at a fraction
of its cost: no reflection while printing, and instants are left to orjson. It checks nothing.

Lists are read again and again and their items seldom change, so the text of an item is kept by the item's own
bytes: what is kept cannot be out of date. Items with personal data are printed anew each time.
"""

import base64
import keyword
import math
import struct
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import orjson
from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.protojson.fields import Field, Format, Kind, fields, map_value

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC | orjson.OPT_NON_STR_KEYS
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# An item with fewer fields is printed as quickly as it is looked up.
_WORTH_KEEPING = 8
# Some 2 KB each.
_MOST_KEPT = 8_192

Builtin = dict[str, Any]


def dumps(document: object) -> bytes:
    """Print a document that holds what `to_builtin` answers, at any depth."""
    return orjson.dumps(document, option=_OPTIONS)


@cache
def encoder(descriptor: Descriptor, *, strip_sensitive: bool = False) -> Callable[[Message], bytes]:
    """
    Prepare the printer of a message type.

    Fields without presence are always printed, absent optional ones never; instants have microseconds.
    With `strip_sensitive` the fields marked as personal data are left out, at any depth, as events need it.
    """
    build = _Generator(strip_sensitive=strip_sensitive, keep=not strip_sensitive).function(descriptor)
    dump, options = orjson.dumps, _OPTIONS

    def encode(message: Message) -> bytes:
        return dump(build(message), option=options)

    return encode


@cache
def to_builtin(descriptor: Descriptor, *, strip_sensitive: bool = False) -> Callable[[Message], Builtin]:
    """Prepare the conversion of a message to what `dumps` prints, for nesting it in another document."""
    return _Generator(strip_sensitive=strip_sensitive).function(descriptor)


class _Generator:
    # One namespace holds the functions of a message and of all it contains, so that types may be recursive.
    def __init__(self, *, strip_sensitive: bool, keep: bool = False) -> None:
        self._strip = strip_sensitive
        self._keep = keep
        self._names: dict[str, str] = {}
        self._space: dict[str, Any] = {
            "instant": instant,
            "fragment": _fragment,
            "number": _number,
            "single": _single,
            "base64": _base64,
            "key": _key,
            "general": _general,
        }

    def function(self, descriptor: Descriptor) -> Callable[[Message], Builtin]:
        built: Callable[[Message], Builtin] = self._space[self._name(descriptor)]
        return built

    def _name(self, descriptor: Descriptor) -> str:
        if descriptor.full_name.startswith("google.protobuf."):
            return "general"
        name = self._names.get(descriptor.full_name)
        if name is None:
            name = self._names[descriptor.full_name] = f"message_{len(self._names)}"
            # The text is assembled from the names of our own contract and nothing else.
            exec(self._source(name, descriptor), self._space)  # noqa: S102
        return name

    def _source(self, name: str, descriptor: Descriptor) -> str:
        printed = [f for f in fields(descriptor) if not (self._strip and f.rules.sensitive)]
        always = [f"{f.json_name!r}: {self._value(f)}" for f in printed if not f.has_presence]
        lines = [f"def {name}(m):"]
        present = [f for f in printed if f.has_presence]
        if not present:
            return "\n".join([*lines, f"    return {{{', '.join(always)}}}"])
        lines += [f"    d = {{{', '.join(always)}}}", "    has = m.HasField"]
        for field in present:
            lines.append(f"    if has({field.name!r}): d[{field.json_name!r}] = {self._value(field)}")
        return "\n".join([*lines, "    return d"])

    def _value(self, field: Field) -> str:
        # getattr, because a field may be called like a word of Python.
        whole = f"m.{field.name}" if not keyword.iskeyword(field.name) else f"getattr(m, {field.name!r})"
        if field.is_map:
            value = self._one(map_value(field), "v")
            return f"{{key(k): {value} for k, v in {whole}.items()}}"
        if field.is_repeated:
            one = self._kept(field) or self._one(field, "v")
            every = f"list({whole})" if one == "v" else f"[{one} for v in {whole}]"
            # Most are empty, and to ask costs half of iterating over nothing.
            return f"{every} if {whole} else []"
        return self._one(field, whole)

    def _kept(self, field: Field) -> str | None:
        message = field.message
        if not self._keep or message is None or message.full_name.startswith("google.protobuf."):
            return None
        if len(message.fields) < _WORTH_KEEPING or _is_personal(message):
            return None
        name = self._name(message)
        self._space[f"kept_{name}"] = _keeping(message.full_name, name, self._space)
        return f"kept_{name}(v)"

    def _one(self, field: Field, value: str) -> str:
        match field.kind:
            case Kind.BOOL | Kind.INTEGER:
                return value
            case Kind.STRING:
                return f"fragment({value})" if field.rules.format == Format.FORMAT_JSON else value
            case Kind.ENUM:
                assert field.enum is not None
                return f"{self._enum(field.enum)}(n := {value}, n)"
            case Kind.TIMESTAMP:
                return f"instant({value})"
            case Kind.MESSAGE:
                assert field.message is not None
                return f"{self._name(field.message)}({value})"
            case Kind.LONG:
                return f"str({value})"
            case Kind.BYTES:
                return f"base64({value})"
            case Kind.NUMBER:
                is_single = field.descriptor.cpp_type == FieldDescriptor.CPPTYPE_FLOAT
                return f"single({value})" if is_single else f"number({value})"

    def _enum(self, enum: EnumDescriptor) -> str:
        name = self._names.get(enum.full_name)
        if name is None:
            name = self._names[enum.full_name] = f"enum_{len(self._names)}"
            self._space[name] = {value.number: value.name for value in enum.values}.get
        return name


_texts: dict[tuple[str, bytes], orjson.Fragment] = {}


def _keeping(type_name: str, name: str, space: dict[str, Any]) -> Callable[[Message], orjson.Fragment]:
    texts = _texts

    def printed(message: Message) -> orjson.Fragment:
        key = type_name, message.SerializeToString()
        text = texts.get(key)
        if text is None:
            if len(texts) >= _MOST_KEPT:
                del texts[next(iter(texts))]
            text = texts[key] = orjson.Fragment(dumps(space[name](message)))
        return text

    return printed


def _is_personal(descriptor: Descriptor, above: frozenset[str] = frozenset()) -> bool:
    """Whether the message or one that it contains has a field marked as personal data."""
    if descriptor.full_name in above:
        return False
    within = above | {descriptor.full_name}
    return any(
        field.rules.sensitive or (field.message is not None and _is_personal(field.message, within))
        for field in fields(descriptor)
    )


def instant(timestamp: Timestamp) -> datetime:
    """Answer a Timestamp as a datetime, to the microsecond."""
    return _EPOCH + timedelta(0, timestamp.seconds, timestamp.nanos // 1000)


def _fragment(text: str) -> orjson.Fragment | None:
    return orjson.Fragment(text) if text else None


def _number(value: float) -> float | str:
    # The protobuf mapping writes what JSON has no number for as a word.
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _single(value: float) -> float | str:
    # The shortest text that reads back as the same 32 bits.
    if not math.isfinite(value):
        return _number(value)
    for digits in range(6, 9):
        short = float(f"{value:.{digits}g}")
        if _to_single(short) == value:
            return short
    return float(f"{value:.9g}")


def _to_single(value: float) -> float:
    single: float = struct.unpack("<f", struct.pack("<f", value))[0]
    return single


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _key(key: object) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)


def _general(message: Message) -> Mapping[str, Any]:
    # Well-known types with a JSON form of their own; rare, so the general printer may print them.
    printed: Mapping[str, Any] = json_format.MessageToDict(message, always_print_fields_with_no_presence=True)
    return printed
