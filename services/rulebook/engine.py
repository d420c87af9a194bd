"""Asks every rule of an operation about a case and keeps each answer.

Never stops at the first refusal, and never lets a fact that is absent pass.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from .book import RuleSet
from .facts import FactReader, Facts, FactType, Need, UnusableFactError, fact_text
from .kinds import Outcome
from .rules import Rule, Severity
from .verdicts import Verdict


def evaluate(
    rule_set: RuleSet, *, operation: str, facts: Facts, on: date, kinds: Container[str] | None = None
) -> list[Verdict]:
    """
    Judge an operation on a day by every rule that applies to it, or by those of some kinds alone.

    Raises UnknownOperationError for an operation that no pack declares.
    """
    return [
        _judge(rule_set, rule, facts, on)
        for rule in rule_set.rules_for(operation)
        if kinds is None or rule.kind.name in kinds
    ]


def blocking(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """
    The verdicts that forbid the operation.
    """
    return [verdict for verdict in verdicts if verdict.is_blocking]


def earliest_clear(verdicts: Sequence[Verdict]) -> date | None:
    """
    The first day from the day of judging on which no rule blocks, the facts staying as they are.

    None where waiting alone never clears it, also where what is satisfied today (a deadline, a
    validity) ends before the rest clears; and for no verdicts at all, since no day was judged.
    """
    if not verdicts:
        return None
    refused = blocking(verdicts)
    days = [verdict.clears_on for verdict in refused if verdict.clears_on is not None]
    if len(days) < len(refused):
        return None
    day = max(days, default=verdicts[0].on)
    binding = [verdict for verdict in verdicts if verdict.severity is Severity.BLOCK]
    ends = [verdict.holds_until for verdict in binding if verdict.holds_until is not None]
    return day if all(day <= end for end in ends) else None


@dataclass(frozen=True)
class NeededFact:
    """A fact that an operation's rules read, and which of them do."""

    name: str
    type: FactType
    optional: bool
    rules: tuple[str, ...]


def facts_needed(rule_set: RuleSet, *, operation: str) -> list[NeededFact]:
    """
    What must be gathered before the operation can be judged, by name.
    """
    readers: dict[str, list[tuple[Need, str]]] = {}
    for rule in rule_set.rules_for(operation):
        for need in rule.needs:
            readers.setdefault(need.fact, []).append((need, rule.id))
    return [
        NeededFact(
            name=name,
            type=pairs[0][0].type,
            optional=all(need.optional for need, _ in pairs),
            rules=tuple(dict.fromkeys(rule_id for _, rule_id in pairs)),
        )
        for name, pairs in sorted(readers.items())
    ]


def _judge(rule_set: RuleSet, rule: Rule, facts: Facts, on: date) -> Verdict:
    stated = {need.fact: facts.get(need.fact) for need in rule.needs}
    missing, unusable = _lacks(rule, stated)
    outcome = Outcome(satisfied=False, seen="", needed="")
    if rule.only_for is not None and rule.only_for.leaves_out(stated):
        # Whom the rule does not ask need not have what it reads.
        missing, unusable = (), ()
        outcome = Outcome(satisfied=True, seen=fact_text(stated[rule.only_for.fact]), needed="")
    elif not missing and not unusable:
        try:
            outcome = rule.kind.evaluate(rule.parameters, FactReader(stated, rule.facts), on)
        except UnusableFactError as error:
            unusable = error.facts
    return Verdict(
        rule_id=rule.id,
        kind=rule.kind.name,
        pack=rule.pack,
        layer=rule.layer,
        pack_digest=rule_set.digest,
        severity=rule.severity,
        satisfied=outcome.satisfied,
        on=on,
        facts={name: fact_text(value) for name, value in stated.items() if value is not None},
        missing=missing,
        unusable=unusable,
        seen=outcome.seen,
        needed=outcome.needed,
        threshold=rule.threshold,
        source=rule.source,
        clears_on=outcome.clears_on,
        holds_until=outcome.holds_until,
        provisional=outcome.provisional,
        rule=rule,
    )


def _lacks(rule: Rule, stated: Facts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """
    The names of facts that are not there, and of those that are not of their type.
    """
    absent: dict[str, None] = {}
    unusable: dict[str, None] = {}
    for need in rule.needs:
        value = stated[need.fact]
        if value is not None:
            if not need.type.holds(value):
                unusable[need.fact] = None
        elif not need.optional:
            absent[need.fact] = None
    return tuple(absent), tuple(unusable)
