"""A standing case: what may be done next about a member who is away, lost, idle or unqualified, and from which day.

Judges by the rules of the day and knows nothing of rolls; what a decision makes of the membership is said by
`status_after`, and the operation writes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from membership.domain.members import Member, MembershipStatus
from membership.domain.rule_days import first_day, last_day
from membership.domain.transfers import check_past
from membership.domain.verdicts import Judgement, check_allowed, judge
from membership.errors import (
    DayOutOfOrderError,
    FieldsContradictError,
    StandingActNotDueError,
    StandingCaseOverError,
)
from rulebook import Fact, RuleSet

KEEP, CONTACT_ABROAD = "transfer.keep_graduate", "duty.contact_abroad"


class Kind(StrEnum):
    """What a case is about."""

    GRADUATE_KEPT = "graduate_kept"
    ABROAD = "abroad"
    LOST_CONTACT = "lost_contact"
    SELF_WITHDRAWAL = "self_withdrawal"
    DISPOSAL = "disposal"
    IRREGULAR_ADMISSION = "irregular_admission"


class Ground(StrEnum):
    """The ground, where the kind has several."""

    STUDY_ABROAD = "study_abroad"
    SETTLED_ABROAD = "settled_abroad"
    NO_ORGANIZATIONAL_LIFE = "no_organizational_life"
    NO_DUES = "no_dues"
    NO_WORK = "no_work"
    GRADUATE_SILENT = "graduate_silent"


class State(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    ENDED = "ended"
    REMOVED = "removed"


class Act(StrEnum):
    """What is done in a case."""

    OPENING = "opening"
    CONTACT = "contact"
    EXTENSION = "extension"
    SUSPENSION = "suspension"
    RESTORATION = "restoration"
    RECTIFICATION_ORDER = "rectification_order"
    URGED_WITHDRAWAL = "urged_withdrawal"
    WITHDRAWAL = "withdrawal"
    REMOVAL = "removal"
    END = "end"


_ABROAD: Final = frozenset({Ground.STUDY_ABROAD, Ground.SETTLED_ABROAD})
GROUNDS: Final[Mapping[Kind, frozenset[Ground]]] = {
    Kind.ABROAD: _ABROAD,
    Kind.SELF_WITHDRAWAL: frozenset(Ground) - _ABROAD,
}
# What changes the membership itself; the roll follows from its day on.
STATUS_ACTS: Final = frozenset({Act.SUSPENSION, Act.RESTORATION, Act.WITHDRAWAL, Act.REMOVAL})
LEAVING: Final = frozenset({Act.WITHDRAWAL, Act.REMOVAL})
_SUSPENSIONS: Final = {Kind.ABROAD: "member.suspend_abroad", Kind.LOST_CONTACT: "member.suspend_lost"}
_REMOVALS: Final = {
    Kind.LOST_CONTACT: "member.remove_lost",
    Kind.SELF_WITHDRAWAL: "member.self_withdraw",
    Kind.DISPOSAL: "member.remove_disposed",
    Kind.IRREGULAR_ADMISSION: "admission.deny_recognition",
}
_OPERATIONS: Final = {
    Act.EXTENSION: KEEP,
    Act.RESTORATION: "member.restore",
    Act.RECTIFICATION_ORDER: "member.rectify",
    Act.URGED_WITHDRAWAL: "member.urge_withdrawal",
    Act.WITHDRAWAL: "member.withdraw",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What an organisation decides, and by which authority."""

    act: Act
    decided_on: date
    approver_unit_id: UUID
    reason: str
    resolved_on: date | None = None
    until: date | None = None
    document_reference: str | None = None

    def __post_init__(self) -> None:
        if (self.act is Act.RECTIFICATION_ORDER) != (self.until is not None):
            raise FieldsContradictError.of(
                "until",
                "限期改正须写明期限，其他决定不写。",
                "A rectification order states its last day, and nothing else.",
            )
        if self.act in (Act.OPENING, Act.CONTACT, Act.END):
            raise FieldsContradictError.of(
                "act", "立项、联系和办结不是决定。", "OPENING, CONTACT and END are no decisions."
            )


@dataclass(frozen=True, slots=True)
class Entry:
    """One act, as it is kept for ever."""

    act: Act
    occurred_on: date
    recorded_at: datetime
    recorded_by: UUID | None
    reason: str
    reached: bool = False
    until: date | None = None
    resolved_on: date | None = None
    approver_unit_id: UUID | None = None
    document_reference: str | None = None
    pack_digest: str | None = None
    judgements: tuple[Judgement, ...] = ()
    # How often it was corrected, from 1, and why the last time.
    revision: int = 1
    correction_reason: str | None = None

    @property
    def papers(self) -> tuple[str, ...]:
        """What stands behind a decision that an admission is not recognised, by the names in the rulebook."""
        given = {
            "violation_finding": self.document_reference is not None,
            "general_meeting_announcement": self.resolved_on is not None,
        }
        return tuple(name for name, is_given in given.items() if is_given)


