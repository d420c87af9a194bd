"""Recorded history judged again by other rules: which verdicts would differ, and why.

Only what was recorded is read: the facts that each verdict kept, and the days and papers of the steps. What a rule
would need and nobody ever recorded is counted as undecided, never guessed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol
from uuid import UUID

from membership.domain import steps as names
from membership.domain.admission import AdmissionCase, CaseHead, TakenStep
from membership.domain.ballots import BallotPurpose, BallotState
from membership.domain.evidence import Standing, documents_of, evidence
from membership.domain.steps import Catalogue
from rulebook import (
    Fact,
    FactType,
    Layer,
    Rule,
    RuleBook,
    RuleSet,
    Severity,
    Verdict,
    read_fact,
    with_parameter,
)
from rulebook import evaluate as ask

EXTENSION = "admission.probation_extension"
_MEETINGS = {
    BallotPurpose.ADMISSION: names.BRANCH_MEETING,
    BallotPurpose.CONVERSION: names.CONVERSION_MEETING,
}


class Effect(StrEnum):
    """What a rule did to an act, or would have done."""

    ABSENT = "absent"
    HOLDS = "holds"
    NOTES = "notes"
    WARNS = "warns"
    FORBIDS = "forbids"


_UNSATISFIED = {Severity.INFO: Effect.NOTES, Severity.WARN: Effect.WARNS, Severity.BLOCK: Effect.FORBIDS}
_NOTHING = (Effect.ABSENT, Effect.HOLDS)


class Hypothesis(Protocol):
    """Other rules for a case."""

    def rules_for(self, recorded: RuleSet, applied_on: date) -> RuleSet:
        """The rules to judge the case by; `recorded` is the rule set that it began under."""
        ...


@dataclass(frozen=True)
class OtherPacks:
    """Another rule book; every case is judged by its rules of one day, or of the day of its application."""

    book: RuleBook
    rules_on: date | None = None

    def rules_for(self, recorded: RuleSet, applied_on: date) -> RuleSet:
        return self.book.in_force(self.rules_on or applied_on)


@dataclass(frozen=True)
class OtherValue:
    """One parameter of one rule with another value, and every rule of the case beside it as it was."""

    rule_id: str
    parameter: str
    value: str
    layer: Layer | None = None

    @cached_property
    def _made(self) -> dict[str, RuleSet]:
        return {}

    def rules_for(self, recorded: RuleSet, applied_on: date) -> RuleSet:
        if recorded.digest not in self._made:
            self._made[recorded.digest] = with_parameter(
                recorded, self.rule_id, self.parameter, self.value, layer=self.layer
            )
        return self._made[recorded.digest]


@dataclass(frozen=True, slots=True)
class Difference:
    """A rule that would have said something else about an act."""

    step: str
    occurred_on: date
    rule_id: str
    effect_before: Effect
    effect_after: Effect
    before: Verdict | None
    after: Verdict | None


@dataclass(frozen=True, slots=True)
class Reevaluation:
    """A case with what would differ, and the rules of which nothing can be said."""

    head: CaseHead
    differences: tuple[Difference, ...]
    undecided: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Act:
    """Something recorded that rules were asked about."""

    step: str
    occurred_on: date
    verdicts: tuple[Verdict, ...]
    detail: Mapping[str, Any]
    # How many steps of the case stood before it.
    place: int


@dataclass(frozen=True, slots=True)
class _Changes:
    """The rules that are not the same in both sets, and what they are asked about; nothing else can differ."""

    rule_ids: frozenset[str]
    operations: frozenset[str]

    @classmethod
    def between(cls, recorded: RuleSet, other: RuleSet) -> "_Changes":
        ours, theirs = _by_layer(recorded), _by_layer(other)
        changed = [
            rule
            for key in {**ours, **theirs}
            for rule in (ours.get(key), theirs.get(key))
            if rule is not None and not _same(ours.get(key), theirs.get(key))
        ]
        operations = frozenset(name for rule in changed for name in rule.applies_to)
        return cls(frozenset(rule.id for rule in changed), operations)


def _by_layer(rules: RuleSet) -> dict[tuple[str, Layer], Rule]:
    return {(rule.id, rule.layer): rule for rule in rules.rules}


def _same(one: Rule | None, other: Rule | None) -> bool:
    if one is None or other is None:
        return False
    return one is other or one.content == other.content


def reevaluate(case: AdmissionCase, standing: Standing, recorded: RuleSet, other: RuleSet) -> Reevaluation:
    """Judge by the other rules every recorded act of a case that they could say something else about."""
    changes = _Changes.between(recorded, other)
    differences: list[Difference] = []
    undecided: set[str] = set()
    for act in _acts(case):
        if changes.operations.isdisjoint((*_operations(recorded, act), *_operations(other, act))):
            continue
        facts = _facts(case, act, standing, recorded.fact_types)
        before = act.verdicts or _ask(recorded, act, facts)
        found, open_rules = _compare(act, before, _ask(other, act, facts), changes)
        differences += found
        undecided |= open_rules
    return Reevaluation(case.head, tuple(differences), frozenset(undecided))


def _acts(case: AdmissionCase) -> Iterator[_Act]:
    """The steps in their order, and the votes that did not pass, which left no step."""
    for place, step in enumerate(case.steps):
        yield _Act(step.step, step.occurred_on, _verdicts(step), step.detail, place)
    for ballot in case.ballots:
        if ballot.state is BallotState.FAILED:
            day = ballot.totals.held_on
            place = sum(step.occurred_on <= day for step in case.steps)
            verdicts = tuple(judgement.verdict for judgement in ballot.judgements)
            yield _Act(_MEETINGS[ballot.purpose], day, verdicts, {}, place)


def _verdicts(step: TakenStep) -> tuple[Verdict, ...]:
    return tuple(judgement.verdict for judgement in step.judgements)


def _facts(
    case: AdmissionCase, act: _Act, standing: Standing, types: Mapping[str, FactType]
) -> dict[str, Fact]:
    earlier = replace(case, steps=case.steps[: act.place])
    stated: dict[str, Any] = {
        "case_documents": documents_of(
            earlier, act.detail.get("documents", ()), only_brought=act.step == names.ARCHIVE
        )
    }
    if act.detail.get("noticed_from"):
        stated["notice_posted_on"] = date.fromisoformat(act.detail["noticed_from"])
    known = dict(evidence(earlier, standing, stated))
    for verdict in act.verdicts:
        for name, text in verdict.facts.items():
            if name in types:
                known[name] = read_fact(text, types[name])
    return known


def _operations(rules: RuleSet, act: _Act) -> list[str]:
    catalogue = Catalogue.of(rules)
    found = [*catalogue.operations(act.step), *catalogue.vote_operations(act.step)]
    if _was_extension(act) and EXTENSION in rules.operation_names:
        found.append(EXTENSION)
    return found


def _was_extension(act: _Act) -> bool:
    return act.step == names.CONVERSION_APPROVAL and any(
        EXTENSION in verdict.rule.applies_to for verdict in act.verdicts
    )


def _ask(rules: RuleSet, act: _Act, facts: Mapping[str, Fact]) -> tuple[Verdict, ...]:
    return tuple(
        verdict
        for operation in _operations(rules, act)
        for verdict in ask(rules, operation=operation, facts=facts, on=act.occurred_on)
    )


def _compare(
    act: _Act, before: Iterable[Verdict], after: Iterable[Verdict], changes: _Changes
) -> tuple[list[Difference], set[str]]:
    was, now = _worst(before, changes), _worst(after, changes)
    differences, undecided = [], set()
    for rule_id in {**was, **now}:
        old, new = was.get(rule_id), now.get(rule_id)
        if new is not None and new.missing and not (old is not None and old.missing):
            undecided.add(rule_id)
            continue
        effects = _effect(old), _effect(new)
        if effects[0] is not effects[1] and not (effects[0] in _NOTHING and effects[1] in _NOTHING):
            differences.append(Difference(act.step, act.occurred_on, rule_id, *effects, old, new))
    return differences, undecided


def _worst(verdicts: Iterable[Verdict], changes: _Changes) -> dict[str, Verdict]:
    """Of each changed rule the verdict of the layer that is hardest on the act."""
    found: dict[str, Verdict] = {}
    order: Sequence[Effect] = list(Effect)
    for verdict in verdicts:
        if verdict.rule_id not in changes.rule_ids:
            continue
        present = found.get(verdict.rule_id)
        if present is None or order.index(_effect(verdict)) > order.index(_effect(present)):
            found[verdict.rule_id] = verdict
    return found


def _effect(verdict: Verdict | None) -> Effect:
    if verdict is None:
        return Effect.ABSENT
    return Effect.HOLDS if verdict.satisfied else _UNSATISFIED[verdict.severity]


@dataclass(frozen=True, slots=True)
class Page:
    """Cases that were judged again: only those that differ, and how many there were."""

    differing: tuple[Reevaluation, ...]
    evaluated: int
    undecided: Mapping[str, int]
    last: UUID | None
    has_more: bool
