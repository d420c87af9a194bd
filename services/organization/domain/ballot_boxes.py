"""What is in the box of an electronic ballot: slips and sums. There is no ballot of anybody, no time and no order.

A box is one value that is always kept whole, its slips in the order of their digests: nothing in it, nor in how it
lies on the disk, says which slip was handed out or cast before which other.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from organization.domain.election_ballots import Contest, Totals, check_write_ins
from organization.domain.units import Findings
from organization.errors import SlipCastError, SlipUnknownError


def digest_of(slip: UUID) -> bytes:
    """What is kept of a slip in its place."""
    return hashlib.sha256(str(slip).encode()).digest()


@dataclass(frozen=True, slots=True)
class Choice:
    """Who is voted for on one ballot; nobody on an abstention."""

    candidates: Sequence[UUID]
    write_ins: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class Box:
    """The box of one ballot."""

    outstanding: tuple[bytes, ...]
    cast: tuple[bytes, ...]
    votes: dict[UUID, int]

    @property
    def issued(self) -> int:
        """How many slips were handed out."""
        return len(self.outstanding) + len(self.cast)

    def with_slip(self, digest: bytes) -> "Box":
        """The box with one more slip handed out."""
        return Box(tuple(sorted((*self.outstanding, digest))), self.cast, self.votes)

    def with_ballot(self, digest: bytes, choice: Choice) -> "Box":
        """The box with a slip cast; refuses one that is not there or was cast before."""
        if digest in self.cast:
            raise SlipCastError
        if digest not in self.outstanding:
            raise SlipUnknownError
        votes = dict(self.votes)
        for person in (*choice.candidates, *choice.write_ins):
            votes[person] = votes.get(person, 0) + 1
        return Box(
            tuple(each for each in self.outstanding if each != digest),
            tuple(sorted((*self.cast, digest))),
            votes,
        )

    def totals(self, contest: Contest, on: date) -> Totals:
        """What is told when the ballot has closed: who took a ballot counts as present."""
        return Totals(
            held_on=on,
            present=self.issued,
            issued=self.issued,
            returned=len(self.cast),
            invalid=0,
            secret=True,
            votes=tuple((each, self.votes.get(each, 0)) for each in contest.candidates),
            write_ins=tuple(
                sorted((each, count) for each, count in self.votes.items() if each not in contest.candidates)
            ),
        )


EMPTY = Box((), (), {})


def check_choice(
    choice: Choice, contest: Contest, *, elected: Collection[UUID], on_roll: Collection[UUID]
) -> None:
    """Refuse a ballot with more names than seats (ELE-07), or with somebody who cannot be elected."""
    findings = Findings()
    named = choice.candidates
    if len(set(named)) < len(named):
        findings.add("candidate_person_ids", "同一人选了两次。", "A candidate is chosen twice.")
    for place, person in enumerate(named):
        if person not in contest.candidates:
            findings.add(
                f"candidate_person_ids[{place}]", "此人不是本轮候选人。", "The person does not stand."
            )
    check_write_ins(
        findings, "write_in_person_ids", choice.write_ins, contest, elected=elected, on_roll=on_roll
    )
    if len(named) + len(choice.write_ins) > contest.seats:
        findings.add(
            "candidate_person_ids",
            f"至多选 {contest.seats} 人。",
            f"At most {contest.seats} are chosen.",
        )
    findings.refuse_if_any()
