"""Failures of the rulebook: packs that cannot be loaded and questions that cannot be asked.

A case that breaks a rule is not a failure: it is answered with an unsatisfied verdict.
"""

from dataclasses import dataclass
from datetime import date


class RulebookError(Exception):
    """The root of this package's failures."""


class DayFormatError(RulebookError):
    """A text that is not a calendar day written as YYYY-MM-DD."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"{text!r} is not a calendar day written as YYYY-MM-DD.")


class PeriodFormatError(RulebookError):
    """A text that is not an ISO-8601 period of years, months, weeks and days."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"{text!r} is not a period such as P1M, P1Y or P10D.")


@dataclass(frozen=True)
class PackProblem:
    """One thing that is wrong with a pack, and where."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class PackError(RulebookError):
    """One or more packs are refused; every problem names its file and line."""

    def __init__(self, problems: list[PackProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


class NoRulesInForceError(RulebookError):
    """No loaded pack is in force on the day, so nothing could be judged."""

    def __init__(self, on: date) -> None:
        self.on = on
        super().__init__(f"No rule pack is in force on {on.isoformat()}.")


class UnknownOperationError(RulebookError):
    """No pack declares the operation; judging it would let a misspelt name pass every rule."""

    def __init__(self, operation: str) -> None:
        self.operation = operation
        super().__init__(f"No rule pack declares the operation {operation!r}.")


class UnknownRuleError(RulebookError):
    """The rule set holds no rule of this id."""

    def __init__(self, rule_id: str) -> None:
        self.rule_id = rule_id
        super().__init__(f"The rule set holds no rule {rule_id!r}.")


class UnknownDigestError(RulebookError):
    """The rule book keeps no rule set of this digest."""

    def __init__(self, digest: str) -> None:
        self.digest = digest
        super().__init__(f"The rule book keeps no rule set with digest {digest!r}.")
