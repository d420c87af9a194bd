"""Types of rule parameters: how each is read from a pack, compared, and shown.

Says which of two values is the stricter one; decides nothing about a case.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar

from .errors import RulebookError
from .periods import Period, compare_periods
from .workdays import NoticeWindow, compare_windows

T = TypeVar("T")

_FRACTION = re.compile(r"\d{1,4}/[1-9]\d{0,3}", re.ASCII)
_PERCENT = re.compile(r"(\d{1,4}(?:\.\d{1,4})?)%", re.ASCII)
_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_MONEY = re.compile(r"\d{1,9}(?:\.\d{1,2})?", re.ASCII)


class Stricter(StrEnum):
    """Which direction of a parameter is harder on the case."""

    HIGHER = "higher"
    LOWER = "lower"
    NONE = "none"


class ParameterError(RulebookError):
    """A parameter's value is not of its type."""


@dataclass(frozen=True)
class ParameterType:
    """How a value is read, and how two of them are ordered (None: no order)."""

    name: str
    parse: Callable[[object], object]
    compare: Callable[[Any, Any], int | None]


@dataclass(frozen=True)
class ParameterSpec:
    """
    One declared parameter of a kind.

    Args:
        loosens: the mere presence of the parameter makes the rule easier to satisfy (an
            alternative, an extension, a condition), so a replacement may drop but not add it.
        reads: roles of facts that are read only where this parameter is set.
        beside: the parameter without which this one means nothing.
    """

    name: str
    type: ParameterType
    stricter: Stricter
    required: bool = False
    loosens: bool = False
    reads: tuple[str, ...] = ()
    beside: str = ""

    def refusal(self, old: object | None, new: object | None) -> str | None:
        """
        Why `new` may not replace `old`, or None where it is equal or stricter.
        """
        if old is None or new is None:
            if (old is None) == (new is None) or (new is None) == self.loosens:
                return None
            return f"{self.name} is {'dropped' if new is None else 'added'}, which loosens the rule"
        order = self.type.compare(new, old)
        if order == 0:
            return None
        if order is None or self.stricter is Stricter.NONE:
            return f"{self.name} {show(new)} has no order to {show(old)}; add it as a second condition"
        if (order > 0) == (self.stricter is Stricter.HIGHER):
            return None
        return f"{self.name} {show(new)} is looser than {show(old)} ({self.stricter.value} is stricter)"


@dataclass(frozen=True)
class Parameters:
    """The values of one rule, already of their declared types."""

    values: Mapping[str, object]

    def __contains__(self, name: object) -> bool:
        return name in self.values

    def need(self, name: str, type_: type[T]) -> T:
        value = self.values[name]
        assert isinstance(value, type_)
        return value

    def maybe(self, name: str, type_: type[T]) -> T | None:
        return self.need(name, type_) if name in self.values else None


@dataclass(frozen=True)
class Bracket:
    """A line of a table: up to an amount (or without end), a share of the whole base or a fixed sum."""

    up_to: Decimal | None
    rate: Fraction | None
    amount: Decimal | None

    def __str__(self) -> str:
        value = self.amount if self.rate is None else self.rate
        return f"{value}" if self.up_to is None else f"≤{self.up_to}: {value}"


def show(value: object) -> str:
    """
    A parameter's value as text, the same in every language.
    """
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    return str(value)


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise ParameterError(f"{raw!r} must be a text")
    return raw


def _whole(raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < 0:
        raise ParameterError(f"{raw!r} must be a whole number of at least 0")
    return raw


def _share(raw: object) -> Fraction:
    text = _text(raw)
    if _FRACTION.fullmatch(text):
        return Fraction(text)
    percent = _PERCENT.fullmatch(text)
    if percent is None:
        raise ParameterError(f"{text!r} must be a share such as 1/2 or 15%")
    return Fraction(percent[1]) / 100


def _money(raw: object) -> Decimal:
    text = _text(raw)
    if not _MONEY.fullmatch(text):
        raise ParameterError(f"{text!r} must be an amount such as 3000 or 0.20")
    return Decimal(text)


def _names(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list) or not raw:
        raise ParameterError("a list of at least one name is needed")
    for item in raw:
        if not isinstance(item, str) or not _NAME.fullmatch(item):
            raise ParameterError(f"{item!r} must be a name in lower_snake_case")
    if len(set(raw)) != len(raw):
        raise ParameterError("a name is listed twice")
    return tuple(raw)


def _brackets(raw: object) -> tuple[Bracket, ...]:
    if not isinstance(raw, list) or not raw or not all(isinstance(item, dict) for item in raw):
        raise ParameterError("a list of brackets is needed")
    brackets = tuple(_bracket(item) for item in raw)
    limits = [bracket.up_to for bracket in brackets]
    bounds = [limit for limit in limits[:-1] if limit is not None]
    if limits[-1] is not None or len(bounds) != len(limits) - 1 or bounds != sorted(set(bounds)):
        raise ParameterError("brackets must rise and only the last one must be without up_to")
    return brackets


def _bracket(raw: dict[str, object]) -> Bracket:
    if not set(raw) <= {"up_to", "rate", "amount"} or ("rate" in raw) == ("amount" in raw):
        raise ParameterError("a bracket has up_to and one of rate and amount")
    return Bracket(
        up_to=_money(raw["up_to"]) if "up_to" in raw else None,
        rate=_share(raw["rate"]) if "rate" in raw else None,
        amount=_money(raw["amount"]) if "amount" in raw else None,
    )


def _by_value(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)


def _only_equal(left: object, right: object) -> int | None:
    return 0 if left == right else None


def _by_inclusion(left: tuple[str, ...], right: tuple[str, ...]) -> int | None:
    if set(left) == set(right):
        return 0
    if set(left) > set(right):
        return 1
    return -1 if set(left) < set(right) else None


PERIOD = ParameterType("period", lambda raw: Period.parse(_text(raw)), compare_periods)
WINDOW = ParameterType("notice window", lambda raw: NoticeWindow.parse(_text(raw)), compare_windows)
WHOLE = ParameterType("whole number", _whole, _by_value)
SHARE = ParameterType("share", _share, _by_value)
NAMES = ParameterType("set of names", _names, _by_inclusion)
SEQUENCE = ParameterType("ordered names", _names, _only_equal)
BRACKETS = ParameterType("brackets", _brackets, _only_equal)


def choice(*options: str) -> ParameterType:
    """
    One of the options, which are listed from the loosest to the strictest.
    """

    def parse(raw: object) -> str:
        if raw not in options:
            raise ParameterError(f"{raw!r} must be one of {', '.join(options)}")
        return str(raw)

    return ParameterType("choice", parse, lambda a, b: _by_value(options.index(a), options.index(b)))
