"""SQL about awards."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import query
from chassis.table_statements import adding, changing, names, reading
from evaluation import tables
from evaluation.domain.awards import Award, Catalogue, Dimension, Level, criteria_of, records

_ADD, _CHANGE = adding(tables.award), changing(tables.award)
_FIND, _LOCK = reading(tables.award, "award_id"), reading(tables.award, "award_id", locked=True)
_NAMED = query(sa.text("SELECT EXISTS (SELECT FROM award WHERE unit_id = :unit_id AND name = :name)"))
_PAGE = query(
    sa.text(
        f"""SELECT {", ".join(names(tables.award))} FROM award
             WHERE (CAST(:unit_id AS uuid) IS NULL OR unit_id = :unit_id)
               AND (CAST(:after AS uuid) IS NULL OR award_id > CAST(:after AS uuid))
             ORDER BY award_id LIMIT CAST(:most AS int)"""
    )
)


def _read(row: Record) -> Award:
    values = dict(row)
    dimensions, criteria = values.pop("dimensions"), values.pop("criteria")
    return Award(
        catalogue=Catalogue(tuple(Dimension(**each) for each in dimensions), criteria_of(criteria)),
        level=Level(values.pop("level")),
        eligible_kinds=tuple(values.pop("eligible_kinds")),
        **values,
    )


def _row(award: Award) -> dict[str, Any]:
    return {
        "award_id": award.award_id,
        "unit_id": award.unit_id,
        "name": award.name,
        "level": award.level,
        "eligible_kinds": list(award.eligible_kinds),
        "first_year": award.first_year,
        "dimensions": [asdict(each) for each in award.catalogue.dimensions],
        "criteria": records(award.catalogue.criteria),
        "criteria_version": award.criteria_version,
        "created_at": award.created_at,
        "updated_at": award.updated_at,
        "version": award.version,
    }


async def find(reader: Reader, award_id: UUID) -> Award | None:
    """The award, if there is one."""
    row = await reader.fetch_one(_FIND, award_id=award_id)
    return None if row is None else _read(row)


async def lock(work: UnitOfWork, award_id: UUID) -> Award | None:
    """The award; nobody else changes it, or its editions' numbers, until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, award_id=award_id)
    return None if row is None else _read(row)


async def is_named(reader: Reader, unit_id: UUID, name: str) -> bool:
    """Whether the unit has an award of that name."""
    return bool(await reader.fetch_value(_NAMED, unit_id=unit_id, name=name))


async def page(reader: Reader, *, unit_id: UUID | None, after: UUID | None, most: int) -> Sequence[Award]:
    """Awards by id."""
    return [_read(row) for row in await reader.fetch(_PAGE, unit_id=unit_id, after=after, most=most)]


async def add(work: UnitOfWork, award: Award) -> None:
    """Keep a new award."""
    await work.execute(_ADD, **_row(award))


async def change(work: UnitOfWork, award: Award) -> None:
    """Keep the next state of an award."""
    await work.execute(_CHANGE, **_row(award))
