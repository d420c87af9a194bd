"""Single values of requests: ids, days, instants."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp


def uuids(values: Iterable[str]) -> tuple[UUID, ...]:
    """Ids, which the contract has checked."""
    return tuple(UUID(value) for value in values)


def maybe_uuid(message: Any, field: str) -> UUID | None:
    """The id in an optional field."""
    return UUID(getattr(message, field)) if message.HasField(field) else None


def maybe_text(message: Any, field: str) -> str | None:
    """The text in an optional field."""
    return getattr(message, field) if message.HasField(field) else None


def maybe_day(message: Any, field: str) -> date | None:
    """The day in an optional field."""
    return date.fromisoformat(getattr(message, field)) if message.HasField(field) else None


def instant(stamp: Timestamp) -> datetime:
    """An instant."""
    return stamp.ToDatetime(tzinfo=UTC)
