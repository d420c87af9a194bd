"""What a rule says about a case on a day, with all that is needed to explain it.

A verdict is plain data; its message is rendered on demand in the reader's language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from .parameters import show
from .periods import Period
from .rules import Layer, Rule, Severity, Source
from .workdays import NoticeWindow

_MISSING: Final = {"zh": "缺少事实：{names}。", "en": "Missing facts: {names}."}
_UNUSABLE: Final = {
    "zh": "事实不可用或相互矛盾：{names}。",
    "en": "Unusable or contradictory facts: {names}.",
}
_CLEARS: Final = {"zh": "最早可于{day}满足。", "en": "Clears on {day} at the earliest."}
_PROVISIONAL: Final = {
    "zh": "有关年份的放假安排尚未公布，暂按周一至周五推算。",
    "en": "Holidays of a year concerned are not yet published; Monday to Friday is assumed.",
}
_UNITS: Final = {"zh": ("年", "个月", "天"), "en": ("year", "month", "day")}
_NO_DAY: Final = "—"


@dataclass(frozen=True)
class Verdict:
    """
    One rule's answer.

    Args:
        facts: what was read, as text; `missing` and `unusable` name what could not be.
        seen, needed: what was compared, the same in every language.
        threshold: the rule's parameters as text.
        clears_on: the first day on which waiting alone satisfies the rule; None where it is
            satisfied or waiting does not help.
        holds_until: the last day on which it is (or, once cleared, will be) satisfied.
        provisional: unpublished holidays may still move a day.
    """

    rule_id: str
    kind: str
    pack: str
    layer: Layer
    pack_digest: str
    severity: Severity
    satisfied: bool
    on: date
    facts: Mapping[str, str]
    missing: tuple[str, ...]
    unusable: tuple[str, ...]
    seen: str
    needed: str
    threshold: Mapping[str, str]
    source: Source
    clears_on: date | None
    holds_until: date | None
    provisional: bool
    rule: Rule

    @property
    def is_blocking(self) -> bool:
        """
        Whether the verdict forbids the operation.
        """
        return not self.satisfied and self.severity is Severity.BLOCK

    def message(self, language: str = "zh-CN") -> str:
        """
        The rule in words with what was seen and needed: Chinese for zh and zh-*, else English.
        """
        lang = "zh" if language.lower().partition("-")[0] == "zh" else "en"
        clears_on = self.clears_on.isoformat() if self.clears_on else _NO_DAY
        template = self.rule.messages[lang]
        values = {name: describe(value, lang) for name, value in self.rule.parameters.values.items()}
        unset = {spec.name: _NO_DAY for spec in self.rule.kind.parameters}
        text = template.format_map(
            {
                **unset,
                **values,
                "seen": self.seen or _NO_DAY,
                "needed": self.needed or _NO_DAY,
                "clears_on": clears_on,
                "on": self.on.isoformat(),
            }
        )
        separator = "" if lang == "zh" else " "
        return separator.join([text, *self._remarks(lang, says_day="{clears_on}" in template)])

    def _remarks(self, lang: str, *, says_day: bool) -> list[str]:
        comma = "、" if lang == "zh" else ", "
        remarks = []
        if self.missing:
            remarks.append(_MISSING[lang].format(names=comma.join(self.missing)))
        if self.unusable:
            remarks.append(_UNUSABLE[lang].format(names=comma.join(self.unusable)))
        if self.clears_on and not says_day:
            remarks.append(_CLEARS[lang].format(day=self.clears_on.isoformat()))
        if self.provisional:
            remarks.append(_PROVISIONAL[lang])
        return remarks


def describe(value: object, lang: str) -> str:
    """
    A parameter in words: P1Y6M as 1年6个月 or 1 year 6 months.
    """
    if isinstance(value, NoticeWindow):
        if value.period is None:
            return f"{value.working_days}个工作日" if lang == "zh" else f"{value.working_days} working days"
        return describe(value.period, lang)
    if not isinstance(value, Period):
        return show(value)
    years, months = divmod(value.months, 12)
    parts = [(n, unit) for n, unit in zip((years, months, value.days), _UNITS[lang], strict=True) if n]
    parts = parts or [(0, _UNITS[lang][2])]
    if lang == "zh":
        return "".join(f"{number}{unit}" for number, unit in parts)
    return " ".join(f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in parts)
