"""How the tree of units carries permissions: the edges that lead up from a unit."""

from datetime import date
from uuid import UUID

from organization.domain.units import Unit

Edge = tuple[UUID, date, date | None]


def parent_edges(unit: Unit) -> list[Edge]:
    """The units below which it stood, stands or will stand."""
    return [(each.parent_id, each.days.start, each.days.end) for each in unit.parents]


def sponsor_edges(unit: Unit) -> list[Edge]:
    """The unit's sponsors, who may read."""
    return [(each.sponsor_id, each.days.start, each.days.end) for each in unit.sponsors]


def successor_edges(unit: Unit) -> list[Edge]:
    """The units that took over, from the day of the dissolution."""
    if unit.life.end is None:
        return []
    return [(successor, unit.life.end, None) for successor in unit.successor_ids]
