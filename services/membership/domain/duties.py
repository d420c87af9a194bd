"""What a matter waits for, and until when: days that follow from its facts and its rules alone.

Not from today: so they are reckoned when something changes, and a page of them costs the same however many
cases there are. How a day lies to today is said when it is read (`urgency_of`).
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from membership.domain import steps as names
from membership.domain.admission import AdmissionCase, CaseState
from membership.domain.evidence import Standing, evidence
from membership.domain.steps import Catalogue
from membership.domain.verdicts import Judgement, judge
from rulebook import Facts, RuleSet, Severity, Step


class DutyKind(StrEnum):
    """What the day of a duty means."""

    DEADLINE = "deadline"
    OPENING = "opening"
    EXPIRY = "expiry"


class Urgency(StrEnum):
    """How the day of a duty lies to today."""

    OVERDUE = "overdue"
    DUE = "due"
    UPCOMING = "upcoming"


# A day so near is due, not merely upcoming.
SOON: Final = timedelta(days=7)
# What the day means that a rule of a kind gives; other kinds give none.
_DATED: Final[Mapping[str, DutyKind]] = {
    "not_after": DutyKind.DEADLINE,
    "cadence": DutyKind.DEADLINE,
    "not_before": DutyKind.OPENING,
    "validity": DutyKind.EXPIRY,
}
_ENDING = frozenset(kind for kind, meaning in _DATED.items() if meaning is not DutyKind.OPENING)
# Of these kinds a verdict shows the day of judging as what was seen; nothing has been seen yet.
_SHOWS_DAY_OF_JUDGING = frozenset({"not_after", "not_before"})
# Decisions are looked at before they are next, from the step named on: their time runs already, what they rest on
# may run out, and probation ends on a day known long ago.
_AHEAD: Final[Mapping[str, str]] = {
    names.BRANCH_MEETING: names.PROSPECT,
    names.APPROVAL: names.BRANCH_MEETING,
    names.CONVERSION_MEETING: names.APPROVAL,
}
# Nothing is known of the applicant's person here; no rule about days asks for it.
_NOBODY = Standing(born_on=None, belongs_to_branch=False)


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that is waited for, with the rule that says so; without one, a step that waits for no day."""

    step: str
    zh: str
    actor: str
    kind: DutyKind
    due_on: date
    judgement: Judgement | None = None

    @property
    def binding_order(self) -> tuple[int, int]:
        """The duty that binds comes first: the earliest deadline, the latest opening, a rule that blocks."""
        day = self.due_on.toordinal()
        blocks = self.judgement is not None and self.judgement.verdict.severity is Severity.BLOCK
        return (-day if self.kind is DutyKind.OPENING else day, 0 if blocks else 1)


class SubjectKind(StrEnum):
    """What kind of matter waits."""

    ADMISSION_CASE = "admission_case"
    TRANSFER = "transfer"
    STANDING_CASE = "standing_case"
    DUES_ACCOUNT = "dues_account"
    DUES_LEDGER = "dues_ledger"
    INSPECTION_DUTY = "inspection_duty"


@dataclass(frozen=True, slots=True)
class Subject:
    """The matter that waits: of dues the member or the branch, else the case, the transfer or the duty itself."""

    kind: SubjectKind
    subject_id: UUID


@dataclass(frozen=True, slots=True)
class InboxItem:
    """A duty of a matter, led by a unit, about a person or about none; its id stays while the duty is the same."""

    subject: Subject
    person_id: UUID | None
    unit_id: UUID
    pack_digest: str
    duty: Duty

    @property
    def case_id(self) -> UUID | None:
        """The admission case, where one waits."""
        return self.subject.subject_id if self.subject.kind is SubjectKind.ADMISSION_CASE else None

    @property
    def transfer_id(self) -> UUID | None:
        """The transfer, where one waits."""
        return self.subject.subject_id if self.subject.kind is SubjectKind.TRANSFER else None

    @property
    def item_id(self) -> UUID:
        """Derived from what the duty is, and not from its day."""
        duty, found = self.duty, self.duty.judgement
        rule = "" if found is None else f"{found.rule_id}|{found.layer}"
        return uuid5(self.subject.subject_id, f"{duty.step}|{duty.kind}|{rule}")


def urgency_of(duty: Duty, today: date) -> Urgency:
    """How the day lies to today; a step that may be taken is never overdue."""
    if duty.due_on < today and duty.kind is not DutyKind.OPENING:
        return Urgency.OVERDUE
    return Urgency.DUE if duty.due_on <= today + SOON else Urgency.UPCOMING


def items_of_case(case: AdmissionCase, rules: RuleSet, catalogue: Catalogue) -> list[InboxItem]:
    """What the case waits for, as its branch finds it."""
    return [_item(case, duty) for duty in duties_of(case, rules, catalogue)]


