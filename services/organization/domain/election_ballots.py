"""Votes of an election by totals: what the roll allows, and who is elected by them.

There is no record of who voted how, here or anywhere. Quorum and majority are decided by the rule book.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from organization.domain.units import Findings
from organization.domain.verdicts import KeptVerdict


class ContestKind(StrEnum):
    """Why a vote is held."""

    FIRST = "first"
    TIE = "tie"
    FILL = "fill"


class RoundState(StrEnum):
    """Where a vote stands."""

    ENTERED = "entered"
    COUNTED = "counted"
    VOID = "void"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Contest:
    """What a meeting votes on."""

    kind: ContestKind
    candidates: tuple[UUID, ...]
    seats: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What the tellers counted."""

    held_on: date
    present: int
    issued: int
    returned: int
    invalid: int
    secret: bool
    votes: tuple[tuple[UUID, int], ...]

    @property
    def valid(self) -> int:
        """The ballots that count."""
        return max(0, self.returned - self.invalid)

    @property
    def is_void(self) -> bool:
        """Whether more ballots came back than were handed out (ELE-07)."""
        return self.returned > self.issued


@dataclass(frozen=True, slots=True)
class Round:
    """One vote: totals entered by one person and confirmed by another."""

    number: int
    contest: Contest
    state: RoundState
    totals: Totals
    should_attend: int
    entered_by: UUID | None
    confirmed_by: UUID | None = None
    win_base: str = ""
    elected: tuple[UUID, ...] = ()
    tied: tuple[UUID, ...] = ()
    verdicts: tuple[KeptVerdict, ...] = ()


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A full member who does not count into the should-attend number (LOC-10)."""

    person_id: UUID
    reason: str
    consent_reference: str


@dataclass(frozen=True, slots=True)
class PostResult:
    """Who holds a post by the election."""

    post_id: UUID
    person_id: UUID
    votes: int


def next_contest(
    candidates: Sequence[UUID], seats: int, elected: Sequence[UUID], rounds: Sequence[Round]
) -> Contest | None:
    """What is voted on next: ties first, then the seats that are left (ELE-08); None when all are filled."""
    left = seats - len(elected)
    if left <= 0:
        return None
    counted = [each for each in rounds if each.state is RoundState.COUNTED]
    if not counted:
        return Contest(ContestKind.FIRST, tuple(candidates), left)
    if counted[-1].tied:
        return Contest(ContestKind.TIE, counted[-1].tied, left)
    others = tuple(each for each in candidates if each not in elected)
    return Contest(ContestKind.FILL, others, left) if others else None


def decide(
    contest: Contest, votes: Mapping[UUID, int], winners: Collection[UUID]
) -> tuple[tuple[UUID, ...], tuple[UUID, ...]]:
    """
    Who is elected, and who is tied for the last seats.

    Args:
        winners: who has the majority; in a tie everybody has had it before, and the most votes decide.
    """
    ranked = sorted((each for each in contest.candidates if each in winners), key=lambda each: -votes[each])
    if len(ranked) <= contest.seats:
        return tuple(ranked), ()
    last = votes[ranked[contest.seats - 1]]
    if votes[ranked[contest.seats]] < last:
        return tuple(ranked[: contest.seats]), ()
    above = tuple(each for each in ranked if votes[each] > last)
    return above, tuple(each for each in ranked if votes[each] == last)


def check_totals(totals: Totals, contest: Contest, *, roll_on: date, should_attend: int, today: date) -> None:
    """Refuse totals that contradict the roll or each other, naming the field."""
    findings = Findings()
    if totals.held_on != roll_on:
        findings.add("totals.held_on", f"名册是 {roll_on} 的。", f"The roll is that of {roll_on}.")
    if totals.held_on > today:
        findings.add("totals.held_on", "不能早于会议录入。", "The meeting has not been held yet.")
    if totals.present > should_attend:
        findings.add("totals.present", f"应到会 {should_attend} 人。", f"Only {should_attend} should attend.")
    if totals.issued > totals.present:
        findings.add(
            "totals.ballots_issued", "发出选票多于实到选举人。", "More ballots than electors present."
        )
    if totals.invalid > totals.returned:
        findings.add("totals.ballots_invalid", "无效选票多于收回选票。", "More void ballots than came back.")
    _check_votes(findings, totals, contest)
    findings.refuse_if_any()


def _check_votes(findings: Findings, totals: Totals, contest: Contest) -> None:
    people = [person for person, _ in totals.votes]
    if sorted(people) != sorted(contest.candidates):
        findings.add(
            "totals.votes",
            "须为本轮每位候选人各填一次得票数。",
            "Each candidate of the contest has votes, once.",
        )
        return
    for place, (_, votes) in enumerate(totals.votes):
        if votes > totals.valid:
            findings.add(
                f"totals.votes[{place}].votes",
                f"有效选票只有 {totals.valid} 张。",
                f"There are {totals.valid} valid ballots.",
            )
    if sum(votes for _, votes in totals.votes) > totals.valid * contest.seats:
        findings.add(
            "totals.votes",
            "得票总数超过有效选票可选的人数。",
            "There are more votes than the valid ballots can carry.",
        )