@dataclass(frozen=True, slots=True)
class StandingCase:
    """One case of one person, with what follows from its acts."""

    standing_case_id: UUID
    person_id: UUID
    unit_id: UUID
    kind: Kind
    ground: Ground | None
    since: date
    created_at: datetime
    updated_at: datetime
    state: State = State.OPEN
    kept_through: date | None = None
    contact_due_on: date | None = None
    next_decision: Act | None = None
    decision_from: date | None = None
    suspended_on: date | None = None
    rectify_until: date | None = None
    entries: tuple[Entry, ...] = ()
    version: int = 1

    def is_overdue(self, today: date) -> bool:
        """Whether a contact or the end of the keeping is overdue."""
        ends = (self.kept_through, self.contact_due_on)
        return self.state is State.OPEN and any(end is not None and end < today for end in ends)

    @property
    def allowed(self) -> tuple[Act, ...]:
        """What may be done next, as the case stands; the rules say from which day."""
        match self.kind:
            case Kind.GRADUATE_KEPT:
                return (Act.CONTACT, Act.EXTENSION, Act.END)
            case Kind.ABROAD if self.suspended_on is None:
                return (Act.CONTACT, Act.SUSPENSION, Act.END)
            case Kind.ABROAD:
                return (Act.CONTACT, Act.RESTORATION)
            case Kind.LOST_CONTACT if self.suspended_on is None:
                return (Act.CONTACT, Act.SUSPENSION, Act.END)
            case Kind.LOST_CONTACT:
                return (Act.CONTACT, Act.RESTORATION, Act.REMOVAL)
            case Kind.SELF_WITHDRAWAL | Kind.IRREGULAR_ADMISSION:
                return (Act.REMOVAL, Act.END)
            case _ if self._day_of(Act.URGED_WITHDRAWAL) is not None:
                return (Act.REMOVAL, Act.WITHDRAWAL, Act.END)
            case _ if self.rectify_until is not None:
                return (Act.URGED_WITHDRAWAL, Act.END)
        return (Act.RECTIFICATION_ORDER, Act.END)

    def check_due(self, act: Act) -> None:
        """Refuse an act that is not due, or anything once the case is over."""
        if self.state is not State.OPEN:
            raise StandingCaseOverError(standing_case_id=self.standing_case_id, state=self.state)
        if act not in self.allowed:
            raise StandingActNotDueError(act=act, allowed=", ".join(self.allowed))

    def operation(self, act: Act) -> str:
        """The operation of the rules by which a decision is judged."""
        if act is Act.SUSPENSION:
            settled = self.ground is Ground.SETTLED_ABROAD
            return "member.suspend_settled" if settled else _SUSPENSIONS[self.kind]
        if act is Act.REMOVAL:
            silent = self.ground is Ground.GRADUATE_SILENT
            return "member.self_withdraw_graduate" if silent else _REMOVALS[self.kind]
        return _OPERATIONS[act]

    def facts(self) -> dict[str, Fact]:
        """What the rules read of the case."""
        reached = [entry.occurred_on for entry in self.entries if entry.reached]
        searches = [entry for entry in self.entries if entry.act is Act.CONTACT and not entry.reached]
        decided = [entry.act.value for entry in self.entries if entry.act is not Act.CONTACT]
        return {
            "graduated_on": self.since,
            "extension_reason": next((e.reason for e in self.entries if e.act is Act.EXTENSION), None),
            "went_abroad_on": self.since,
            "settled_abroad": self.ground is Ground.SETTLED_ABROAD,
            "anchor_on": self.since,
            "last_done_on": max(reached, default=None),
            # Whoever was reached meanwhile was lost again from that day on.
            "contact_lost_on": max([self.since, *reached]),
            "search_count": len(searches),
            "suspended_on": self.suspended_on,
            "inactive_since": self.since,
            "graduate_silent_since": self.since,
            "rectify_until": self.rectify_until,
            "disposal_acts": decided,
        }

    def reckoned(self, rules: RuleSet) -> "StandingCase":
        """The case with the days that the rules give for what comes next."""
        if self.state is not State.OPEN:
            return replace(
                self, kept_through=None, contact_due_on=None, next_decision=None, decision_from=None
            )
        facts, kept, contact = self.facts(), None, None
        if self.kind is Kind.GRADUATE_KEPT:
            kept = last_day(rules, KEEP, facts, on=self.since)
        elif self.kind is Kind.ABROAD and self.suspended_on is None:
            contact = last_day(rules, CONTACT_ABROAD, facts, on=self.since)
        following = next((act for act in _DECISIONS if act in self.allowed), None)
        from_day = None
        if following is not None:
            # Nothing is decided before the decision it follows.
            floor = self._last_decision or self.since
            from_day = max(floor, first_day(rules, self.operation(following), facts, since=self.since))
        if following is Act.RECTIFICATION_ORDER:
            from_day = self.since
        return replace(
            self, kept_through=kept, contact_due_on=contact, next_decision=following, decision_from=from_day
        )

    def contacted(self, entry: Entry, rules: RuleSet, *, today: date) -> "StandingCase":
        """The case with a contact or a search; a late contact is a fact too, and the verdict says that it is late."""
        self.check_due(Act.CONTACT)
        check_past(entry.occurred_on, today=today, since=self.since)
        judgements: tuple[Judgement, ...] = ()
        if entry.reached and self.kind is Kind.ABROAD and self.suspended_on is None:
            judgements = judge(rules, [CONTACT_ABROAD], self.facts(), on=entry.occurred_on)
        return self._with(replace(entry, judgements=judgements, pack_digest=rules.digest)).reckoned(rules)

    def decided(self, entry: Entry, rules: RuleSet, *, approver_type: str, today: date) -> "StandingCase":
        """The case with a decision that no rule forbids."""
        self.check_due(entry.act)
        floor = self._last_decision or self.since
        check_past(entry.occurred_on, today=today, since=floor)
        if entry.resolved_on is not None:
            check_past(entry.resolved_on, today=entry.occurred_on, since=self.since)
        facts = self.facts() | {
            "approver_type": approver_type,
            "branch_meeting_resolved": entry.resolved_on is not None,
            "ordered_on": entry.occurred_on,
            "case_documents": entry.papers,
        }
        if entry.act is Act.EXTENSION:
            facts["extension_reason"] = entry.reason
        if entry.until is not None:
            check_past(entry.occurred_on, today=entry.until, since=floor)
            facts["rectify_until"] = entry.until
        judgements = judge(rules, [self.operation(entry.act)], facts, on=entry.occurred_on)
        check_allowed(judgements, None, standing_case_id=self.standing_case_id, act=entry.act)
        after = self._with(replace(entry, judgements=judgements, pack_digest=rules.digest))
        return after.following(entry).reckoned(rules)

    def ended(self, entry: Entry, *, today: date) -> "StandingCase":
        """The case without a further decision."""
        self.check_due(Act.END)
        check_past(entry.occurred_on, today=today, since=self._last_decision or self.since)
        return self.closed(entry)

    def closed(self, entry: Entry) -> "StandingCase":
        """The case over, whatever stood open in it: the person is no member any more, or the matter is settled."""
        return replace(
            self._with(entry),
            state=State.ENDED,
            kept_through=None,
            contact_due_on=None,
            next_decision=None,
            decision_from=None,
        )

    def following(self, entry: Entry) -> "StandingCase":
        """What a decision makes of the case."""
        match entry.act:
            case Act.SUSPENSION:
                return replace(self, suspended_on=entry.occurred_on)
            case Act.RESTORATION:
                return replace(self, state=State.ENDED)
            case Act.RECTIFICATION_ORDER:
                return replace(self, rectify_until=entry.until)
            case Act.WITHDRAWAL | Act.REMOVAL:
                return replace(self, state=State.REMOVED)
        return self

    def _with(self, entry: Entry) -> "StandingCase":
        return replace(self, entries=(*self.entries, entry))

    def _day_of(self, act: Act) -> date | None:
        return next((entry.occurred_on for entry in reversed(self.entries) if entry.act is act), None)

    @property
    def _last_decision(self) -> date | None:
        days = [entry.occurred_on for entry in self.entries if entry.act is not Act.CONTACT]
        return max(days, default=None)


