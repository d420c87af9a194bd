"""SQL about responsibility zones."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import DATERANGE

from chassis.access import within
from chassis.bitemporal import History, Interval, range_of
from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import insert, query
from organization import tables
from organization.domain.zones import Zone
from organization.repository.slices import on_campus, placed_on_campus

_TERM = History(tables.zone_term, ["area_id"], ["zone_id", "unit_id"])
_GET = query(sa.text("SELECT * FROM zone WHERE zone_id = :zone_id"))
_LOCK = query(sa.text("SELECT * FROM zone WHERE zone_id = :zone_id FOR UPDATE"))
_PAGE = query(
    sa.select(sa.text("z.*"))
    .select_from(sa.text("zone z"))
    .where(
        sa.text(
            f"""(CAST(:unit_id AS uuid) IS NULL OR z.unit_id = :unit_id)
               AND (CAST(:place_id AS uuid) IS NULL OR z.place_id = :place_id)
               AND (CAST(:class_id AS uuid) IS NULL OR z.class_id = :class_id)
               AND (CAST(:day AS date) IS NULL OR (z.valid_from <= CAST(:day AS date)
                    AND (z.valid_until IS NULL OR z.valid_until > CAST(:day AS date))))
               AND CASE WHEN z.place_id IS NULL THEN {on_campus("z.class_id")}
                        ELSE {placed_on_campus("z.place_id")} END
               AND (CAST(:after_id AS uuid) IS NULL OR z.zone_id > :after_id)"""
        ),
        within(sa.literal_column("z.unit_id", sa.Uuid)),
    )
    .order_by(sa.text("z.zone_id"))
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_TWIN = query(
    sa.select(tables.zone_term.c.zone_id)
    .where(
        tables.zone_term.c.area_id == sa.bindparam("area_id", type_=sa.Uuid),
        tables.zone_term.c.recorded_until.is_(None),
        tables.zone_term.c.valid.op("&&")(sa.bindparam("asked", type_=DATERANGE)),
    )
    .limit(1)
)
_ADD = query(
    insert(
        tables.zone,
        "zone_id",
        "unit_id",
        "place_id",
        "class_id",
        "valid_from",
        "valid_until",
        "created_at",
        "updated_at",
        "version",
    )
)
_CHANGE = query(
    sa.text(
        """UPDATE zone SET valid_until = CAST(:valid_until AS date), updated_at = :now, version = :version
            WHERE zone_id = :zone_id"""
    )
)


def _read(row: Record) -> Zone:
    return Zone(
        zone_id=row["zone_id"],
        unit_id=row["unit_id"],
        place_id=row["place_id"],
        class_id=row["class_id"],
        days=Interval(row["valid_from"], row["valid_until"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )


async def find(reader: Reader, zone_id: UUID) -> Zone | None:
    """The zone, if there is one."""
    row = await reader.fetch_one(_GET, zone_id=zone_id)
    return None if row is None else _read(row)


async def lock(work: UnitOfWork, zone_id: UUID) -> Zone | None:
    """The zone; nobody else changes it until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, zone_id=zone_id)
    return None if row is None else _read(row)


async def page(
    reader: Reader,
    scope: dict[str, Any],
    *,
    unit_id: UUID | None,
    place_id: UUID | None,
    class_id: UUID | None,
    campus_id: UUID | None,
    on: date | None,
    today: date,
    after_id: UUID | None,
    most: int,
) -> list[Zone]:
    """Zones of branches that the caller may see, by id."""
    rows = await reader.fetch(
        _PAGE,
        unit_id=unit_id,
        place_id=place_id,
        class_id=class_id,
        campus_id=campus_id,
        day=on,
        today=today,
        after_id=after_id,
        most=most,
        **scope,
    )
    return [_read(row) for row in rows]


async def overlapping(reader: Reader, area_id: UUID, days: Interval) -> UUID | None:
    """A zone over the area that holds on some of the days."""
    found: UUID | None = await reader.fetch_value(_TWIN, area_id=area_id, asked=range_of(days))
    return found


async def add(work: UnitOfWork, zone: Zone) -> None:
    """Keep a new zone."""
    await work.execute(
        _ADD,
        zone_id=zone.zone_id,
        unit_id=zone.unit_id,
        place_id=zone.place_id,
        class_id=zone.class_id,
        valid_from=zone.days.start,
        valid_until=zone.days.end,
        created_at=zone.created_at,
        updated_at=zone.updated_at,
        version=zone.version,
    )
    await _TERM.record(
        work, {"area_id": zone.area_id}, zone.days, {"zone_id": zone.zone_id, "unit_id": zone.unit_id}
    )


async def end(work: UnitOfWork, zone: Zone, over: Interval) -> None:
    """Keep the next version of a zone that no longer holds on the days `over`."""
    await _TERM.record(work, {"area_id": zone.area_id}, over, None)
    await work.execute(
        _CHANGE, zone_id=zone.zone_id, valid_until=zone.days.end, now=zone.updated_at, version=zone.version
    )
