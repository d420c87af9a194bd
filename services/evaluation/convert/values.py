"""Single values of requests: ids, days, instants, exact numbers."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID


def uuids(values: Iterable[str]) -> tuple[UUID, ...]:
    """Ids, which the contract has checked."""
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


def maybe_instant(message: Any, field: str) -> datetime | None:
    """The instant in an optional field."""
    return getattr(message, field).ToDatetime(tzinfo=UTC) if message.HasField(field) else None
