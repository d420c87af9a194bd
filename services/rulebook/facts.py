"""What is known of a case: typed facts by name, and a reader that a rule kind reads them through.

Exact types only: an instant is not a day (C20) and a float is no number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import cast

Fact = bool | int | Decimal | str | date | Sequence[str] | None
Facts = Mapping[str, Fact]


class FactType(StrEnum):
    """What a fact must be; the value is the type as a Python programmer would write it."""

    DAY = "date"
    WHOLE = "int"
    NUMBER = "int | Decimal"
    FLAG = "bool"
    TEXT = "str"
    NAMES = "Sequence[str]"

    def holds(self, value: Fact) -> bool:
        match self:
            case FactType.DAY:
                return isinstance(value, date) and not isinstance(value, datetime)
            case FactType.WHOLE:
                return _is_number(value) and isinstance(value, int)
            case FactType.NUMBER:
                return _is_number(value)
            case FactType.FLAG:
                return isinstance(value, bool)
            case FactType.TEXT:
                return isinstance(value, str)
            case FactType.NAMES:
                return _is_names(value)


def _is_number(value: Fact) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite() and value >= 0
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_names(value: Fact) -> bool:
    # A bare string is a sequence of strings too, and never meant as one.
    is_sequence = isinstance(value, Sequence) and not isinstance(value, str)
    return is_sequence and all(isinstance(item, str) for item in cast(Sequence[object], value))


@dataclass(frozen=True)
class Need:
    """
    A fact that a rule reads.

    An optional fact may be absent: its absence is read as the answer that is harder on the case.
    """

    fact: str
    type: FactType
    optional: bool = False


class UnusableFactError(Exception):
    """Facts contradict each other (more present than should attend); the engine answers with a verdict."""

    def __init__(self, *facts: str) -> None:
        self.facts = facts
        super().__init__(", ".join(facts))


class FactReader:
    """Reads facts by the role a kind gives them, whose types the engine has already checked."""

    def __init__(self, facts: Facts, binding: Mapping[str, str]) -> None:
        self._facts = facts
        self._binding = binding

    def has(self, role: str) -> bool:
        """
        Whether the rule binds the role and the case states the fact.
        """
        return role in self._binding and self._facts.get(self._binding[role]) is not None

    def name(self, role: str) -> str:
        return self._binding[role]

    def day(self, role: str) -> date:
        return cast(date, self._facts[self._binding[role]])

    def whole(self, role: str, default: int = 0) -> int:
        return cast(int, self._facts[self._binding[role]]) if self.has(role) else default

    def number(self, role: str) -> int | Decimal:
        return cast(int | Decimal, self._facts[self._binding[role]])

    def text(self, role: str) -> str:
        return cast(str, self._facts[self._binding[role]]) if self.has(role) else ""

    def flag(self, role: str) -> bool:
        return self.has(role) and self._facts[self._binding[role]] is True

    def names(self, role: str) -> Sequence[str]:
        return cast(Sequence[str], self._facts[self._binding[role]])

    def flag_named(self, fact: str) -> bool:
        """
        A yes-or-no fact by its own name, for kinds whose parameters list facts.
        """
        return self._facts[fact] is True


def fact_text(value: Fact) -> str:
    """
    A fact as a verdict shows it.
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case str():
            return value
        case Sequence():
            return ", ".join(str(item) for item in value)
        case _:
            return str(value)
