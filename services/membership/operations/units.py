"""Keeping the copy of units."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from chassis.database import UnitOfWork
from membership.domain.units import Unit
from membership.repository import reorganizing, units


async def keep_unit(work: UnitOfWork, unit: Unit, *, version: int) -> None:
    """Keep a unit as it stands now; an older state than ours changes nothing."""
    await units.put(work, unit, version=version)


async def hold_units(
    work: UnitOfWork,
    touched: Sequence[UUID],
    established: Mapping[UUID, UUID],
    *,
    process_id: UUID,
    effective_on: date,
) -> None:
    """Let nobody in or out of the touched units while a reorganisation is executed; whoever is joining comes first.

    What they and the units that it establishes, each below a parent, hold from its day on is not told before.
    """
    await units.hold(work, touched, process_id)
    await reorganizing.begin(
        work, {**dict.fromkeys(touched), **established}, process_id, effective_on=effective_on
    )


async def free_units(work: UnitOfWork, *, process_id: UUID) -> None:
    """The reorganisation is over: its units are free again."""
    await units.free(work, process_id)
    await reorganizing.end(work, process_id)


async def forget_units(work: UnitOfWork) -> None:
    """Empty the copy, before the whole log is applied again."""
    await units.forget(work)
    await reorganizing.forget(work)
