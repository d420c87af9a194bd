"""Kinds that are decided by numbers: count, size, cap, table.

Arithmetic is exact; minimum shares round up and maximum shares down (C15).
"""

import math
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import ClassVar

from ..facts import FactReader, FactType
from ..parameters import BRACKETS, SHARE, WHOLE, Bracket, Parameters, ParameterSpec, Stricter, show
from .base import Outcome, Role

_FEN = Decimal("0.01")


def between(minimum: int | None, maximum: int | None) -> str:
    """
    The bounds of a number, as a verdict shows them.
    """
    if minimum is not None and minimum == maximum:
        return f"= {minimum}"
    bounds = [f"≥ {minimum}"] if minimum is not None else []
    return ", ".join([*bounds, f"≤ {maximum}"] if maximum is not None else bounds)


class Count:
    """
    Enough of something, and not too much: `min`, `max`, or at least `min_share` of a base.

    Where `min_alternative` is set, that much of the alternative is enough as well.
    """

    name: ClassVar[str] = "count"
    roles: ClassVar[tuple[Role, ...]] = (
        Role("value", FactType.NUMBER),
        Role("base", FactType.WHOLE, required=False),
        Role("alternative", FactType.NUMBER, required=False, optional=True),
    )
    parameters: ClassVar[tuple[ParameterSpec, ...]] = (
        ParameterSpec("min", WHOLE, Stricter.HIGHER),
        ParameterSpec("max", WHOLE, Stricter.LOWER),
        ParameterSpec("min_share", SHARE, Stricter.HIGHER, reads=("base",)),
        ParameterSpec(
            "min_alternative", WHOLE, Stricter.HIGHER, loosens=True, reads=("alternative",), beside="min"
        ),
    )

    def evaluate(self, parameters: Parameters, facts: FactReader, on: date) -> Outcome:
        value = facts.number("value")
        minimum, maximum = parameters.maybe("min", int), parameters.maybe("max", int)
        share = parameters.maybe("min_share", Fraction)
        if share is not None:
            minimum = max(minimum or 0, math.ceil(share * facts.whole("base")))
        satisfied = (minimum is None or value >= minimum) and (maximum is None or value <= maximum)
        seen, needed = f"{value}", between(minimum, maximum)
        alternative = parameters.maybe("min_alternative", int)
        if alternative is not None:
            needed += f" / ≥ {alternative}"
            if facts.has("alternative"):
                seen += f" / {facts.number('alternative')}"
                satisfied = satisfied or facts.number("alternative") >= alternative
        return Outcome(satisfied, seen=seen, needed=needed)


class Size:
    """
    A body has between `min` and `max` seats, where a basis (members, say) is in the rule's band.

    Outside `basis_from` to `basis_to` the rule asks nothing.
    """

    name: ClassVar[str] = "size"
    roles: ClassVar[tuple[Role, ...]] = (
        Role("size", FactType.WHOLE),
        Role("basis", FactType.WHOLE, required=False),
    )
    parameters: ClassVar[tuple[ParameterSpec, ...]] = (
        ParameterSpec("min", WHOLE, Stricter.HIGHER),
        ParameterSpec("max", WHOLE, Stricter.LOWER),
        ParameterSpec("basis_from", WHOLE, Stricter.LOWER, loosens=True, reads=("basis",)),
        ParameterSpec("basis_to", WHOLE, Stricter.HIGHER, loosens=True, reads=("basis",)),
    )

    def evaluate(self, parameters: Parameters, facts: FactReader, on: date) -> Outcome:
        size = facts.whole("size")
        minimum, maximum = parameters.maybe("min", int), parameters.maybe("max", int)
        fits = (minimum is None or size >= minimum) and (maximum is None or size <= maximum)
        return Outcome(
            satisfied=fits or not self._applies(parameters, facts),
            seen=str(size),
            needed=between(minimum, maximum),
        )

    @staticmethod
    def _applies(parameters: Parameters, facts: FactReader) -> bool:
        low, high = parameters.maybe("basis_from", int), parameters.maybe("basis_to", int)
        basis = facts.whole("basis")
        return (low is None or basis >= low) and (high is None or basis <= high)


class Cap:
    """
    Not more than `max`, nor than `max_share` of a base; up to `max_with_consent` where it was given.
    """

    name: ClassVar[str] = "cap"
    roles: ClassVar[tuple[Role, ...]] = (
        Role("value", FactType.NUMBER),
        Role("base", FactType.WHOLE, required=False),
        Role("consent", FactType.FLAG, required=False, optional=True),
    )
    parameters: ClassVar[tuple[ParameterSpec, ...]] = (
        ParameterSpec("max", WHOLE, Stricter.LOWER),
        ParameterSpec("max_share", SHARE, Stricter.LOWER, reads=("base",)),
        ParameterSpec(
            "max_with_consent", WHOLE, Stricter.LOWER, loosens=True, reads=("consent",), beside="max"
        ),
    )

    def evaluate(self, parameters: Parameters, facts: FactReader, on: date) -> Outcome:
        limits = []
        maximum = parameters.maybe("max", int)
        if "max_with_consent" in parameters and facts.flag("consent"):
            maximum = parameters.need("max_with_consent", int)
        if maximum is not None:
            limits.append(maximum)
        share = parameters.maybe("max_share", Fraction)
        if share is not None:
            limits.append(math.floor(share * facts.whole("base")))
        limit = min(limits)
        return Outcome(facts.number("value") <= limit, seen=f"{facts.number('value')}", needed=f"≤ {limit}")


def amount_due(brackets: tuple[Bracket, ...], value: int | Decimal) -> Decimal:
    """
    The amount a table gives: the bracket's share of the whole value, half up to the fen.
    """
    for bracket in brackets:
        if bracket.up_to is None or value <= bracket.up_to:
            break
    if bracket.amount is not None:
        return bracket.amount.quantize(_FEN)
    rate = bracket.rate or Fraction(0)
    exact = Decimal(value) * rate.numerator / rate.denominator
    return exact.quantize(_FEN, rounding=ROUND_HALF_UP)


class Table:
    """An amount is the one its table gives for a value."""

    name: ClassVar[str] = "table"
    roles: ClassVar[tuple[Role, ...]] = (
        Role("amount", FactType.NUMBER),
        Role("value", FactType.NUMBER),
    )
    parameters: ClassVar[tuple[ParameterSpec, ...]] = (
        ParameterSpec("brackets", BRACKETS, Stricter.NONE, required=True),
    )

    def evaluate(self, parameters: Parameters, facts: FactReader, on: date) -> Outcome:
        due = amount_due(parameters.need("brackets", tuple), facts.number("value"))
        amount = facts.number("amount")
        return Outcome(Decimal(amount) == due, seen=show(amount), needed=f"= {due}")


AMOUNT_KINDS = (Count(), Size(), Cap(), Table())
