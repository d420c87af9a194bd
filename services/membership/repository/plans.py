"""Plans of admission, and what was used of them: one statement for any number of plans."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import query
from membership.domain.plans import Plan, PlanUse

_NAMES = ("plan_id", "unit_id", "year", "quota", "version", "created_at", "updated_at")
_COLUMNS = ", ".join(f"p.{name}" for name in _NAMES)
_FIND = query(sa.text(f"SELECT {_COLUMNS} FROM admission_plan p WHERE p.plan_id = :plan_id"))
_LOCK = query(sa.text(f"SELECT {_COLUMNS} FROM admission_plan p WHERE p.plan_id = :plan_id FOR UPDATE"))
_OF_YEAR = query(sa.text(f"SELECT {_COLUMNS} FROM admission_plan p WHERE p.year = :year"))
_OF_UNIT = query(
    sa.text(f"SELECT {_COLUMNS} FROM admission_plan p WHERE p.unit_id = :unit_id AND p.year = :year")
)
# The plans that an admission in a unit uses up, held so that two admissions cannot both take the last place.
_OVER = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM admission_plan p
             WHERE p.year = :year
               AND EXISTS (SELECT FROM access_closure b WHERE b.ancestor_id = p.unit_id
                              AND b.descendant_id = :unit_id AND b.valid @> CAST(:day AS date)
                              AND NOT b.reading_only)
             ORDER BY p.plan_id FOR UPDATE"""
    )
)
_ABOVE = query(
    sa.text(
        """SELECT b.descendant_id, b.ancestor_id FROM access_closure b
            WHERE b.ancestor_id = ANY (CAST(:unit_ids AS uuid[]))
              AND b.descendant_id = ANY (CAST(:unit_ids AS uuid[]))
              AND b.ancestor_id <> b.descendant_id AND b.valid @> CAST(:day AS date) AND NOT b.reading_only"""
    )
)
# A case counts in the year of its branch meeting, and before that in the year of its form (LOC-14).
_USE = query(
    sa.text(
        """WITH wanted AS (
               SELECT * FROM unnest(CAST(:unit_ids AS uuid[]), CAST(:years AS integer[])) AS w (unit_id, year)),
           marked AS (
               SELECT DISTINCT s.case_id FROM case_step s
                WHERE s.step IN ('admission_form', 'branch_meeting') AND NOT s.superseded
                  AND s.occurred_on >= make_date((SELECT min(year) FROM wanted), 1, 1)
                  AND s.occurred_on <= make_date((SELECT max(year) FROM wanted), 12, 31)),
           dated AS (
               SELECT s.case_id, max(s.occurred_on) FILTER (WHERE s.step = 'branch_meeting') AS met_on,
                      max(s.occurred_on) FILTER (WHERE s.step = 'admission_form') AS form_on
                 FROM marked m JOIN case_step s USING (case_id)
                WHERE s.step IN ('admission_form', 'branch_meeting') AND NOT s.superseded
                GROUP BY s.case_id)
           SELECT w.unit_id, w.year, count(*) FILTER (WHERE d.met_on IS NOT NULL) AS admitted,
                  count(*) FILTER (WHERE d.met_on IS NULL) AS reserved
             FROM wanted w
             JOIN access_closure b ON b.ancestor_id = w.unit_id AND b.valid @> CAST(:day AS date)
                                  AND NOT b.reading_only
             JOIN admission_case k ON k.unit_id = b.descendant_id AND k.state <> 'withdrawn'
             JOIN dated d ON d.case_id = k.case_id
            WHERE extract(year FROM coalesce(d.met_on, d.form_on)) = w.year
            GROUP BY w.unit_id, w.year"""
    )
)
_PUT = query(
    sa.text(
        f"""INSERT INTO admission_plan ({", ".join(_NAMES)})
            VALUES ({", ".join(f":{name}" for name in _NAMES)})
            ON CONFLICT (plan_id) DO UPDATE
               SET quota = excluded.quota, version = excluded.version, updated_at = excluded.updated_at"""
    )
)
_LIST = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM admission_plan p
             WHERE (CAST(:after AS uuid) IS NULL OR p.plan_id > CAST(:after AS uuid))
               AND (CAST(:year AS integer) IS NULL OR p.year = CAST(:year AS integer))
               AND (CAST(:unit_id AS uuid) IS NULL OR EXISTS (
                    SELECT FROM access_closure b WHERE b.ancestor_id = CAST(:unit_id AS uuid)
                       AND b.descendant_id = p.unit_id AND b.valid @> CAST(:access_day AS date)
                       AND NOT b.reading_only))
               AND EXISTS (
                    SELECT FROM access_closure c WHERE c.ancestor_id = ANY (CAST(:access_units AS uuid[]))
                       AND c.descendant_id = p.unit_id AND c.valid @> CAST(:access_day AS date)
                       AND (CAST(:access_reading AS boolean) OR NOT c.reading_only))
             ORDER BY p.plan_id LIMIT :size"""
    )
)


def _plan(row: Record) -> Plan:
    return Plan(**dict(row))


async def find(reader: Reader, plan_id: UUID) -> Plan | None:
    """The plan, None where there is none."""
    row = await reader.fetch_one(_FIND, plan_id=plan_id)
    return None if row is None else _plan(row)


async def lock(work: UnitOfWork, plan_id: UUID) -> Plan | None:
    """The plan, held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, plan_id=plan_id)
    return None if row is None else _plan(row)


