"""What dues wait for: arrears to be paid, months without dues to be dealt with, a year's collection to be published."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from membership.domain.dues import FIND, PAY, PUBLISH, next_month
from membership.domain.duties import Duty, InboxItem, Subject, SubjectKind, strictest
from rulebook import Facts, RuleSet

_ARREARS: Final = ("dues_arrears", "补交党费", "member")
_FINDING: Final = ("dues_finding", "连续未交党费的处理", "branch_committee")
_PUBLICATION: Final = ("dues_publication", "公布党费收缴情况", "branch_committee")


@dataclass(frozen=True, slots=True)
class Unpaid:
    """A member's unpaid months that are over, owed to a branch."""

    person_id: UUID
    unit_id: UUID
    # The first of them, and the first of those that reach without a gap up to the last month that is over.
    first: date
    run_since: date | None


def items_of_arrears(unpaid: Unpaid, rules: RuleSet) -> list[InboxItem]:
    """What the branch and the member find (DUE-09, DUE-10); both follow from the months alone."""
    subject = Subject(SubjectKind.DUES_ACCOUNT, unpaid.person_id)
    due = next_month(unpaid.first) - timedelta(days=1)
    duties = list(_strictest(rules, PAY, {"dues_due_on": due}, due, _ARREARS))
    if unpaid.run_since is not None:
        since = unpaid.run_since
        duties += _strictest(rules, FIND, {"unpaid_since": since}, since, _FINDING)
    return [InboxItem(subject, unpaid.person_id, unpaid.unit_id, rules.digest, duty) for duty in duties]


def items_of_ledger(unit_id: UUID, opened: date, published: date | None, rules: RuleSet) -> list[InboxItem]:
    """By when the branch publishes its collection (DUE-12), counted from the last time or from the first month."""
    facts = {"last_done_on": published, "anchor_on": opened}
    subject = Subject(SubjectKind.DUES_LEDGER, unit_id)
    return [
        InboxItem(subject, None, unit_id, rules.digest, duty)
        for duty in _strictest(rules, PUBLISH, facts, published or opened, _PUBLICATION)
    ]


def _strictest(
    rules: RuleSet, operation: str, facts: Facts, on: date, asked: tuple[str, str, str]
) -> Iterable[Duty]:
    binding = strictest(rules, operation, facts, asked, on=on)
    return [] if binding is None else [binding]
