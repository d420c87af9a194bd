"""The values a pack is made of: rules, steps of admission, operations, sources.

A rule remembers the plain content it was built from; that content is what digests are taken over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from string import Formatter
from typing import Any

from .errors import DayFormatError, PeriodFormatError, RulebookError
from .facts import Facts, FactType, Need
from .kinds import KINDS, Kind, needs, unbound_roles
from .parameters import ParameterError, Parameters, show
from .periods import parse_day

PLACEHOLDERS = frozenset({"seen", "needed", "clears_on", "on"})


class Layer(StrEnum):
    """Who made the rule, from the widest to the narrowest."""

    NATION = "nation"
    PROVINCE = "province"
    UNIVERSITY = "university"

    @property
    def depth(self) -> int:
        return list(Layer).index(self)


class Severity(StrEnum):
    """What an unsatisfied rule does, from the lightest to the heaviest."""

    INFO = "info"
    WARN = "warn"
    BLOCK = "block"

    @property
    def weight(self) -> int:
        return list(Severity).index(self)


class RuleContentError(RulebookError):
    """A rule's content does not fit its kind; `path` says where in the rule."""

    def __init__(self, path: tuple[str, ...], message: str) -> None:
        self.path = path
        super().__init__(message)


@dataclass(frozen=True)
class Source:
    """Where a rule is written."""

    doc: str
    article: str
    url: str | None = None


@dataclass(frozen=True)
class Operation:
    """Something a service does that rules may be asked about."""

    id: str
    zh: str
    en: str


@dataclass(frozen=True)
class Stage:
    """One of the parts of the admission procedure."""

    number: int
    id: str
    zh: str
    en: str


@dataclass(frozen=True)
class Material:
    """
    A paper that a step brings into the case, by its name in the rules, with the outline it is written by.
    """

    id: str
    zh: str
    en: str
    template: str = ""


@dataclass(frozen=True)
class Step:
    """
    One step of the admission procedure.

    `operation` is asked before the step is taken; `vote_operation`, where there is one, when the
    votes have been counted. A periodic step is taken again and again until the next one.
    """

    number: int
    id: str
    zh: str
    en: str
    stage: str
    actor: str
    operation: str
    vote_operation: str | None = None
    periodic: bool = False
    materials: tuple[Material, ...] = ()

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "Step":
        """
        The step as a pack or a kept rule set has it.
        """
        materials = tuple(Material(**item) for item in content.get("materials", ()))
        return cls(**{**content, "materials": materials})


@dataclass(frozen=True)
class Scope:
    """
    Whom a rule asks: only those for whom a fact is one of these names.

    Of those whose fact nobody has stated the rule asks it too.
    """

    fact: str
    one_of: tuple[str, ...]

    def leaves_out(self, facts: Facts) -> bool:
        """
        Whether the case is known to be none that the rule asks.
        """
        value = facts.get(self.fact)
        return isinstance(value, str) and value not in self.one_of


@dataclass(frozen=True)
class Rule:
    """One instance of a kind, with its numbers, dates and source."""

    id: str
    pack: str
    layer: Layer
    kind: Kind
    parameters: Parameters
    facts: Mapping[str, str]
    severity: Severity
    applies_to: tuple[str, ...]
    effective_from: date
    effective_to: date | None
    source: Source
    messages: Mapping[str, str]
    replaces: str | None
    content: Mapping[str, Any]
    only_for: Scope | None = None

    @property
    def row(self) -> str:
        """
        The row of the regulations that the rule belongs to: DEV-18 for DEV-18.ballot.
        """
        return self.id.partition(".")[0]

    def is_in_force(self, on: date) -> bool:
        """
        Whether the day lies in the half-open span of the rule (C13).
        """
        return self.effective_from <= on and (self.effective_to is None or on < self.effective_to)

    @cached_property
    def threshold(self) -> Mapping[str, str]:
        """
        The parameters as a verdict shows them.
        """
        return {name: show(value) for name, value in self.parameters.values.items()}

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """
        The facts that the rule reads.
        """
        read = needs(self.kind, self.parameters, self.facts)
        if self.only_for is None:
            return read
        return (Need(self.only_for.fact, FactType.TEXT, optional=True), *read)


