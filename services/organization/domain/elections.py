"""Elections: what is planned, who stands, and in which order the steps are taken.

Decides nothing about numbers from regulations; `election_rules` asks the rule book for them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from chassis.intervals import Interval
from organization.domain.election_ballots import (
    Contest,
    OpenBallot,
    PostResult,
    Round,
    RoundState,
    next_contest,
)
from organization.domain.posts import Appointment, Method, Post, PostKind
from organization.domain.terms import ELECTIONS
from organization.domain.units import Findings, Kind, Unit
from organization.domain.verdicts import KeptVerdict
from organization.errors import (
    BallotNotOpenError,
    BallotOpenError,
    CandidateNotOnRollError,
    ElectionStateError,
    TotalsConfirmedBySamePersonError,
    TotalsNotPendingError,
    TotalsPendingError,
)


class ElectionKind(StrEnum):
    """Why an election is held."""

    TERM = "term"
    BY_ELECTION = "by_election"


class ElectionState(StrEnum):
    """Where an election stands."""

    PLANNED = "planned"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    VOTING = "voting"
    ELECTED = "elected"
    SEATED = "seated"
    FILED = "filed"
    COMPLETED = "completed"


OVER = frozenset({ElectionState.WITHDRAWN, ElectionState.COMPLETED})


class StepKind(StrEnum):
    """What was done."""

    PLANNED = "planned"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    ROLL_FIXED = "roll_fixed"
    COMMITTEE_ELECTED = "committee_elected"
    VACANCIES_ACCEPTED = "vacancies_accepted"
    POSTS_ELECTED = "posts_elected"
    FILED = "filed"
    RESULT_RETURNED = "result_returned"
    CONFIRMED = "confirmed"


class NominationSource(StrEnum):
    """Who proposed a candidate."""

    MEMBERS = "members"
    PARTY_GROUP = "party_group"
    COMMITTEE = "committee"
    SUPERIOR = "superior"


class Background(StrEnum):
    """What makes a candidate fit to be secretary (HE-06)."""

    ACADEMIC_LEADER = "academic_leader"
    COUNSELLOR = "counsellor"
    BACKBONE_TEACHER = "backbone_teacher"
    OUTSTANDING_STUDENT = "outstanding_student"


@dataclass(frozen=True, slots=True)
class ElectionSeat:
    """Seats of one post that an election fills."""

    post_id: UUID
    kind: PostKind
    seats: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who stands."""

    person_id: UUID
    source: NominationSource
    background: Background | None


@dataclass(frozen=True, slots=True)
class ElectionStep:
    """A step that was taken, and what the rules said of it."""

    kind: StepKind
    person_id: UUID | None
    at: datetime
    note: str
    verdicts: tuple[KeptVerdict, ...]


