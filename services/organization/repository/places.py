"""SQL about places, and about who answers for one."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.intervals import Interval
from chassis.statements import insert, query
from organization import tables
from organization.domain.places import Hours, Node, Place, PlaceKind
from organization.domain.zones import Responsible
from organization.repository.beliefs import beliefs

_GET = query(sa.text("SELECT * FROM place WHERE place_id = :place_id"))
_LOCK = query(sa.text("SELECT * FROM place WHERE place_id = :place_id FOR UPDATE"))
_PAGE = query(
    sa.text(
        """SELECT * FROM place
            WHERE (CAST(:campus_id AS uuid) IS NULL OR campus_id = :campus_id)
              AND (CAST(:parent_id AS uuid) IS NULL OR parent_id = :parent_id)
              AND (CAST(:unit_id AS uuid) IS NULL OR unit_id = :unit_id)
              AND (CAST(:kind AS text) IS NULL OR kind = :kind)
              AND (CAST(:closed AS boolean) OR closed_on IS NULL OR closed_on > CAST(:day AS date))
              AND (CAST(:after_id AS uuid) IS NULL OR place_id > :after_id)
            ORDER BY place_id LIMIT CAST(:most AS int)"""
    )
)
_TREE = query(
    sa.text(
        """
        WITH RECURSIVE below (place_id, depth, path) AS (
            SELECT place_id, 0, ARRAY[]::text[] FROM place WHERE place_id = CAST(:place_id AS uuid)
            UNION ALL
            SELECT p.place_id, b.depth + 1, b.path || p.name || CAST(p.place_id AS text)
              FROM place p JOIN below b ON p.parent_id = b.place_id
             WHERE p.opened_on <= CAST(:day AS date) AND (p.closed_on IS NULL OR p.closed_on > CAST(:day AS date)))
        SELECT p.*, b.depth FROM below b JOIN place p USING (place_id) ORDER BY b.path
        """
    )
)
_NAMESAKE = query(
    sa.text(
        """SELECT place_id FROM place
            WHERE campus_id = :campus_id AND parent_id IS NOT DISTINCT FROM CAST(:parent_id AS uuid)
              AND name = :name AND place_id <> :place_id
              AND (closed_on IS NULL OR closed_on > CAST(:day AS date))
            LIMIT 1"""
    )
)
_IN_USE = query(
    sa.text(
        """SELECT EXISTS (SELECT FROM place WHERE parent_id = :place_id
                             AND (closed_on IS NULL OR closed_on > CAST(:day AS date)))
               OR EXISTS (SELECT FROM zone_term WHERE area_id = :place_id AND recorded_until IS NULL
                             AND valid && daterange(CAST(:day AS date), NULL))
               OR EXISTS (SELECT FROM plaque WHERE place_id = :place_id
                             AND (withdrawn_on IS NULL OR withdrawn_on > CAST(:day AS date)))"""
    )
)
# One statement whatever the depth: the places around it, nearest first, and the branch in being that answers for each.
_RESPONSIBLE = beliefs(
    """
    WITH RECURSIVE around (place_id, parent_id, distance) AS (
        SELECT place_id, parent_id, 0 FROM place WHERE place_id = CAST(:place_id AS uuid)
        UNION ALL
        SELECT p.place_id, p.parent_id, a.distance + 1 FROM place p JOIN around a ON p.place_id = a.parent_id)
    SELECT a.place_id, found.zone_id, found.unit_id
      FROM around a
      LEFT JOIN (
           SELECT t.area_id, t.zone_id, t.unit_id
             FROM zone_term t JOIN unit u ON u.unit_id = t.unit_id
            WHERE {believed:t} AND t.valid @> CAST(:day AS date)
              AND (u.dissolved_on IS NULL OR u.dissolved_on > CAST(:day AS date))
              AND t.area_id IN (SELECT place_id FROM around)
           ) found ON found.area_id = a.place_id
     ORDER BY (found.zone_id IS NULL), a.distance
     LIMIT 1
    """
)
_ADD = query(
    insert(
        tables.place,
        "place_id",
        "kind",
        "name",
        "campus_id",
        "parent_id",
        "unit_id",
        "capacity",
        "hours",
        "opened_on",
        "created_at",
        "updated_at",
        "version",
    )
)
_CHANGE = query(
    sa.update(tables.place)
    .where(tables.place.c.place_id == sa.bindparam("of_place_id", type_=sa.Uuid))
    .values(
        {
            name: sa.bindparam(name, type_=tables.place.c[name].type)
            for name in ("name", "capacity", "hours", "closed_on", "updated_at", "version")
        }
    )
)


def _read(row: Record, day: date) -> Place:
    return Place(
        place_id=row["place_id"],
        kind=PlaceKind(row["kind"]),
        name=row["name"],
        campus_id=row["campus_id"],
        parent_id=row["parent_id"],
        unit_id=row["unit_id"],
        capacity=row["capacity"],
        hours=tuple(Hours(**each) for each in row["hours"]),
        life=Interval(row["opened_on"], row["closed_on"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
        day=day,
    )


async def find(reader: Reader, place_id: UUID, *, day: date) -> Place | None:
    """The place, if there is one."""
    row = await reader.fetch_one(_GET, place_id=place_id)
    return None if row is None else _read(row, day)


async def lock(work: UnitOfWork, place_id: UUID) -> Place | None:
    """The place; nobody else changes it, or registers something in it, until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, place_id=place_id)
    return None if row is None else _read(row, work.today)


