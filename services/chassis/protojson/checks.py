"""The field rules on a message that is already parsed: what the gRPC port checks, because services trust nobody."""

from collections.abc import Callable
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from chassis.protojson import texts
from chassis.protojson.fields import Field, Kind, fields, map_value
from chassis.protojson.texts import RefusedError
from chassis.protojson.values import Rule, enum_rule, number_rule, string_rule, timestamp_rule
from chassis.violations import Violation

# Judges the value of a field of the message; appends to the list what it finds.
_Judge = Callable[[Message, str, list[Violation]], None]


def check(message: Message) -> list[Violation]:
    """
    Answer every broken field rule of a request, with paths in proto names.

    What protobuf cannot tell from absence (0, false, an empty string without presence) counts as absent.
    """
    found: list[Violation] = []
    for judge in _judges(message.DESCRIPTOR):
        judge(message, "", found)
    return found


@cache
def _judges(descriptor: Descriptor) -> tuple[_Judge, ...]:
    if descriptor.full_name.startswith("google.protobuf."):
        return ()
    return tuple(judge for field in fields(descriptor) if (judge := _judge(field)) is not None)


def _judge(field: Field) -> _Judge | None:
    if field.is_output_only:
        return _refuse_output(field)
    if field.is_map:
        return _judge_map(field)
    if field.is_repeated:
        return _judge_list(field)
    if field.kind is Kind.MESSAGE:
        return _judge_message(field)
    return _judge_value(field)


def _refuse_output(field: Field) -> _Judge:
    is_set = _is_set(field)

    def judge(message: Message, path: str, found: list[Violation]) -> None:
        if is_set(message):
            found.append(texts.violation(path + field.name, field, texts.OUTPUT_ONLY))

    return judge


def _is_set(field: Field) -> Callable[[Message], bool]:
    name = field.name
    if field.has_presence:
        return lambda message: message.HasField(name)
    return lambda message: bool(getattr(message, name))


def _value_rule(field: Field) -> Rule | None:
    match field.kind:
        case Kind.STRING:
            return string_rule(field)
        case Kind.INTEGER | Kind.LONG | Kind.NUMBER:
            return number_rule(field)
        case Kind.ENUM:
            return enum_rule(field)
        case Kind.TIMESTAMP:
            return timestamp_rule
        case _:
            return None


def _judge_value(field: Field) -> _Judge | None:
    name, required, rule = field.name, field.rules.required, _value_rule(field)
    # Without presence, absence shows as the empty value; a required number or truth value may be that.
    telling = field.has_presence or field.kind in (Kind.STRING, Kind.ENUM, Kind.BYTES)
    is_set = _is_set(field)
    if rule is None and not (required and telling):
        return None

    def judge(message: Message, path: str, found: list[Violation]) -> None:
        if telling and not is_set(message):
            if required:
                found.append(texts.violation(path + name, field, texts.REQUIRED))
            return
        if rule is not None:
            try:
                rule(getattr(message, name))
            except RefusedError as refused:
                found.append(texts.violation(path + name, field, refused.text))

    return judge


def _judge_message(field: Field) -> _Judge:
    name, required, descriptor = field.name, field.rules.required, field.message
    assert descriptor is not None
    media_types = bool(field.rules.media_types)

    def judge(message: Message, path: str, found: list[Violation]) -> None:
        if message.HasField(name):
            inner = getattr(message, name)
            for part in _judges(descriptor):
                part(inner, f"{path}{name}.", found)
            if media_types:
                _judge_file(field, inner, path, found)
        elif required:
            found.append(texts.violation(path + name, field, texts.REQUIRED))

    return judge


def _judge_file(field: Field, file: Any, path: str, found: list[Violation]) -> None:
    if file.content_type not in field.rules.media_types:
        text = texts.not_enum(list(field.rules.media_types))
        found.append(texts.violation(f"{path}{field.name}.content_type", field, text))
    if len(file.data) > field.rules.max_bytes:
        text = texts.too_many_bytes(field.rules.max_bytes)
        found.append(texts.violation(f"{path}{field.name}.data", field, text))


def _judge_items(field: Field) -> Callable[[Any, str, list[Violation]], None]:
    rule = _value_rule(field)
    descriptor = field.message if field.kind is Kind.MESSAGE else None

    def judge(value: Any, path: str, found: list[Violation]) -> None:
        if descriptor is not None:
            for part in _judges(descriptor):
                part(value, f"{path}.", found)
        elif rule is not None:
            try:
                rule(value)
            except RefusedError as refused:
                found.append(texts.violation(path, field, refused.text))

    return judge


def _judge_list(field: Field) -> _Judge:
    name, least, most = field.name, field.min_items, field.max_items
    one = _judge_items(field)

    def judge(message: Message, path: str, found: list[Violation]) -> None:
        items = getattr(message, name)
        if len(items) < least:
            text = texts.REQUIRED if not items else texts.too_few(least)
            found.append(texts.violation(path + name, field, text))
        if len(items) > most:
            found.append(texts.violation(path + name, field, texts.too_many(most)))
            return
        for index, item in enumerate(items):
            one(item, f"{path}{name}[{index}]", found)
        if field.rules.unique_items and has_equal_items(items):
            found.append(texts.violation(path + name, field, texts.NOT_UNIQUE))

    return judge


def _judge_map(field: Field) -> _Judge:
    name, least, most = field.name, field.min_items, field.max_items
    one = _judge_items(map_value(field))

    def judge(message: Message, path: str, found: list[Violation]) -> None:
        items = getattr(message, name)
        if len(items) < least:
            text = texts.REQUIRED if not items else texts.too_few(least)
            found.append(texts.violation(path + name, field, text))
        if len(items) > most:
            found.append(texts.violation(path + name, field, texts.too_many(most)))
            return
        for key in items:
            if isinstance(key, str) and "\0" in key:
                found.append(texts.violation(path + name, field, texts.NUL))
            one(items[key], f"{path}{name}[{key}]", found)

    return judge


def has_equal_items(items: Any) -> bool:
    """Tell whether two items of a repeated field are equal."""
    keys = [
        item.SerializeToString(deterministic=True) if isinstance(item, Message) else item for item in items
    ]
    return len(set(keys)) != len(keys)