async def of_unit(reader: Reader, unit_id: UUID, year: int) -> Plan | None:
    """The plan of a unit for a year."""
    row = await reader.fetch_one(_OF_UNIT, unit_id=unit_id, year=year)
    return None if row is None else _plan(row)


async def of_year(reader: Reader, year: int) -> list[Plan]:
    """Every plan of a year."""
    return [_plan(row) for row in await reader.fetch(_OF_YEAR, year=year)]


async def over(work: UnitOfWork, unit_id: UUID, year: int, *, day: date) -> list[Plan]:
    """The plans of the unit and of those above it, held until the end of the unit of work."""
    return [_plan(row) for row in await work.fetch(_OVER, unit_id=unit_id, year=year, day=day)]


async def above(reader: Reader, unit_ids: Sequence[UUID], *, day: date) -> dict[UUID, frozenset[UUID]]:
    """Of each of these units those among them that stand above it."""
    found: dict[UUID, set[UUID]] = {unit_id: set() for unit_id in unit_ids}
    for row in await reader.fetch(_ABOVE, unit_ids=list(unit_ids), day=day):
        found[row["descendant_id"]].add(row["ancestor_id"])
    return {unit_id: frozenset(units) for unit_id, units in found.items()}


async def uses(reader: Reader, plans: Sequence[Plan], *, day: date) -> list[PlanUse]:
    """The plans with what was used of each, in their order."""
    if not plans:
        return []
    rows = await reader.fetch(
        _USE, unit_ids=[plan.unit_id for plan in plans], years=[plan.year for plan in plans], day=day
    )
    counted = {(row["unit_id"], row["year"]): (row["admitted"], row["reserved"]) for row in rows}
    return [PlanUse(plan, *counted.get((plan.unit_id, plan.year), (0, 0))) for plan in plans]


async def save(work: UnitOfWork, plan: Plan) -> None:
    """Write a plan, a new one or a changed one."""
    await work.execute(_PUT, **{name: getattr(plan, name) for name in _NAMES})


async def page(
    reader: Reader,
    *,
    scope: Mapping[str, Any],
    unit_id: UUID | None,
    year: int | None,
    after: UUID | None,
    size: int,
) -> list[Plan]:
    """Plans of the caller's scope, in the order of their ids."""
    rows = await reader.fetch(_LIST, unit_id=unit_id, year=year, after=after, size=size, **scope)
    return [_plan(row) for row in rows]
