"""
The strict reader: a request's JSON document or parameters, into a message.

It takes lowerCamelCase names only, each once, no null, enum names only, no NUL, and applies every field rule;
it goes on after a mistake and answers all of them. The general protobuf reader forgives what would later be
stored, answered back or break a service.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, NoReturn

from google.protobuf.descriptor import Descriptor
from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from chassis.protojson import texts
from chassis.protojson.checks import has_equal_items
from chassis.protojson.fields import Field, Kind, fields, map_value
from chassis.protojson.pointers import escape
from chassis.protojson.texts import RefusedError
from chassis.protojson.values import json_parser, text_parser
from chassis.violations import Violation

# Reads the JSON value of a field into the message; appends to the list what it finds.
_Setter = Callable[[Message, Any, str, list[Violation]], None]


class RejectedError(Exception):
    """A request that breaks field rules; the violations name fields by JSON Pointers."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        super().__init__("; ".join(f"{violation.field}: {violation.en}" for violation in violations))
        self.violations = list(violations)


def decoder(descriptor: Descriptor, *, without: Collection[str] = frozenset()) -> Callable[[bytes], Message]:
    """
    Prepare the reader of a message type.

    Fields named in `without` (proto names) come from elsewhere, the path for example: the document must not
    hold them. An empty document is an empty object. Raises RejectedError with every violation.
    """
    read = _reader(descriptor, frozenset(without))
    make = GetMessageClass(descriptor)

    def decode(data: bytes) -> Message:
        document = _parse(data) if data else {}
        found: list[Violation] = []
        message = make()
        read(message, document, "", found)
        if found:
            raise RejectedError(found)
        return message

    return decode


def parameter_reader(
    descriptor: Descriptor, names: Collection[str]
) -> Callable[[Message, Sequence[tuple[str, str]]], list[Violation]]:
    """
    Prepare the reader of path or query parameters into the named fields (proto names) of a message.

    It takes pairs of lowerCamelCase name and text, as they stand in the query; a repeated field takes every
    pair of its name. A message has no form as text: naming one is a mistake in the contract (TypeError).
    """
    chosen = [field for field in fields(descriptor) if field.name in names]
    readers = {field.json_name: (field, _text_setter(field)) for field in chosen}
    required = [field for field in chosen if field.rules.required]

    def read(message: Message, pairs: Sequence[tuple[str, str]]) -> list[Violation]:
        given: dict[str, list[str]] = {}
        for name, text in pairs:
            given.setdefault(name, []).append(text)
        found: list[Violation] = []
        for name, values in given.items():
            known = readers.get(name)
            if known is None:
                found.append(texts.stray(f"/{escape(name)}", name, texts.UNKNOWN_PARAMETER))
            else:
                known[1](message, values, f"/{name}", found)
        found += [
            texts.violation(f"/{field.json_name}", field, texts.REQUIRED)
            for field in required
            if field.json_name not in given
        ]
        return found

    return read


class _Repeated(dict[str, Any]):
    """An object in which names stand more than once."""

    names: list[str]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) == len(pairs):
        return document
    repeated = _Repeated(document)
    counts = Counter(name for name, _ in pairs)
    repeated.names = [name for name, count in counts.items() if count > 1]
    return repeated


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_JSON = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse_constant)


def _parse(data: bytes) -> Any:
    try:
        return _JSON.decode(data.decode())
    except UnicodeDecodeError:
        raise _malformed("正文应为 UTF-8 编码", "The body must be UTF-8.") from None
    except RecursionError:
        raise _malformed("正文嵌套过深", "The body is nested too deeply.") from None
    except json.JSONDecodeError as error:
        where = f"{error.lineno}:{error.colno}"
        raise _malformed(
            f"正文不是有效的 JSON（{where}）", f"The body is not valid JSON ({where})."
        ) from None
    except ValueError:  # NaN and Infinity, or an integer of thousands of digits
        raise _malformed("正文不是有效的 JSON", "The body is not valid JSON.") from None


