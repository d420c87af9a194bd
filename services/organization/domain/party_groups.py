"""Party groups inside branches: how one stands on a day, and when its leader may change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from organization.domain.posts import Appointment
from organization.domain.units import Kind, Outline, Unit, refuse


@dataclass(frozen=True, slots=True)
class PartyGroup:
    """A group as it stands on a day; nobody may be leading it."""

    unit_id: UUID
    branch_id: UUID
    name: str
    established_on: date
    leader: Appointment | None


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
