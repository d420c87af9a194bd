"""How packs of several layers lie over each other.

Layers add up: a rule is dropped only where a lower layer replaces it by one that is equal or stricter
in every parameter (C16).
"""

from collections.abc import Iterator, Sequence
from datetime import date

from .errors import PackError, PackProblem
from .packs import Pack
from .rules import Rule, Scope


def merge_rules(packs: Sequence[Pack], on: date) -> tuple[Rule, ...]:
    """
    The rules in force on the day, without those that a lower layer's rule in force replaces.
    """
    rules = [rule for pack in packs for rule in pack.rules if rule.is_in_force(on)]
    return tuple(
        rule
        for rule in rules
        if not any(other.replaces == rule.id and other.layer.depth > rule.layer.depth for other in rules)
    )


def check_layers(packs: Sequence[Pack]) -> None:
    """
    Refuse packs that do not fit together, naming every problem.
    """
    problems = [*_overlapping_versions(packs), *_unknown_operations(packs), *_repeated_ids(packs)]
    for pack in packs:
        for rule in pack.rules:
            if rule.replaces is not None:
                problems.extend(_replacement_problems(pack, rule, packs))
    if problems:
        raise PackError(problems)


def _overlap(left: Pack | Rule, right: Pack | Rule) -> bool:
    return (left.effective_to is None or right.effective_from < left.effective_to) and (
        right.effective_to is None or left.effective_from < right.effective_to
    )


def _overlapping_versions(packs: Sequence[Pack]) -> Iterator[PackProblem]:
    for place, pack in enumerate(packs):
        for other in packs[:place]:
            if not _overlap(pack, other):
                continue
            if other.name == pack.name:
                message = f"pack {pack.name} is in force at the same time in {other.file}"
                yield pack.located.problem(("pack",), message)
            elif other.layer is pack.layer and other.steps and pack.steps:
                message = f"the {pack.layer.value} layer has another catalogue of steps in {other.file}"
                yield pack.located.problem(("steps",), message)


def _unknown_operations(packs: Sequence[Pack]) -> Iterator[PackProblem]:
    declared = {operation.id for pack in packs for operation in pack.operations}
    for pack in packs:
        for step in pack.steps:
            declared |= {step.operation, step.vote_operation or step.operation}
    for pack in packs:
        for rule in pack.rules:
            unknown = [name for name in rule.applies_to if name not in declared]
            if unknown:
                message = f"no pack declares the operation {', '.join(unknown)}"
                yield pack.rule_problem(rule, message, at="applies_to")


def _repeated_ids(packs: Sequence[Pack]) -> Iterator[PackProblem]:
    met: list[tuple[Pack, Rule]] = []
    for pack in packs:
        for rule in pack.rules:
            for other_pack, other in met:
                if other.id == rule.id and other.layer is rule.layer and _overlap(rule, other):
                    yield pack.rule_problem(rule, f"the id is already in force in {other_pack.file}")
            met.append((pack, rule))


def _replacement_problems(pack: Pack, rule: Rule, packs: Sequence[Pack]) -> Iterator[PackProblem]:
    replaced = [
        other
        for upper in packs
        for other in upper.rules
        if other.id == rule.replaces and other.layer.depth < rule.layer.depth
    ]
    if not replaced:
        yield pack.rule_problem(rule, f"no higher layer has a rule {rule.replaces}", at="replaces")
    for other in replaced:
        for reason in _refusals(rule, other):
            yield pack.rule_problem(
                rule, f"cannot replace {other.id} of {other.pack}: {reason}", at="replaces"
            )


def _refusals(rule: Rule, replaced: Rule) -> Iterator[str]:
    if rule.kind is not replaced.kind:
        yield f"kind {rule.kind.name} has no order to {replaced.kind.name}"
        return
    if rule.severity.weight < replaced.severity.weight:
        yield f"severity {rule.severity.value} is looser than {replaced.severity.value}"
    left_out = [name for name in replaced.applies_to if name not in rule.applies_to]
    if left_out:
        yield f"it no longer applies to {', '.join(left_out)}"
    if dict(rule.facts) != dict(replaced.facts):
        yield "it reads other facts; add it as a second condition"
    if rule.only_for is not None and not _asks_as_many(rule.only_for, replaced.only_for):
        yield f"it is only for {', '.join(rule.only_for.one_of)}"
    for spec in rule.kind.parameters:
        reason = spec.refusal(
            replaced.parameters.values.get(spec.name), rule.parameters.values.get(spec.name)
        )
        if reason is not None:
            yield reason


def _asks_as_many(scope: Scope, replaced: Scope | None) -> bool:
    return replaced is not None and scope.fact == replaced.fact and set(scope.one_of) >= set(replaced.one_of)
