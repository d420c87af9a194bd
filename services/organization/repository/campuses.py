"""SQL about campuses."""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import insert, query
from organization import tables
from organization.domain.units import Campus

_campus = tables.campus
_GET = query(sa.select(_campus).where(_campus.c.campus_id == sa.bindparam("campus_id", type_=sa.Uuid)))
_KNOWN = query(sa.text("SELECT campus_id FROM campus WHERE campus_id = ANY (CAST(:campus_ids AS uuid[]))"))
_BY_CODE = query(sa.select(_campus.c.campus_id).where(_campus.c.code == sa.bindparam("code", type_=sa.Text)))
_LIST = query(
    sa.text("SELECT * FROM campus WHERE code > CAST(:after AS text) ORDER BY code LIMIT CAST(:most AS int)")
)
_ADD = query(insert(_campus, "campus_id", "code", "name", "version"))
_CHANGE = query(
    sa.text("UPDATE campus SET code = :code, name = :name, version = :version WHERE campus_id = :campus_id")
)


def _read(row: Record) -> Campus:
    return Campus(campus_id=row["campus_id"], code=row["code"], name=row["name"], version=row["version"])


async def find(reader: Reader, campus_id: UUID) -> Campus | None:
    """The campus, if there is one."""
    row = await reader.fetch_one(_GET, campus_id=campus_id)
    return None if row is None else _read(row)


async def known(reader: Reader, campus_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these campuses there are."""
    return {row["campus_id"] for row in await reader.fetch(_KNOWN, campus_ids=list(campus_ids))}


async def with_code(reader: Reader, code: str) -> UUID | None:
    """The campus that has a code."""
    found: UUID | None = await reader.fetch_value(_BY_CODE, code=code)
    return found


async def page(reader: Reader, *, after: str, most: int) -> list[Campus]:
    """Campuses by code, after one."""
    return [_read(row) for row in await reader.fetch(_LIST, after=after, most=most)]


async def add(work: UnitOfWork, campus: Campus) -> None:
    """Keep a new campus."""
    await work.execute(
        _ADD, campus_id=campus.campus_id, code=campus.code, name=campus.name, version=campus.version
    )


async def change(work: UnitOfWork, campus: Campus) -> None:
    """Keep the next version of a campus."""
    await work.execute(
        _CHANGE, campus_id=campus.campus_id, code=campus.code, name=campus.name, version=campus.version
    )
