"""Pairings: which posts lead the university or a department, and when a pairing may end."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.intervals import Interval
from organization.domain.posts import PostKind
from organization.domain.units import Kind, refuse
from organization.errors import PairingEndedError

_LED = frozenset(
    {
        Kind.UNIVERSITY,
        Kind.UNIVERSITY_COMMITTEE,
        Kind.STANDING_COMMITTEE,
        Kind.PRESIDENT_MEETING,
        Kind.DEPARTMENT,
    }
)
_LEADING = frozenset(
    {
        PostKind.SECRETARY,
        PostKind.DEPUTY_SECRETARY,
        PostKind.COMMITTEE_MEMBER,
        PostKind.DISCIPLINE_OFFICER,
        PostKind.PRESIDENT,
        PostKind.VICE_PRESIDENT,
        PostKind.HEAD,
        PostKind.DEPUTY_HEAD,
        PostKind.FIRST_RESPONSIBLE,
        PostKind.LEADER_IN_CHARGE,
    }
)


@dataclass(frozen=True, slots=True)
class Pairing:
    """A leader is paired with a branch."""

    pairing_id: UUID
    unit_id: UUID
    person_id: UUID
    post_id: UUID
    plan: str
    days: Interval
    reason: str
    created_at: datetime
    updated_at: datetime
    version: int


def check_leads(site: tuple[PostKind, Kind] | None, *, is_held: bool) -> None:
    """Refuse a post that leads neither the university nor a department, or that the person does not hold."""
    if site is None or site[0] not in _LEADING or site[1] not in _LED:
        refuse(
            "post_id",
            "不是学校或部门的领导职务。",
            "It is no leading post of the university or a department.",
        )
    if not is_held:
        refuse("post_id", "该人员当日未任此职务。", "The person does not hold it on the first day.")


def check_end(pairing: Pairing, on: date) -> None:
    """Refuse an end that lies before the beginning, or after the end."""
    if pairing.days.end is not None and pairing.days.end <= on:
        raise PairingEndedError(pairing_id=pairing.pairing_id, valid_until=pairing.days.end)
    if on <= pairing.days.start:
        refuse("ends_on", "结束日期须晚于开始日期。", "It lies after the first day.")