def _malformed(zh: str, en: str) -> RejectedError:
    return RejectedError([Violation("", zh, en)])


@cache
def _reader(descriptor: Descriptor, without: frozenset[str]) -> _Setter:
    # Setters are looked up when first needed, so that types may be recursive.
    setters: dict[str, tuple[Field, _Setter]] = {}
    every = [field for field in fields(descriptor) if field.name not in without]
    required = [field for field in every if field.rules.required and not field.is_output_only]
    oneofs = {field.json_name: field.oneof for field in every if field.oneof}

    def prepare() -> None:
        setters.update({field.json_name: (field, _setter(field)) for field in every})

    def read(message: Message, document: Any, path: str, found: list[Violation]) -> None:
        if not isinstance(document, dict):
            found.append(Violation(path, texts.NOT_OBJECT.zh, f"The value {texts.NOT_OBJECT.en}."))
            return
        if not setters:
            prepare()
        if isinstance(document, _Repeated):
            _report_repeated(document, path, found)
        if oneofs:
            _report_alternatives(document, oneofs, path, found)
        for name, value in document.items():
            known = setters.get(name)
            if known is None:
                found.append(texts.stray(f"{path}/{escape(name)}", name, texts.UNKNOWN))
            elif value is None:
                found.append(texts.violation(f"{path}/{name}", known[0], texts.NULL))
            else:
                known[1](message, value, f"{path}/{name}", found)
        for field in required:
            if field.json_name not in document:
                found.append(texts.violation(f"{path}/{field.json_name}", field, texts.REQUIRED))

    return read


def _report_repeated(document: _Repeated, path: str, found: list[Violation]) -> None:
    for name in document.names:
        found.append(texts.stray(f"{path}/{escape(name)}", name, texts.REPEATED_NAME))


def _report_alternatives(
    document: Mapping[str, Any], oneofs: Mapping[str, str], path: str, found: list[Violation]
) -> None:
    first: dict[str, str] = {}
    for name in document:
        oneof = oneofs.get(name)
        if oneof is not None and (other := first.setdefault(oneof, name)) != name:
            found.append(texts.stray(f"{path}/{name}", name, texts.not_together(other)))


def _setter(field: Field) -> _Setter:
    if field.is_output_only:
        return _refuse_output(field)
    if field.is_map:
        return _map_setter(field)
    if field.is_repeated:
        return _list_setter(field)
    if field.kind is Kind.MESSAGE:
        return _message_setter(field)
    return _value_setter(field)


def _refuse_output(field: Field) -> _Setter:
    def refuse(message: Message, value: Any, path: str, found: list[Violation]) -> None:
        found.append(texts.violation(path, field, texts.OUTPUT_ONLY))

    return refuse


def _value_setter(field: Field) -> _Setter:
    parse, name = json_parser(field), field.name
    is_message = field.kind is Kind.TIMESTAMP

    def put(message: Message, value: Any, path: str, found: list[Violation]) -> None:
        try:
            parsed = parse(value)
        except RefusedError as refused:
            found.append(texts.violation(path, field, refused.text))
            return
        if is_message:
            getattr(message, name).CopyFrom(parsed)
        else:
            setattr(message, name, parsed)

    return put


def _message_reader(field: Field) -> _Setter:
    assert field.message is not None
    if field.message.full_name.startswith("google.protobuf."):
        return _general_reader(field)
    return _reader(field.message, frozenset())


def _general_reader(field: Field) -> _Setter:
    # Well-known types with a JSON form of their own; rare, so the general reader may read them.
    def read(message: Message, value: Any, path: str, found: list[Violation]) -> None:
        try:
            ParseDict(value, message)
        except (ParseError, TypeError, ValueError, AttributeError):
            found.append(texts.violation(path, field, texts.NOT_OBJECT))

    return read


