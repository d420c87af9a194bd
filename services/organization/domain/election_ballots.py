"""Votes of an election by totals: what the roll allows, and who is elected by them.

There is no record of who voted how, here or anywhere. Quorum and majority are decided by the rule book.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
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

    @property
    def takes_write_ins(self) -> bool:
        """Whether others of the roll may be written in: a tie is decided among those who are tied."""
        return self.kind is not ContestKind.TIE


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
    # Others of the roll whose names electors wrote in.
    write_ins: tuple[tuple[UUID, int], ...] = ()

    @property
    def every_vote(self) -> tuple[tuple[UUID, int], ...]:
        """The votes for everybody, candidates first."""
        return self.votes + self.write_ins

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
    is_electronic: bool = False


@dataclass(frozen=True, slots=True)
class OpenBallot:
    """An electronic ballot that is open, and the number of the round that it becomes."""

    number: int
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A full member who does not count into the should-attend number (LOC-10)."""

    person_id: UUID
    reason: str
    consent_reference: str


@dataclass(frozen=True, slots=True)
class Congress:
    """Delegates who vote in place of the members, and why these cannot meet; nothing for being many."""

    delegates: tuple[UUID, ...]
    dispersed_reason: str


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
    others = [each for each in votes if each not in contest.candidates]
    standing = [*contest.candidates, *others]
    ranked = sorted((each for each in standing if each in winners), key=lambda each: -votes[each])
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
    _check_each(findings, "totals.votes", totals.votes, totals.valid)
    _check_each(findings, "totals.write_ins", totals.write_ins, totals.valid)
    if sum(votes for _, votes in totals.every_vote) > totals.valid * contest.seats:
        findings.add(
            "totals.votes",
            "得票总数超过有效选票可选的人数。",
            "There are more votes than the valid ballots can carry.",
        )


def _check_each(findings: Findings, path: str, votes: Sequence[tuple[UUID, int]], valid: int) -> None:
    for place, (_, count) in enumerate(votes):
        if count > valid:
            findings.add(
                f"{path}[{place}].votes", f"有效选票只有 {valid} 张。", f"There are {valid} valid ballots."
            )


def check_write_ins(
    findings: Findings,
    path: str,
    people: Sequence[UUID],
    contest: Contest,
    *,
    elected: Collection[UUID],
    on_roll: Collection[UUID],
) -> None:
    """Find who cannot be written in: candidates stand already, and only full members of the roll are elected."""
    if people and not contest.takes_write_ins:
        findings.add(path, "本轮只在得票相等者中选举。", "Only those who are tied are voted on.")
    if len(set(people)) < len(people):
        findings.add(path, "同一人写了两次。", "A person is written in twice.")
    for place, person in enumerate(people):
        where = f"{path}[{place}]"
        if person in contest.candidates:
            findings.add(where, "此人是候选人。", "The person is a candidate.")
        elif person in elected:
            findings.add(where, "此人已当选。", "The person is elected already.")
        elif person not in on_roll:
            findings.add(where, "此人不在选举人名册中。", "The person is not on the roll of electors.")
