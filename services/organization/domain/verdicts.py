"""Verdicts as they are kept with what they judged: with their words in both languages, whatever the packs become."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from rulebook import Source, Verdict


@dataclass(frozen=True, slots=True)
class KeptVerdict:
    """What a rule said when a step was taken."""

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

    def message(self, language: str = "zh-CN", /) -> str:
        """The verdict as a sentence."""
        return self.zh if language.startswith("zh") else self.en


def kept(verdicts: Iterable[Verdict]) -> tuple[KeptVerdict, ...]:
    """Verdicts of now, as they are kept."""
    return tuple(
        KeptVerdict(
            rule_id=each.rule_id,
            layer=each.layer.value,
            pack_digest=each.pack_digest,
            severity=each.severity.value,
            satisfied=each.satisfied,
            seen=each.seen,
            needed=each.needed,
            facts=dict(each.facts),
            clears_on=each.clears_on,
            provisional=each.provisional,
            source=each.source,
            zh=each.message("zh-CN"),
            en=each.message("en"),
        )
        for each in verdicts
    )
