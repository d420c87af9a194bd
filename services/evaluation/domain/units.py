"""What this service knows of units and persons: its copies of what others own."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from evaluation.errors import UnitNotEligibleError, UnitNotInForceError


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as it was last announced; `kind` is the contract's name without its prefix."""

    unit_id: UUID
    kind: str
    name: str
    established_on: date
    dissolved_on: date | None

    def check_in_force(self, day: date) -> None:
        """Refuse a day on which the unit does not exist."""
        if day < self.established_on or (self.dissolved_on is not None and day >= self.dissolved_on):
            raise UnitNotInForceError(unit_id=self.unit_id, day=day)

    def check_eligible(self, kinds: Collection[str], *, below_holder: bool) -> None:
        """Refuse a unit that the award is not for: of another kind, or not below the unit that holds the award."""
        if self.kind not in kinds or not below_holder:
            raise UnitNotEligibleError(unit_id=self.unit_id)


@dataclass(frozen=True, slots=True)
class Person:
    """A person as membership last announced them, without anything personal."""

    person_id: UUID
    category: str | None
