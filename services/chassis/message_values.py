"""Single values of messages, read and written: ids, days, instants, exact numbers; what is absent is None with us.

The contract has checked what comes in, so that nothing here refuses.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def uuids(values: Iterable[str]) -> tuple[UUID, ...]:
    """The ids of a repeated field."""
    return tuple(UUID(value) for value in values)


def maybe_uuid(message: Any, field: str) -> UUID | None:
    """The id in an optional field."""
    return UUID(getattr(message, field)) if message.HasField(field) else None


def maybe_text(message: Any, field: str) -> str | None:
    """The text in an optional field."""
    return getattr(message, field) if message.HasField(field) else None


def maybe_int(message: Any, field: str) -> int | None:
    """The number in an optional field."""
    return getattr(message, field) if message.HasField(field) else None


def maybe_day(message: Any, field: str) -> date | None:
    """The day in an optional field."""
    return date.fromisoformat(getattr(message, field)) if message.HasField(field) else None


def maybe_exact(message: Any, field: str) -> Decimal | None:
    """The exact number in an optional field."""
    return Decimal(getattr(message, field)) if message.HasField(field) else None


def instant(stamp: Timestamp) -> datetime:
    """The instant in a field that must carry one."""
    return stamp.ToDatetime(tzinfo=UTC)


def maybe_instant(message: Any, field: str) -> datetime | None:
    """The instant in an optional field."""
    return instant(getattr(message, field)) if message.HasField(field) else None


def stamp(instant: datetime) -> Timestamp:
    """An instant as the contract has it, by integers: exact to the microsecond."""
    since = instant - _EPOCH
    return Timestamp(seconds=since.days * 86_400 + since.seconds, nanos=since.microseconds * 1_000)


def maybe_stamp(instant: datetime | None) -> Timestamp | None:
    """The same for an instant that may be absent."""
    return None if instant is None else stamp(instant)
