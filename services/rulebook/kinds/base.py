"""What every kind of rule is: declared facts, declared parameters, one pure decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Protocol

from ..facts import FactReader, FactType, Need
from ..parameters import Parameters, ParameterSpec


@dataclass(frozen=True)
class Role:
    """
    A fact as the kind names it; a rule binds the role to the name of a case's fact.

    Args:
        required: each rule of the kind binds it.
        optional: the case may leave the fact out, which is read as the harder answer.
    """

    name: str
    type: FactType
    required: bool = True
    optional: bool = False


@dataclass(frozen=True)
class Outcome:
    """
    What a kind says about one case on one day.

    The days on which a rule is satisfied, the facts staying as they are, are one unbroken run:
    `clears_on` is its first day where it lies ahead and can be reached by waiting alone,
    `holds_until` its last day, None where it has no end.
    """

    satisfied: bool
    seen: str
    needed: str
    clears_on: date | None = None
    holds_until: date | None = None
    provisional: bool = False


class Kind(Protocol):
    """A pure decision. Reads facts only through the reader and never the clock."""

    name: ClassVar[str]
    roles: ClassVar[tuple[Role, ...]]
    parameters: ClassVar[tuple[ParameterSpec, ...]]

    def evaluate(self, parameters: Parameters, facts: FactReader, on: date) -> Outcome: ...


def needs(kind: Kind, parameters: Parameters, binding: Mapping[str, str]) -> tuple[Need, ...]:
    """
    The facts a rule of the kind reads with these parameters and this binding.
    """
    listed = [
        Need(fact, FactType.FLAG)
        for name in ("all_true", "all_false")
        for fact in parameters.maybe(name, tuple) or ()
    ]
    bound = [
        Need(binding[role.name], role.type, role.optional) for role in kind.roles if role.name in binding
    ]
    return (*bound, *listed)


def unbound_roles(kind: Kind, parameters: Parameters, binding: Mapping[str, str]) -> list[str]:
    """
    Roles that must be bound to a fact and are not.
    """
    wanted = [role.name for role in kind.roles if role.required]
    for spec in kind.parameters:
        if spec.name in parameters:
            wanted.extend(spec.reads)
    return [role for role in dict.fromkeys(wanted) if role not in binding]


def within(on: date, *, first: date | None, last: date | None, seen: str, needed: str) -> Outcome:
    """
    The outcome of a rule that is satisfied from `first` to `last`, both included.
    """
    too_early = first is not None and on < first
    too_late = last is not None and on > last
    reachable = too_early and (last is None or first is None or first <= last)
    return Outcome(
        satisfied=not too_early and not too_late,
        seen=seen,
        needed=needed,
        clears_on=first if reachable else None,
        holds_until=last,
    )
