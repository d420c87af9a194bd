"""Ceremonies and their rolls."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from activity import tables
from activity.domain.ceremonies import Ceremony, CeremonyState, OathTaker, Outcome
from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import insert, query

_KEYS = ("ceremony_id", "unit_id", "title", "place", "lead_id", "created_at")
_CHANGING = ("state", "held_on", "process_id", "cancel_reason", "version", "updated_at")
_COLUMNS = ", ".join(f"c.{name}" for name in (*_KEYS, *_CHANGING))
_ADD = query(insert(tables.ceremony, *_KEYS, *_CHANGING))
_SAVE = query(
    sa.update(tables.ceremony)
    .where(tables.ceremony.c.ceremony_id == sa.bindparam("of", type_=sa.Uuid))
    .values(
        {
            tables.ceremony.c[name]: sa.bindparam(name, type_=tables.ceremony.c[name].type)
            for name in _CHANGING
        }
    )
)
_FIND = query(sa.text(f"SELECT {_COLUMNS} FROM ceremony c WHERE c.ceremony_id = :ceremony_id"))
_LOCK = query(sa.text(f"SELECT {_COLUMNS} FROM ceremony c WHERE c.ceremony_id = :ceremony_id FOR UPDATE"))
_LIST = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM ceremony c
             WHERE (CAST(:after_day AS date) IS NULL
                    OR (c.held_on, c.ceremony_id) < (CAST(:after_day AS date), CAST(:after_id AS uuid)))
               AND (CAST(:state AS text) IS NULL OR c.state = CAST(:state AS text))
               AND (CAST(:first_day AS date) IS NULL OR c.held_on >= CAST(:first_day AS date))
               AND (CAST(:end_day AS date) IS NULL OR c.held_on < CAST(:end_day AS date))
               AND (CAST(:unit_id AS uuid) IS NULL OR EXISTS (
                    SELECT FROM access_closure b
                     WHERE b.descendant_id = c.unit_id AND b.ancestor_id = CAST(:unit_id AS uuid)
                       AND b.valid @> CAST(:access_day AS date) AND NOT b.reading_only))
               AND EXISTS (
                    SELECT FROM access_closure s
                     WHERE s.descendant_id = c.unit_id
                       AND s.ancestor_id = ANY (CAST(:access_units AS uuid[]))
                       AND s.valid @> CAST(:access_day AS date)
                       AND (CAST(:access_reading AS boolean) OR NOT s.reading_only))
             ORDER BY c.held_on DESC, c.ceremony_id DESC LIMIT :size"""
    )
)
_ROLL = query(
    sa.text(
        """SELECT person_id, case_id, outcome, refusal FROM oath_taker
            WHERE ceremony_id = :ceremony_id ORDER BY person_id"""
    )
)
_DROP_ROLL = query(sa.text("DELETE FROM oath_taker WHERE ceremony_id = :ceremony_id"))
_ROLL_COLUMNS = ("ceremony_id", "person_id", "case_id", "outcome", "refusal")


@dataclass(frozen=True, slots=True)
class CeremonyFilter:
    """What a list of ceremonies is narrowed to; None is no condition."""

    unit_id: UUID | None = None
    state: CeremonyState | None = None
    first_day: date | None = None
    end_day: date | None = None


def _values(ceremony: Ceremony) -> dict[str, Any]:
    return {
        "state": ceremony.state.value,
        "held_on": ceremony.held_on,
        "process_id": ceremony.process_id,
        "cancel_reason": ceremony.cancel_reason,
        "version": ceremony.version,
        "updated_at": ceremony.updated_at,
    }


def _ceremony(row: Record, roll: tuple[OathTaker, ...]) -> Ceremony:
    values = dict(row)
    state = CeremonyState(values.pop("state"))
    return Ceremony(state=state, roll=roll, **values)


def _taker(row: Record) -> OathTaker:
    return OathTaker(row["person_id"], row["case_id"], Outcome(row["outcome"]), row["refusal"])


async def add(work: UnitOfWork, ceremony: Ceremony) -> None:
    """Keep a new ceremony, which has nobody on its roll yet."""
    await work.execute(
        _ADD,
        ceremony_id=ceremony.ceremony_id,
        unit_id=ceremony.unit_id,
        title=ceremony.title,
        place=ceremony.place,
        lead_id=ceremony.lead_id,
        created_at=ceremony.created_at,
        **_values(ceremony),
    )


async def save(work: UnitOfWork, ceremony: Ceremony, *, before: Ceremony) -> None:
    """Keep a ceremony as it stands now; its row is locked by `lock`."""
    await work.execute(_SAVE, of=ceremony.ceremony_id, **_values(ceremony))
    if ceremony.roll != before.roll:
        await work.execute(_DROP_ROLL, ceremony_id=ceremony.ceremony_id)
        rows = [
            (ceremony.ceremony_id, each.person_id, each.case_id, each.outcome.value, each.refusal)
            for each in ceremony.roll
        ]
        await work.copy(tables.oath_taker, _ROLL_COLUMNS, rows)


async def find(reader: Reader, ceremony_id: UUID) -> Ceremony | None:
    """The ceremony with its roll, None where there is none."""
    row = await reader.fetch_one(_FIND, ceremony_id=ceremony_id)
    return None if row is None else _ceremony(row, await _roll(reader, ceremony_id))


async def lock(work: UnitOfWork, ceremony_id: UUID) -> Ceremony | None:
    """The same, its row held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, ceremony_id=ceremony_id)
    return None if row is None else _ceremony(row, await _roll(work, ceremony_id))


async def _roll(reader: Reader, ceremony_id: UUID) -> tuple[OathTaker, ...]:
    return tuple(_taker(row) for row in await reader.fetch(_ROLL, ceremony_id=ceremony_id))


async def list_page(
    reader: Reader,
    wanted: CeremonyFilter,
    *,
    after: tuple[date, UUID] | None,
    size: int,
    access: Mapping[str, Any],
) -> list[Ceremony]:
    """Ceremonies within the caller's scope without their rolls, the latest day first."""
    rows = await reader.fetch(
        _LIST,
        after_day=after[0] if after else None,
        after_id=after[1] if after else None,
        state=wanted.state.value if wanted.state else None,
        first_day=wanted.first_day,
        end_day=wanted.end_day,
        unit_id=wanted.unit_id,
        size=size,
        **access,
    )
    return [_ceremony(row, ()) for row in rows]
