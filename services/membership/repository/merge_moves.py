"""Moving everything that names one person to another, and exactly that back again.

Which columns name a person is read from the tables, so that a table added later moves by itself. Plain rows change the
column; a history is closed for the one and opened for the other, as everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from chassis.database import Reader, UnitOfWork
from chassis.statements import Query, query
from membership import tables

# What was written about an import, a package or a merge stays as it was written; the inbox follows its case.
RECORDS = frozenset(
    {"person", "roster_row", "sync_difference", "person_export", "person_merge", "inbox_item"}
)
# The columns beside the person on which a history is believed one thing at a time.
_BESIDE = {"affiliation": ("kind",), "participation": ("unit_id",)}
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped


class ContradictionError(Exception):
    """Two rows cannot be one person's; `noun` says of what."""

    def __init__(self, noun: str) -> None:
        super().__init__(noun)
        self.noun = noun


@dataclass(frozen=True, slots=True)
class Move:
    """The rows of one table that moved by one column."""

    noun: str
    field: str
    keys: Any
    rows: int


def _type(column: "sa.Column[Any]") -> str:
    return column.type.compile(_DIALECT)


def naming() -> list[tuple[sa.Table, str]]:
    """Each column that names a person in rows that may be changed."""
    return [
        (table, str(column.name))
        for table in tables.metadata.sorted_tables
        for column in table.c
        if table.name not in RECORDS
        and "recorded_until" not in table.c
        and column.name.endswith("person_id")
        and isinstance(column.type, sa.Uuid)
    ]


def histories() -> list[sa.Table]:
    return [
        table
        for table in tables.metadata.sorted_tables
        if "recorded_until" in table.c and "person_id" in table.c
    ]


def _forth(table: sa.Table, field: str) -> Query:
    keys = ", ".join(f"'{column.name}', t.{column.name}" for column in table.primary_key)
    return query(
        sa.text(
            f"""UPDATE {table.name} t SET {field} = :person_id WHERE {field} = :merged_person_id
                RETURNING jsonb_build_object({keys}) AS key"""
        )
    )


def _back(table: sa.Table, field: str) -> Query:
    mine = " AND ".join(
        f"t.{column.name} = CAST(k ->> '{column.name}' AS {_type(column)})" for column in table.primary_key
    )
    return query(
        sa.text(
            f"""UPDATE {table.name} t SET {field} = :merged_person_id
                  FROM jsonb_array_elements(CAST(:keys AS jsonb)) AS k
                 WHERE {mine} AND t.{field} = :person_id"""
        )
    )


def _values(table: sa.Table) -> list[str]:
    frame = {"row_id", "person_id", "valid", "recorded_from", "recorded_until"}
    return [column.name for column in table.c if column.name not in frame]


def _opened(table: sa.Table) -> Query:
    values = "".join(f", {name}" for name in _values(table))
    mine = "".join(f", m.{name}" for name in _values(table))
    beside = "".join(f" AND k.{name} = m.{name}" for name in _BESIDE.get(table.name, ()))
    return query(
        sa.text(
            f"""INSERT INTO {table.name} (person_id{values}, valid, recorded_from)
                SELECT CAST(:person_id AS uuid){mine}, days.valid, greatest(CAST(:now AS timestamptz),
                       (SELECT max(greatest(k.recorded_from, k.recorded_until)) + interval '1 microsecond'
                          FROM {table.name} k WHERE k.person_id = CAST(:person_id AS uuid)))
                  FROM {table.name} m,
                       LATERAL unnest(CAST(m.valid AS datemultirange) - coalesce(
                           (SELECT range_agg(k.valid) FROM {table.name} k
                             WHERE k.person_id = CAST(:person_id AS uuid) AND k.recorded_until IS NULL{beside}),
                           CAST('{{}}' AS datemultirange))) AS days (valid)
                 WHERE m.person_id = :merged_person_id AND m.recorded_until IS NULL
                RETURNING row_id"""
        )
    )


def _closed(table: sa.Table) -> Query:
    return query(
        sa.text(
            f"""UPDATE {table.name}
                   SET recorded_until = greatest(CAST(:now AS timestamptz), recorded_from + interval '1 microsecond')
                 WHERE person_id = :merged_person_id AND recorded_until IS NULL RETURNING row_id"""
        )
    )


def _closed_again(table: sa.Table) -> Query:
    return query(
        sa.text(
            f"""UPDATE {table.name}
                   SET recorded_until = greatest(CAST(:now AS timestamptz), recorded_from + interval '1 microsecond')
                 WHERE row_id = ANY (CAST(:row_ids AS bigint[])) AND recorded_until IS NULL"""
        )
    )


