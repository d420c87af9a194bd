"""Posts and appointments: which post a unit may have, which role it brings, who fits in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from chassis.intervals import Interval
from organization.domain.structure import PARTY_KINDS
from organization.domain.units import Findings, Kind, Outline
from organization.domain.verdicts import KeptVerdict
from organization.errors import AppointmentBegunError, AppointmentCancelledError, SeatsTakenError

if TYPE_CHECKING:
    from organization.domain.elections import Background

# Registered persons, each with the first day of the standing of a full member where it was asked for.
Appointees = dict[UUID, date | None]


class PostKind(StrEnum):
    """What sort of post it is."""

    SECRETARY = "secretary"
    DEPUTY_SECRETARY = "deputy_secretary"
    ORGANIZATION_OFFICER = "organization_officer"
    PUBLICITY_OFFICER = "publicity_officer"
    DISCIPLINE_OFFICER = "discipline_officer"
    COMMITTEE_MEMBER = "committee_member"
    PARTY_GROUP_LEADER = "party_group_leader"
    ORGANIZER = "organizer"
    COUNSELLOR = "counsellor"
    PRESIDENT = "president"
    VICE_PRESIDENT = "vice_president"
    HEAD = "head"
    DEPUTY_HEAD = "deputy_head"
    STAFF = "staff"
    CHAIR = "chair"
    DEPUTY_CHAIR = "deputy_chair"
    GROUP_MEMBER = "group_member"
    FIRST_RESPONSIBLE = "first_responsible"
    LEADER_IN_CHARGE = "leader_in_charge"


class Method(StrEnum):
    """How somebody came to a post."""

    APPOINTED = "appointed"
    ELECTED = "elected"
    BY_POST = "by_post"


class AppointmentState(StrEnum):
    """Where an appointment stands on a day."""

    PLANNED = "planned"
    IN_OFFICE = "in_office"
    ENDED = "ended"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Post:
    """A post of a unit."""

    post_id: UUID
    unit_id: UUID
    kind: PostKind
    title: str
    seats: int
    role: str | None
    role_unit_id: UUID | None
    bound_post_id: UUID | None
    days: Interval
    version: int


@dataclass(frozen=True, slots=True)
class Appointment:
    """A person in a post for a term, as shown on `day`."""

    appointment_id: UUID
    post_id: UUID
    unit_id: UUID
    post_kind: PostKind
    person_id: UUID
    method: Method
    term: Interval
    basis_post_id: UUID | None
    document_number: str
    reason: str
    updated_at: datetime
    version: int
    day: date
    through_post_id: UUID | None = None
    # What makes a secretary fit, what the rules said of it, and why they were set aside.
    background: "Background | None" = None
    verdicts: tuple[KeptVerdict, ...] = ()
    override_reason: str = ""
    # Cancelled before the term began; `term` is the one it would have had.
    cancelled: bool = False

    @property
    def state(self) -> AppointmentState:
        """Where it stands on its day."""
        if self.cancelled:
            return AppointmentState.CANCELLED
        if self.day < self.term.start:
            return AppointmentState.PLANNED
        return AppointmentState.IN_OFFICE if self.day in self.term else AppointmentState.ENDED


@dataclass(frozen=True, slots=True)
class Seat:
    """A post with who holds it on a day."""

    post: Post
    holders: tuple[Appointment, ...]


_PARTY_POSTS = frozenset(
    {
        PostKind.SECRETARY,
        PostKind.DEPUTY_SECRETARY,
        PostKind.ORGANIZATION_OFFICER,
        PostKind.PUBLICITY_OFFICER,
        PostKind.DISCIPLINE_OFFICER,
        PostKind.COMMITTEE_MEMBER,
        PostKind.ORGANIZER,
    }
)
# Whoever holds one of these in a branch belongs to its committee.
COMMITTEE_POSTS = _PARTY_POSTS - {PostKind.ORGANIZER}
_OFFICES = frozenset(
    {PostKind.HEAD, PostKind.DEPUTY_HEAD, PostKind.STAFF, PostKind.COUNSELLOR, PostKind.ORGANIZER}
)
_LEADERS = frozenset({PostKind.FIRST_RESPONSIBLE, PostKind.LEADER_IN_CHARGE})

_POSTS: Mapping[Kind, frozenset[PostKind]] = {
    Kind.UNIVERSITY: frozenset({PostKind.PRESIDENT, PostKind.VICE_PRESIDENT, PostKind.STAFF}) | _LEADERS,
    Kind.PRESIDENT_MEETING: frozenset({PostKind.COMMITTEE_MEMBER}),
    Kind.LEADING_GROUP: frozenset({PostKind.CHAIR, PostKind.DEPUTY_CHAIR, PostKind.GROUP_MEMBER}) | _LEADERS,
    Kind.PARTY_GROUP: frozenset({PostKind.PARTY_GROUP_LEADER}),
    Kind.DEPARTMENT: _OFFICES,
    Kind.SCHOOL: _OFFICES,
    Kind.ACADEMY: _OFFICES,
    Kind.STUDENT_ORGANIZATION: frozenset({PostKind.HEAD, PostKind.DEPUTY_HEAD, PostKind.STAFF}),
    Kind.CLUB: frozenset({PostKind.HEAD, PostKind.DEPUTY_HEAD}),
    Kind.TASK_TEAM: frozenset({PostKind.HEAD, PostKind.DEPUTY_HEAD}),
    Kind.CLASS: frozenset({PostKind.HEAD, PostKind.DEPUTY_HEAD, PostKind.COUNSELLOR}),
}


def possible_posts(kind: Kind) -> frozenset[PostKind]:
    """The posts that a unit of the kind may have."""
    return _POSTS.get(kind, _PARTY_POSTS if kind in PARTY_KINDS else frozenset())


_SECRETARIES = frozenset({PostKind.SECRETARY, PostKind.DEPUTY_SECRETARY})
_OFFICERS = frozenset(
    {
        PostKind.ORGANIZATION_OFFICER,
        PostKind.PUBLICITY_OFFICER,
        PostKind.DISCIPLINE_OFFICER,
        PostKind.COMMITTEE_MEMBER,
    }
)
_SECRETARY_ROLES = {
    Kind.BRANCH: "ROLE_BRANCH_SECRETARY",
    Kind.GENERAL_BRANCH: "ROLE_GENERAL_BRANCH_SECRETARY",
    Kind.ACADEMY_GENERAL_BRANCH: "ROLE_GENERAL_BRANCH_SECRETARY",
    Kind.COMMUNITY_COMMITTEE: "ROLE_COMMITTEE_SECRETARY",
    Kind.PRIMARY_COMMITTEE: "ROLE_COMMITTEE_SECRETARY",
    Kind.STAFF_COMMITTEE: "ROLE_COMMITTEE_SECRETARY",
    Kind.RETIREES_COMMITTEE: "ROLE_COMMITTEE_SECRETARY",
    Kind.UNIVERSITY_COMMITTEE: "ROLE_UNIVERSITY_LEADER",
}
_POST_ROLES = {
    PostKind.PARTY_GROUP_LEADER: "ROLE_PARTY_GROUP_LEADER",
    PostKind.ORGANIZER: "ROLE_ORGANIZER",
    PostKind.COUNSELLOR: "ROLE_COUNSELLOR",
    PostKind.PRESIDENT: "ROLE_UNIVERSITY_LEADER",
    PostKind.VICE_PRESIDENT: "ROLE_UNIVERSITY_LEADER",
    PostKind.HEAD: "ROLE_UNIT_LEADER",
    PostKind.DEPUTY_HEAD: "ROLE_UNIT_LEADER",
}
# Units whose heads lead it; the head of a club or a class leads people, not a unit of the university.
_LED = frozenset({Kind.DEPARTMENT, Kind.SCHOOL, Kind.ACADEMY})


def default_role(post: PostKind, unit: Kind) -> str | None:
    """The role that a post brings over its own unit when nothing else is said."""
    if post in _SECRETARIES:
        return _SECRETARY_ROLES.get(unit)
    if post in _OFFICERS:
        return "ROLE_BRANCH_OFFICER" if unit is Kind.BRANCH else None
    if post in (PostKind.HEAD, PostKind.DEPUTY_HEAD) and unit not in _LED:
        return None
    return _POST_ROLES.get(post)


def check_post(kind: PostKind, unit: Outline, bound: Post | None, *, seats: int, days: Interval) -> None:
    """Refuse a post that the unit cannot have, or a seat that cannot follow the post it is bound to."""
    findings = Findings()
    if kind not in possible_posts(unit.kind):
        findings.add("kind", f"{unit.kind.value} 没有此类职务。", f"A {unit.kind.value} has no {kind.value}.")
    if not unit.life.covers(days):
        findings.add("valid_from", "设立日期须在组织存续期内。", "The day must lie in the unit's life.")
    if bound is not None and bound.bound_post_id is not None:
        findings.add("bound_post_id", "对应职务本身是席位。", "The post is itself bound to another.")
    if bound is not None and bound.seats != seats:
        findings.add(
            "seats", f"职数须与对应职务相同（{bound.seats}）。", f"The bound post has {bound.seats} seats."
        )
    if bound is not None and not bound.days.covers(days):
        findings.add(
            "bound_post_id", "对应职务须在席位期限内存续。", "The bound post must exist all the time."
        )
    findings.refuse_if_any()


def check_term(term: Interval, post: Post) -> None:
    """Refuse a term on some day of which the post does not exist."""
    if not post.days.covers(term):
        findings = Findings()
        span = f"{post.days.start} – {post.days.end or ''}"
        findings.add("valid_from", f"任期须在职务设立期限内（{span}）。", f"The post exists {span}.")
        findings.refuse_if_any()


def chairs_following(
    chairs: Iterable[Post], sites: Mapping[UUID, tuple[PostKind, Kind]], followed: tuple[PostKind, Kind]
) -> int:
    """How many seats of chairs follow a post of this sort in a unit of this sort."""
    return sum(
        chair.seats
        for chair in chairs
        if chair.bound_post_id is not None and sites.get(chair.bound_post_id) == followed
    )


def most_at_once(intervals: Iterable[Interval], within: Interval) -> tuple[int, date]:
    """How many of the intervals at most hold on one day of `within`, and the first day on which so many do."""
    shared = [common for interval in intervals if (common := interval.intersection(within)) is not None]
    most, day = 0, within.start
    # The count grows only on a day on which an interval begins.
    for candidate in sorted({interval.start for interval in shared}):
        count = sum(candidate in interval for interval in shared)
        if count > most:
            most, day = count, candidate
    return most, day


def check_cancellable(appointment: Appointment, today: date) -> None:
    """Refuse to cancel what was cancelled, or a term that has begun."""
    check_stands(appointment)
    if appointment.term.start <= today:
        raise AppointmentBegunError(
            appointment_id=appointment.appointment_id, valid_from=appointment.term.start
        )


def check_stands(appointment: Appointment) -> None:
    """Refuse to change an appointment that was cancelled."""
    if appointment.cancelled:
        raise AppointmentCancelledError(appointment_id=appointment.appointment_id)


def check_seats(post: Post, terms: Iterable[Interval], term: Interval) -> None:
    """Refuse a term on some day of which every seat is taken by the other terms."""
    most, day = most_at_once(terms, term)
    if most >= post.seats:
        raise SeatsTakenError(post_id=post.post_id, seats=post.seats, day=day)
