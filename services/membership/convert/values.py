"""Single values of requests: days, ids and enums; the contract's rules have checked their form before."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from uuid import UUID

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.calls import parse_uuid
from chassis.errors import InvalidArgumentError, Violation
from chassis.paging import encode_token
from rulebook import DayFormatError, parse_day

T = TypeVar("T")


def day(text: str, field: str) -> date:
    """A day; the second wall behind the contract's check."""
    try:
        return parse_day(text)
    except DayFormatError:
        raise InvalidArgumentError([Violation(field, "不是有效的日期", "is not a calendar day")]) from None


def optional_day(request: Message, field: str) -> date | None:
    """A day that may be absent."""
    return day(getattr(request, field), field) if request.HasField(field) else None


def optional_id(request: Message, field: str) -> UUID | None:
    """An id that may be absent."""
    return parse_uuid(getattr(request, field), field_name=field) if request.HasField(field) else None


def optional_text(request: Message, field: str) -> str | None:
    """A text that may be absent."""
    return getattr(request, field) if request.HasField(field) else None


def ids(values: Sequence[str], field: str) -> tuple[UUID, ...]:
    """Ids, in their order."""
    return tuple(parse_uuid(value, field_name=field) for value in values)


def instant(request: Message, field: str) -> datetime | None:
    """An instant that may be absent."""
    if not request.HasField(field):
        return None
    value: Timestamp = getattr(request, field)
    return value.ToDatetime(tzinfo=UTC)


def enum_name(wrapper: Any, prefix: str, number: int) -> str | None:
    """The domain's name of an enum value; None for unspecified."""
    name = str(wrapper.Name(number)).removeprefix(f"{prefix}_").lower()
    return None if name == "unspecified" else name


def needed_name(wrapper: Any, prefix: str, number: int, field: str) -> str:
    """The domain's name of an enum value that must be given."""
    name = enum_name(wrapper, prefix, number)
    if name is None:
        raise InvalidArgumentError([Violation(field, "必须填写", "is required")])
    return name


def page_of(rows: Sequence[T], size: int, key: str) -> tuple[Sequence[T], str]:
    """The rows of a page and the token of the next one; a row more than the size says that it exists."""
    if len(rows) <= size:
        return rows, ""
    return rows[:size], encode_token(getattr(rows[size - 1], key))