@dataclass(frozen=True, slots=True)
class Elector:
    """A member on the roll of the unit, as membership knows one on the day."""

    person_id: UUID
    status: str
    standing_from: date | None


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Somebody on the fixed roll of electors."""

    person_id: UUID
    # Why the person does not count into the should-attend number; empty for whoever does.
    exclusion_reason: str
    # The last electronic ballot that the person took; 0 for none.
    ballot_number: int


@dataclass(frozen=True, slots=True)
class Election:
    """An election of a unit's committee and posts."""

    election_id: UUID
    unit_id: UUID
    kind: ElectionKind
    state: ElectionState
    held_on: date
    seats: tuple[ElectionSeat, ...]
    term: Interval
    shift_reason: str
    candidates: tuple[Candidate, ...]
    steps: tuple[ElectionStep, ...]
    created_at: datetime
    updated_at: datetime
    version: int
    roll_on: date | None = None
    should_attend: int = 0
    rounds: tuple[Round, ...] = ()
    elected: tuple[UUID, ...] = ()
    vacant: int = 0
    results: tuple[PostResult, ...] = ()
    appointment_ids: tuple[UUID, ...] = ()
    ballot: OpenBallot | None = None

    @property
    def seat_count(self) -> int:
        """How many people are elected."""
        return sum(seat.seats for seat in self.seats)

    @property
    def contest(self) -> Contest | None:
        """What is voted on next; nothing before the roll is fixed."""
        if self.state is not ElectionState.VOTING:
            return None
        people = [candidate.person_id for candidate in self.candidates]
        return next_contest(people, self.seat_count, self.elected, self.rounds)

    @property
    def has_committee(self) -> bool:
        """Whether those elected are a committee; fewer than three are none, and the meeting elects the posts."""
        return self.seat_count >= SMALLEST_COMMITTEE

    def background(self, person_id: UUID) -> Background | None:
        """What makes somebody who stood fit to be secretary."""
        return next((each.background for each in self.candidates if each.person_id == person_id), None)

    def ensure_nothing_pending(self) -> None:
        """Refuse while an electronic ballot is open, or entered totals wait for somebody who confirms them."""
        if self.ballot is not None:
            raise BallotOpenError(election_id=self.election_id, number=self.ballot.number)
        if self.rounds and self.rounds[-1].state is RoundState.ENTERED:
            raise TotalsPendingError(election_id=self.election_id, number=self.rounds[-1].number)

    def open_ballot(self) -> OpenBallot:
        """The electronic ballot that is open; refuses when none is."""
        if self.ballot is None:
            raise BallotNotOpenError(election_id=self.election_id)
        return self.ballot

    def pending(self, number: int) -> Round:
        """The round whose totals wait; refuses another."""
        last = self.rounds[-1] if self.rounds else None
        if last is None or last.number != number or last.state is not RoundState.ENTERED:
            raise TotalsNotPendingError(election_id=self.election_id, number=number)
        return last

    def expect(self, *states: ElectionState) -> None:
        """Refuse in any other state."""
        if self.state not in states:
            raise ElectionStateError(election_id=self.election_id, state=self.state.value)

    def standing_instead(self, before: UUID, after: UUID) -> "tuple[Candidate, ...]":
        """The candidates, where two entries are one person; once votes have begun, what is on the slips stays."""
        stands = {each.person_id for each in self.candidates}
        if self.rounds or self.ballot is not None or after in stands:
            return self.candidates
        return tuple(
            replace(each, person_id=after) if each.person_id == before else each for each in self.candidates
        )

    def changed(self, *, at: datetime, **changes: object) -> "Election":
        """The next version."""
        return replace(self, updated_at=at, version=self.version + 1, **changes)  # type: ignore[arg-type] # the fields are checked by `replace` itself


# Fewer share the posts out without a committee (BR-22).
SMALLEST_COMMITTEE = 3
# The whole election goes out in one event.
MOST_CANDIDATES = 40

_ELECTED = frozenset(
    {
        PostKind.SECRETARY,
        PostKind.DEPUTY_SECRETARY,
        PostKind.ORGANIZATION_OFFICER,
        PostKind.PUBLICITY_OFFICER,
        PostKind.DISCIPLINE_OFFICER,
        PostKind.COMMITTEE_MEMBER,
    }
)


@dataclass(frozen=True, slots=True)
class NewSeat:
    """Seats of a post, as they are asked for."""

    post_id: UUID
    seats: int


def check_plan(
    unit: Unit, wanted: Sequence[NewSeat], posts: Mapping[UUID, Post], *, held_on: date, term: Interval
) -> tuple[ElectionSeat, ...]:
    """Refuse a plan that does not fit the unit; answers the seats with what sort of posts they are of."""
    findings = Findings()
    if unit.kind not in ELECTIONS:
        findings.add("unit_id", "该组织不选举委员会。", "The unit elects no committee.")
    if held_on not in unit.life:
        findings.add("held_on", "选举日期须在组织存续期内。", "The day must lie in the unit's life.")
    if term.start < held_on:
        findings.add("term_from", "任期不得早于选举日期。", "The term does not begin before the election.")
    if len({seat.post_id for seat in wanted}) < len(wanted):
        findings.add("seats", "同一职务列了两次。", "A post is listed twice.")
    for place, seat in enumerate(wanted):
        _check_seat(findings, f"seats[{place}]", unit, seat, posts.get(seat.post_id), term)
    findings.refuse_if_any()
    return tuple(ElectionSeat(seat.post_id, posts[seat.post_id].kind, seat.seats) for seat in wanted)


def _check_seat(
    findings: Findings, path: str, unit: Unit, seat: NewSeat, post: Post | None, term: Interval
) -> None:
    if post is None or post.unit_id != unit.unit_id:
        findings.add(f"{path}.post_id", "不是该组织的职务。", "It is no post of the unit.")
        return
    if post.kind not in _ELECTED or post.bound_post_id is not None:
        findings.add(f"{path}.post_id", "此职务不经选举产生。", "The post is not elected.")
    if not post.days.covers(term):
        findings.add(
            f"{path}.post_id", "职务在任期内并非存续。", "The post does not exist in the whole term."
        )
    if seat.seats > post.seats:
        findings.add(
            f"{path}.seats", f"该职务只有 {post.seats} 个席位。", f"The post has {post.seats} seats."
        )


