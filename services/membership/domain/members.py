"""Members: the formal relationship to one branch, the status, participations; and who goes where when units change."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from membership.domain.people import PersonKind
from membership.errors import DayOutOfOrderError, FieldsContradictError, MemberAlreadyThereError


class MembershipStatus(StrEnum):
    """What a member is in the Party."""

    PROBATIONARY = "probationary"
    FULL = "full"
    SUSPENDED = "suspended"
    PARTY_PROBATION_SANCTION = "party_probation_sanction"


@dataclass(frozen=True, slots=True)
class Relationship:
    """The formal relationship to a branch over a half-open period."""

    unit_id: UUID
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class StatusPeriod:
    """What the member was over a half-open period."""

    status: MembershipStatus
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Participation:
    """A part in a functional or temporary branch over a half-open period."""

    unit_id: UUID
    kind: str
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A member with what is believed now, or was believed at the instant asked for."""

    person_id: UUID
    name: str
    kind: PersonKind
    relationships: tuple[Relationship, ...]
    statuses: tuple[StatusPeriod, ...]
    participations: tuple[Participation, ...]
    standing_from: date | None
    version: int
    updated_at: datetime

    def unit_on(self, day: date) -> UUID | None:
        """The branch of the day."""
        return next((r.unit_id for r in self.relationships if _holds(r.valid_from, r.valid_until, day)), None)

    def status_on(self, day: date) -> StatusPeriod | None:
        """What the member was on the day, and since when."""
        return next((s for s in self.statuses if _holds(s.valid_from, s.valid_until, day)), None)

    @property
    def latest(self) -> Relationship | None:
        """The last relationship, whether it has begun or not."""
        return self.relationships[-1] if self.relationships else None


@dataclass(frozen=True, slots=True)
class NewMember:
    """An existing member to be entered into a roll."""

    person_id: UUID
    unit_id: UUID
    relationship_from: date
    status: MembershipStatus
    probation_from: date | None = None
    standing_from: date | None = None

    def status_periods(self) -> tuple[StatusPeriod, ...]:
        """The periods of status that these days describe."""
        if self.status is MembershipStatus.PROBATIONARY:
            return (
                StatusPeriod(MembershipStatus.PROBATIONARY, self.probation_from or self.relationship_from),
            )
        assert self.standing_from is not None
        full = StatusPeriod(MembershipStatus.FULL, self.standing_from)
        if self.probation_from is None or self.probation_from >= self.standing_from:
            return (full,)
        return (
            StatusPeriod(MembershipStatus.PROBATIONARY, self.probation_from, self.standing_from),
            full,
        )


@dataclass(frozen=True, slots=True)
class UnitRoll:
    """The roll of one unit on one day, counted."""

    unit_id: UUID
    as_of: date
    full: int = 0
    probationary: int = 0
    without_rights: int = 0
    participants: int = 0
    staff: int = 0
    students: int = 0
    applicants: int = 0
    activists: int = 0
    prospects: int = 0


@dataclass(frozen=True, slots=True)
class Elector:
    """A member on a roll, as an election sees one."""

    person_id: UUID
    status: MembershipStatus
    standing_from: date | None


@dataclass(frozen=True, slots=True)
class HeldCounts:
    """What a unit holds on a day or later."""

    relationships: int
    participations: int
    affiliations: int
    open_cases: int


@dataclass(frozen=True, slots=True)
class RollSize:
    """How many members a unit has from a day on, until its next size."""

    unit_id: UUID
    since: date
    full: int
    members: int
    staff: int
    students: int


def check_new_member(member: NewMember, *, today: date) -> None:
    """Refuse days that contradict each other or lie ahead."""
    if member.status not in (MembershipStatus.PROBATIONARY, MembershipStatus.FULL):
        raise FieldsContradictError.of(
            "members.status", "只能是预备或正式党员。", "It is PROBATIONARY or FULL."
        )
    if member.status is MembershipStatus.FULL and member.standing_from is None:
        raise FieldsContradictError.of(
            "members.standing_from", "正式党员须有党龄起算日。", "A full member has a first day of standing."
        )
    for day in (member.relationship_from, member.probation_from, member.standing_from):
        if day is not None and day > today:
            raise DayOutOfOrderError(day=day, bound=f"<= {today}")


