"""Heart-to-heart talks: a record that is not changed, read by few."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from chassis.errors import InvalidArgumentError, Violation


class TalkKind(StrEnum):
    """Who talked with whom."""

    AMONG_COMMITTEE = "among_committee"
    COMMITTEE_WITH_MEMBER = "committee_with_member"
    AMONG_MEMBERS = "among_members"
    WITH_NON_MEMBER = "with_non_member"


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk."""

    talk_id: UUID
    unit_id: UUID
    kind: TalkKind
    held_on: date
    person_ids: tuple[UUID, ...]
    summary: str
    created_at: datetime

    def may_be_read_by(self, person_id: UUID | None, units_held: Collection[UUID]) -> bool:
        """Whether somebody took part, or is the secretary of the very unit; a unit above does not count."""
        return person_id in self.person_ids or self.unit_id in units_held


@dataclass(frozen=True, slots=True)
class TalkCount:
    """How often somebody talked in a year."""

    person_id: UUID
    with_committee: int
    with_members: int
    total: int


def check_day(held_on: date, today: date) -> None:
    """Refuse a talk that has not taken place."""
    if held_on > today:
        raise InvalidArgumentError([Violation("held_on", "日期不能晚于今天", "must not lie in the future")])