def build_rule(content: Mapping[str, Any]) -> Rule:
    """
    Build a rule from content that has passed the schema, its pack, layer and dates filled in.
    """
    kind = KINDS[content["kind"]]
    parameters = _read_parameters(kind, content.get("parameters", {}))
    facts = content.get("facts", {})
    _check_binding(kind, parameters, facts)
    _check_messages(kind, content["messages"])
    starts, ends = read_span(content)
    return Rule(
        id=content["id"],
        pack=content["pack"],
        layer=Layer(content["layer"]),
        kind=kind,
        parameters=parameters,
        facts=facts,
        severity=Severity(content["severity"]),
        applies_to=tuple(content["applies_to"]),
        effective_from=starts,
        effective_to=ends,
        source=Source(**content["source"]),
        messages=content["messages"],
        replaces=content.get("replaces"),
        content=content,
        only_for=_scope(content),
    )


def _scope(content: Mapping[str, Any]) -> Scope | None:
    if "only_for" not in content:
        return None
    return Scope(content["only_for"]["fact"], tuple(content["only_for"]["one_of"]))


def read_span(content: Mapping[str, Any]) -> tuple[date, date | None]:
    """
    The half-open span of a pack or rule; it must hold at least one day.
    """
    try:
        starts = parse_day(content["effective_from"])
    except DayFormatError as error:
        raise RuleContentError(("effective_from",), str(error)) from None
    if "effective_to" not in content:
        return starts, None
    try:
        ends = parse_day(content["effective_to"])
    except DayFormatError as error:
        raise RuleContentError(("effective_to",), str(error)) from None
    if ends <= starts:
        raise RuleContentError(("effective_to",), "effective_to must be later than effective_from")
    return starts, ends


def _read_parameters(kind: Kind, raw: Mapping[str, object]) -> Parameters:
    specs = {spec.name: spec for spec in kind.parameters}
    values: dict[str, object] = {}
    for name, value in raw.items():
        path = ("parameters", name)
        if name not in specs:
            raise RuleContentError(path, f"{kind.name} has no parameter {name}; it has {', '.join(specs)}")
        try:
            values[name] = specs[name].type.parse(value)
        except (ParameterError, PeriodFormatError) as error:
            raise RuleContentError(path, f"{name}: {error}") from None
    missing = [spec.name for spec in kind.parameters if spec.required and spec.name not in values]
    missing += [specs[name].beside for name in values if specs[name].beside not in ("", *values)]
    if missing:
        raise RuleContentError(("parameters",), f"{kind.name} needs {', '.join(missing)}")
    if all(specs[name].loosens for name in values):
        raise RuleContentError(("parameters",), f"{kind.name} asks for nothing without a parameter")
    return Parameters(values)


def _check_binding(kind: Kind, parameters: Parameters, facts: Mapping[str, str]) -> None:
    roles = {role.name for role in kind.roles}
    for role in facts:
        if role not in roles:
            raise RuleContentError(
                ("facts", role), f"{kind.name} reads no {role}; it reads {', '.join(roles)}"
            )
    unbound = unbound_roles(kind, parameters, facts)
    if unbound:
        raise RuleContentError(("facts",), f"{kind.name} needs a fact for {', '.join(unbound)}")


def _check_messages(kind: Kind, messages: Mapping[str, str]) -> None:
    known = PLACEHOLDERS | {spec.name for spec in kind.parameters}
    for language, template in messages.items():
        try:
            fields = {name for _, name, _, _ in Formatter().parse(template) if name is not None}
        except ValueError as error:
            raise RuleContentError(("messages", language), f"not a template: {error}") from None
        if not fields <= known:
            unknown = ", ".join(sorted(fields - known))
            raise RuleContentError(("messages", language), f"no placeholder {unknown}")
