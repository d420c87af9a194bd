"""Pages by keyset: a token holds the sort key of the last row seen, never an offset."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson

from chassis.errors import InvalidArgumentError, Violation

T = TypeVar("T")

DEFAULT_SIZE = 50
MOST = 200
# A token is as long as a sort key; longer ones are not ours and would cost memory to decode.
_MOST_TOKEN = 2000


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant has a zone")
    # What lies before the first day of the calendar in UTC cannot be sent to a query.
    instant.astimezone(UTC)
    return instant


_DECODERS: dict[str, Any] = {
    "s": str,
    "i": int,
    "u": UUID,
    "d": date.fromisoformat,
    "t": _instant,
}


def _refused(field: str, zh: str, en: str) -> InvalidArgumentError:
    return InvalidArgumentError([Violation(field=field, zh=zh, en=en)])


def page_size(requested: int, *, default: int = DEFAULT_SIZE, most: int = MOST) -> int:
    """How many rows a page holds: what was asked for, the default for 0, refused beyond the bound."""
    if requested < 0 or requested > most:
        raise _refused("page_size", f"每页数量应在 0 到 {most} 之间。", f"A page holds 0 to {most} items.")
    return requested or default


def _tagged(value: object) -> list[object]:
    match value:
        case None:
            return ["n", None]
        case datetime():
            return ["t", value.isoformat()]
        case date():
            return ["d", value.isoformat()]
        case UUID():
            return ["u", str(value)]
        case bool():
            raise TypeError("a page key holds no booleans")
        case int():
            return ["i", value]
        case str():
            return ["s", value]
    raise TypeError(f"a page key holds no {type(value).__name__}")


def encode_token(*values: object) -> str:
    """The token that continues after the row with these sort values (str, int, UUID, date, datetime, None)."""
    return base64.urlsafe_b64encode(orjson.dumps([_tagged(value) for value in values])).decode().rstrip("=")


def decode_token(token: str, *types: type) -> tuple[Any, ...]:
    """The sort values of a token, () for the empty one; with `types`, a token of another list is refused.

    A value may be None whatever its type.
    """
    if not token:
        return ()
    try:
        values = _values(token)
    except (ValueError, TypeError, KeyError, OverflowError, binascii.Error):
        raise _refused("page_token", "分页标记无效。", "The page token is not valid.") from None
    if types and not (len(values) == len(types) and all(map(_may_be, values, types))):
        raise _refused("page_token", "分页标记不属于此列表。", "The page token belongs to another list.")
    return values


def _may_be(value: object, kind: type) -> bool:
    # No list is sorted by a number beyond 32 bits, and a query that compares with one would fail.
    in_range = not isinstance(value, int) or -(2**31) <= value < 2**31
    return value is None or (type(value) is kind and in_range)


def _values(token: str) -> tuple[Any, ...]:
    if len(token) > _MOST_TOKEN:
        raise ValueError("too long")
    pairs = orjson.loads(base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True))
    if not isinstance(pairs, list):
        raise TypeError("not a list")
    return tuple(_value(tag, value) for tag, value in pairs)


def _value(tag: str, value: object) -> Any:
    if tag == "n":
        return None
    # An int written where text belongs must not reach a query as text, nor the other way round.
    if not isinstance(value, int if tag == "i" else str) or isinstance(value, bool):
        raise TypeError("wrong kind of value")
    if isinstance(value, str) and "\0" in value:
        raise ValueError("PostgreSQL keeps no NUL")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError("out of range")
    return _DECODERS[tag](value)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; the token of the next one is empty on the last."""

    items: list[T]
    next_token: str


def page_of(found: list[T], most: int, key: Callable[[T], tuple[object, ...]]) -> Page[T]:
    """The page from what was read, one row more than it holds; `key` gives the sort values of a row."""
    items = found[:most]
    return Page(items, encode_token(*key(items[-1])) if len(found) > most else "")
