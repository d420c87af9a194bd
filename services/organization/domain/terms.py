"""Terms of office: when the next election is due, when to remind of it, and how far it may be shifted.

How long a term is, how early a reminder comes and how far a shift may go is read from the rules' own answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from organization.domain.rules import judge
from organization.domain.units import Form, Kind, Unit, refuse
from organization.errors import TermEndedError, TermNotDueError
from rulebook import Facts, Verdict


class TermState(StrEnum):
    """Where a term stands on a day."""

    RUNNING = "running"
    ENDING = "ending"
    OVERDUE = "overdue"
    ENDED = "ended"


_SCHOOL_LEVEL = "school_org.term_election"
# What is asked when a unit of the kind elects; the other kinds have no terms.
ELECTIONS: Mapping[Kind, str] = {
    Kind.BRANCH: "branch.term_election",
    Kind.GENERAL_BRANCH: "general_branch.term_election",
    Kind.ACADEMY_GENERAL_BRANCH: _SCHOOL_LEVEL,
    Kind.PRIMARY_COMMITTEE: _SCHOOL_LEVEL,
    Kind.COMMUNITY_COMMITTEE: _SCHOOL_LEVEL,
    Kind.STAFF_COMMITTEE: _SCHOOL_LEVEL,
    Kind.RETIREES_COMMITTEE: _SCHOOL_LEVEL,
    Kind.UNIVERSITY_COMMITTEE: "university_committee.term_election",
}
_POWERS = "branch.exercise_power"


@dataclass(frozen=True, slots=True)
class Term:
    """A term of office as it stands on `day`."""

    term_id: UUID
    unit_id: UUID
    number: int
    started_on: date
    ends_on: date
    election_due_on: date
    reminder_on: date
    reminded_on: date | None
    ended_on: date | None
    shift_reason: str
    shift_document_number: str
    document_number: str
    override_reason: str
    created_at: datetime
    updated_at: datetime
    version: int
    day: date

    @property
    def state(self) -> TermState:
        """Where it stands on its day."""
        if self.ended_on is not None and self.ended_on <= self.day:
            return TermState.ENDED
        if self.day > self.election_due_on:
            return TermState.OVERDUE
        return TermState.ENDING if self.day >= self.reminder_on else TermState.RUNNING

    @property
    def earliest_on(self) -> date:
        """The first day on which the next election may be held without another approval."""
        return min(self.ends_on, self.election_due_on)


def check_unit(unit: Unit, on: date, *, today: date) -> None:
    """Refuse a unit without terms, and a day on which it can have elected nobody."""
    if unit.kind not in ELECTIONS:
        refuse("unit_id", "此类组织没有任期。", "A unit of this kind has no terms.")
    if on > today:
        refuse("started_on", "日期不得晚于今天。", "It does not lie ahead.")
    if on not in unit.life:
        refuse("started_on", "日期须在组织存续期内。", "It must lie in the unit's life.")


def check_after(before: Term, on: date) -> None:
    """Refuse a term that begins before the one before it."""
    if on <= before.started_on:
        refuse(
            "started_on",
            f"须晚于前一届次的开始日期 {before.started_on}。",
            f"It must lie after {before.started_on}, when the term before it began.",
        )


def check_next(before: Term, on: date) -> None:
    """Refuse a next term that begins before the one that runs, or before its election is due."""
    check_after(before, on)
    if on < before.earliest_on:
        raise TermNotDueError(term_id=before.term_id, due_on=before.earliest_on)


def check_runs(term: Term) -> None:
    """Refuse to change a term that is over."""
    if term.ended_on is not None:
        raise TermEndedError(term_id=term.term_id, ended_on=term.ended_on)


def check_shift(term: Term, on: date) -> None:
    """Refuse to shift the election after a term that is over, or to the day on which it is due anyhow."""
    check_runs(term)
    if on == term.ends_on:
        refuse("election_on", "任期本应于该日届满。", "The term ends on that day anyhow.")


def election_verdicts(kind: Kind, *, since: date, reason: str, on: date) -> list[Verdict]:
    """What the rules say about an election on a day that ends a term, `reason` being an approved one to be late."""
    facts: Facts = {"term_started_on": since, "extension_reason": reason or None}
    return judge(ELECTIONS[kind], facts, on)


def power_verdicts(form: Form | None, on: date) -> list[Verdict]:
    """Whether a branch of the form may hold term elections at all."""
    if form not in (Form.FUNCTIONAL, Form.TEMPORARY):
        return []
    facts: Facts = {
        "power": "term_election",
        "branch_form": f"{form.value}_branch",
        "host_body_dissolved": False,
    }
    return judge(_POWERS, facts, on)


def regular_end(kind: Kind, started_on: date, *, rules_of: date) -> date:
    """The last day on which the next election is in time by the rules alone."""
    facts: Facts = {"term_started_on": started_on, "extension_reason": None}
    verdicts = judge(ELECTIONS[kind], facts, started_on, rules_of=rules_of)
    return min(verdict.holds_until for verdict in verdicts if verdict.holds_until is not None)


def reminder_day(election_due_on: date, *, rules_of: date) -> date:
    """The last day on which a reminder of the election comes in time."""
    facts: Facts = {"term_ends_on": election_due_on}
    verdicts = judge("branch.term_reminder", facts, election_due_on, rules_of=rules_of)
    return min(verdict.holds_until for verdict in verdicts if verdict.holds_until is not None)
