"""Grants: a role of a person over a unit for some days, and who may give it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from chassis.intervals import Interval
from organization.errors import GrantFromAppointmentError, GrantRevokedError

ADMINISTRATOR = "ROLE_SYSTEM_ADMINISTRATOR"
GIVE, GIVE_ANY = "organization.grant.give", "organization.grant.give_any"


class Basis(StrEnum):
    """Where a grant comes from."""

    GIVEN = "given"
    APPOINTMENT = "appointment"
    BOOTSTRAP = "bootstrap"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role of a person over a unit and everything below it."""

    grant_id: UUID
    person_id: UUID
    role: str
    unit_id: UUID
    days: Interval
    revoked: bool
    basis: Basis
    appointment_id: UUID | None
    reason: str
    created_at: datetime
    updated_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class RoleDescription:
    """A role as the permission table has it."""

    role: str
    name_zh: str
    permissions: tuple[str, ...]


def check_revocable(grant: Grant) -> None:
    """Refuse to take back what is taken back already, or what an appointment brings."""
    if grant.revoked:
        raise GrantRevokedError(grant_id=grant.grant_id)
    if grant.appointment_id is not None:
        raise GrantFromAppointmentError(grant_id=grant.grant_id, appointment_id=grant.appointment_id)


def administers(grants: Iterable[Grant], *, without: UUID) -> bool:
    """Whether some administrator without a set end is left beside one grant."""
    return any(
        grant.role == ADMINISTRATOR
        and not grant.revoked
        and grant.days.end is None
        and grant.grant_id != without
        for grant in grants
    )
