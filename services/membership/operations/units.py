"""Keeping the copy of units."""

from collections.abc import Sequence
from uuid import UUID

from chassis.database import UnitOfWork
from membership.domain.units import Unit
from membership.repository import units


async def keep_unit(work: UnitOfWork, unit: Unit, *, version: int) -> None:
    """Keep a unit as it stands now; an older state than ours changes nothing."""
    await units.put(work, unit, version=version)


async def hold_units(work: UnitOfWork, unit_ids: Sequence[UUID], *, process_id: UUID) -> None:
    """Let nobody in or out of these units while a reorganisation is executed; whoever is joining comes first."""
    await units.hold(work, unit_ids, process_id)


async def free_units(work: UnitOfWork, *, process_id: UUID) -> None:
    """The reorganisation is over: its units are free again."""
    await units.free(work, process_id)


async def forget_units(work: UnitOfWork) -> None:
    """Empty the copy, before the whole log is applied again."""
    await units.forget(work)