def check_transfer(member: Member, *, to_unit_id: UUID, effective_on: date, today: date) -> Relationship:
    """The relationship that ends by the transfer; refuses one to the same branch, ahead, or before it began."""
    if effective_on > today:
        # An open case follows at once, so that its branch and the roll never tell two stories.
        raise DayOutOfOrderError(day=effective_on, bound=f"<= {today}")
    latest = member.latest
    if latest is None or latest.valid_until is not None:
        raise DayOutOfOrderError(day=effective_on, bound="-")
    if latest.unit_id == to_unit_id:
        raise MemberAlreadyThereError(person_id=member.person_id, unit_id=to_unit_id)
    if effective_on <= latest.valid_from:
        raise DayOutOfOrderError(day=effective_on, bound=f"> {latest.valid_from}")
    return latest


def _holds(start: date, end: date | None, day: date) -> bool:
    return start <= day and (end is None or day < end)


@dataclass(frozen=True, slots=True)
class RollMove:
    """One move of people from a unit; the conditions narrow who goes with it."""

    move_id: UUID
    from_unit_id: UUID
    to_unit_id: UUID
    affiliated_unit_id: UUID | None = None
    person_ids: frozenset[UUID] = frozenset()

    def takes(self, person: "Movable") -> bool:
        """Whether the person goes with the move."""
        if self.from_unit_id != person.unit_id:
            return False
        if self.person_ids and person.person_id not in self.person_ids:
            return False
        return self.affiliated_unit_id is None or self.affiliated_unit_id in person.affiliated_to


@dataclass(frozen=True, slots=True)
class Movable:
    """A person in a unit whose relationship, case or both would move."""

    person_id: UUID
    unit_id: UUID
    kind: PersonKind
    is_member: bool
    case_ids: tuple[UUID, ...] = ()
    affiliated_to: frozenset[UUID] = frozenset()
    changes_later: bool = False


@dataclass(frozen=True, slots=True)
class Placement:
    """Who goes with one move."""

    move: RollMove
    people: tuple[Movable, ...]

    @property
    def case_ids(self) -> tuple[UUID, ...]:
        """Cases that move with the people."""
        return tuple(case_id for person in self.people for case_id in person.case_ids)

    def members_of(self, kind: PersonKind) -> int:
        """How many members of a kind go."""
        return sum(person.is_member and person.kind is kind for person in self.people)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that stands against moving a person."""

    person_id: UUID
    unit_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class MovePlan:
    """Who would go where, who nowhere, and what stands against it."""

    placements: tuple[Placement, ...]
    unplaced: tuple[UUID, ...] = field(default=())
    obstacles: tuple[Obstacle, ...] = field(default=())


def plan_moves(moves: Sequence[RollMove], people: Iterable[Movable]) -> MovePlan:
    """Place each person with the first move that takes them, in the order of the moves."""
    leaving: dict[UUID, list[RollMove]] = defaultdict(list)
    for move in moves:
        leaving[move.from_unit_id].append(move)
    placed: dict[UUID, list[Movable]] = defaultdict(list)
    unplaced: list[UUID] = []
    obstacles: list[Obstacle] = []
    for person in people:
        taken = next((move for move in leaving[person.unit_id] if move.takes(person)), None)
        if taken is None:
            unplaced.append(person.person_id)
            continue
        placed[taken.move_id].append(person)
        if person.changes_later:
            obstacles.append(Obstacle(person.person_id, person.unit_id, "MOVED_LATER"))
    placements = tuple(Placement(move, tuple(placed[move.move_id])) for move in moves)
    return MovePlan(placements, tuple(unplaced), tuple(obstacles))
