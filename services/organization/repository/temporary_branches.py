"""SQL about what temporary branches have beside other units."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.access import within
from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import query
from organization.domain.temporary_branches import Hindrance, TemporaryBranch
from organization.domain.units import Purpose
from organization.repository.slices import on_campus

# A unit has its nearest name outside its life: the first before it, the last after it.
_COLUMNS = """
    u.unit_id, u.purpose, u.task, u.established_on, u.planned_end_on, u.dissolved_on, u.frozen_by, u.version,
    b.template_id, b.hindrances, b.hindered_since,
    (SELECT d.name FROM unit_description d
      WHERE d.unit_id = u.unit_id AND d.recorded_until IS NULL
      ORDER BY (d.valid @> CAST(:today AS date)) DESC,
               CASE WHEN lower(d.valid) <= CAST(:today AS date) THEN lower(d.valid) END DESC NULLS LAST,
               lower(d.valid)
      LIMIT 1) AS name
"""
_FROM = "temporary_branch b JOIN unit u USING (unit_id)"
_GET = query(sa.text(f"SELECT {_COLUMNS} FROM {_FROM} WHERE b.unit_id = :unit_id"))
_DUE = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM {_FROM}
             WHERE u.dissolved_on IS NULL AND u.planned_end_on <= CAST(:day AS date) AND u.frozen_by IS NULL
             ORDER BY u.unit_id"""
    )
)
_PAGE = query(
    sa.select(sa.text(_COLUMNS))
    .select_from(sa.text(_FROM))
    .where(
        sa.text(
            f"""(CAST(:ending_by AS date) IS NULL
                 OR (u.dissolved_on IS NULL AND u.planned_end_on <= CAST(:ending_by AS date)))
                AND (NOT CAST(:hindered AS bool) OR b.hindered_since IS NOT NULL)
                AND (CAST(:template_id AS uuid) IS NULL OR b.template_id = CAST(:template_id AS uuid))
                AND {on_campus("u.unit_id")}
                AND (CAST(:after_id AS uuid) IS NULL OR u.unit_id > CAST(:after_id AS uuid))"""
        ),
        within(sa.literal_column("u.unit_id", sa.Uuid)),
    )
    .order_by(sa.text("u.unit_id"))
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_ADD = query(
    sa.text(
        """INSERT INTO temporary_branch (unit_id, template_id, hindrances)
           VALUES (CAST(:unit_id AS uuid), CAST(:template_id AS uuid), '[]')
           ON CONFLICT (unit_id) DO UPDATE SET template_id = excluded.template_id"""
    )
)
_HINDER = query(
    sa.text(
        """UPDATE temporary_branch
              SET hindrances = CAST(:hindrances AS jsonb), hindered_since = CAST(:since AS date)
            WHERE unit_id = :unit_id"""
    )
)
_PLAN_END = query(sa.text("UPDATE unit SET planned_end_on = CAST(:day AS date) WHERE unit_id = :unit_id"))


def _read(row: Record, day: date) -> TemporaryBranch:
    return TemporaryBranch(
        unit_id=row["unit_id"],
        name=row["name"],
        purpose=Purpose(row["purpose"]),
        task=row["task"],
        established_on=row["established_on"],
        planned_end_on=row["planned_end_on"],
        dissolved_on=row["dissolved_on"],
        template_id=row["template_id"],
        hindrances=tuple(Hindrance(reason, count) for reason, count in row["hindrances"]),
        hindered_since=row["hindered_since"],
        frozen_by=row["frozen_by"],
        version=row["version"],
        day=day,
    )


async def find(reader: Reader, unit_id: UUID, *, day: date) -> TemporaryBranch | None:
    """The temporary branch, if the unit is one."""
    row = await reader.fetch_one(_GET, unit_id=unit_id, today=day)
    return None if row is None else _read(row, day)


async def due(reader: Reader, day: date) -> list[TemporaryBranch]:
    """The temporary branches whose task is over and that nobody dissolves at the moment."""
    return [_read(row, day) for row in await reader.fetch(_DUE, day=day, today=day)]


async def page(
    reader: Reader,
    scope: dict[str, Any],
    *,
    ending_by: date | None,
    hindered: bool,
    template_id: UUID | None,
    campus_id: UUID | None,
    today: date,
    after_id: UUID | None,
    most: int,
) -> list[TemporaryBranch]:
    """Temporary branches that the caller may see, by id."""
    rows = await reader.fetch(
        _PAGE,
        ending_by=ending_by,
        hindered=hindered,
        template_id=template_id,
        campus_id=campus_id,
        day=None,
        today=today,
        after_id=after_id,
        most=most,
        **scope,
    )
    return [_read(row, today) for row in rows]


async def add(work: UnitOfWork, unit_id: UUID, *, template_id: UUID | None) -> None:
    """Keep that a unit is a temporary branch, and from which template it was set up."""
    await work.execute(_ADD, unit_id=unit_id, template_id=template_id)


async def hinder(
    work: UnitOfWork, unit_id: UUID, hindrances: Sequence[Hindrance], *, since: date | None
) -> None:
    """Keep what stands in the way of the end of a branch, and since when."""
    listed = [[each.reason, each.count] for each in hindrances]
    await work.execute(_HINDER, unit_id=unit_id, hindrances=listed, since=since)


async def plan_end(work: UnitOfWork, unit_id: UUID, day: date) -> None:
    """Keep the day on which a branch is dissolved by itself."""
    await work.execute(_PLAN_END, unit_id=unit_id, day=day)
