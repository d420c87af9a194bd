"""The first and the last day that the rules of an operation leave, as the facts stand. Pure; decides nothing."""

from datetime import date

from rulebook import Facts, RuleSet, Severity, evaluate


def last_day(rules: RuleSet, operation: str, facts: Facts, *, on: date) -> date | None:
    """The last day on which every rule of the operation is still satisfied; None where none of them has an end."""
    verdicts = evaluate(rules, operation=operation, facts=facts, on=on)
    binding = [verdict for verdict in verdicts if verdict.severity in (Severity.WARN, Severity.BLOCK)]
    return min((v.holds_until for v in binding if v.holds_until is not None), default=None)


def first_day(rules: RuleSet, operation: str, facts: Facts, *, since: date) -> date:
    """The first day from `since` on which waiting has satisfied what only waiting satisfies."""
    verdicts = evaluate(rules, operation=operation, facts=facts, on=since)
    return max((v.clears_on for v in verdicts if v.is_blocking and v.clears_on is not None), default=since)
