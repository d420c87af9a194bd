"""Verdicts as a case keeps them: compact, given their words again from the rule set the case began under."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from membership.errors import OverrideWithoutCauseError, StepForbiddenError
from rulebook import Facts, Rule, RuleSet, Severity, Source, Verdict, evaluate


@dataclass(frozen=True, slots=True)
class Override:
    """Rules that an authorised person sets aside, and why."""

    reason: str
    rule_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, with the reason for which somebody set it aside."""

    verdict: Verdict
    override_reason: str | None = None

    @property
    def rule_id(self) -> str:
        return self.verdict.rule_id

    @property
    def layer(self) -> str:
        return self.verdict.layer.value

    @property
    def pack_digest(self) -> str:
        return self.verdict.pack_digest

    @property
    def severity(self) -> str:
        return self.verdict.severity.value

    @property
    def satisfied(self) -> bool:
        return self.verdict.satisfied

    @property
    def seen(self) -> str:
        return self.verdict.seen

    @property
    def needed(self) -> str:
        return self.verdict.needed

    @property
    def facts(self) -> Mapping[str, str]:
        return self.verdict.facts

    @property
    def clears_on(self) -> date | None:
        return self.verdict.clears_on

    @property
    def provisional(self) -> bool:
        return self.verdict.provisional

    @property
    def source(self) -> Source:
        return self.verdict.source

    @property
    def forbids(self) -> bool:
        """Whether the rule still stands against the step."""
        return self.verdict.is_blocking and self.override_reason is None

    def message(self, language: str = "zh-CN", /) -> str:
        """The verdict as a sentence."""
        return self.verdict.message(language)


def judge(
    rules: RuleSet,
    operations: Iterable[str],
    facts: Facts,
    *,
    on: date,
    override: Override | None = None,
    kinds: Container[str] | None = None,
) -> tuple[Judgement, ...]:
    """
    What every rule of the operations says; the rules named in the override are marked as set aside.

    Args:
        kinds: the kinds of rules that are asked, where not all are.
    """
    verdicts = [
        verdict
        for operation in operations
        for verdict in evaluate(rules, operation=operation, facts=facts, on=on, kinds=kinds)
    ]
    return tuple(Judgement(verdict, _reason(verdict, override)) for verdict in verdicts)


def _reason(verdict: Verdict, override: Override | None) -> str | None:
    if override is None or not verdict.is_blocking or verdict.rule_id not in override.rule_ids:
        return None
    return override.reason


def check_allowed(
    judgements: Sequence[Judgement],
    override: Override | None,
    *,
    besides: Callable[[Judgement], bool] = lambda _: False,
    **metadata: object,
) -> None:
    """
    Refuse with every verdict what a rule forbids, and an override that had nothing to set aside.

    Args:
        besides: verdicts that are an outcome and not a condition, and so forbid nothing.
    """
    if any(judgement.forbids and not besides(judgement) for judgement in judgements):
        raise StepForbiddenError(judgements, **metadata)
    if override is None:
        return
    used = {judgement.rule_id for judgement in judgements if judgement.override_reason is not None}
    for rule_id in sorted(override.rule_ids - used):
        raise OverrideWithoutCauseError(rule_id=rule_id)


def to_records(judgements: Iterable[Judgement]) -> list[dict[str, Any]]:
    """The verdicts without their words, which the rule set has."""
    return [_to_record(judgement) for judgement in judgements]


def _to_record(judgement: Judgement) -> dict[str, Any]:
    verdict = judgement.verdict
    record = {
        "rule": verdict.rule_id,
        "layer": verdict.layer.value,
        "satisfied": verdict.satisfied,
        "on": verdict.on.isoformat(),
        "seen": verdict.seen,
        "needed": verdict.needed,
        "facts": dict(verdict.facts),
        "missing": list(verdict.missing),
        "unusable": list(verdict.unusable),
        "clears_on": _day_text(verdict.clears_on),
        "holds_until": _day_text(verdict.holds_until),
        "provisional": verdict.provisional,
        "override": judgement.override_reason,
    }
    return {name: value for name, value in record.items() if value not in (None, [], {}, "")}


def _day_text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def from_records(
    rules: RuleSet, records: Iterable[Mapping[str, Any]], *, only_against: bool = False
) -> tuple[Judgement, ...]:
    """The verdicts again, with the words and sources of the rule set; all, or those that were not satisfied."""
    known = rules.rules_by_layer
    return tuple(
        _from_record(rules, known[record["rule"], record["layer"]], record)
        for record in records
        if not (only_against and record["satisfied"]) and (record["rule"], record["layer"]) in known
    )


def _from_record(rules: RuleSet, rule: Rule, record: Mapping[str, Any]) -> Judgement:
    verdict = Verdict(
        rule_id=rule.id,
        kind=rule.kind.name,
        pack=rule.pack,
        layer=rule.layer,
        pack_digest=rules.digest,
        severity=Severity(rule.severity),
        satisfied=record["satisfied"],
        on=date.fromisoformat(record["on"]),
        facts=record.get("facts", {}),
        missing=tuple(record.get("missing", ())),
        unusable=tuple(record.get("unusable", ())),
        seen=record.get("seen", ""),
        needed=record.get("needed", ""),
        threshold={},
        source=rule.source,
        clears_on=_day(record.get("clears_on")),
        holds_until=_day(record.get("holds_until")),
        provisional=record["provisional"],
        rule=rule,
    )
    return Judgement(verdict, record.get("override"))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