def _reopened(table: sa.Table) -> Query:
    values = "".join(f", {name}" for name in _values(table))
    return query(
        sa.text(
            f"""INSERT INTO {table.name} (person_id{values}, valid, recorded_from)
                SELECT person_id{values}, valid, greatest(CAST(:now AS timestamptz), recorded_until)
                  FROM {table.name} WHERE row_id = ANY (CAST(:row_ids AS bigint[]))"""
        )
    )


_PLAIN = [(table, field, _forth(table, field)) for table, field in naming()]
_PLAIN_BACK = {(table.name, field): _back(table, field) for table, field in naming()}
_HISTORIES = [(str(table.name), _opened(table), _closed(table)) for table in histories()]
_HISTORIES_BACK = {table.name: (_closed_again(table), _reopened(table)) for table in histories()}
_INBOX = [
    query(
        sa.text(
            f"""UPDATE inbox_item i SET person_id = k.person_id FROM {table} k
                 WHERE i.{column} = k.{key} AND i.person_id <> k.person_id
                   AND i.person_id = ANY (CAST(:person_ids AS uuid[]))"""
        )
    )
    for table, key, column in (
        ("admission_case", "case_id", "case_id"),
        ("transfer", "transfer_id", "transfer_id"),
        ("standing_case", "standing_case_id", "subject_id"),
    )
]
_COUNTS = query(
    sa.text(
        "SELECT f.noun, CAST(sum(f.rows) AS integer) AS rows FROM ("
        + " UNION ALL ".join(
            [
                f"SELECT '{table.name}' AS noun, count(*) AS rows FROM {table.name} WHERE {field} = :person_id"
                for table, field in naming()
            ]
            + [
                f"""SELECT '{table.name}', count(*) FROM {table.name}
                     WHERE person_id = :person_id AND recorded_until IS NULL"""
                for table in histories()
            ]
        )
        + ") f WHERE f.rows > 0 GROUP BY f.noun ORDER BY f.noun"
    )
)


async def counts(reader: Reader, person_id: UUID) -> tuple[tuple[str, int], ...]:
    """How many rows of what name a person."""
    return tuple((row["noun"], row["rows"]) for row in await reader.fetch(_COUNTS, person_id=person_id))


async def forth(work: UnitOfWork, *, kept: UUID, merged: UUID) -> list[Move]:
    """Have everything that names one person name the other; raises ContradictionError where two rows cannot both."""
    ids = {"person_id": kept, "merged_person_id": merged}
    moves = []
    for table, field, statement in _PLAIN:
        try:
            keys = [row["key"] for row in await work.fetch(statement, **ids)]
        except asyncpg.IntegrityConstraintViolationError:
            raise ContradictionError(table.name) from None
        if keys:
            moves.append(Move(str(table.name), field, keys, len(keys)))
    for noun, opening, closing in _HISTORIES:
        try:
            opened = [row["row_id"] for row in await work.fetch(opening, now=work.now, **ids)]
        except asyncpg.IntegrityConstraintViolationError:
            raise ContradictionError(noun) from None
        closed = [row["row_id"] for row in await work.fetch(closing, now=work.now, merged_person_id=merged)]
        if closed:
            moves.append(Move(noun, "person_id", {"opened": opened, "closed": closed}, len(closed)))
    return moves


async def back(work: UnitOfWork, moves: list[Move], *, kept: UUID, merged: UUID) -> None:
    """Have exactly the rows that moved name the first person again; raises ContradictionError where one is gone."""
    for move in moves:
        try:
            restored = await _one_back(work, move, kept=kept, merged=merged)
        except asyncpg.IntegrityConstraintViolationError:
            raise ContradictionError(move.noun) from None
        if not restored:
            raise ContradictionError(move.noun)


async def _one_back(work: UnitOfWork, move: Move, *, kept: UUID, merged: UUID) -> bool:
    if move.noun not in _HISTORIES_BACK:
        statement = _PLAIN_BACK[move.noun, move.field]
        changed = await work.execute(statement, keys=move.keys, person_id=kept, merged_person_id=merged)
        return changed == move.rows
    closing, opening = _HISTORIES_BACK[move.noun]
    opened = move.keys["opened"]
    closed = await work.execute(closing, row_ids=opened, now=work.now)
    await work.execute(opening, row_ids=move.keys["closed"], now=work.now)
    return closed == len(opened)


async def settle_inbox(work: UnitOfWork, person_ids: Sequence[UUID]) -> None:
    """What open matters of these persons wait for names whose they are now; dues are counted anew."""
    for statement in _INBOX:
        await work.execute(statement, person_ids=list(person_ids))
