"""
The rules on one value: a string, a number, an enum value or an instant.

The strict reader and the validator of the gRPC port share them, so a value is refused at both or at none.
"""

import base64
import binascii
import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.protojson import texts
from chassis.protojson.fields import Field, Format, Kind
from chassis.protojson.texts import RefusedError, Text

Rule = Callable[[Any], None]  # raises RefusedError
Parser = Callable[[Any], Any]  # JSON value -> protobuf value, raises RefusedError

# White space as ECMA-262 sees it, because clients judge by the pattern in the OpenAPI document.
BLANKS = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"

# Patterns of the forms, in the common part of Python's and ECMA-262's notation.
UUID_PATTERN = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
DATE_PATTERN = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
DECIMAL_PATTERN = r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,4})?"
_URI_PART = r"[A-Za-z0-9._~:@!$&'()*+,;=/-]|%[0-9A-Fa-f]{2}"
URI_PATTERN = (
    r"https://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?"
    rf"(/({_URI_PART})*)?(\?({_URI_PART}|\?)*)?(#({_URI_PART}|\?)*)?"
)
PERIOD_PATTERN = (
    r"P([0-9]{1,4}Y([0-9]{1,4}M)?([0-9]{1,5}D)?|[0-9]{1,4}M([0-9]{1,5}D)?|[0-9]{1,4}W|[0-9]{1,5}D)"
)
_TIMESTAMP_PATTERN = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799  # years 1 to 9999


def string_rule(field: Field) -> Rule:
    """Prepare the rules on a string that is there."""
    rules = field.rules
    least, most, required = rules.min_length, field.max_length, rules.required
    pattern = re.compile(rules.pattern, re.ASCII).fullmatch if rules.pattern else None
    form, may_be_empty = _FORMS.get(rules.format), field.may_be_empty

    def judge(value: str) -> None:
        if not value and may_be_empty:
            return
        if "\0" in value:
            raise RefusedError(texts.NUL)
        if required and not value.strip(BLANKS):
            raise RefusedError(texts.BLANK)
        if len(value) < least:
            raise RefusedError(texts.too_short(least))
        if len(value) > most:
            raise RefusedError(texts.too_long(most))
        if form is not None:
            form(value)
        if pattern is not None and pattern(value) is None:
            raise RefusedError(texts.no_match(rules.pattern))

    return judge


def number_rule(field: Field) -> Rule | None:
    """Prepare the bounds of a number, or nothing when the contract gives none."""
    rules = field.rules
    least = rules.minimum if rules.HasField("minimum") else -math.inf
    most = rules.maximum if rules.HasField("maximum") else math.inf
    if math.isinf(least) and math.isinf(most):
        return None

    def judge(value: float) -> None:
        if value < least:
            raise RefusedError(texts.too_small(least))
        if value > most:
            raise RefusedError(texts.too_large(most))

    return judge


def enum_rule(field: Field) -> Rule:
    """Prepare the rule on an enum value as protobuf holds it: a number."""
    assert field.enum is not None
    numbers = frozenset(field.enum.values_by_number)
    names = enum_names(field.enum, with_unspecified=not field.forbids_unspecified)
    forbids_zero = field.forbids_unspecified and has_unspecified(field.enum)

    def judge(value: int) -> None:
        if value not in numbers:
            raise RefusedError(texts.not_enum(names))
        if value == 0 and forbids_zero:
            raise RefusedError(texts.UNSPECIFIED)

    return judge


def timestamp_rule(value: Timestamp) -> None:
    """Refuse an instant that the calendar does not hold."""
    if not (_FIRST_SECOND <= value.seconds <= _LAST_SECOND and 0 <= value.nanos < 1_000_000_000):
        raise RefusedError(texts.NOT_TIMESTAMP)


@cache
def has_unspecified(enum: EnumDescriptor) -> bool:
    """Tell whether the zero value of an enum stands for nothing."""
    return str(enum.values_by_number[0].name).endswith("_UNSPECIFIED")


def enum_names(enum: EnumDescriptor, *, with_unspecified: bool) -> list[str]:
    """Answer the names of an enum that a document may hold."""
    skip = has_unspecified(enum) and not with_unspecified
    return [value.name for value in enum.values if not (skip and value.number == 0)]


def json_parser(field: Field) -> Parser:
    """Prepare the reader of one JSON value that is not an object; rules included."""
    match field.kind:
        case Kind.STRING:
            return _string_parser(field)
        case Kind.BOOL:
            return _bool
        case Kind.INTEGER:
            return _integer_parser(field)
        case Kind.LONG:
            return _long_parser(field)
        case Kind.NUMBER:
            return _number_parser(field)
        case Kind.ENUM:
            return _enum_parser(field)
        case Kind.BYTES:
            return _bytes_parser(field)
        case Kind.TIMESTAMP:
            return _timestamp
        case Kind.MESSAGE:
            raise TypeError(f"{field.descriptor.full_name} is a message, not a value")


