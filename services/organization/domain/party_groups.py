"""Party groups inside branches: how one stands on a day, and when its leader may change."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.intervals import Interval, cut
from organization.domain.posts import Appointment
from organization.domain.units import Kind, Outline, Unit, refuse
from organization.errors import PartyGroupMemberNotOfBranchError


@dataclass(frozen=True, slots=True)
class PartyGroup:
    """A group as it stands on a day; nobody may be leading it."""

    unit_id: UUID
    branch_id: UUID
    name: str
    established_on: date
    leader: Appointment | None


@dataclass(frozen=True, slots=True)
class Stay:
    """Days in one group."""

    unit_id: UUID
    days: Interval


@dataclass(frozen=True, slots=True)
class GroupMember:
    """Somebody in the groups of a branch: in one at most on any day."""

    member_id: UUID
    branch_id: UUID
    person_id: UUID
    stays: tuple[Stay, ...]
    checked_at: datetime
    version: int

    def is_in(self, unit_id: UUID, days: Interval) -> bool:
        """Whether the person belongs to the group on every one of the days."""
        return any(stay.unit_id == unit_id and stay.days.covers(days) for stay in self.stays)

    def days_in(self, unit_id: UUID, since: date) -> list[Interval]:
        """The days in the group on a day and later."""
        rest = Interval(since)
        found = [stay.days.intersection(rest) for stay in self.stays if stay.unit_id == unit_id]
        return [days for days in found if days is not None]

    def resumed(self, cuts: Iterable[Stay], belonging: Sequence[Interval]) -> list[Stay]:
        """The days, cut off before, on which the person does belong to the branch: from the very day of a cut on.

        Whoever comes back later, was taken out of the group before, or is in another one, does not belong to it again.
        """
        found: list[Stay] = []
        for lost in sorted(cuts, key=lambda each: each.days.start):
            stays = [*self.stays, *found]
            goes_on = any(stay.unit_id == lost.unit_id and stay.days.end == lost.days.start for stay in stays)
            again = next((days for days in belonging if lost.days.start in days), None)
            if again is None or not goes_on or any(stay.days.overlaps(lost.days) for stay in stays):
                continue
            days = lost.days.intersection(again)
            assert days is not None, "the first day lies in both"
            found.append(Stay(lost.unit_id, days))
        return found

    def still_cut(self, cuts: Iterable[Stay]) -> list[Stay]:
        """What of days cut off is not believed again."""
        rest: list[Stay] = []
        for lost in cuts:
            left = [lost.days]
            for stay in self.stays:
                left = cut(left, stay.days)
            rest += [Stay(lost.unit_id, days) for days in left]
        return rest

    def outside(self, belonging: Iterable[Interval]) -> list[Interval]:
        """The days in a group on which the person does not belong to the branch."""
        left = [stay.days for stay in self.stays]
        for days in belonging:
            left = cut(left, days)
        return left


@dataclass(frozen=True, slots=True)
class Enlisted:
    """Somebody in a group, and since and until when."""

    person_id: UUID
    days: Interval


def check_of_branch(person_ids: Iterable[UUID], roll: Collection[UUID], on: date) -> None:
    """Refuse somebody who does not belong to the branch on the day."""
    for person_id in person_ids:
        if person_id not in roll:
            raise PartyGroupMemberNotOfBranchError(person_id=person_id, day=on)


def check_branch(unit: Outline | None) -> None:
    """Refuse anything but a branch as the place of a group."""
    if unit is None or unit.kind is not Kind.BRANCH:
        refuse("branch_unit_id", "不是党支部。", "It is no branch.")


def check_group(unit: Unit, on: date) -> None:
    """Refuse a unit that is no group, and a day on which there is none."""
    if unit.kind is not Kind.PARTY_GROUP:
        refuse("unit_id", "不是党小组。", "It is no Party group.")
    if on not in unit.life:
        refuse("valid_from", "日期须在党小组存续期内。", "It must lie in the life of the group.")


def leader_on(held: Sequence[Appointment], on: date) -> Appointment | None:
    """Who of the holders of the post holds it on a day."""
    return next((each for each in held if on in each.term), None)


def check_succession(leader: Appointment, on: date) -> None:
    """Refuse a successor from the first day of whoever leads the group, or before it."""
    if on <= leader.term.start:
        refuse(
            "valid_from",
            f"须晚于现任组长的任职日期 {leader.term.start}。",
            f"It must lie after {leader.term.start}, when the present leader began.",
        )
