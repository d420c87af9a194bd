"""Work orders, one by one and by the page, and what was done about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from activity import tables
from activity.domain.work_orders import Progress, Step, WorkOrder, WorkOrderAct, WorkOrderState
from chassis.access import within
from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import query
from chassis.table_statements import adding, changing, names, reading

_COLUMNS = ", ".join(f"w.{name}" for name in names(tables.work_order))
_ADD, _CHANGE = adding(tables.work_order), changing(tables.work_order)
_FIND = reading(tables.work_order, "work_order_id")
_LOCK = reading(tables.work_order, "work_order_id", locked=True)
_ADD_STEP = adding(tables.work_order_step)
_OPEN = "w.state IN ('issued', 'accepted')"
_PAGE = query(
    sa.select(sa.text(_COLUMNS))
    .select_from(sa.text("work_order w"))
    .where(
        sa.text(
            f"""(CAST(:unit_id AS uuid) IS NULL OR w.unit_id = :unit_id)
               AND (CAST(:assignee_unit_id AS uuid) IS NULL OR w.assignee_unit_id = :assignee_unit_id)
               AND (CAST(:meeting_id AS uuid) IS NULL OR w.meeting_id = :meeting_id)
               AND (CAST(:state AS text) IS NULL OR w.state = :state)
               AND (CAST(:overdue_on AS date) IS NULL OR (w.due_on < CAST(:overdue_on AS date) AND {_OPEN}))
               AND (CAST(:due_by AS date) IS NULL OR w.due_on <= CAST(:due_by AS date))
               AND (CAST(:after_day AS date) IS NULL
                    OR (w.due_on, w.work_order_id) > (CAST(:after_day AS date), CAST(:after_id AS uuid)))"""
        ),
        sa.or_(
            within(sa.literal_column("w.unit_id", sa.Uuid)),
            within(sa.literal_column("w.assignee_unit_id", sa.Uuid)),
        ),
    )
    .order_by(sa.text("w.due_on, w.work_order_id"))
    .limit(sa.bindparam("most", type_=sa.Integer)),
    # What a caller sees may be a few orders or all of them.
    planned_anew=True,
)
_TO_TELL = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM work_order w
             WHERE {_OPEN} AND (
                   (w.due_on < CAST(:day AS date) AND w.fell_overdue_on IS NULL)
                OR (w.due_on >= CAST(:day AS date) AND w.reminded_on IS NULL
                    AND w.due_on - w.remind_days <= CAST(:day AS date)))
             ORDER BY w.work_order_id FOR UPDATE"""
    )
)
_STEPS = query(
    sa.text(
        """SELECT * FROM work_order_step
            WHERE work_order_id = :work_order_id AND number > :after
            ORDER BY number LIMIT :most"""
    ).bindparams(sa.bindparam("after", type_=sa.Integer))
)
_PROGRESS = query(
    sa.text(
        f"""SELECT (count(*) FILTER (WHERE w.state <> 'withdrawn'))::int AS total,
                  (count(*) FILTER (WHERE {_OPEN}))::int AS open,
                  (count(*) FILTER (WHERE w.state = 'reported'))::int AS reported,
                  (count(*) FILTER (WHERE w.state = 'closed'))::int AS closed,
                  (count(*) FILTER (WHERE {_OPEN} AND w.due_on < CAST(:day AS date)))::int AS overdue
             FROM work_order w WHERE w.meeting_id = :meeting_id"""
    )
)


@dataclass(frozen=True, slots=True)
class WorkOrderFilter:
    """What a list of work orders is narrowed to; None is no condition."""

    unit_id: UUID | None = None
    assignee_unit_id: UUID | None = None
    meeting_id: UUID | None = None
    state: WorkOrderState | None = None
    overdue_only: bool = False
    due_by: date | None = None


def _read(row: Record) -> WorkOrder:
    values = dict(row)
    state, evidence = WorkOrderState(values.pop("state")), tuple(values.pop("evidence"))
    return WorkOrder(state=state, evidence=evidence, **values)


def _row(order: WorkOrder) -> dict[str, Any]:
    return {name: getattr(order, name) for name in names(tables.work_order)}


async def add_all(work: UnitOfWork, orders: Sequence[WorkOrder]) -> None:
    """Keep new work orders."""
    await work.execute_many(_ADD, [_row(order) for order in orders])


async def save(work: UnitOfWork, order: WorkOrder) -> None:
    """Keep a work order as it stands now; its row is locked by `lock`."""
    await work.execute(_CHANGE, **_row(order))


async def save_all(work: UnitOfWork, orders: Sequence[WorkOrder]) -> None:
    """The same for many."""
    await work.execute_many(_CHANGE, [_row(order) for order in orders])


async def add_steps(work: UnitOfWork, steps: Sequence[Step]) -> None:
    """Keep what was done."""
    columns = names(tables.work_order_step)
    await work.execute_many(_ADD_STEP, [{name: getattr(step, name) for name in columns} for step in steps])


async def find(reader: Reader, work_order_id: UUID) -> WorkOrder | None:
    """The work order, None where there is none."""
    row = await reader.fetch_one(_FIND, work_order_id=work_order_id)
    return None if row is None else _read(row)


async def lock(work: UnitOfWork, work_order_id: UUID) -> WorkOrder | None:
    """The work order, its row held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, work_order_id=work_order_id)
    return None if row is None else _read(row)


async def page(
    reader: Reader,
    scope: dict[str, Any],
    wanted: WorkOrderFilter,
    *,
    today: date,
    after: tuple[date, UUID] | None,
    most: int,
) -> list[WorkOrder]:
    """Work orders that units within the scope gave or do, by the day on which they are due."""
    rows = await reader.fetch(
        _PAGE,
        unit_id=wanted.unit_id,
        assignee_unit_id=wanted.assignee_unit_id,
        meeting_id=wanted.meeting_id,
        state=wanted.state.value if wanted.state else None,
        overdue_on=today if wanted.overdue_only else None,
        due_by=wanted.due_by,
        after_day=after[0] if after else None,
        after_id=after[1] if after else None,
        most=most,
        **scope,
    )
    return [_read(row) for row in rows]


async def to_tell(work: UnitOfWork, day: date) -> list[WorkOrder]:
    """Work orders of which something is to be told on a day, their rows held."""
    return [_read(row) for row in await work.fetch(_TO_TELL, day=day)]


async def steps_of(reader: Reader, work_order_id: UUID, *, after: int, most: int) -> list[Step]:
    """What was done about a work order, in its order."""
    rows = await reader.fetch(_STEPS, work_order_id=work_order_id, after=after, most=most)
    return [_step(row) for row in rows]


def _step(row: Record) -> Step:
    values = dict(row)
    act, evidence = WorkOrderAct(values.pop("act")), tuple(values.pop("evidence"))
    return Step(act=act, evidence=evidence, **values)


async def progress(reader: Reader, meeting_id: UUID, today: date) -> Progress:
    """How far the work orders of a meeting are."""
    row = await reader.fetch_one(_PROGRESS, meeting_id=meeting_id, day=today)
    assert row is not None, "an aggregate answers one row"
    return Progress(**dict(row))