def text_parser(field: Field) -> Parser:
    """Prepare the reader of one value that stands in a path or a query as text; rules included."""
    parse = json_parser(field)
    match field.kind:
        case Kind.BOOL:
            return lambda text: parse({"true": True, "false": False}.get(text))
        case Kind.INTEGER:
            return lambda text: parse(_whole_number(text))
        case Kind.NUMBER:
            return lambda text: parse(_decimal_number(text))
        case _:
            return parse


_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,18})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,3})?")


def _whole_number(text: str) -> int | None:
    return int(text) if _WHOLE.fullmatch(text) else None


def _decimal_number(text: str) -> float | None:
    return float(text) if _DECIMAL.fullmatch(text) else None


def _string_parser(field: Field) -> Parser:
    judge = string_rule(field)

    def parse(value: object) -> str:
        if not isinstance(value, str):
            raise RefusedError(texts.NOT_STRING)
        if not value.isascii():
            _refuse_surrogates(value)
        judge(value)
        return value

    return parse


def _refuse_surrogates(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise RefusedError(texts.NOT_UNICODE) from None


def _bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise RefusedError(texts.NOT_BOOL)
    return value


def _integer_parser(field: Field) -> Parser:
    least, most = field.bounds
    judge = number_rule(field)

    def parse(value: object) -> int:
        if isinstance(value, float) and value.is_integer():  # 1.0 is an integer in JSON
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise RefusedError(texts.NOT_INTEGER)
        if value < least:
            raise RefusedError(texts.too_small(least))
        if value > most:
            raise RefusedError(texts.too_large(most))
        if judge is not None:
            judge(value)
        return value

    return parse


def _long_parser(field: Field) -> Parser:
    least, most = field.bounds
    judge = number_rule(field)

    def parse(value: object) -> int:
        if not isinstance(value, str) or _WHOLE.fullmatch(value) is None:
            raise RefusedError(texts.NOT_LONG)
        number = int(value)
        if not least <= number <= most:
            raise RefusedError(texts.NOT_LONG)
        if judge is not None:
            judge(number)
        return number

    return parse


def _number_parser(field: Field) -> Parser:
    judge = number_rule(field)

    def parse(value: object) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise RefusedError(texts.NOT_NUMBER)
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise RefusedError(texts.NOT_NUMBER)
        if judge is not None:
            judge(number)
        return number

    return parse


def _enum_parser(field: Field) -> Parser:
    assert field.enum is not None
    names = enum_names(field.enum, with_unspecified=not field.forbids_unspecified)
    numbers = {name: field.enum.values_by_name[name].number for name in names}

    def parse(value: object) -> int:
        if not isinstance(value, str) or value not in numbers:
            raise RefusedError(texts.not_enum(names))
        return numbers[value]

    return parse


def _bytes_parser(field: Field) -> Parser:
    most = field.rules.max_length

    def parse(value: object) -> bytes:
        if not isinstance(value, str):
            raise RefusedError(texts.NOT_BASE64)
        try:
            raw = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise RefusedError(texts.NOT_BASE64) from None
        if most and len(raw) > most:
            raise RefusedError(texts.too_long(most))
        return raw

    return parse


def _timestamp(value: object) -> Timestamp:
    match = _TIMESTAMP_PATTERN.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise RefusedError(texts.NOT_TIMESTAMP)
    day, time, fraction, zone = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{time}{'+00:00' if zone in 'Zz' else zone}")
        seconds = (moment - _EPOCH) // timedelta(seconds=1)
    except (ValueError, OverflowError):
        raise RefusedError(texts.NOT_TIMESTAMP) from None
    parsed = Timestamp(seconds=seconds, nanos=int((fraction or "0").ljust(9, "0")))
    timestamp_rule(parsed)
    return parsed


def _day(value: str) -> None:
    # date.fromisoformat alone would also take 20200101 and 2020-W01-1.
    if _DATE(value) is None:
        raise RefusedError(texts.NOT_DATE)
    try:
        date.fromisoformat(value)
    except ValueError:
        raise RefusedError(texts.NOT_DATE) from None


def _form(pattern: str, text: Text) -> Rule:
    matches = re.compile(pattern).fullmatch

    def judge(value: str) -> None:
        if matches(value) is None:
            raise RefusedError(text)

    return judge


def _never(value: str) -> None:
    raise RefusedError(texts.NOT_JSON_FIELD)


_DATE = re.compile(DATE_PATTERN).fullmatch
_FORMS: dict[int, Rule] = {
    Format.FORMAT_UUID: _form(UUID_PATTERN, texts.NOT_UUID),
    Format.FORMAT_DATE: _day,
    Format.FORMAT_DECIMAL: _form(DECIMAL_PATTERN, texts.NOT_DECIMAL),
    Format.FORMAT_JSON: _never,
    Format.FORMAT_URI: _form(URI_PATTERN, texts.NOT_URI),
    Format.FORMAT_PERIOD: _form(PERIOD_PATTERN, texts.NOT_PERIOD),
}
