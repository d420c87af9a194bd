"""What this service knows of units: kind and life, copied from the organization service."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from activity.errors import UnitNotInForceError


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as the organization service last described it; `kind` is the enum value without its prefix."""

    unit_id: UUID
    kind: str
    established_on: date
    dissolved_on: date | None

    def check_in_force(self, day: date) -> None:
        """Refuse a unit that does not exist on the day."""
        if day < self.established_on or (self.dissolved_on is not None and day >= self.dissolved_on):
            raise UnitNotInForceError(unit_id=self.unit_id, day=day)
