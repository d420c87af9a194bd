"""Yearly plans of admission: quotas that add up from below, and what is left of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from membership.errors import PlanExceededError, QuotaExhaustedError


@dataclass(frozen=True, slots=True)
class Plan:
    """How many people a unit and everything below it may admit in a year."""

    plan_id: UUID
    unit_id: UUID
    year: int
    quota: int
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class PlanUse:
    """A plan with what was used of it: branch meetings that accepted, and forms without a meeting yet."""

    plan: Plan
    admitted: int
    reserved: int

    @property
    def used(self) -> int:
        return self.admitted + self.reserved

    @property
    def remaining(self) -> int:
        """What is left; a plan that came later than the admissions has nothing left, not less."""
        return max(0, self.plan.quota - self.used)


def check_quotas(
    unit_id: UUID, year: int, quotas: Mapping[UUID, int], above: Mapping[UUID, frozenset[UUID]]
) -> None:
    """
    Refuse a quota that is smaller than those below it, or does not fit into the one above it.

    Args:
        quotas: of every planned unit of the year, the new quota of the unit among them.
        above: of each planned unit the planned units above it.
    """
    over = [ancestor for ancestor in above.get(unit_id, frozenset()) if ancestor in quotas]
    nearest = max(over, key=lambda ancestor: len(above.get(ancestor, frozenset())), default=None)
    for planned in (unit_id, nearest):
        if planned is None:
            continue
        needed = sum(quotas[child] for child in children_of(planned, quotas, above))
        if needed > quotas[planned]:
            raise PlanExceededError(unit_id=planned, year=year, quota=quotas[planned], needed=needed)


def children_of(
    planned: UUID, quotas: Mapping[UUID, int], above: Mapping[UUID, frozenset[UUID]]
) -> list[UUID]:
    """The planned units below one that have no other planned unit between."""
    below = [unit for unit in quotas if planned in above.get(unit, frozenset())]
    return [unit for unit in below if not any(other in above[unit] for other in below)]


def check_used(use: PlanUse) -> None:
    """Refuse a quota that is smaller than what was used already."""
    if use.used > use.plan.quota:
        plan = use.plan
        raise PlanExceededError(unit_id=plan.unit_id, year=plan.year, quota=plan.quota, needed=use.used)


def check_left(use: PlanUse) -> None:
    """Refuse one more where nothing is left."""
    if use.remaining == 0:
        plan = use.plan
        raise QuotaExhaustedError(unit_id=plan.unit_id, year=plan.year, quota=plan.quota)
