"""Plaques at the rooms of members in dormitories."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from organization.domain.places import Place, PlaceKind
from organization.domain.units import refuse
from organization.errors import PlaqueWithdrawnError


@dataclass(frozen=True, slots=True)
class Plaque:
    """A plaque says that a member lives in a room."""

    plaque_id: UUID
    unit_id: UUID
    place_id: UUID
    person_id: UUID
    issued_on: date
    withdrawn_on: date | None
    reason: str
    created_at: datetime
    updated_at: datetime
    version: int


def check_room(place: Place, on: date) -> None:
    """Refuse a place at which no plaque can hang on the day."""
    if place.kind is not PlaceKind.ROOM or on not in place.life:
        refuse("place_id", "不是当日在用的房间。", "It is no room in use on the day.")


def check_issue(on: date, today: date) -> None:
    """Refuse a plaque that is to hang one day."""
    if on > today:
        refuse("issued_on", "挂牌日期不能晚于今天。", "It does not lie ahead.")


def check_withdrawal(plaque: Plaque, on: date, today: date) -> None:
    """Refuse to withdraw twice, before the plaque hung, or ahead."""
    if plaque.withdrawn_on is not None:
        raise PlaqueWithdrawnError(plaque_id=plaque.plaque_id, withdrawn_on=plaque.withdrawn_on)
    if not plaque.issued_on < on <= today:
        refuse(
            "withdrawn_on",
            "摘牌日期须晚于挂牌日期，且不晚于今天。",
            "It lies after the first day, and not ahead.",
        )
