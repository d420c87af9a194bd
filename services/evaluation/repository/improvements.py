"""Improvement items."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.access import within
from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import query
from chassis.table_statements import adding, changing, names, reading
from evaluation import tables
from evaluation.domain.editions import Edition
from evaluation.domain.improvements import ImprovementItem, ImprovementState, Outcome

_TABLE = tables.improvement_item
_ADD, _CHANGE = adding(_TABLE), changing(_TABLE)
_FIND = reading(_TABLE, "improvement_item_id")
_LOCK = reading(_TABLE, "improvement_item_id", locked=True)
_COLUMNS = ", ".join(f"i.{name}" for name in names(_TABLE))
_KNOWN = query(sa.text("SELECT unit_id, criterion_key FROM improvement_item WHERE edition_id = :edition_id"))
# What no later edition has followed up; what was dismissed was no low score to anybody.
_OPEN_BEFORE = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM improvement_item i
             WHERE i.award_id = :award_id AND i.edition_number < :number AND i.next_edition_id IS NULL
               AND i.state <> 'dismissed' AND i.unit_id = ANY (CAST(:unit_ids AS uuid[]))
             ORDER BY i.improvement_item_id FOR UPDATE"""
    )
)
_OUTCOME = """CASE WHEN i.next_edition_id IS NULL THEN NULL WHEN i.next_score IS NULL THEN 'not_scored'
                   WHEN i.next_score > i.score THEN 'improved' ELSE 'not_improved' END"""
_PAGE = query(
    sa.select(sa.text(_COLUMNS))
    .select_from(sa.text("improvement_item i"))
    .where(
        sa.text(
            f"""(CAST(:edition_id AS uuid) IS NULL OR i.edition_id = :edition_id)
               AND (CAST(:state AS text) IS NULL OR i.state = :state)
               AND (CAST(:outcome AS text) IS NULL OR {_OUTCOME} = :outcome)
               AND (NOT CAST(:overdue_only AS boolean)
                    OR (i.state = 'planned' AND i.due_on < CAST(:day AS date)))
               AND (CAST(:unit_id AS uuid) IS NULL OR EXISTS (
                    SELECT FROM access_closure b
                     WHERE b.ancestor_id = CAST(:unit_id AS uuid) AND b.descendant_id = i.unit_id
                       AND b.valid @> CAST(:day AS date) AND NOT b.reading_only))
               AND (CAST(:after AS uuid) IS NULL OR i.improvement_item_id > CAST(:after AS uuid))"""
        ),
        within(sa.literal_column("i.unit_id", sa.Uuid)),
    )
    .order_by(sa.text("i.improvement_item_id"))
    .limit(sa.bindparam("most", type_=sa.Integer)),
    planned_anew=True,
)


@dataclass(frozen=True, slots=True)
class ImprovementFilter:
    """What a list of items is narrowed to; None is no condition."""

    unit_id: UUID | None = None
    edition_id: UUID | None = None
    state: ImprovementState | None = None
    outcome: Outcome | None = None
    overdue_only: bool = False


def _read(row: Record) -> ImprovementItem:
    values = dict(row)
    return ImprovementItem(state=ImprovementState(values.pop("state")), **values)


def _row(item: ImprovementItem) -> dict[str, Any]:
    return {name: getattr(item, name) for name in names(_TABLE)}


async def add_many(work: UnitOfWork, items: Iterable[ImprovementItem]) -> None:
    """Keep new items."""
    await work.execute_many(_ADD, [_row(item) for item in items])


async def save_many(work: UnitOfWork, items: Iterable[ImprovementItem]) -> None:
    """Keep items as they stand now."""
    await work.execute_many(_CHANGE, [_row(item) for item in items])


async def known(reader: Reader, edition_id: UUID) -> set[tuple[UUID, str]]:
    """Unit and criterion of each item of an edition."""
    rows = await reader.fetch(_KNOWN, edition_id=edition_id)
    return {(row["unit_id"], row["criterion_key"]) for row in rows}


async def open_before(work: UnitOfWork, edition: Edition, unit_ids: Sequence[UUID]) -> list[ImprovementItem]:
    """Items of these units from earlier editions of the award that no edition has followed up, held."""
    rows = await work.fetch(
        _OPEN_BEFORE, award_id=edition.award_id, number=edition.number, unit_ids=list(unit_ids)
    )
    return [_read(row) for row in rows]


async def find(reader: Reader, improvement_item_id: UUID) -> ImprovementItem | None:
    """The item, None where there is none."""
    row = await reader.fetch_one(_FIND, improvement_item_id=improvement_item_id)
    return None if row is None else _read(row)


async def lock(work: UnitOfWork, improvement_item_id: UUID) -> ImprovementItem | None:
    """The item, its row held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, improvement_item_id=improvement_item_id)
    return None if row is None else _read(row)


async def page(
    reader: Reader,
    scope: dict[str, Any],
    wanted: ImprovementFilter,
    *,
    today: date,
    after: UUID | None,
    most: int,
) -> list[ImprovementItem]:
    """Items that the caller may see, by id."""
    rows = await reader.fetch(
        _PAGE,
        unit_id=wanted.unit_id,
        edition_id=wanted.edition_id,
        state=wanted.state.value if wanted.state else None,
        outcome=wanted.outcome.value if wanted.outcome else None,
        overdue_only=wanted.overdue_only,
        day=today,
        after=after,
        most=most,
        **scope,
    )
    return [_read(row) for row in rows]