def last_term_start(appointments: Iterable[Appointment], held_on: date) -> date | None:
    """When the term began that an election on the day ends: of those elected who are or were last in office."""
    elected = [each for each in appointments if each.method is Method.ELECTED and each.term.start < held_on]
    if not elected:
        return None
    serving = [each for each in elected if each.term.end is None or each.term.end >= held_on]
    if serving:
        return min(each.term.start for each in serving)
    # The term has run out: those who left last are the committee that was.
    last = max(each.term.end for each in elected if each.term.end is not None)
    return min(each.term.start for each in elected if each.term.end == last)


def nominated(election: Election, candidate: Candidate, *, at: datetime) -> Election:
    """The election with one candidate more."""
    election.expect(ElectionState.PLANNED)
    findings = Findings()
    if any(each.person_id == candidate.person_id for each in election.candidates):
        findings.add("person_id", "此人已是候选人。", "The person stands already.")
    if len(election.candidates) >= MOST_CANDIDATES:
        findings.add("person_id", "候选人过多。", "There are too many candidates.")
    findings.refuse_if_any()
    return election.changed(at=at, candidates=(*election.candidates, candidate))


def removed(election: Election, person_id: UUID, *, at: datetime) -> Election:
    """The election without a candidate."""
    election.expect(ElectionState.PLANNED)
    left = tuple(each for each in election.candidates if each.person_id != person_id)
    if len(left) == len(election.candidates):
        findings = Findings()
        findings.add("person_id", "此人不是候选人。", "The person does not stand.")
        findings.refuse_if_any()
    return election.changed(at=at, candidates=left)


def on_roll(candidates: Iterable[Candidate], roll: Iterable[Elector], day: date) -> list[Elector]:
    """The candidates as the roll has them; refuses somebody who is not on it."""
    members = {elector.person_id: elector for elector in roll}
    for candidate in candidates:
        if candidate.person_id not in members:
            raise CandidateNotOnRollError(person_id=candidate.person_id, day=day)
    return [members[candidate.person_id] for candidate in candidates]


def delegated(unit: Unit, voters: Sequence[Elector], delegates: Sequence[UUID]) -> list[Elector]:
    """Who votes: the delegates, where there are any; refuses one without a vote, and those of a branch."""
    if not delegates:
        return list(voters)
    findings = Findings()
    if unit.kind is Kind.BRANCH:
        findings.add(
            "delegate_person_ids", "党支部召开党员大会选举。", "A branch elects by its general meeting."
        )
    voting = {voter.person_id: voter for voter in voters}
    for place, person_id in enumerate(delegates):
        if person_id not in voting:
            findings.add(
                f"delegate_person_ids[{place}]", "此人没有选举权。", "The person has no vote on the day."
            )
    findings.refuse_if_any()
    return [voting[person_id] for person_id in delegates]


def check_confirmer(entered: Round, person_id: UUID) -> None:
    """Refuse that one person enters and confirms."""
    if entered.entered_by == person_id:
        raise TotalsConfirmedBySamePersonError(person_id=person_id)


def check_posts_meeting(
    election: Election, results: Sequence[PostResult], *, held_on: date, present: int, body: int, today: date
) -> None:
    """Refuse numbers of the meeting that elected the posts which contradict the body or each other."""
    findings = Findings()
    assert election.roll_on is not None, "somebody was elected by a roll"
    if not election.roll_on <= held_on <= today:
        findings.add(
            "held_on", "会议须在选举之后、今天之前。", "The meeting lies after the election and is over."
        )
    if present > body:
        findings.add("present", f"应到会 {body} 人。", f"Only {body} should attend.")
    for place, result in enumerate(results):
        if result.votes > present:
            findings.add(
                f"results[{place}].votes", "得票多于实到人数。", "More votes than people who were present."
            )
    findings.refuse_if_any()


def check_places(election: Election, results: Sequence[PostResult]) -> None:
    """Refuse results in which posts and people do not come out: each person one post, each seat one person."""
    findings = Findings()
    room = {seat.post_id: seat.seats for seat in election.seats}
    for place, result in enumerate(results):
        room[result.post_id] = room.get(result.post_id, 0) - 1
        if room[result.post_id] < 0:
            findings.add(f"results[{place}].post_id", "该职务没有此名额。", "The post has no such seat.")
    if sorted(each.person_id for each in results) != sorted(election.elected):
        findings.add(
            "results",
            "每位当选人须且只须任一个职务。",
            "Each of those elected takes one post, and nobody else.",
        )
    if any(room[seat.post_id] > 0 for seat in election.seats if seat.kind is PostKind.SECRETARY):
        findings.add("results", "须选出书记。", "The secretary is elected.")
    findings.refuse_if_any()