async def page(
    reader: Reader,
    *,
    campus_id: UUID | None,
    parent_id: UUID | None,
    unit_id: UUID | None,
    kind: PlaceKind | None,
    closed: bool,
    day: date,
    after_id: UUID | None,
    most: int,
) -> list[Place]:
    """Places by id; without `closed` only those that have no end by the day."""
    rows = await reader.fetch(
        _PAGE,
        campus_id=campus_id,
        parent_id=parent_id,
        unit_id=unit_id,
        kind=kind,
        closed=closed,
        day=day,
        after_id=after_id,
        most=most,
    )
    return [_read(row, day) for row in rows]


async def tree(reader: Reader, place_id: UUID, *, day: date) -> list[Node]:
    """The place and what is open in it on the day, parents first; empty when there is no such place."""
    rows = await reader.fetch(_TREE, place_id=place_id, day=day)
    return [Node(_read(row, day), row["depth"]) for row in rows]


async def namesake(
    reader: Reader, *, place_id: UUID, campus_id: UUID, parent_id: UUID | None, name: str, day: date
) -> UUID | None:
    """Another place at the same spot that has the name and no end by the day."""
    found: UUID | None = await reader.fetch_value(
        _NAMESAKE, place_id=place_id, campus_id=campus_id, parent_id=parent_id, name=name, day=day
    )
    return found


async def in_use(reader: Reader, place_id: UUID, *, since: date) -> bool:
    """Whether something is open in the place, a branch answers for it, or a plaque hangs at it, on the day or later."""
    return bool(await reader.fetch_value(_IN_USE, place_id=place_id, day=since))


async def responsible(
    reader: Reader, place_id: UUID, *, day: date, known_at: datetime | None
) -> Responsible | None:
    """Who answers for the place on the day; None when there is no such place."""
    statement, belief = _RESPONSIBLE.of(known_at)
    row = await reader.fetch_one(statement, place_id=place_id, day=day, **belief)
    if row is None:
        return None
    return Responsible(
        place_id=place_id,
        day=day,
        unit_id=row["unit_id"],
        zone_id=row["zone_id"],
        assigned_place_id=row["place_id"] if row["zone_id"] else None,
    )


def _hours(hours: Sequence[Hours]) -> list[dict[str, object]]:
    return [asdict(each) for each in hours]


async def add(work: UnitOfWork, place: Place) -> None:
    """Keep a new place."""
    await work.execute(
        _ADD,
        place_id=place.place_id,
        kind=place.kind,
        name=place.name,
        campus_id=place.campus_id,
        parent_id=place.parent_id,
        unit_id=place.unit_id,
        capacity=place.capacity,
        hours=_hours(place.hours),
        opened_on=place.life.start,
        created_at=place.created_at,
        updated_at=place.updated_at,
        version=place.version,
    )


async def change(work: UnitOfWork, place: Place) -> None:
    """Keep the next version of a place."""
    await work.execute(
        _CHANGE,
        of_place_id=place.place_id,
        name=place.name,
        capacity=place.capacity,
        hours=_hours(place.hours),
        closed_on=place.life.end,
        updated_at=place.updated_at,
        version=place.version,
    )
