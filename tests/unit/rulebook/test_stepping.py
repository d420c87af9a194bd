"""The earliest day that is reckoned is the one that stepping day by day finds.

Random cases, the same in every run: a thousand of them, or as many as `make rules-long` asks for.
"""

import os
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

import pytest

from rulebook import (
    Fact,
    Facts,
    FactType,
    Operation,
    Rule,
    RuleBook,
    RuleSet,
    Severity,
    earliest_clear,
    evaluate,
)
from rulebook.facts import FactReader
from rulebook.rules import build_rule

CASES = int(os.environ.get("SHUYUAN_RULE_CASES", "1000"))
BATCHES = 20
FIRST = date(2023, 9, 1)  # a leap day and two years of make-up days lie ahead
SPAN = 300
SHIPPED = RuleBook.shipped().in_force(date(2024, 9, 1))
MADE_UP = Operation("case.act", "行为", "Act")
KINDS = (
    ("not_before", "since", "interval"),
    ("not_after", "since", "within"),
    ("not_after", "until", "lead"),
    ("validity", "issued", "valid_for"),
    ("validity", "until", "remaining"),
    ("cadence", "anchor", "every"),
    ("publicity", "posted", "window"),
)


@cache
def dated_operations() -> list[str]:
    """Steps of admission that days decide at least in part; none of their periods is longer than a year."""
    return [
        name
        for name in SHIPPED.operation_names
        if name.startswith("admission.")
        and any(need.type is FactType.DAY for rule in SHIPPED.rules_for(name) for need in rule.needs)
    ]


def some_day(random: Random) -> date:
    return FIRST + timedelta(days=random.randrange(SPAN))


def some_rule(random: Random, number: int) -> Rule:
    kind, role, parameter = random.choice(KINDS)
    days, months = f"P{random.randrange(120)}D", f"P{random.randrange(6)}M"
    value = random.choice([days, f"{random.randrange(1, 13)}WD"] if parameter == "window" else [days, months])
    fact = random.choice("abc")
    content: dict[str, Any] = {
        "id": f"TST-{number:02}",
        "kind": kind,
        "severity": random.choice(["block", "block", "warn"]),
        "applies_to": [MADE_UP.id],
        "facts": {role: fact} | ({"last": f"last_{fact}"} if kind == "cadence" else {}),
        "parameters": {parameter: value},
        "source": {"doc": "规定", "article": "1"},
        "messages": {"zh": "{needed}", "en": "{needed}"},
        "pack": "nation",
        "layer": "nation",
        "effective_from": "2014-05-28",
    }
    return build_rule(content)


def some_rules(random: Random) -> tuple[RuleSet, str, Facts]:
    """Rules made up for the occasion."""
    rules = tuple(some_rule(random, number) for number in range(random.randrange(1, 5)))
    facts = {name: some_day(random) for name in "abc"}
    return RuleSet(rules=rules, operations=(MADE_UP,), stages=(), steps=()), MADE_UP.id, facts


def shipped_rules(random: Random) -> tuple[RuleSet, str, Facts]:
    """A step of admission as it is, with facts that mostly let it pass."""
    operation = random.choice(dated_operations())
    facts: dict[str, Fact] = {}
    for rule in SHIPPED.rules_for(operation):
        facts |= some_facts(random, rule)
    return SHIPPED, operation, facts


def some_facts(random: Random, rule: Rule) -> dict[str, Fact]:
    given = rule.parameters.values
    papers = [*given.get("required", ()), *given.get("any_of", ())]  # type: ignore[misc]
    allowed: Sequence[str] = given.get("one_of", ("none",))  # type: ignore[assignment]
    fitting: dict[FactType, Fact] = {
        FactType.DAY: some_day(random),
        FactType.WHOLE: 2,
        FactType.NUMBER: 3,
        FactType.FLAG: random.random() < 0.98,
        FactType.TEXT: random.choice(allowed),
        FactType.NAMES: papers,
    }
    found = {need.fact: fitting[need.type] for need in rule.needs}
    if "born_on" in found:
        found["born_on"] = some_day(random) - timedelta(days=18 * 365)
    refused: Sequence[str] = given.get("all_false", ())  # type: ignore[assignment]
    return found | dict.fromkeys(refused, False)


def stepped(rule_set: RuleSet, operation: str, facts: Facts, on: date) -> date | None:
    """The first day on which no rule forbids, found by asking about every day and reckoning none."""
    binding = [rule for rule in rule_set.rules_for(operation) if rule.severity is Severity.BLOCK]
    reader = {rule.id: FactReader(facts, rule.facts) for rule in binding}
    for _ in range(2 * SPAN + 400):
        if all(rule.kind.evaluate(rule.parameters, reader[rule.id], on).satisfied for rule in binding):
            return on
        on += timedelta(days=1)
    return None


@pytest.mark.parametrize("batch", range(BATCHES))
def test_earliest_clear_equals_stepping(batch: int) -> None:
    random = Random(batch)
    for number in range(CASES // BATCHES):
        rules, operation, facts = (some_rules if random.random() < 0.7 else shipped_rules)(random)
        on = some_day(random)
        reckoned = earliest_clear(evaluate(rules, operation=operation, facts=facts, on=on))
        told = f"case {number}: {operation} on {on} with {facts} by {[rule.content for rule in rules.rules_for(operation)]}"
        assert reckoned == stepped(rules, operation, facts, on), told


def test_both_answers_are_met_often() -> None:
    """A day that is always there, or never, would show nothing."""
    random, days = Random(0), []
    for _ in range(300):
        rules, operation, facts = (some_rules if random.random() < 0.7 else shipped_rules)(random)
        on = some_day(random)
        day = earliest_clear(evaluate(rules, operation=operation, facts=facts, on=on))
        days.append("never" if day is None else "today" if day == on else "later")

    assert min(days.count(answer) for answer in ("never", "today", "later")) > 30
