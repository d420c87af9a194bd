"""The copies of units and persons that this service keeps from the events of others."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, UnitOfWork
from chassis.statements import query
from evaluation.domain.units import Person, Unit

_COLUMNS = "unit_id, kind, name, established_on, dissolved_on"
_FIND = query(sa.text(f"SELECT {_COLUMNS} FROM unit WHERE unit_id = ANY (CAST(:unit_ids AS uuid[]))"))
_PUT_UNIT = query(
    sa.text(
        f"""INSERT INTO unit ({_COLUMNS}, version)
            VALUES (:unit_id, :kind, :name, :established_on, :dissolved_on, :version)
            ON CONFLICT (unit_id) DO UPDATE
               SET kind = excluded.kind, name = excluded.name, established_on = excluded.established_on,
                   dissolved_on = excluded.dissolved_on, version = excluded.version
             WHERE unit.version < excluded.version"""
    )
)
_DROP_PERSON = query(sa.text("DELETE FROM person WHERE person_id = :person_id"))
_PUT_PERSON = query(
    sa.text(
        """INSERT INTO person (person_id, category, version) VALUES (:person_id, :category, :version)
           ON CONFLICT (person_id) DO UPDATE SET category = excluded.category, version = excluded.version
            WHERE person.version < excluded.version"""
    )
)
_UNKNOWN = query(
    sa.text(
        """SELECT p FROM unnest(CAST(:person_ids AS uuid[])) p
            WHERE NOT EXISTS (SELECT FROM person k WHERE k.person_id = p) ORDER BY p LIMIT 1"""
    )
)
_CATEGORIES = query(
    sa.text("SELECT person_id, category FROM person WHERE person_id = ANY (CAST(:person_ids AS uuid[]))")
)
_IS_BELOW = query(
    sa.text(
        """SELECT EXISTS (SELECT FROM access_closure c
            WHERE c.ancestor_id = :ancestor_id AND c.descendant_id = :unit_id
              AND c.valid @> CAST(:day AS date) AND NOT c.reading_only)"""
    )
)
_COUNT_ELIGIBLE = query(
    sa.text(
        """SELECT count(*) FROM unit u
            WHERE u.kind = ANY (CAST(:kinds AS text[])) AND u.established_on <= CAST(:day AS date)
              AND (u.dissolved_on IS NULL OR u.dissolved_on > CAST(:day AS date))
              AND EXISTS (SELECT FROM access_closure c
                   WHERE c.ancestor_id = :ancestor_id AND c.descendant_id = u.unit_id
                     AND c.valid @> CAST(:day AS date) AND NOT c.reading_only)"""
    )
)
_FORGET = {name: query(sa.text(f"DELETE FROM {name}")) for name in ("unit", "person")}


async def find_units(reader: Reader, unit_ids: Iterable[UUID]) -> dict[UUID, Unit]:
    """The units of these ids that are known here."""
    rows = await reader.fetch(_FIND, unit_ids=list(unit_ids))
    return {row["unit_id"]: Unit(**dict(row)) for row in rows}


async def put_unit(work: UnitOfWork, unit: Unit, *, version: int) -> None:
    """Keep a unit as it stands now; an older version than ours changes nothing."""
    await work.execute(
        _PUT_UNIT,
        unit_id=unit.unit_id,
        kind=unit.kind,
        name=unit.name,
        established_on=unit.established_on,
        dissolved_on=unit.dissolved_on,
        version=version,
    )


async def put_person(work: UnitOfWork, person: Person, *, version: int) -> None:
    """Keep a person as they stand now; an older version than ours changes nothing."""
    await work.execute(_PUT_PERSON, person_id=person.person_id, category=person.category, version=version)


async def drop_person(work: UnitOfWork, person_id: UUID) -> None:
    """Keep no longer that there is such a person."""
    await work.execute(_DROP_PERSON, person_id=person_id)


async def first_unknown(reader: Reader, person_ids: Collection[UUID]) -> UUID | None:
    """One of the persons who is not known here, if there is one."""
    found: UUID | None = await reader.fetch_value(_UNKNOWN, person_ids=list(person_ids))
    return found


async def categories(reader: Reader, person_ids: Collection[UUID]) -> dict[UUID, str | None]:
    """The groups that these persons are counted in."""
    rows = await reader.fetch(_CATEGORIES, person_ids=list(person_ids))
    return {row["person_id"]: row["category"] for row in rows}


async def is_below(reader: Reader, unit_id: UUID, ancestor_id: UUID, day: date) -> bool:
    """Whether the unit is the other or lies below it on the day."""
    return bool(await reader.fetch_value(_IS_BELOW, unit_id=unit_id, ancestor_id=ancestor_id, day=day))


async def count_eligible(reader: Reader, ancestor_id: UUID, kinds: Collection[str], day: date) -> int:
    """How many units of these kinds below a unit exist on the day."""
    count: int = await reader.fetch_value(
        _COUNT_ELIGIBLE, ancestor_id=ancestor_id, kinds=list(kinds), day=day
    )
    return count


async def forget_units(work: UnitOfWork) -> None:
    """Empty the copy of units."""
    await work.execute(_FORGET["unit"])


async def forget_persons(work: UnitOfWork) -> None:
    """Empty the copy of persons."""
    await work.execute(_FORGET["person"])
