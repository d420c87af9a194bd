"""SQL about honours."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.access import within
from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import query
from chassis.table_statements import adding, changing, names, reading
from evaluation import tables
from evaluation.domain.awards import Level
from evaluation.domain.honours import Honour, HonourKind, NewHonour

_COLUMNS = ", ".join(f"h.{name}" for name in names(tables.honour))
_ADD, _CHANGE = adding(tables.honour), changing(tables.honour)
_FIND, _LOCK = reading(tables.honour, "honour_id"), reading(tables.honour, "honour_id", locked=True)
_SAME = query(
    sa.text(
        """SELECT g.line FROM unnest(CAST(:persons AS uuid[]), CAST(:kinds AS text[]), CAST(:titles AS text[]),
                                    CAST(:years AS int[])) WITH ORDINALITY AS g (person_id, kind, title, year, line)
             JOIN honour h ON h.person_id = g.person_id AND h.kind = g.kind AND h.title = g.title
                          AND h.year = g.year AND h.withdrawn_at IS NULL
            ORDER BY g.line LIMIT 1"""
    )
)
# What was known at an instant: recorded by then, and not yet withdrawn.
_KNOWN = """h.recorded_at <= CAST(:known_at AS timestamptz)
            AND (h.withdrawn_at IS NULL OR h.withdrawn_at > CAST(:known_at AS timestamptz))"""
_PAGE = query(
    sa.select(sa.text(_COLUMNS))
    .select_from(sa.text("honour h"))
    .where(
        sa.text(
            f"""{_KNOWN}
                AND (CAST(:person_id AS uuid) IS NULL OR h.person_id = :person_id)
                AND (CAST(:kind AS text) IS NULL OR h.kind = :kind)
                AND (CAST(:year AS int) IS NULL OR h.year = :year)
                AND (CAST(:after AS uuid) IS NULL OR h.honour_id > CAST(:after AS uuid))"""
        ),
        sa.or_(
            sa.text("h.person_id = CAST(:own_id AS uuid)"),
            within(sa.literal_column("h.unit_id", sa.Uuid)),
        ),
    )
    .order_by(sa.text("h.honour_id"))
    .limit(sa.bindparam("most", type_=sa.Integer))
)
# What lay below the unit on the day that is read: named, or the one on which the honour was conferred.
_COUNTED = query(
    sa.text(
        f"""SELECT h.person_id, h.honour_id, h.awarded_on FROM honour h
             WHERE {_KNOWN} AND h.year = CAST(:year AS int) AND h.kind = ANY (CAST(:kinds AS text[]))
               AND (CAST(:below_id AS uuid) IS NULL OR EXISTS (
                    SELECT FROM access_closure c
                     WHERE c.ancestor_id = CAST(:below_id AS uuid) AND c.descendant_id = h.unit_id
                       AND c.valid @> coalesce(CAST(:as_of AS date), h.awarded_on) AND NOT c.reading_only))
             ORDER BY h.honour_id"""
    )
)


def _read(row: Record) -> Honour:
    values = dict(row)
    return Honour(kind=HonourKind(values.pop("kind")), level=Level(values.pop("level")), **values)


def _row(honour: Honour) -> dict[str, Any]:
    return {name: getattr(honour, name) for name in names(tables.honour)}


async def find(reader: Reader, honour_id: UUID) -> Honour | None:
    """The honour, if there is one."""
    row = await reader.fetch_one(_FIND, honour_id=honour_id)
    return None if row is None else _read(row)


async def lock(work: UnitOfWork, honour_id: UUID) -> Honour | None:
    """The honour; nobody else changes it until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, honour_id=honour_id)
    return None if row is None else _read(row)


async def first_on_record(reader: Reader, honours: Sequence[NewHonour]) -> NewHonour | None:
    """One of these that is on record already, if there is one."""
    line: int | None = await reader.fetch_value(
        _SAME,
        persons=[each.person_id for each in honours],
        kinds=[each.kind for each in honours],
        titles=[each.title for each in honours],
        years=[each.year for each in honours],
    )
    return None if line is None else honours[line - 1]


async def page(
    reader: Reader,
    scope: dict[str, Any],
    *,
    own_id: UUID | None,
    person_id: UUID | None,
    kind: HonourKind | None,
    year: int | None,
    known_at: datetime,
    after: UUID | None,
    most: int,
) -> Sequence[Honour]:
    """Honours that the caller may see or has, by id."""
    rows = await reader.fetch(
        _PAGE,
        own_id=own_id,
        person_id=person_id,
        kind=kind,
        year=year,
        known_at=known_at,
        after=after,
        most=most,
        **scope,
    )
    return [_read(row) for row in rows]


async def counted(
    reader: Reader,
    *,
    kinds: Collection[HonourKind],
    year: int,
    below_id: UUID | None,
    known_at: datetime,
    as_of: date | None,
) -> list[tuple[UUID, UUID, date]]:
    """(person, honour, day) of the honours that an indicator counts."""
    rows = await reader.fetch(
        _COUNTED, kinds=sorted(kinds), year=year, below_id=below_id, known_at=known_at, as_of=as_of
    )
    return [(row["person_id"], row["honour_id"], row["awarded_on"]) for row in rows]


async def add_all(work: UnitOfWork, honours: Sequence[Honour]) -> None:
    """Keep new honours."""
    await work.execute_many(_ADD, [_row(honour) for honour in honours])


async def change(work: UnitOfWork, honour: Honour) -> None:
    """Keep the next state of an honour."""
    await work.execute(_CHANGE, **_row(honour))
