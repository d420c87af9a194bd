"""Judges every case of the tables in `cases/`: one test for each, named by its rule and what it says."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from rulebook import PACKS_DIRECTORY, Rule, RuleBook, RuleSet, evaluate, load_pack

CASES = Path(__file__).parent / "cases"
APPLICATION_DATE = date(2024, 9, 1)


def read_cases() -> list[dict[str, Any]]:
    return [case for path in sorted(CASES.glob("*.yaml")) for case in yaml.safe_load(path.read_text("utf-8"))]


def rows_of(case: dict[str, Any]) -> list[str]:
    rows: list[str] = case.get("rules") or [case["rule"]]
    return rows


def instance_of(case: dict[str, Any]) -> str:
    return str(case.get("instance") or case["rule"])


@cache
def rule_set(*packs: str) -> RuleSet:
    return RuleBook.shipped(*packs).in_force(APPLICATION_DATE)


def facts_of(case: dict[str, Any]) -> dict[str, Any]:
    facts = {**case["facts"], **case.get("with", {})}
    # YAML knows no exact decimals; the digits as written are what the table means.
    return {name: Decimal(str(fact)) if isinstance(fact, float) else fact for name, fact in facts.items()}


def shipped_rules() -> list[Rule]:
    """Every rule that comes with the product, also of packs that are loaded only where they are named."""
    return [rule for path in sorted(PACKS_DIRECTORY.glob("*.yaml")) for rule in load_pack(path).rules]


def parameters() -> list[Any]:
    return [
        pytest.param(
            case,
            id=f"{instance_of(case)}-{case['boundary']}-{case['says']}",
            marks=pytest.mark.covers(*rows_of(case)),
        )
        for case in read_cases()
    ]


@pytest.mark.parametrize("case", parameters())
def test_case_is_judged_as_the_table_says(case: dict[str, Any]) -> None:
    verdicts = evaluate(
        rule_set(*case.get("packs", ())),
        operation=case["operation"],
        facts=facts_of(case),
        on=case["day"],
    )

    (verdict,) = [verdict for verdict in verdicts if verdict.rule_id == instance_of(case)]
    assert not verdict.missing
    assert not verdict.unusable
    assert (verdict.satisfied, verdict.clears_on) == (case["satisfied"], case.get("clears_on"))


@pytest.mark.covers("F97")
def test_every_shipped_rule_has_a_case_on_before_and_after_its_boundary() -> None:
    boundaries = defaultdict(set)
    for case in read_cases():
        boundaries[instance_of(case)].add(case["boundary"])

    incomplete = {
        rule.id: sorted({"on", "day_before", "day_after"} - boundaries[rule.id])
        for rule in shipped_rules()
        if boundaries[rule.id] != {"on", "day_before", "day_after"}
    }
    assert incomplete == {}


def test_every_case_names_a_shipped_rule() -> None:
    shipped = {rule.id for rule in shipped_rules()}

    assert {instance_of(case) for case in read_cases()} <= shipped