# In the order in which a case goes through them: the first one allowed is what comes next.
_DECISIONS: Final = (Act.RECTIFICATION_ORDER, Act.URGED_WITHDRAWAL, Act.SUSPENSION, Act.REMOVAL)


def opened(case: StandingCase, opening: Entry, rules: RuleSet, *, today: date) -> StandingCase:
    """A new case with the days that follow; refuses a graduate who was to be kept for too long already."""
    grounds = GROUNDS.get(case.kind)
    if case.ground not in (grounds or {None}):
        names = ", ".join(sorted(grounds)) if grounds else "-"
        raise FieldsContradictError.of(
            "ground", f"该类事项的事由为：{names}。", f"The ground is one of: {names}."
        )
    check_past(case.since, today=today, since=date.min)
    judgements: tuple[Judgement, ...] = ()
    if case.kind is Kind.GRADUATE_KEPT:
        judgements = judge(rules, [KEEP], case.facts(), on=today)
        check_allowed(judgements, None, person_id=case.person_id)
    entry = replace(opening, judgements=judgements, pack_digest=rules.digest)
    return replace(case, entries=(entry,)).reckoned(rules)


def status_after(case: StandingCase, member: Member, act: Act, day: date) -> MembershipStatus | None:
    """
    What the member is from the day of a decision on; None for no member.

    Refuses a day before something that is recorded of the membership already.
    """
    later = [item.valid_from for item in member.statuses if item.valid_from > day]
    now = member.status_on(day)
    if later or now is None:
        raise DayOutOfOrderError(day=day, bound=f">= {max(later)}" if later else "-")
    is_suspended = now.status is MembershipStatus.SUSPENDED
    match act:
        case Act.SUSPENSION:
            if is_suspended:
                raise StandingActNotDueError(act=act, allowed="-")
            return MembershipStatus.SUSPENDED
        case Act.RESTORATION:
            assert case.suspended_on is not None
            before = member.status_on(case.suspended_on - timedelta(days=1))
            return MembershipStatus.FULL if before is None else before.status
    return None
