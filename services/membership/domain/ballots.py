"""Votes of a branch meeting by totals: what the roll allows, and what the rules read of them.

There is no record of who voted how, here or anywhere. Quorum and majority are decided by the rulebook.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from membership.domain.verdicts import Judgement
from membership.errors import BallotContradictsRollError, FieldsContradictError
from rulebook import Facts


class BallotPurpose(StrEnum):
    """What a ballot decides."""

    ADMISSION = "admission"
    CONVERSION = "conversion"


class BallotState(StrEnum):
    """Where a ballot stands."""

    ENTERED = "entered"
    PASSED = "passed"
    FAILED = "failed"
    REJECTED = "rejected"


class ConversionOutcome(StrEnum):
    """What is decided at the end of probation."""

    CONVERT = "convert"
    EXTEND = "extend"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A full member who does not count into the should-attend number."""

    person_id: UUID
    reason: str
    consent_reference: str


@dataclass(frozen=True, slots=True)
class Totals:
    """What the minutes of a meeting say."""

    held_on: date
    method: str
    present: int
    yes: int
    no: int
    abstentions: int
    written_yes: int = 0
    written_no: int = 0
    exclusions: tuple[Exclusion, ...] = ()
    stated_should_attend: int | None = None
    voted_separately: bool = False
    performance_recorded: bool = False
    secretary_signed: bool = False
    notice_posted_on: date | None = None
    outcome: ConversionOutcome | None = None


@dataclass(frozen=True, slots=True)
class Ballot:
    """Entered totals, with who entered and who confirmed them."""

    number: int
    purpose: BallotPurpose
    state: BallotState
    totals: Totals
    should_attend: int
    entered_by: UUID | None
    confirmed_by: UUID | None = None
    judgements: tuple[Judgement, ...] = ()


def should_attend(voters: Sequence[UUID], exclusions: Sequence[Exclusion]) -> int:
    """The voting base: voters of the day less those excluded; refuses to exclude who does not vote anyway."""
    excluded = {exclusion.person_id for exclusion in exclusions}
    if len(excluded) != len(exclusions):
        raise FieldsContradictError.of("exclusions", "同一人列了两次。", "A person is excluded twice.")
    strangers = excluded - set(voters)
    if strangers:
        raise BallotContradictsRollError(
            should_attend=len(voters), problem=f"{min(strangers)} is no voter of the branch on the day"
        )
    return len(voters) - len(excluded)


def check_totals(totals: Totals, *, base: int) -> None:
    """Refuse totals that contradict the roll or each other."""
    problem = totals_problem(totals, base=base)
    if problem is not None:
        raise BallotContradictsRollError(should_attend=base, problem=problem)


def totals_problem(totals: Totals, *, base: int) -> str | None:
    """How totals contradict the number of voters or each other; None where they do not."""
    problems = [
        (totals.stated_should_attend not in (None, base), "the minutes state another should-attend number"),
        (totals.present > base, "more are present than should attend"),
        (totals.yes + totals.no + totals.abstentions > totals.present, "more votes than voters present"),
        (
            totals.written_yes + totals.written_no > max(0, base - totals.present),
            "more written opinions than absent voters",
        ),
    ]
    return next((problem for is_wrong, problem in problems if is_wrong), None)


def ballot_facts(totals: Totals, *, base: int) -> Facts:
    """What the rules on votes read."""
    fields = ["voter_counts", "voting_result", "resolution_day"]
    if totals.performance_recorded:
        fields.append("main_performance")
    if totals.secretary_signed:
        fields.append("secretary_signature")
    return {
        "present_voters": totals.present,
        "should_attend_voters": base,
        "yes_votes": totals.yes,
        "written_yes_votes": totals.written_yes,
        "ballot": totals.method,
        "voted_separately": totals.voted_separately,
        "resolution_fields": fields,
        "notice_posted_on": totals.notice_posted_on,
    }


def as_outcome(judgements: Sequence[Judgement]) -> tuple[Judgement, ...]:
    """The judgements with the majority as it was: nobody sets aside how a meeting voted."""
    return tuple(Judgement(item.verdict) if is_majority(item) else item for item in judgements)


def is_majority(judgement: Judgement) -> bool:
    """Whether the verdict says if the resolution passed, and not whether the meeting was in order."""
    return judgement.verdict.kind == "majority"


def outcome_of(judgements: Sequence[Judgement]) -> BallotState:
    """How a ballot that was in order ended."""
    lost = any(is_majority(item) and not item.satisfied for item in judgements)
    return BallotState.FAILED if lost else BallotState.PASSED
