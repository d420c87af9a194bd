"""SQL about plaques."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.access import within
from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import insert, query
from organization import tables
from organization.domain.plaques import Plaque
from organization.repository.slices import placed_on_campus

_GET = query(sa.text("SELECT * FROM plaque WHERE plaque_id = :plaque_id"))
_LOCK = query(sa.text("SELECT * FROM plaque WHERE plaque_id = :plaque_id FOR UPDATE"))
_PAGE = query(
    sa.select(sa.text("q.*"))
    .select_from(sa.text("plaque q"))
    .where(
        sa.text(
            f"""(CAST(:unit_id AS uuid) IS NULL OR q.unit_id = :unit_id)
               AND (CAST(:place_id AS uuid) IS NULL OR q.place_id = :place_id)
               AND (CAST(:person_id AS uuid) IS NULL OR q.person_id = :person_id)
               AND (CAST(:day AS date) IS NULL OR (q.issued_on <= CAST(:day AS date)
                    AND (q.withdrawn_on IS NULL OR q.withdrawn_on > CAST(:day AS date))))
               AND {placed_on_campus("q.place_id")}
               AND (CAST(:after_id AS uuid) IS NULL OR q.plaque_id > :after_id)"""
        ),
        # People see their own plaque wherever it hangs.
        sa.or_(
            within(sa.literal_column("q.unit_id", sa.Uuid)),
            sa.literal_column("q.person_id", sa.Uuid) == sa.bindparam("caller_id", type_=sa.Uuid),
        ),
    )
    .order_by(sa.text("q.plaque_id"))
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_TWIN = query(
    sa.text(
        """SELECT plaque_id FROM plaque WHERE person_id = :person_id
              AND (withdrawn_on IS NULL OR withdrawn_on > CAST(:day AS date)) LIMIT 1"""
    )
)
_ADD = query(
    insert(
        tables.plaque,
        "plaque_id",
        "unit_id",
        "place_id",
        "person_id",
        "issued_on",
        "reason",
        "created_at",
        "updated_at",
        "version",
    )
)
_WITHDRAW = query(
    sa.text(
        """UPDATE plaque SET withdrawn_on = CAST(:day AS date), reason = :reason, updated_at = :now,
                  version = :version
            WHERE plaque_id = :plaque_id"""
    )
)


def _read(row: Record) -> Plaque:
    return Plaque(**{name: row[name] for name in Plaque.__slots__})


async def find(reader: Reader, plaque_id: UUID) -> Plaque | None:
    """The plaque, if there is one."""
    row = await reader.fetch_one(_GET, plaque_id=plaque_id)
    return None if row is None else _read(row)


async def lock(work: UnitOfWork, plaque_id: UUID) -> Plaque | None:
    """The plaque; nobody else changes it until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, plaque_id=plaque_id)
    return None if row is None else _read(row)


async def page(
    reader: Reader,
    scope: dict[str, Any],
    *,
    caller_id: UUID | None,
    unit_id: UUID | None,
    place_id: UUID | None,
    person_id: UUID | None,
    campus_id: UUID | None,
    on: date | None,
    after_id: UUID | None,
    most: int,
) -> list[Plaque]:
    """Plaques that the caller may see, by id."""
    rows = await reader.fetch(
        _PAGE,
        caller_id=caller_id,
        unit_id=unit_id,
        place_id=place_id,
        person_id=person_id,
        campus_id=campus_id,
        day=on,
        after_id=after_id,
        most=most,
        **scope,
    )
    return [_read(row) for row in rows]


async def since(reader: Reader, person_id: UUID, day: date) -> UUID | None:
    """A plaque that the member has on the day or later."""
    found: UUID | None = await reader.fetch_value(_TWIN, person_id=person_id, day=day)
    return found


async def add(work: UnitOfWork, plaque: Plaque) -> None:
    """Keep a new plaque."""
    await work.execute(
        _ADD,
        plaque_id=plaque.plaque_id,
        unit_id=plaque.unit_id,
        place_id=plaque.place_id,
        person_id=plaque.person_id,
        issued_on=plaque.issued_on,
        reason=plaque.reason,
        created_at=plaque.created_at,
        updated_at=plaque.updated_at,
        version=plaque.version,
    )


async def withdraw(work: UnitOfWork, plaque: Plaque) -> None:
    """Keep that a plaque was withdrawn."""
    await work.execute(
        _WITHDRAW,
        plaque_id=plaque.plaque_id,
        day=plaque.withdrawn_on,
        reason=plaque.reason,
        now=plaque.updated_at,
        version=plaque.version,
    )
