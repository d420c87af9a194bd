"""Keeping what other services own, as far as this service needs it; called for their events."""

from uuid import UUID

from chassis.database import UnitOfWork
from evaluation.domain.units import Person, Unit
from evaluation.repository import copies


async def keep_unit(work: UnitOfWork, unit: Unit, *, version: int) -> None:
    """Keep a unit as it stands now."""
    await copies.put_unit(work, unit, version=version)


async def keep_person(work: UnitOfWork, person: Person, *, version: int) -> None:
    """Keep a person as they stand now."""
    await copies.put_person(work, person, version=version)


async def drop_person(work: UnitOfWork, person_id: UUID) -> None:
    """Keep nothing of a person who was erased, taken off the register, or merged into another."""
    await copies.drop_person(work, person_id)


async def forget_units(work: UnitOfWork) -> None:
    """Empty the units, before the log of organization is applied again."""
    await copies.forget_units(work)


async def forget_persons(work: UnitOfWork) -> None:
    """Empty the persons, before the log of membership is applied again."""
    await copies.forget_persons(work)
