"""SQL about pairings of leaders with branches."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import DATERANGE

from chassis.access import within
from chassis.bitemporal import range_of
from chassis.database import Reader, Record, UnitOfWork
from chassis.intervals import Interval
from chassis.statements import insert, query
from organization import tables
from organization.domain.pairings import Pairing
from organization.repository.slices import on_campus

_GET = query(sa.text("SELECT * FROM pairing WHERE pairing_id = :pairing_id"))
_LOCK = query(sa.text("SELECT * FROM pairing WHERE pairing_id = :pairing_id FOR UPDATE"))
_PAGE = query(
    sa.select(sa.text("r.*"))
    .select_from(sa.text("pairing r"))
    .where(
        sa.text(
            f"""(CAST(:unit_id AS uuid) IS NULL OR r.unit_id = :unit_id)
               AND (CAST(:person_id AS uuid) IS NULL OR r.person_id = :person_id)
               AND {on_campus("r.unit_id")}
               AND (CAST(:day AS date) IS NULL OR (r.valid_from <= CAST(:day AS date)
                    AND (r.valid_until IS NULL OR r.valid_until > CAST(:day AS date))))
               AND (CAST(:after_id AS uuid) IS NULL OR r.pairing_id > :after_id)"""
        ),
        sa.or_(
            within(sa.literal_column("r.unit_id", sa.Uuid)),
            sa.literal_column("r.person_id", sa.Uuid) == sa.bindparam("caller_id", type_=sa.Uuid),
        ),
    )
    .order_by(sa.text("r.pairing_id"))
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_pairing = tables.pairing
_TWIN = query(
    sa.select(_pairing.c.pairing_id)
    .where(
        _pairing.c.unit_id == sa.bindparam("unit_id", type_=sa.Uuid),
        _pairing.c.person_id == sa.bindparam("person_id", type_=sa.Uuid),
        sa.func.daterange(_pairing.c.valid_from, _pairing.c.valid_until).op("&&")(
            sa.bindparam("asked", type_=DATERANGE)
        ),
    )
    .limit(1)
)
_ADD = query(
    insert(
        tables.pairing,
        "pairing_id",
        "unit_id",
        "person_id",
        "post_id",
        "plan",
        "valid_from",
        "valid_until",
        "reason",
        "created_at",
        "updated_at",
        "version",
    )
)
_END = query(
    sa.text(
        """UPDATE pairing SET valid_until = CAST(:day AS date), reason = :reason, updated_at = :now,
                  version = :version
            WHERE pairing_id = :pairing_id"""
    )
)


def _read(row: Record) -> Pairing:
    return Pairing(
        pairing_id=row["pairing_id"],
        unit_id=row["unit_id"],
        person_id=row["person_id"],
        post_id=row["post_id"],
        plan=row["plan"],
        days=Interval(row["valid_from"], row["valid_until"]),
        reason=row["reason"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )


async def find(reader: Reader, pairing_id: UUID) -> Pairing | None:
    """The pairing, if there is one."""
    row = await reader.fetch_one(_GET, pairing_id=pairing_id)
    return None if row is None else _read(row)


async def lock(work: UnitOfWork, pairing_id: UUID) -> Pairing | None:
    """The pairing; nobody else changes it until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, pairing_id=pairing_id)
    return None if row is None else _read(row)


async def page(
    reader: Reader,
    scope: dict[str, Any],
    *,
    caller_id: UUID | None,
    unit_id: UUID | None,
    person_id: UUID | None,
    campus_id: UUID | None,
    on: date | None,
    today: date,
    after_id: UUID | None,
    most: int,
) -> list[Pairing]:
    """Pairings of branches that the caller may see, and the caller's own, by id."""
    rows = await reader.fetch(
        _PAGE,
        caller_id=caller_id,
        unit_id=unit_id,
        person_id=person_id,
        campus_id=campus_id,
        day=on,
        today=today,
        after_id=after_id,
        most=most,
        **scope,
    )
    return [_read(row) for row in rows]


async def overlapping(reader: Reader, pairing: Pairing) -> UUID | None:
    """A pairing of the same two on some of the days."""
    found: UUID | None = await reader.fetch_value(
        _TWIN, unit_id=pairing.unit_id, person_id=pairing.person_id, asked=range_of(pairing.days)
    )
    return found


async def add(work: UnitOfWork, pairing: Pairing) -> None:
    """Keep a new pairing."""
    await work.execute(
        _ADD,
        pairing_id=pairing.pairing_id,
        unit_id=pairing.unit_id,
        person_id=pairing.person_id,
        post_id=pairing.post_id,
        plan=pairing.plan,
        valid_from=pairing.days.start,
        valid_until=pairing.days.end,
        reason=pairing.reason,
        created_at=pairing.created_at,
        updated_at=pairing.updated_at,
        version=pairing.version,
    )


async def end(work: UnitOfWork, pairing: Pairing) -> None:
    """Keep the next version of a pairing that has an end."""
    await work.execute(
        _END,
        pairing_id=pairing.pairing_id,
        day=pairing.days.end,
        reason=pairing.reason,
        now=pairing.updated_at,
        version=pairing.version,
    )
