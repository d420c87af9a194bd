"""SQL that keeps the copies of membership's people: kinds, classes, membership and participations."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.bitemporal import range_of
from chassis.database import Reader, UnitOfWork
from chassis.intervals import Interval
from chassis.statements import insert, query
from organization import tables

_PUT_KIND = query(
    sa.text(
        """INSERT INTO person_kind (person_id, kind) VALUES (:person_id, :kind)
           ON CONFLICT (person_id) DO UPDATE SET kind = excluded.kind WHERE person_kind.kind <> excluded.kind"""
    )
)
_DROP_KIND = query(sa.text("DELETE FROM person_kind WHERE person_id = :person_id"))
_REGISTERED = query(
    sa.text("SELECT person_id FROM person_kind WHERE person_id = ANY (CAST(:person_ids AS uuid[]))")
)
_OF_PERSON = {
    table.name: query(sa.text(f"DELETE FROM {table.name} WHERE person_id = :person_id"))
    for table in (tables.person_class, tables.member_period, tables.member_participation)
}
_ADD_CLASS = query(insert(tables.person_class, "person_id", "unit_id", "valid"))
_ADD_PERIOD = query(insert(tables.member_period, "person_id", "valid"))
_ADD_PARTICIPATION = query(insert(tables.member_participation, "person_id", "unit_id", "valid"))
_FORGET = {
    name: query(sa.text(f"DELETE FROM {name}"))
    for name in ("person_kind", "person_class", "member_period", "member_participation")
}


async def registered(reader: Reader, person_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the persons whom our copy knows to be registered."""
    return {row["person_id"] for row in await reader.fetch(_REGISTERED, person_ids=list(person_ids))}


async def put_kind(work: UnitOfWork, person_id: UUID, kind: str) -> None:
    """Keep whether a person works or studies here."""
    await work.execute(_PUT_KIND, person_id=person_id, kind=kind)


async def drop_kind(work: UnitOfWork, person_id: UUID) -> None:
    """Keep no longer what a person is."""
    await work.execute(_DROP_KIND, person_id=person_id)


async def replace_classes(
    work: UnitOfWork, person_id: UUID, classes: Iterable[tuple[UUID, Interval]]
) -> None:
    """Keep which classes a person belongs to when, as it is believed now."""
    await work.execute(_OF_PERSON["person_class"], person_id=person_id)
    rows = [_tie(person_id, unit_id, days) for unit_id, days in classes]
    if rows:
        await work.execute_many(_ADD_CLASS, rows)


async def replace_membership(
    work: UnitOfWork,
    person_id: UUID,
    periods: Sequence[Interval],
    participations: Iterable[tuple[UUID, Interval]],
) -> None:
    """Keep when a person is a member and in which branches they take part, as it is believed now."""
    await work.execute(_OF_PERSON["member_period"], person_id=person_id)
    await work.execute(_OF_PERSON["member_participation"], person_id=person_id)
    if periods:
        await work.execute_many(
            _ADD_PERIOD, [{"person_id": person_id, "valid": range_of(days)} for days in periods]
        )
    rows = [_tie(person_id, unit_id, days) for unit_id, days in participations]
    if rows:
        await work.execute_many(_ADD_PARTICIPATION, rows)


def _tie(person_id: UUID, unit_id: UUID, days: Interval) -> dict[str, Any]:
    return {"person_id": person_id, "unit_id": unit_id, "valid": range_of(days)}


async def forget(work: UnitOfWork, *names: str) -> None:
    """Empty copies, before the source's whole log is applied again."""
    for name in names:
        await work.execute(_FORGET[name])
