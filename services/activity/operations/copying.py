"""Keeping what other services own, as far as this service needs it; called for their events."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from activity.domain.units import Unit
from activity.repository import consents, copies
from chassis.database import UnitOfWork


async def keep_unit(work: UnitOfWork, unit: Unit, *, version: int) -> None:
    """Keep a unit as it stands now."""
    await copies.put_unit(work, unit, version=version)


async def keep_person(work: UnitOfWork, person_id: UUID) -> None:
    """Keep that there is such a person."""
    await copies.put_person(work, person_id)


async def drop_person(work: UnitOfWork, person_id: UUID) -> None:
    """Keep nothing of a person who was erased, taken off the register, or merged into another."""
    await copies.replace_relationships(work, person_id, ())
    await copies.drop_person(work, person_id)


async def keep_relationships(
    work: UnitOfWork, person_id: UUID, periods: Iterable[tuple[UUID, date, date | None]]
) -> None:
    """Keep the organisation relationships of a member as they are believed now."""
    await copies.replace_relationships(work, person_id, periods)


async def keep_honour(
    work: UnitOfWork, honour_id: UUID, *, person_id: UUID, kind: str, level: str, withdrawn: bool
) -> None:
    """Keep an honour, as far as a rule asks for it."""
    await consents.put_honour(
        work, honour_id, person_id=person_id, kind=kind, level=level, withdrawn=withdrawn
    )


async def forget_honours(work: UnitOfWork) -> None:
    """Empty the honours, before the log of evaluation is applied again."""
    await copies.forget(work, "honour")


async def forget_units(work: UnitOfWork) -> None:
    """Empty the units, before the log of organization is applied again."""
    await copies.forget(work, "unit")


async def forget_persons(work: UnitOfWork) -> None:
    """Empty the persons, before the log of membership is applied again."""
    await copies.forget(work, "person")


async def forget_relationships(work: UnitOfWork) -> None:
    """Empty the relationships, likewise."""
    await copies.forget(work, "relationship")
