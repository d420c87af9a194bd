"""What the rules would be if one number were another, for questions about recorded history.

Nothing made here is ever kept by a rule book or held by a case.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from .book import RuleSet
from .facts import Fact, FactType
from .parameters import NAMES, SEQUENCE, WHOLE, ParameterType
from .periods import parse_day
from .rules import Layer, Rule, RuleContentError, build_rule


def with_parameter(
    rules: RuleSet, rule_id: str, parameter: str, value: str, *, layer: Layer | None = None
) -> RuleSet:
    """
    The rule set with another value of one parameter, in the rules of an id, of one layer or of all.

    The same rule set where it has no such rule. Raises RuleContentError for a parameter that the rule's
    kind does not have and for a value that is none of the parameter's.
    """
    changed = tuple(
        _changed(rule, parameter, value) if rule.id == rule_id and layer in (None, rule.layer) else rule
        for rule in rules.rules
    )
    if changed == rules.rules:
        return rules
    return RuleSet(changed, rules.operations, rules.stages, rules.steps)


def _changed(rule: Rule, parameter: str, value: str) -> Rule:
    types = {spec.name: spec.type for spec in rule.kind.parameters}
    if parameter not in types:
        raise RuleContentError(("parameters", parameter), f"{rule.kind.name} has no parameter {parameter}")
    content: Mapping[str, Any] = {
        **rule.content,
        "parameters": {**rule.content.get("parameters", {}), parameter: _raw(types[parameter], value)},
    }
    return build_rule(content)


def _raw(type_: ParameterType, value: str) -> object:
    """
    The value as a pack file would hold it.
    """
    if type_ is WHOLE and value.isascii() and value.isdigit():
        return int(value)
    if type_ in (NAMES, SEQUENCE):
        return [name.strip() for name in value.split(",")]
    return value


def read_fact(text: str, type_: FactType) -> Fact:
    """
    A fact again from the text that a verdict keeps; None where it is none of its type.
    """
    match type_:
        case FactType.DAY:
            return parse_day(text)
        case FactType.WHOLE:
            return int(text) if text.isascii() and text.isdigit() else None
        case FactType.NUMBER:
            return _number(text)
        case FactType.FLAG:
            return {"true": True, "false": False}.get(text)
        case FactType.NAMES:
            return [name for name in text.split(", ") if name]
        case FactType.TEXT:
            return text


def _number(text: str) -> Fact:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return int(number) if number == number.to_integral_value() else number
