"""Facts about a unit as other services recorded them, and what is captured of them with the records behind.

The digest is taken over the value and the records, not over the moment of capture: the same facts give the same
digest whenever they are read.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from evaluation.domain.awards import FactKey
from evaluation.domain.values import digest_of, percentage

ACTIVITY_METHOD = "shuyuan.activity.v1.ActivityFactService/GetUnitFacts"
MEMBERSHIP_METHOD = "shuyuan.membership.v1.RollService/ListMembers"


class Status(StrEnum):
    """What a member is in the Party."""

    PROBATIONARY = "probationary"
    FULL = "full"
    SUSPENDED = "suspended"
    PARTY_PROBATION_SANCTION = "party_probation_sanction"


@dataclass(frozen=True, slots=True)
class RollMember:
    """A member on a day."""

    person_id: UUID
    status: Status
    is_staff: bool
    branch_id: UUID | None


@dataclass(frozen=True, slots=True)
class UnitActivity:
    """What activity counted of a unit over a period, with the ids behind the numbers."""

    meetings_by_kind: Mapping[str, tuple[int, tuple[UUID, ...]]] = field(default_factory=dict)
    meetings_held: int = 0
    study_first: int = 0
    study_breaches: tuple[UUID, ...] = ()
    attendance_rate: Decimal | None = None
    teacher_attendances: int = 0
    class_hours: Decimal = Decimal(0)
    sworn: int = 0
    ceremony_ids: tuple[UUID, ...] = ()
    talks: int = 0

    @property
    def meeting_ids(self) -> tuple[UUID, ...]:
        """The meetings of every kind."""
        return tuple(each for _, ids in self.meetings_by_kind.values() for each in ids)


@dataclass(frozen=True, slots=True)
class CapturedFact:
    """A fact as it was captured for a nomination."""

    nomination_id: UUID
    fact: FactKey
    service: str
    method: str
    period_from: date
    period_until: date
    value: Decimal | None
    evidence_noun: str
    evidence_ids: tuple[UUID, ...]
    captured_at: datetime

    @property
    def digest(self) -> str:
        """SHA-256 of the fact and the records behind it."""
        return digest_of(
            [
                self.nomination_id,
                self.fact,
                self.method,
                self.period_from,
                self.period_until,
                self.value,
                self.evidence_noun,
                list(self.evidence_ids),
            ]
        )


# A value and the records behind it: their noun and their ids.
Reading = tuple[Decimal | None, str, tuple[UUID, ...]]

_MEETING_KINDS = {
    FactKey.BRANCH_GENERAL_MEETINGS: "branch_general_meeting",
    FactKey.BRANCH_COMMITTEE_MEETINGS: "branch_committee_meeting",
    FactKey.PARTY_GROUP_MEETINGS: "party_group_meeting",
    FactKey.PARTY_LECTURES: "party_lecture",
    FactKey.THEME_DAYS: "theme_day",
    FactKey.ORG_LIFE_MEETINGS: "org_life_meeting",
}
_OF_MEMBERSHIP = frozenset(
    {
        FactKey.MEMBERS,
        FactKey.FULL_MEMBERS,
        FactKey.PROBATIONARY_MEMBERS,
        FactKey.STAFF_MEMBERS,
        FactKey.STUDENT_MEMBERS,
    }
)


def services_of(facts: Iterable[FactKey]) -> set[str]:
    """The services that recorded these facts."""
    return {"membership" if fact in _OF_MEMBERSHIP else "activity" for fact in facts}


def _from_activity(fact: FactKey, activity: UnitActivity) -> Reading:
    meetings = activity.meeting_ids
    if fact in _MEETING_KINDS:
        count, ids = activity.meetings_by_kind.get(_MEETING_KINDS[fact], (0, ()))
        return Decimal(count), "meeting", ids
    readings: dict[FactKey, Reading] = {
        FactKey.MEETINGS_HELD: (Decimal(activity.meetings_held), "meeting", meetings),
        FactKey.FIRST_ITEM_STUDY_RATE: (
            percentage(activity.study_first, activity.meetings_held),
            "meeting",
            activity.study_breaches,
        ),
        FactKey.ATTENDANCE_RATE: (activity.attendance_rate, "meeting", meetings),
        FactKey.TEACHER_ATTENDANCES: (Decimal(activity.teacher_attendances), "meeting", meetings),
        FactKey.CLASS_HOURS: (activity.class_hours, "meeting", meetings),
        FactKey.SWORN: (Decimal(activity.sworn), "ceremony", activity.ceremony_ids),
        # Talks have narrow readers: the number is a fact, the records stay closed.
        FactKey.TALKS_RECORDED: (Decimal(activity.talks), "", ()),
    }
    return readings[fact]


def _counts(fact: FactKey, member: RollMember) -> bool:
    match fact:
        case FactKey.FULL_MEMBERS:
            return member.status is Status.FULL
        case FactKey.PROBATIONARY_MEMBERS:
            return member.status is Status.PROBATIONARY
        case FactKey.STAFF_MEMBERS:
            return member.is_staff
        case FactKey.STUDENT_MEMBERS:
            return not member.is_staff
    return True


def _from_roll(fact: FactKey, roll: Collection[RollMember]) -> Reading:
    counted = tuple(member.person_id for member in roll if _counts(fact, member))
    return Decimal(len(counted)), "member", counted


def capture(
    nomination_id: UUID,
    facts: Iterable[FactKey],
    *,
    activity: UnitActivity,
    roll: Collection[RollMember],
    period_from: date,
    period_until: date,
    now: datetime,
) -> tuple[CapturedFact, ...]:
    """The facts wanted of a nominated unit, each with the records behind it."""
    captured = []
    for fact in sorted(set(facts)):
        of_membership = fact in _OF_MEMBERSHIP
        value, noun, ids = _from_roll(fact, roll) if of_membership else _from_activity(fact, activity)
        captured.append(
            CapturedFact(
                nomination_id=nomination_id,
                fact=fact,
                service="membership" if of_membership else "activity",
                method=MEMBERSHIP_METHOD if of_membership else ACTIVITY_METHOD,
                period_from=period_from,
                period_until=period_until,
                value=value,
                evidence_noun=noun,
                evidence_ids=tuple(sorted(ids)),
                captured_at=now,
            )
        )
    return tuple(captured)


def digest_of_all(facts: Iterable[CapturedFact]) -> str:
    """SHA-256 of all facts captured, whatever their order."""
    return digest_of(sorted(fact.digest for fact in facts))
