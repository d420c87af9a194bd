"""The copies of units, persons and relationships that this service keeps from the events of others."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from activity.domain.units import Unit
from chassis.database import Reader, UnitOfWork
from chassis.statements import query

_COLUMNS = "unit_id, kind, established_on, dissolved_on"
_FIND_UNIT = query(sa.text(f"SELECT {_COLUMNS} FROM unit WHERE unit_id = :unit_id"))
_FIND_UNITS = query(sa.text(f"SELECT {_COLUMNS} FROM unit WHERE unit_id = ANY (CAST(:unit_ids AS uuid[]))"))
_PUT_UNIT = query(
    sa.text(
        f"""INSERT INTO unit ({_COLUMNS}, version)
            VALUES (:unit_id, :kind, :established_on, :dissolved_on, :version)
            ON CONFLICT (unit_id) DO UPDATE
               SET kind = excluded.kind, established_on = excluded.established_on,
                   dissolved_on = excluded.dissolved_on, version = excluded.version
             WHERE unit.version < excluded.version"""
    )
)
_PUT_PERSON = query(
    sa.text("INSERT INTO person (person_id) VALUES (:person_id) ON CONFLICT (person_id) DO NOTHING")
)
_DROP_PERSON = query(sa.text("DELETE FROM person WHERE person_id = :person_id"))
_UNKNOWN = query(
    sa.text(
        """SELECT p FROM unnest(CAST(:person_ids AS uuid[])) p
            WHERE NOT EXISTS (SELECT FROM person k WHERE k.person_id = p)"""
    )
)
_DROP_RELATIONSHIPS = query(sa.text("DELETE FROM relationship WHERE person_id = :person_id"))
_ADD_RELATIONSHIP = query(
    sa.text(
        "INSERT INTO relationship (person_id, unit_id, valid) VALUES (:person_id, :unit_id, :valid)"
    ).bindparams(sa.bindparam("valid"))
)
_BRANCH_OF = query(
    sa.text(
        """SELECT unit_id FROM relationship
            WHERE person_id = :person_id AND valid @> CAST(:day AS date) LIMIT 1"""
    )
)
_MEMBERS = query(
    sa.text(
        """SELECT DISTINCT r.person_id FROM relationship r
             JOIN access_closure c ON c.descendant_id = r.unit_id
            WHERE c.ancestor_id = :unit_id AND c.valid @> CAST(:day AS date) AND NOT c.reading_only
              AND r.valid @> CAST(:day AS date)
              AND (CAST(:after AS uuid) IS NULL OR r.person_id > CAST(:after AS uuid))
            ORDER BY r.person_id LIMIT :size"""
    )
)
_IS_BELOW = query(
    sa.text(
        """SELECT EXISTS (SELECT FROM access_closure c
            WHERE c.ancestor_id = :ancestor_id AND c.descendant_id = :unit_id
              AND c.valid @> CAST(:day AS date) AND NOT c.reading_only)"""
    )
)
_FORGET = {
    name: query(sa.text(f"DELETE FROM {name}")) for name in ("unit", "person", "relationship", "honour")
}


async def find_unit(reader: Reader, unit_id: UUID) -> Unit | None:
    """The unit, None where it is not known here."""
    row = await reader.fetch_one(_FIND_UNIT, unit_id=unit_id)
    return None if row is None else Unit(**dict(row))


async def find_units(reader: Reader, unit_ids: Iterable[UUID]) -> dict[UUID, Unit]:
    """The units of these ids that are known here."""
    rows = await reader.fetch(_FIND_UNITS, unit_ids=list(unit_ids))
    return {row["unit_id"]: Unit(**dict(row)) for row in rows}


async def put_unit(work: UnitOfWork, unit: Unit, *, version: int) -> None:
    """Keep a unit as it stands now; an older version than ours changes nothing."""
    await work.execute(
        _PUT_UNIT,
        unit_id=unit.unit_id,
        kind=unit.kind,
        established_on=unit.established_on,
        dissolved_on=unit.dissolved_on,
        version=version,
    )


async def put_person(work: UnitOfWork, person_id: UUID) -> None:
    """Keep that there is such a person."""
    await work.execute(_PUT_PERSON, person_id=person_id)


async def drop_person(work: UnitOfWork, person_id: UUID) -> None:
    """Keep no longer that there is such a person."""
    await work.execute(_DROP_PERSON, person_id=person_id)


async def unknown_persons(reader: Reader, person_ids: Iterable[UUID]) -> list[UUID]:
    """Those of the persons who are not known here."""
    rows = await reader.fetch(_UNKNOWN, person_ids=list(person_ids))
    return [row["p"] for row in rows]


async def replace_relationships(
    work: UnitOfWork, person_id: UUID, periods: Iterable[tuple[UUID, date, date | None]]
) -> None:
    """Keep the organisation relationships of a person as they are believed now."""
    await work.execute(_DROP_RELATIONSHIPS, person_id=person_id)
    rows = [
        {"person_id": person_id, "unit_id": unit_id, "valid": asyncpg.Range(start, end)}
        for unit_id, start, end in periods
        if end is None or start < end
    ]
    if rows:
        await work.execute_many(_ADD_RELATIONSHIP, rows)


async def branch_of(reader: Reader, person_id: UUID, day: date) -> UUID | None:
    """The branch that holds the person's organisation relationship on a day."""
    found: UUID | None = await reader.fetch_value(_BRANCH_OF, person_id=person_id, day=day)
    return found


async def members_of(
    reader: Reader, unit_id: UUID, *, day: date, after: UUID | None, size: int
) -> Sequence[UUID]:
    """Persons whose relationship is with the unit or one below it on a day, by id."""
    rows = await reader.fetch(_MEMBERS, unit_id=unit_id, day=day, after=after, size=size)
    return [row["person_id"] for row in rows]


async def is_below(reader: Reader, unit_id: UUID, ancestor_id: UUID, day: date) -> bool:
    """Whether the unit is the other or lies below it on the day."""
    return bool(await reader.fetch_value(_IS_BELOW, unit_id=unit_id, ancestor_id=ancestor_id, day=day))


async def forget(work: UnitOfWork, name: str) -> None:
    """Empty a copy, before the source's whole log is applied again."""
    await work.execute(_FORGET[name])
