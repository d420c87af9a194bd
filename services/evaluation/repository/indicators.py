"""SQL about indicators, their values and the people counted."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.access import within
from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import query
from chassis.table_statements import adding, changing, names, reading
from evaluation import tables
from evaluation.domain.indicators import Counted, Definition, Indicator, IndicatorValue
from evaluation.domain.recorded import Status

_COLUMNS = ", ".join(f"i.{name}" for name in names(tables.indicator))
_ADD, _CHANGE = adding(tables.indicator), changing(tables.indicator)
_FIND = reading(tables.indicator, "indicator_id")
_LOCK = reading(tables.indicator, "indicator_id", locked=True)
_CODED = query(sa.text("SELECT EXISTS (SELECT FROM indicator WHERE code = :code)"))
_PAGE = query(
    sa.select(sa.text(_COLUMNS))
    .select_from(sa.text("indicator i"))
    .where(
        sa.text(
            """(CAST(:code AS text) IS NULL OR i.code = :code)
               AND (CAST(:after AS uuid) IS NULL OR i.indicator_id > CAST(:after AS uuid))"""
        ),
        within(sa.literal_column("i.unit_id", sa.Uuid)),
    )
    .order_by(sa.text("i.indicator_id"))
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_ADD_VALUE = adding(tables.indicator_value)
_FIND_VALUE = reading(tables.indicator_value, "value_id")
_VALUES = query(
    sa.text(
        f"""SELECT {", ".join(names(tables.indicator_value))} FROM indicator_value
             WHERE indicator_id = :indicator_id AND (CAST(:year AS int) IS NULL OR year = :year)
               AND (CAST(:after AS uuid) IS NULL OR value_id < CAST(:after AS uuid))
             ORDER BY value_id DESC LIMIT CAST(:most AS int)"""
    )
)
_EVIDENCE = query(
    sa.text(
        """SELECT person_id, in_numerator, honour_ids, as_of, status, branch_id FROM indicator_evidence
            WHERE value_id = :value_id AND (in_numerator OR NOT CAST(:numerator_only AS boolean))
              AND (CAST(:after AS uuid) IS NULL OR person_id > CAST(:after AS uuid))
            ORDER BY person_id LIMIT CAST(:most AS int)"""
    )
)


def _read(row: Record) -> Indicator:
    values = dict(row)
    return Indicator(definition=Definition.from_record(values.pop("definition")), **values)


def _row(indicator: Indicator) -> dict[str, Any]:
    plain = {name: getattr(indicator, name) for name in names(tables.indicator)}
    return {**plain, "definition": indicator.definition.to_record()}


def _read_value(row: Record) -> IndicatorValue:
    values = dict(row)
    return IndicatorValue(definition=Definition.from_record(values.pop("definition")), **values)


async def find(reader: Reader, indicator_id: UUID) -> Indicator | None:
    """The indicator, if there is one."""
    row = await reader.fetch_one(_FIND, indicator_id=indicator_id)
    return None if row is None else _read(row)


async def lock(work: UnitOfWork, indicator_id: UUID) -> Indicator | None:
    """The indicator; nobody else changes it until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, indicator_id=indicator_id)
    return None if row is None else _read(row)


async def is_coded(reader: Reader, code: str) -> bool:
    """Whether an indicator has the code."""
    return bool(await reader.fetch_value(_CODED, code=code))


async def page(
    reader: Reader, scope: dict[str, Any], *, code: str | None, after: UUID | None, most: int
) -> Sequence[Indicator]:
    """Indicators that the caller may see, by id."""
    return [_read(row) for row in await reader.fetch(_PAGE, code=code, after=after, most=most, **scope)]


async def add(work: UnitOfWork, indicator: Indicator) -> None:
    """Keep a new indicator."""
    await work.execute(_ADD, **_row(indicator))


async def change(work: UnitOfWork, indicator: Indicator) -> None:
    """Keep the next state of an indicator."""
    await work.execute(_CHANGE, **_row(indicator))


async def add_value(work: UnitOfWork, value: IndicatorValue, counted: Iterable[Counted]) -> None:
    """Keep a value and everybody counted in it."""
    plain = {name: getattr(value, name) for name in names(tables.indicator_value)}
    await work.execute(_ADD_VALUE, **{**plain, "definition": value.definition.to_record()})
    # As many rows as the university has members: copied in, not inserted one by one.
    await work.copy(
        tables.indicator_evidence,
        names(tables.indicator_evidence),
        [
            (
                value.value_id,
                each.person_id,
                each.in_numerator,
                list(each.honour_ids),
                each.as_of,
                each.status,
                each.branch_id,
            )
            for each in counted
        ],
    )


async def find_value(reader: Reader, value_id: UUID) -> IndicatorValue | None:
    """The value, if there is one."""
    row = await reader.fetch_one(_FIND_VALUE, value_id=value_id)
    return None if row is None else _read_value(row)


async def values(
    reader: Reader, indicator_id: UUID, *, year: int | None, after: UUID | None, most: int
) -> Sequence[IndicatorValue]:
    """The values of an indicator, the newest first."""
    rows = await reader.fetch(_VALUES, indicator_id=indicator_id, year=year, after=after, most=most)
    return [_read_value(row) for row in rows]


async def evidence(
    reader: Reader, value_id: UUID, *, numerator_only: bool, after: UUID | None, most: int
) -> Sequence[Counted]:
    """The people counted in a value, by id."""
    rows = await reader.fetch(
        _EVIDENCE, value_id=value_id, numerator_only=numerator_only, after=after, most=most
    )
    return [_counted(row) for row in rows]


def _counted(row: Record) -> Counted:
    status = row["status"]
    return Counted(
        person_id=row["person_id"],
        in_numerator=row["in_numerator"],
        honour_ids=tuple(row["honour_ids"]),
        as_of=row["as_of"],
        status=Status(status) if status else None,
        branch_id=row["branch_id"],
    )
