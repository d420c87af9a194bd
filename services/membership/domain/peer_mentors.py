"""Peer mentors: whom one guides on which days, what was done with whom, and how it was rated.

Pure. Who may be a mentor and guide whom is said by the rules of the day; the facts they read are stated here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from chassis.intervals import Interval
from membership.domain.members import Member, MembershipStatus
from membership.domain.people import PersonKind
from membership.domain.transfers import check_past
from membership.domain.verdicts import Judgement, judge
from membership.errors import (
    DayOutOfOrderError,
)
from membership.errors.commitments import (
    PeerMenteeNotThereError,
    PeerMentorEndedError,
    PeerMentorForbiddenError,
)
from rulebook import Fact, RuleSet

SELECT, ASSIGN, ACTIVE = "peer_mentor.select", "peer_mentor.assign", "duty.peer_mentoring"
_MEMBERS = frozenset({MembershipStatus.PROBATIONARY, MembershipStatus.FULL})


class Ground(StrEnum):
    """What somebody was selected for."""

    BRANCH_RECOMMENDATION = "branch_recommendation"
    BACKBONE_POST = "backbone_post"
    COMMENDATION = "commendation"
    SCHOLARSHIP = "scholarship"


class Rating(StrEnum):
    """How a mentor was rated."""

    EXCELLENT = "excellent"
    QUALIFIED = "qualified"
    UNQUALIFIED = "unqualified"


@dataclass(frozen=True, slots=True)
class Mentee:
    """Somebody who is guided over a half-open period."""

    person_id: UUID
    cohort_year: int
    days: Interval


@dataclass(frozen=True, slots=True)
class Entry:
    """What was done, or (with a rating) how it was assessed."""

    occurred_on: date
    note: str
    recorded_at: datetime
    recorded_by: UUID | None
    mentee_ids: tuple[UUID, ...] = ()
    rating: Rating | None = None
    pack_digest: str | None = None
    judgements: tuple[Judgement, ...] = ()


@dataclass(frozen=True, slots=True)
class PeerMentor:
    """One mentorship with everybody whom it ever guided; entries where they were read."""

    peer_mentor_id: UUID
    person_id: UUID
    unit_id: UUID
    cohort_year: int
    grounds: tuple[Ground, ...]
    days: Interval
    pack_digest: str
    created_at: datetime
    updated_at: datetime
    reason: str = ""
    rating: Rating | None = None
    mentees: tuple[Mentee, ...] = ()
    entries: tuple[Entry, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    version: int = 1

    def guided_on(self, day: date) -> frozenset[UUID]:
        """Who is guided on the day."""
        return frozenset(each.person_id for each in self.mentees if day in each.days)

    def assigned(
        self, new: Sequence[Mentee], rules: RuleSet, members: Mapping[UUID, MembershipStatus], *, at: datetime
    ) -> "PeerMentor":
        """The mentor with more people to guide; refuses what the rules forbid with every verdict."""
        first = new[0].days.start
        self._check_day(first)
        added = {each.person_id for each in new}
        rest = Interval(first)
        guided = {each.person_id for each in self.mentees if each.days.overlaps(rest)}
        facts: dict[str, Fact] = {
            "mentee_count": len(guided | added),
            "mentees_are_members": all(members.get(each) in _MEMBERS for each in added),
            "mentees_are_of_lower_years": all(each.cohort_year > self.cohort_year for each in new),
        }
        forbid(self.person_id, judge(rules, [ASSIGN], facts, on=first))
        # Whoever is guided already stays as they are.
        fresh = [each for each in new if each.person_id not in guided]
        joined = [replace(each, days=Interval(first, self.days.end)) for each in fresh]
        return self._with(at, mentees=(*self.mentees, *joined)) if joined else self

    def released(self, person_id: UUID, *, on: date, at: datetime) -> "PeerMentor":
        """The mentor without somebody from a day on."""
        found = [each for each in self.mentees if each.person_id == person_id and on in each.days]
        if not found:
            raise PeerMenteeNotThereError(peer_mentor_id=self.peer_mentor_id, person_id=person_id, day=on)
        (theirs,) = found
        if on == theirs.days.start:
            raise DayOutOfOrderError(day=on, bound=f"> {theirs.days.start}")
        kept = replace(theirs, days=Interval(theirs.days.start, on))
        return self._with(at, mentees=tuple(kept if each is theirs else each for each in self.mentees))

    def logged(self, entry: Entry, *, today: date) -> "PeerMentor":
        """The mentor with something that was done with people who were guided on its day."""
        self._check_done(entry.occurred_on, today)
        missing = set(entry.mentee_ids) - self.guided_on(entry.occurred_on)
        if missing:
            raise PeerMenteeNotThereError(
                peer_mentor_id=self.peer_mentor_id, person_id=min(missing), day=entry.occurred_on
            )
        return self._with(entry.recorded_at, entries=(*self.entries, entry))

    def assessed(self, entry: Entry, rules: RuleSet, *, today: date) -> "PeerMentor":
        """The mentor with a rating; the verdicts say whether the last work lies too far back."""
        self._check_done(entry.occurred_on, today)
        done = [
            each.occurred_on
            for each in self.entries
            if each.rating is None and each.occurred_on <= entry.occurred_on
        ]
        facts: dict[str, Fact] = {"last_done_on": max(done, default=None), "anchor_on": self.days.start}
        judged = replace(
            entry,
            judgements=judge(rules, [ACTIVE], facts, on=entry.occurred_on),
            pack_digest=rules.digest,
        )
        return self._with(entry.recorded_at, entries=(*self.entries, judged), rating=entry.rating)

    def ended(self, *, on: date, reason: str, at: datetime) -> "PeerMentor":
        """The mentor with an earlier end, and with everybody guided until then."""
        self._check_day(on)
        begun = [self.days.start, *(each.days.start for each in self.mentees)]
        if on <= max(begun):
            raise DayOutOfOrderError(day=on, bound=f"> {max(begun)}")
        mentees = tuple(
            each
            if each.days.end is not None and each.days.end <= on
            else replace(each, days=Interval(each.days.start, on))
            for each in self.mentees
        )
        return self._with(at, mentees=mentees, days=Interval(self.days.start, on), reason=reason)

    def left(self, day: date, *, reason: str, at: datetime) -> "PeerMentor":
        """The mentor who is no member of the unit any more; days that are recorded of somebody are not taken back."""
        begun = [self.days.start, *(each.days.start for each in self.mentees)]
        return self.ended(on=max(day, max(begun) + timedelta(days=1)), reason=reason, at=at)

    def left_by(self, person_id: UUID, day: date, *, at: datetime) -> "PeerMentor":
        """The mentor without somebody who is no member any more, likewise."""
        (theirs,) = [each for each in self.mentees if each.person_id == person_id and _lasts(each.days, day)]
        first = theirs.days.start + timedelta(days=1)
        return self.released(person_id, on=max(day, first), at=at)

    def resumed(
        self, until: date | None, mentees: Mapping[tuple[UUID, date], date | None], *, at: datetime
    ) -> "PeerMentor":
        """The mentor as before a removal that was none, or was on another day, with these who were guided then."""
        again = tuple(
            replace(each, days=Interval(each.days.start, mentees[each.person_id, each.days.start]))
            if (each.person_id, each.days.start) in mentees
            else each
            for each in self.mentees
        )
        return self._with(at, mentees=again, days=Interval(self.days.start, until), reason="")

    def _check_day(self, day: date) -> None:
        if self.days.end is not None and day >= self.days.end:
            raise PeerMentorEndedError(peer_mentor_id=self.peer_mentor_id, valid_until=self.days.end)
        if day < self.days.start:
            raise DayOutOfOrderError(day=day, bound=f">= {self.days.start}")

    def _check_done(self, day: date, today: date) -> None:
        check_past(day, today=today, since=self.days.start)

    def _with(self, at: datetime, **changes: object) -> "PeerMentor":
        return replace(self, updated_at=at, version=self.version + 1, **changes)  # type: ignore[arg-type]


def _lasts(days: Interval, day: date) -> bool:
    """Whether some day of a period lies on the day or after it."""
    return days.end is None or days.end > day


def selection_facts(
    kind: PersonKind, member: Member | None, *, in_unit: bool, grounds: Sequence[Ground], day: date
) -> dict[str, Fact]:
    """What the rules read of somebody who is to be a mentor."""
    status = None if member is None else member.status_on(day)
    return {
        "mentor_is_student": kind is PersonKind.STUDENT,
        "mentor_is_full_member": status is not None and status.status is MembershipStatus.FULL,
        "mentor_belongs_to_unit": in_unit,
        "mentor_standing_from": None if member is None else member.standing_from,
        "selection_grounds": tuple(ground.value for ground in grounds),
    }


def forbid(person_id: UUID, judgements: Sequence[Judgement]) -> tuple[Judgement, ...]:
    """The judgements; refuses with all of them where a rule forbids."""
    if any(judgement.forbids for judgement in judgements):
        raise PeerMentorForbiddenError(judgements, person_id=person_id)
    return tuple(judgements)
