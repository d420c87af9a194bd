"""What a standing case waits for: the next contact, the end of a keeping, the decision that its periods allow."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from membership.domain.duties import Duty, DutyKind, InboxItem, Subject, SubjectKind, strictest
from membership.domain.standing import CONTACT_ABROAD, KEEP, Act, StandingCase, State
from rulebook import RuleSet

_BRANCH, _COMMITTEE = "branch_committee", "approving_committee"
_CONTACT: Final = ("contact", "联系出国（境）党员", _BRANCH)
_KEEPING: Final = ("keeping_end", "转出保留的组织关系", _BRANCH)
_DECISIONS: Final[Mapping[Act, str]] = {
    Act.RECTIFICATION_ORDER: "限期改正",
    Act.URGED_WITHDRAWAL: "劝其退党",
    Act.SUSPENSION: "停止党籍",
    Act.REMOVAL: "除名",
}


def items_of_standing(case: StandingCase, rules: RuleSet) -> list[InboxItem]:
    """What the branch of the member finds; nothing once the case is over."""
    if case.state is not State.OPEN:
        return []
    subject = Subject(SubjectKind.STANDING_CASE, case.standing_case_id)
    return [
        InboxItem(subject, case.person_id, case.unit_id, rules.digest, duty) for duty in _duties(case, rules)
    ]


def _duties(case: StandingCase, rules: RuleSet) -> Iterable[Duty]:
    if case.contact_due_on is not None:
        yield from _ruled(case, rules, CONTACT_ABROAD, _CONTACT)
    if case.kept_through is not None:
        yield from _ruled(case, rules, KEEP, _KEEPING)
    if case.next_decision is not None and case.decision_from is not None:
        act = case.next_decision
        asked = (act.value, _DECISIONS[act], _COMMITTEE)
        found = list(_ruled(case, rules, case.operation(act), asked, DutyKind.OPENING))
        bare = found[0] if found else Duty(*asked, DutyKind.OPENING, case.decision_from)
        # Nothing is decided before the decision it follows, whatever day a rule names.
        yield replace(bare, due_on=case.decision_from)


def _ruled(
    case: StandingCase,
    rules: RuleSet,
    operation: str,
    asked: tuple[str, str, str],
    kind: DutyKind = DutyKind.DEADLINE,
) -> Iterable[Duty]:
    binding = strictest(rules, operation, case.facts(), asked, on=case.since, kind=kind)
    if binding is not None:
        yield binding
