"""Single values of requests: ids, days, instants, enum values, and absence."""

import re
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.calls import parse_uuid
from organization.domain.units import refuse
from organization.events.shapes import value

E = TypeVar("E", bound=StrEnum)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def id_of(text: str, field: str) -> UUID:
    """The id in a field that must carry one."""
    return parse_uuid(text, field_name=field)


def optional_id(text: str, field: str) -> UUID | None:
    """The id in a field that may be empty."""
    return id_of(text, field) if text else None


def ids_of(texts: "list[str] | tuple[str, ...]", field: str) -> list[UUID]:
    """Every id of a repeated field."""
    return [id_of(text, f"{field}[{number}]") for number, text in enumerate(texts)]


def day_of(text: str, field: str) -> date:
    """The day in a field that must carry one."""
    # date.fromisoformat alone also takes week dates.
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        refuse(field, "不是有效的日期。", "It is not a day.")


def optional_day(message: Message, field: str, *, path: str = "") -> date | None:
    """The day in a field with presence."""
    return day_of(getattr(message, field), path or field) if message.HasField(field) else None


def optional_text(message: Message, field: str) -> str | None:
    """The text in a field with presence."""
    return str(getattr(message, field)) if message.HasField(field) else None


def instant_of(message: Message, field: str) -> datetime | None:
    """The instant in a field with presence."""
    if not message.HasField(field):
        return None
    stamp: Timestamp = getattr(message, field)
    try:
        return _EPOCH + timedelta(seconds=stamp.seconds, microseconds=stamp.nanos // 1_000)
    except OverflowError:
        refuse(field, "不是有效的时间。", "It is not an instant.")


def enum_of(enum: EnumDescriptor, kind: type[E], number: int, field: str) -> E | None:
    """The domain value of an enum field, None for the unspecified one."""
    try:
        return value(enum, kind, number)
    except KeyError:
        refuse(field, "没有此选项。", "There is no such value.")


def chosen(enum: EnumDescriptor, kind: type[E], number: int, field: str) -> E:
    """The domain value of an enum field that must say something."""
    return enum_of(enum, kind, number, field) or refuse(field, "须填写此项。", "It is required.")
