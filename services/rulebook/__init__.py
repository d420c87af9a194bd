"""
The rule engine: periods, working days, kinds of rule, dated packs, verdicts. Pure; reads pack files only.

    book = RuleBook.shipped()
    rules = book.in_force(application_date)          # keep rules.digest with the case
    verdicts = evaluate(rules, operation="admission.prospect", facts=facts, on=day)
    if blocking(verdicts):
        ...                                          # earliest_clear(verdicts), verdict.message("zh-CN")
"""

from .book import RuleBook, RuleSet
from .engine import NeededFact, blocking, earliest_clear, evaluate, facts_needed
from .errors import (
    DayFormatError,
    NoRulesInForceError,
    PackError,
    PackProblem,
    PeriodFormatError,
    RulebookError,
    UnknownDigestError,
    UnknownOperationError,
    UnknownRuleError,
)
from .facts import Fact, Facts, FactType
from .hypotheses import read_fact, with_parameter
from .kinds import KINDS, amount_due, votes_needed
from .packs import PACKS_DIRECTORY, Pack, load_pack, read_pack, shipped_pack
from .periods import NO_END, Period, compare_periods, last_day_ending_before, parse_day
from .rules import Layer, Material, Operation, Rule, RuleContentError, Severity, Source, Stage, Step
from .verdicts import Verdict
from .workdays import (
    NoticeWindow,
    Reckoned,
    is_provisional,
    is_working_day,
    nth_working_day_after,
    published_range,
)

__all__ = [
    "KINDS",
    "NO_END",
    "PACKS_DIRECTORY",
    "DayFormatError",
    "Fact",
    "FactType",
    "Facts",
    "Layer",
    "Material",
    "NeededFact",
    "NoRulesInForceError",
    "NoticeWindow",
    "Operation",
    "Pack",
    "PackError",
    "PackProblem",
    "Period",
    "PeriodFormatError",
    "Reckoned",
    "Rule",
    "RuleBook",
    "RuleContentError",
    "RuleSet",
    "RulebookError",
    "Severity",
    "Source",
    "Stage",
    "Step",
    "UnknownDigestError",
    "UnknownOperationError",
    "UnknownRuleError",
    "Verdict",
    "amount_due",
    "blocking",
    "compare_periods",
    "earliest_clear",
    "evaluate",
    "facts_needed",
    "is_provisional",
    "is_working_day",
    "last_day_ending_before",
    "load_pack",
    "nth_working_day_after",
    "parse_day",
    "published_range",
    "read_fact",
    "read_pack",
    "shipped_pack",
    "votes_needed",
    "with_parameter",
]