def _message_setter(field: Field) -> _Setter:
    read, name = _message_reader(field), field.name

    def put(message: Message, value: Any, path: str, found: list[Violation]) -> None:
        inner = getattr(message, name)
        inner.SetInParent()
        read(inner, value, path, found)

    return put


def _list_setter(field: Field) -> _Setter:
    name, least, most = field.name, field.min_items, field.max_items
    append = _appender(field)

    def put(message: Message, value: Any, path: str, found: list[Violation]) -> None:
        if not isinstance(value, list):
            found.append(texts.violation(path, field, texts.NOT_ARRAY))
            return
        if len(value) < least:
            found.append(texts.violation(path, field, texts.too_few(least)))
        if len(value) > most:
            found.append(texts.violation(path, field, texts.too_many(most)))
            return
        items = getattr(message, name)
        for index, item in enumerate(value):
            append(items, item, f"{path}/{index}", found)
        if field.rules.unique_items and has_equal_items(items):
            found.append(texts.violation(path, field, texts.NOT_UNIQUE))

    return put


def _appender(field: Field) -> Callable[[Any, Any, str, list[Violation]], None]:
    read = _message_reader(field) if field.kind is Kind.MESSAGE else None
    parse = json_parser(field) if read is None else None

    def append(items: Any, value: Any, path: str, found: list[Violation]) -> None:
        if value is None:
            found.append(texts.violation(path, field, texts.NULL))
        elif read is not None:
            read(items.add(), value, path, found)
        elif parse is not None:
            try:
                items.append(parse(value))
            except RefusedError as refused:
                found.append(texts.violation(path, field, refused.text))

    return append


def _map_setter(field: Field) -> _Setter:
    inner, name = map_value(field), field.name
    least, most = field.min_items, field.max_items
    assert field.message is not None
    parse_key = text_parser(fields(field.message)[0])
    read = _message_reader(inner) if inner.kind is Kind.MESSAGE else None
    parse = json_parser(inner) if read is None else None

    def put_one(items: Any, key: str, value: Any, path: str, found: list[Violation]) -> None:
        try:
            parsed_key = parse_key(key)
            if value is None:
                raise RefusedError(texts.NULL)
            if read is not None:
                read(items[parsed_key], value, path, found)
            elif parse is not None:
                items[parsed_key] = parse(value)
        except RefusedError as refused:
            found.append(texts.violation(path, field, refused.text))

    def put(message: Message, value: Any, path: str, found: list[Violation]) -> None:
        if not isinstance(value, dict):
            found.append(texts.violation(path, field, texts.NOT_OBJECT))
            return
        if isinstance(value, _Repeated):
            _report_repeated(value, path, found)
        if not least <= len(value) <= most:
            text = texts.too_few(least) if len(value) < least else texts.too_many(most)
            found.append(texts.violation(path, field, text))
            return
        items = getattr(message, name)
        for key, one in value.items():
            put_one(items, key, one, f"{path}/{escape(key)}", found)

    return put


def _text_setter(field: Field) -> Callable[[Message, list[str], str, list[Violation]], None]:
    if field.kind is Kind.MESSAGE or field.is_map:
        raise TypeError(f"{field.descriptor.full_name} cannot be a parameter")
    # A parameter that says nothing is left out.
    field = replace(field, has_presence=True)
    parse, name = text_parser(field), field.name

    def put(message: Message, values: list[str], path: str, found: list[Violation]) -> None:
        try:
            if field.is_repeated:
                if len(values) > field.max_items:
                    raise RefusedError(texts.too_many(field.max_items))
                getattr(message, name).extend([parse(value) for value in values])
                return
            if len(values) > 1:
                raise RefusedError(texts.REPEATED_PARAMETER)
            if field.kind is Kind.TIMESTAMP:
                getattr(message, name).CopyFrom(parse(values[0]))
            else:
                setattr(message, name, parse(values[0]))
        except RefusedError as refused:
            found.append(texts.violation(path, field, refused.text))

    return put
