"""What the rule packs say about agendas, resolutions, class hours and periodic duties; decides nothing else.

A judgement keeps its sentences: it is stored with the meeting and read long after the packs have changed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from rulebook import (
    Facts,
    NoRulesInForceError,
    RuleBook,
    RuleSet,
    Source,
    UnknownOperationError,
    Verdict,
    evaluate,
)

MINUTES_OF_HOUR = 60


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a rule said of a case, with the reason for which it was set aside, if it was."""

    rule_id: str
    layer: str
    pack_digest: str
    severity: str
    satisfied: bool
    seen: str
    needed: str
    facts: Mapping[str, str]
    clears_on: date | None
    provisional: bool
    source: Source
    zh: str
    en: str
    override_reason: str | None = None

    @property
    def forbids(self) -> bool:
        """Whether the rule stands against the act."""
        return not self.satisfied and self.severity == "block" and self.override_reason is None

    def message(self, language: str = "zh", /) -> str:
        """The judgement as a sentence."""
        return self.en if language == "en" else self.zh


@cache
def rule_book() -> RuleBook:
    """The packs that ship with the product, read once."""
    return RuleBook.shipped()


def _in_force(on: date) -> RuleSet | None:
    try:
        return rule_book().in_force(on)
    except NoRulesInForceError:
        # What happened before the first regulation we know is recorded, not judged.
        return None


def _judge(operation: str, facts: Facts, *, on: date, rules_of: date | None = None) -> tuple[Judgement, ...]:
    rules = _in_force(rules_of or on)
    if rules is None:
        return ()
    try:
        verdicts = evaluate(rules, operation=operation, facts=facts, on=on)
    except UnknownOperationError:
        # The pack that knows the operation came later.
        return ()
    return tuple(_judgement(verdict) for verdict in verdicts)


def _judgement(verdict: Verdict) -> Judgement:
    return Judgement(
        rule_id=verdict.rule_id,
        layer=verdict.layer.value,
        pack_digest=verdict.pack_digest,
        severity=verdict.severity.value,
        satisfied=verdict.satisfied,
        seen=verdict.seen,
        needed=verdict.needed,
        facts=dict(verdict.facts),
        clears_on=verdict.clears_on,
        provisional=verdict.provisional,
        source=verdict.source,
        zh=verdict.message("zh-CN"),
        en=verdict.message("en"),
    )


def forbidding(judgements: Iterable[Judgement]) -> list[Judgement]:
    """Those that stand against the act."""
    return [judgement for judgement in judgements if judgement.forbids]


def set_aside(judgements: Iterable[Judgement], reason: str) -> tuple[Judgement, ...]:
    """The same, those that forbid marked as set aside for a reason."""
    return tuple(replace(each, override_reason=reason) if each.forbids else each for each in judgements)


def rule_names(judgements: Iterable[Judgement]) -> str:
    """The ids of the rules, for an error's metadata."""
    return ", ".join(dict.fromkeys(judgement.rule_id for judgement in judgements))


def agenda_judgements(item_kinds: Sequence[str], on: date) -> tuple[Judgement, ...]:
    """What the rules say about the order of an agenda (SEED-01)."""
    return _judge("meeting.agenda", {"agenda_items": list(item_kinds)}, on=on)


def general_resolution_judgements(
    *, present_voters: int, should_attend_voters: int, in_favour: int, on: date
) -> tuple[Judgement, ...]:
    """What the rules say about a resolution of a branch general meeting (BR-13)."""
    facts: Facts = {
        "present_voters": present_voters,
        "should_attend_voters": should_attend_voters,
        "yes_votes": in_favour,
    }
    return _judge("meeting.general", facts, on=on)


def committee_resolution_judgements(*, present: int, should_attend: int, on: date) -> tuple[Judgement, ...]:
    """What the rules say about a resolution of a branch committee (BR-14)."""
    facts: Facts = {"present_officers": present, "should_attend_officers": should_attend}
    return _judge("meeting.branch_committee", facts, on=on)


def half_day_minutes(on: date) -> int | None:
    """The most minutes of half a day that count as class hours (EDU-03); None where no rule limits them."""
    rules = _in_force(on)
    if rules is None:
        return None
    try:
        caps = [
            rule.parameters.maybe("max", int)
            for rule in rules.rules_for("education.half_day")
            if rule.kind.name == "cap"
        ]
    except UnknownOperationError:
        return None
    hours = min((cap for cap in caps if cap is not None), default=None)
    return None if hours is None else hours * MINUTES_OF_HOUR


def year_judgements(credited_minutes: int, *, on: date, year: int) -> tuple[Judgement, ...]:
    """What the rules of the year say about a member's class hours (EDU-01)."""
    hours = Decimal(credited_minutes) / MINUTES_OF_HOUR
    # Periods of a recurring decimal would show thirty digits; two are what people count with.
    shown = hours.quantize(Decimal("0.01"), rounding="ROUND_DOWN")
    facts: Facts = {"class_hours": int(shown) if shown == int(shown) else shown}
    return _judge("education.member_year", facts, on=on, rules_of=date(year, 12, 31))


def duty_judgements(operation: str, *, last: date | None, anchor: date, on: date) -> tuple[Judgement, ...]:
    """Whether a periodic duty is overdue: from the last act, or without one from the anchor (C6)."""
    return _judge(operation, {"last_done_on": last, "anchor_on": anchor}, on=on)


def to_records(judgements: Iterable[Judgement]) -> list[dict[str, Any]]:
    """The judgements as JSON."""
    return [
        {
            "rule_id": each.rule_id,
            "layer": each.layer,
            "pack_digest": each.pack_digest,
            "severity": each.severity,
            "satisfied": each.satisfied,
            "seen": each.seen,
            "needed": each.needed,
            "facts": dict(each.facts),
            "clears_on": None if each.clears_on is None else each.clears_on.isoformat(),
            "provisional": each.provisional,
            "source": [each.source.doc, each.source.article, each.source.url],
            "zh": each.zh,
            "en": each.en,
            "override_reason": each.override_reason,
        }
        for each in judgements
    ]


def from_records(records: Iterable[Mapping[str, Any]]) -> tuple[Judgement, ...]:
    """The judgements again."""
    return tuple(_from_record(record) for record in records)


def _from_record(record: Mapping[str, Any]) -> Judgement:
    values = dict(record)
    clears_on = values.pop("clears_on")
    doc, article, url = values.pop("source")
    return Judgement(
        clears_on=None if clears_on is None else date.fromisoformat(clears_on),
        source=Source(doc, article, url),
        **values,
    )
