"""Keeping the copy of units."""

from chassis.database import UnitOfWork
from membership.domain.units import Unit
from membership.repository import units


async def keep_unit(work: UnitOfWork, unit: Unit, *, version: int) -> None:
    """Keep a unit as it stands now; an older state than ours changes nothing."""
    await units.put(work, unit, version=version)


async def forget_units(work: UnitOfWork) -> None:
    """Empty the copy, before the whole log is applied again."""
    await units.forget(work)
