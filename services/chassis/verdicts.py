"""What a rule says about a case, turned into the contract's `Verdict`; knows the shape, not the rule engine."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, Protocol

from shuyuan.rules.v1 import verdict_pb2


class SourceLike(Protocol):
    """Where a rule is written."""

    @property
    def doc(self) -> str: ...
    @property
    def article(self) -> str: ...
    @property
    def url(self) -> str | None: ...


class VerdictLike(Protocol):
    """A verdict of the rule engine, or anything of its shape."""

    @property
    def rule_id(self) -> str: ...
    @property
    def layer(self) -> str: ...
    @property
    def pack_digest(self) -> str: ...
    @property
    def severity(self) -> Any: ...
    @property
    def satisfied(self) -> bool: ...
    @property
    def seen(self) -> Any: ...
    @property
    def needed(self) -> Any: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...
    @property
    def clears_on(self) -> date | None: ...
    @property
    def provisional(self) -> bool: ...
    @property
    def source(self) -> SourceLike: ...
    def message(self, language: str = ..., /) -> str: ...


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


@cache
def severity(value: Any) -> verdict_pb2.Severity.ValueType:
    """How binding a rule is, as the contract has it."""
    name = str(getattr(value, "value", value)).upper().removeprefix("SEVERITY_")
    return verdict_pb2.Severity.Value(f"SEVERITY_{name}")


def source(found: SourceLike) -> verdict_pb2.Source:
    """Where a rule is written, as the contract has it."""
    return verdict_pb2.Source(document=found.doc, article=found.article, url=found.url or "")


def to_message(verdict: VerdictLike | verdict_pb2.Verdict, language: str) -> verdict_pb2.Verdict:
    """The verdict as the contract sends it, its sentence in the language asked for (`zh-CN` or `en`)."""
    if isinstance(verdict, verdict_pb2.Verdict):
        return verdict
    return verdict_pb2.Verdict(
        rule_id=verdict.rule_id,
        layer=_text(getattr(verdict.layer, "value", verdict.layer)),
        pack_digest=verdict.pack_digest,
        severity=severity(verdict.severity),
        satisfied=verdict.satisfied,
        seen=_text(verdict.seen),
        needed=_text(verdict.needed),
        facts=[verdict_pb2.Fact(name=name, value=_text(value)) for name, value in verdict.facts.items()],
        clears_on=None if verdict.clears_on is None else verdict.clears_on.isoformat(),
        provisional=verdict.provisional,
        source=source(verdict.source),
        message=verdict.message(language),
        override_reason=getattr(verdict, "override_reason", None),
    )


def _blocking(verdict: verdict_pb2.Verdict) -> bool:
    return not verdict.satisfied and verdict.severity == verdict_pb2.SEVERITY_BLOCK


def to_messages(verdicts: Iterable[Any], language: str) -> verdict_pb2.Verdicts:
    """Every verdict of an operation, the blocking ones first."""
    messages = [to_message(verdict, language) for verdict in verdicts]
    messages.sort(key=lambda verdict: not _blocking(verdict))
    return verdict_pb2.Verdicts(verdicts=messages)
