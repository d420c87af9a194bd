"""What the rule packs say about editions of awards; asks the rule book, decides nothing else.

A judgement keeps its sentences: it is stored with the edition and read long after the packs have changed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from evaluation.errors import EvaluationRuleError
from rulebook import Facts, NoRulesInForceError, RuleBook, UnknownOperationError, Verdict, evaluate


@dataclass(frozen=True, slots=True)
class RuleSource:
    """Where a rule is written."""

    doc: str
    article: str
    url: str | None


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
    source: RuleSource
    zh: str
    en: str
    override_reason: str | None = None

    @property
    def forbids(self) -> bool:
        """Whether the rule stands against the act."""
        return not self.satisfied and self.severity == "block" and self.override_reason is None

    def message(self, language: str = "zh-CN") -> str:
        """The judgement as a sentence."""
        return self.en if language == "en" else self.zh


@cache
def rule_book() -> RuleBook:
    """The packs that ship with the product, read once."""
    return RuleBook.shipped()


def _judge(operation: str, facts: Facts, on: date) -> tuple[Judgement, ...]:
    try:
        verdicts = evaluate(rule_book().in_force(on), operation=operation, facts=facts, on=on)
    except (NoRulesInForceError, UnknownOperationError):
        # What lies before the first pack that knows the operation is recorded, not judged.
        return ()
    return tuple(_judgement(verdict) for verdict in verdicts)


def _judgement(verdict: Verdict) -> Judgement:
    source = verdict.source
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
        source=RuleSource(source.doc, source.article, source.url),
        zh=verdict.message("zh-CN"),
        en=verdict.message("en"),
    )


def numbering(*, step: int, years_off: int, on: date) -> tuple[Judgement, ...]:
    """What the rules say about an edition's number and year (SEED-05)."""
    return _judge("award.edition", {"edition_step": step, "edition_years_off": years_off}, on)


def winners(*, awarded: int, units: int, on: date) -> tuple[Judgement, ...]:
    """What the rules say about how many units win (LOC-15)."""
    return _judge("award.organizations", {"awarded_count": awarded, "organization_count": units}, on)


def publication(*, posted_on: date, on: date) -> tuple[Judgement, ...]:
    """What the rules say about publishing on a day what was posted on another (SEED-05.notice)."""
    return _judge("award.publish", {"notice_posted_on": posted_on}, on)


def reproduction(*, share: Decimal | None, published: Decimal, on: date) -> tuple[Judgement, ...]:
    """What the rules say about a published share beside the one that the facts come to, in tenths (SEED-07)."""
    # Nobody was counted: any share is wholly made up.
    off = Decimal(1000) if share is None else abs(share - published) * 10
    return _judge("indicator.publish", {"indicator_deviation": off}, on)


def publishable_on(posted_on: date) -> date:
    """The first day on which the results may be published, as reckoned on the day of posting."""
    days = [each.clears_on for each in publication(posted_on=posted_on, on=posted_on)]
    return max((day for day in days if day is not None), default=posted_on)


def refuse_if_forbidden(judgements: Sequence[Judgement]) -> None:
    """Refuse when one of the rules stands against the act, carrying what all of them said."""
    if any(judgement.forbids for judgement in judgements):
        raise EvaluationRuleError(judgements)


def set_aside(judgements: Iterable[Judgement], reason: str) -> tuple[Judgement, ...]:
    """The same, those that forbid marked as set aside for a reason."""
    return tuple(replace(each, override_reason=reason) if each.forbids else each for each in judgements)


def to_records(judgements: Iterable[Judgement]) -> list[dict[str, Any]]:
    """The judgements as JSON."""
    return [
        {**asdict(each), "clears_on": None if each.clears_on is None else each.clears_on.isoformat()}
        for each in judgements
    ]


def from_records(records: Iterable[Mapping[str, Any]]) -> tuple[Judgement, ...]:
    """The judgements again."""
    found = []
    for record in records:
        values = dict(record)
        clears_on = values.pop("clears_on")
        source = RuleSource(**values.pop("source"))
        day = None if clears_on is None else date.fromisoformat(clears_on)
        found.append(Judgement(clears_on=day, source=source, **values))
    return tuple(found)
