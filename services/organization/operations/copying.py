"""Keeping what membership says of people, as far as coverage needs it; called for its events."""

from collections.abc import Sequence
from uuid import UUID

from chassis.database import UnitOfWork
from chassis.intervals import Interval
from organization.repository import people

Ties = Sequence[tuple[UUID, Interval]]


async def keep_person(work: UnitOfWork, person_id: UUID, kind: str, classes: Ties) -> None:
    """Keep whether somebody works or studies here, and in which classes."""
    await people.put_kind(work, person_id, kind)
    await people.replace_classes(work, person_id, classes)


async def keep_member(
    work: UnitOfWork, person_id: UUID, periods: Sequence[Interval], participations: Ties
) -> None:
    """Keep when somebody is a member, and in which branches they take part."""
    await people.replace_membership(work, person_id, periods, participations)


async def drop_person(work: UnitOfWork, person_id: UUID) -> None:
    """Keep nothing of a person who was erased or taken off the register."""
    await people.replace_classes(work, person_id, ())
    await people.replace_membership(work, person_id, (), ())
    await people.drop_kind(work, person_id)


async def forget_persons(work: UnitOfWork) -> None:
    """Empty what is kept of persons, before the log of membership is applied again."""
    await people.forget(work, "person_kind", "person_class")


async def forget_members(work: UnitOfWork) -> None:
    """Empty what is kept of members, likewise."""
    await people.forget(work, "member_period", "member_participation")