def overdue_of_case(
    case: AdmissionCase, rules: RuleSet, catalogue: Catalogue, *, today: date
) -> list[InboxItem]:
    """Those of them whose day has passed; rules by which something only opens are not asked."""
    if not _is_under_way(case):
        return []
    ending = _told_by_rules(case, rules, catalogue, catalogue.takeable(case.taken), kinds=_ENDING)
    return [_item(case, duty) for duty in _in_order(ending) if urgency_of(duty, today) is Urgency.OVERDUE]


def _item(case: AdmissionCase, duty: Duty) -> InboxItem:
    head = case.head
    subject = Subject(SubjectKind.ADMISSION_CASE, head.case_id)
    return InboxItem(subject, head.person_id, head.unit_id, head.pack_digest, duty)


def duties_of(case: AdmissionCase, rules: RuleSet, catalogue: Catalogue) -> list[Duty]:
    """For each step the earliest deadline and the latest opening, everything that expires, and what only waits."""
    if not _is_under_way(case):
        return []
    takeable = catalogue.takeable(case.taken)
    kept = _told_by_rules(case, rules, catalogue, takeable, kinds=_DATED)
    return _in_order([*kept, *_waiting(case, catalogue, takeable, kept)])


def _is_under_way(case: AdmissionCase) -> bool:
    return case.head.state in (CaseState.OPEN, CaseState.CONVERTED)


def _in_order(duties: Iterable[Duty]) -> list[Duty]:
    return sorted(duties, key=lambda duty: (duty.due_on, duty.step))


def _last_day(case: AdmissionCase) -> date:
    # Duties do not depend on the day of judging; on the last one that was recorded nothing has opened since.
    return max(step.occurred_on for step in case.steps)


def _told_by_rules(
    case: AdmissionCase,
    rules: RuleSet,
    catalogue: Catalogue,
    takeable: Iterable[Step],
    *,
    kinds: Container[str],
) -> list[Duty]:
    facts, on = evidence(case, _NOBODY, {}), _last_day(case)
    return _binding(
        [
            duty
            for step in _looked_at(case, catalogue, takeable)
            for judgement in judge(rules, catalogue.operations(step), facts, on=on, kinds=kinds)
            for duty in ruled(step, catalogue.zh(step), catalogue.actor(step), judgement)
        ]
    )


def _looked_at(case: AdmissionCase, catalogue: Catalogue, takeable: Iterable[Step]) -> list[str]:
    taken = case.taken
    steps = [step.id for step in takeable]
    ahead = [step for step, begun in _AHEAD.items() if begun in taken and step not in taken]
    steps += [step for step in ahead if step not in steps]
    if catalogue.may_take(names.THOUGHT_REPORT, taken):
        steps.append(names.THOUGHT_REPORT)
    return steps


def ruled(step: str, zh: str, actor: str, judgement: Judgement) -> Iterable[Duty]:
    """What a rule about days asks for, where everything it reads is known."""
    verdict = judgement.verdict
    kind = _DATED.get(verdict.kind)
    day = verdict.clears_on if kind is DutyKind.OPENING else verdict.holds_until
    if kind is None or day is None or verdict.missing or verdict.unusable:
        return
    if verdict.kind in _SHOWS_DAY_OF_JUDGING:
        judgement = replace(judgement, verdict=replace(verdict, seen=""))
    yield Duty(step, zh, actor, kind, day, judgement)


def strictest(
    rules: RuleSet,
    operation: str,
    facts: Facts,
    asked: tuple[str, str, str],
    *,
    on: date,
    kind: DutyKind | None = None,
) -> Duty | None:
    """The duty that binds among those of an operation's rules, of one kind or of any; None where there is none."""
    found = (
        duty for judgement in judge(rules, [operation], facts, on=on) for duty in ruled(*asked, judgement)
    )
    chosen = (duty for duty in found if kind is None or duty.kind is kind)
    return min(chosen, key=lambda duty: duty.binding_order, default=None)


def _binding(found: list[Duty]) -> list[Duty]:
    """The duties that decide: one rule is told once, and of a step's rules only the strictest."""
    kept: dict[tuple[object, ...], Duty] = {}
    told: set[tuple[str, str]] = set()
    for duty in found:
        assert duty.judgement is not None
        rule = (duty.judgement.rule_id, duty.judgement.layer)
        if rule in told:
            continue
        told.add(rule)
        # Each thing that runs out does so by itself.
        key = (duty.step, duty.kind, *(rule if duty.kind is DutyKind.EXPIRY else ()))
        present = kept.get(key)
        if present is None or duty.binding_order < present.binding_order:
            kept[key] = duty
    return list(kept.values())


def _waiting(
    case: AdmissionCase, catalogue: Catalogue, takeable: Iterable[Step], kept: list[Duty]
) -> Iterable[Duty]:
    """Steps that are next and for which no rule names a day; nobody should forget them for that."""
    awaited, since = catalogue.awaited(case.taken), _last_day(case)
    timed = {duty.step for duty in kept if duty.kind is not DutyKind.EXPIRY}
    for step in takeable:
        is_next = step.id in names.LOOSE or (awaited is not None and step.id == awaited.id)
        if is_next and step.id not in timed:
            yield Duty(step.id, step.zh, step.actor, DutyKind.OPENING, since)
