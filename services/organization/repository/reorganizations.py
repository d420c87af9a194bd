"""SQL about reorganisations; a plan is kept as one document."""

from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.access import within
from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import insert, query
from organization import tables
from organization.domain.reorganizations import (
    Plan,
    PlannedUnit,
    Reorganization,
    ReorganizationState,
    RollMove,
)
from organization.domain.units import Form, Function, Kind, NewSponsor, NewUnit, Part, Purpose

_GET = query(sa.text("SELECT * FROM reorganization WHERE reorganization_id = :reorganization_id"))
_LOCK = query(sa.text("SELECT * FROM reorganization WHERE reorganization_id = :reorganization_id FOR UPDATE"))
_PAGE = query(
    sa.select(sa.text("r.*"))
    .select_from(sa.text("reorganization r"))
    .where(
        sa.text(
            """(CAST(:state AS text) IS NULL OR r.state = :state)
               AND (CAST(:after_id AS uuid) IS NULL OR r.reorganization_id < :after_id)"""
        ),
        within(sa.literal_column("r.unit_id", sa.Uuid)),
    )
    .order_by(sa.text("r.reorganization_id DESC"))
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_COLUMNS = [column.name for column in tables.reorganization.columns]
_ADD = query(insert(tables.reorganization, *_COLUMNS))
_CHANGE = query(
    sa.update(tables.reorganization)
    .where(tables.reorganization.c.reorganization_id == sa.bindparam("reorganization_id", type_=sa.Uuid))
    .values(
        {
            column: sa.bindparam(column.name, type_=column.type)
            for column in tables.reorganization.columns
            if column.name not in ("reorganization_id", "unit_id", "created_at")
        }
    )
)


def _new_unit(document: dict[str, Any]) -> NewUnit:
    return NewUnit(
        kind=Kind(document["kind"]),
        name=document["name"],
        form=Form(document["form"]) if document["form"] else None,
        short_name=document["short_name"],
        function=Function(document["function"]) if document["function"] else None,
        campus_id=_id(document["campus_id"]),
        sponsors=tuple(NewSponsor(UUID(other), Part(part)) for other, part in document["sponsors"]),
        cohort_year=document["cohort_year"],
        major_code=document["major_code"],
        purpose=Purpose(document["purpose"]) if document["purpose"] else None,
        host_id=_id(document["host_id"]),
        task=document["task"],
        planned_end_on=date.fromisoformat(document["planned_end_on"]) if document["planned_end_on"] else None,
    )


def _new_unit_document(new: NewUnit) -> dict[str, Any]:
    document = {field.name: getattr(new, field.name) for field in fields(new)}
    return {**document, "sponsors": [[sponsor.sponsor_id, sponsor.part] for sponsor in new.sponsors]}


def _id(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)


def _plan(document: dict[str, Any]) -> Plan:
    return Plan(
        effective_on=date.fromisoformat(document["effective_on"]),
        establishes=tuple(
            PlannedUnit(UUID(each["unit_id"]), each["key"], UUID(each["parent_id"]), _new_unit(each["new"]))
            for each in document["establishes"]
        ),
        dissolves=tuple(UUID(each) for each in document["dissolves"]),
        moves=tuple(
            RollMove(
                move_id=UUID(each["move_id"]),
                from_unit_id=UUID(each["from_unit_id"]),
                to_unit_id=UUID(each["to_unit_id"]),
                affiliated_unit_id=_id(each["affiliated_unit_id"]),
                person_ids=tuple(UUID(person) for person in each["person_ids"]),
            )
            for each in document["moves"]
        ),
    )


def _plan_document(plan: Plan) -> dict[str, Any]:
    return {
        "effective_on": plan.effective_on,
        "establishes": [
            {
                "unit_id": unit.unit_id,
                "key": unit.key,
                "parent_id": unit.parent_id,
                "new": _new_unit_document(unit.new),
            }
            for unit in plan.establishes
        ],
        "dissolves": plan.dissolves,
        "moves": [{field.name: getattr(move, field.name) for field in fields(move)} for move in plan.moves],
    }


def _read(row: Record) -> Reorganization:
    values = {name: row[name] for name in _COLUMNS}
    values["plan"] = _plan(row["plan"])
    values["state"] = ReorganizationState(row["state"])
    return Reorganization(**values)


def _row(reorganization: Reorganization) -> dict[str, Any]:
    values = {name: getattr(reorganization, name) for name in _COLUMNS}
    return {**values, "plan": _plan_document(reorganization.plan)}


async def find(reader: Reader, reorganization_id: UUID) -> Reorganization | None:
    """The reorganisation, if there is one."""
    row = await reader.fetch_one(_GET, reorganization_id=reorganization_id)
    return None if row is None else _read(row)


async def lock(work: UnitOfWork, reorganization_id: UUID) -> Reorganization | None:
    """The reorganisation; nobody else changes it until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, reorganization_id=reorganization_id)
    return None if row is None else _read(row)


async def page(
    reader: Reader,
    scope: dict[str, Any],
    *,
    state: ReorganizationState | None,
    after_id: UUID | None,
    most: int,
) -> list[Reorganization]:
    """Reorganisations that the caller may see, newest first."""
    rows = await reader.fetch(_PAGE, state=state, after_id=after_id, most=most, **scope)
    return [_read(row) for row in rows]


async def add(work: UnitOfWork, reorganization: Reorganization) -> None:
    """Keep a new reorganisation."""
    await work.execute(_ADD, **_row(reorganization))


async def change(work: UnitOfWork, reorganization: Reorganization) -> None:
    """Keep the next version of a reorganisation."""
    row = _row(reorganization)
    del row["unit_id"], row["created_at"]
    await work.execute(_CHANGE, **row)
