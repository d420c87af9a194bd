"""The rule book: packs laid over each other, the rule set in force on a day, and every set by its digest.

A rule set, once selected, never changes; a case holds its digest and is judged by it to the end (C18).
"""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from .errors import NoRulesInForceError, UnknownDigestError, UnknownOperationError, UnknownRuleError
from .facts import FactType
from .layering import check_layers, merge_rules
from .packs import Pack, load_pack, shipped_pack
from .rules import Operation, Rule, Stage, Step, build_rule


@dataclass(frozen=True)
class RuleSet:
    """The rules that hold together on one day, all layers merged, and the catalogue of steps."""

    rules: tuple[Rule, ...]
    operations: tuple[Operation, ...]
    stages: tuple[Stage, ...]
    steps: tuple[Step, ...]
    _by_operation: dict[str, tuple[Rule, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = [operation.id for operation in self.operations] + step_operations(self.steps)
        index = {name: tuple(rule for rule in self.rules if name in rule.applies_to) for name in names}
        object.__setattr__(self, "_by_operation", index)

    @cached_property
    def digest(self) -> str:
        """
        SHA-256 over the canonical content, the same for the same content wherever it came from.
        """
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """
        The canonical content, to be kept beside the cases that were begun under it.
        """
        content = {
            "operations": [asdict(operation) for operation in self.operations],
            "rules": [
                rule.content for rule in sorted(self.rules, key=lambda rule: (rule.layer.depth, rule.id))
            ],
            "stages": [asdict(stage) for stage in self.stages],
            "steps": [_step_content(step) for step in self.steps],
        }
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """
        The rule set that `to_json` gave, with the same digest.
        """
        content = json.loads(text)
        return cls(
            rules=tuple(build_rule(item) for item in content["rules"]),
            operations=tuple(Operation(**item) for item in content["operations"]),
            stages=tuple(Stage(**item) for item in content["stages"]),
            steps=tuple(Step.of(item) for item in content["steps"]),
        )

    @cached_property
    def fact_types(self) -> dict[str, FactType]:
        """
        What each fact that a rule reads must be; where one rule reads it as a whole number, that.
        """
        types: dict[str, FactType] = {}
        for rule in self.rules:
            for need in rule.needs:
                types[need.fact] = FactType.WHOLE if types.get(need.fact) is FactType.WHOLE else need.type
        return types

    @property
    def operation_names(self) -> tuple[str, ...]:
        return tuple(sorted(self._by_operation))

    @cached_property
    def rules_by_layer(self) -> Mapping[tuple[str, str], Rule]:
        """
        Each rule by its id and the name of its layer, as verdicts that were kept name it.
        """
        return {(rule.id, rule.layer.value): rule for rule in self.rules}

    def rules_for(self, operation: str) -> tuple[Rule, ...]:
        """
        Every layer's rules for an operation, the nation's first.
        """
        if operation not in self._by_operation:
            raise UnknownOperationError(operation)
        return self._by_operation[operation]

    def rules_named(self, rule_id: str) -> tuple[Rule, ...]:
        """
        The rules of an id, one for each layer that has it.
        """
        found = tuple(rule for rule in self.rules if rule.id == rule_id)
        if not found:
            raise UnknownRuleError(rule_id)
        return found


def _step_content(step: Step) -> dict[str, Any]:
    # What was kept before steps had materials keeps its digest.
    return {name: value for name, value in asdict(step).items() if name != "materials" or value}


def step_operations(steps: Iterable[Step]) -> list[str]:
    """
    The operations that steps are gated by.
    """
    return [name for step in steps for name in (step.operation, step.vote_operation) if name]


class RuleBook:
    """
    Packs that were checked against each other, and each rule set selected from them by its digest.

    Raises PackError, with file and line, for packs that do not fit together.
    """

    def __init__(self, packs: Sequence[Pack]) -> None:
        self.packs = tuple(sorted(packs, key=lambda pack: (pack.layer.depth, pack.name, pack.effective_from)))
        self._kept: dict[str, RuleSet] = {}
        check_layers(self.packs)
        self._changes = _days_of_change(self.packs)
        self._spans: dict[int, RuleSet] = {}

    @classmethod
    def load(cls, *paths: Path) -> Self:
        return cls([load_pack(path) for path in paths])

    @classmethod
    def shipped(cls, *names: str) -> Self:
        """
        The packs that come with the product: by default the nation's and both examples.
        """
        names = names or ("nation", "steps", "branches", "standing", "guizhou", "university")
        return cls([shipped_pack(name) for name in names])

    def in_force(self, on: date) -> RuleSet:
        """
        The rule set of a day: the application date for a case, a day of the year for yearly duties.

        Raises NoRulesInForceError before the first pack, where nothing could be judged.
        """
        # Between two days of change one rule set is in force, so each is put together once.
        span = bisect_right(self._changes, on)
        if span not in self._spans:
            selected = self._select(on)
            self._spans[span] = self._kept.setdefault(selected.digest, selected)
        return self._spans[span]

    def _select(self, on: date) -> RuleSet:
        packs = [pack for pack in self.packs if pack.is_in_force(on)]
        rules = merge_rules(packs, on)
        if not rules:
            raise NoRulesInForceError(on)
        # The narrowest layer that has a catalogue of its own decides what the steps are.
        catalogue = next((pack for pack in reversed(packs) if pack.steps), None)
        operations = {operation.id: operation for pack in packs for operation in pack.operations}
        return RuleSet(
            # In one order whatever the files were called, so that equal content has one digest.
            rules=tuple(sorted(rules, key=lambda rule: (rule.layer.depth, rule.id))),
            operations=tuple(operations[name] for name in sorted(operations)),
            stages=catalogue.stages if catalogue else (),
            steps=catalogue.steps if catalogue else (),
        )

    def keep(self, rule_set: RuleSet) -> str:
        """
        Keep a rule set that was stored earlier, and return its digest; keeping it again does nothing.
        """
        return self._kept.setdefault(rule_set.digest, rule_set).digest

    def by_digest(self, digest: str) -> RuleSet:
        """
        The rule set that a case began under.
        """
        try:
            return self._kept[digest]
        except KeyError:
            raise UnknownDigestError(digest) from None


def _days_of_change(packs: Iterable[Pack]) -> list[date]:
    """
    The days on which a pack or rule begins or ends.
    """
    dated: list[Pack | Rule] = [*packs]
    for pack in packs:
        dated.extend(pack.rules)
    days = {item.effective_from for item in dated} | {item.effective_to for item in dated}
    return sorted(day for day in days if day is not None)
