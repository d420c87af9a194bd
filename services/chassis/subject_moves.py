"""Letting what a service holds on one subject follow to another, and back: two entries turned out to be one.

A service names the columns; the statements are made from its tables when the process starts. A row that cannot be both's
(the two were noted at one meeting) stays as it is. Which rows moved is kept, so that exactly they go back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint

from chassis import tables as frame
from chassis.database import UnitOfWork
from chassis.statements import Query, query

TABLE = "merged_row"


def merged_rows(metadata: sa.MetaData) -> sa.Table:
    """The table of the rows that moved; a service that lets rows follow declares it among its own."""
    return sa.Table(
        TABLE,
        metadata,
        sa.Column("merge_id", sa.Uuid, primary_key=True),
        sa.Column("table_name", sa.Text, primary_key=True),
        sa.Column("column_name", sa.Text, primary_key=True),
        sa.Column("key", JSONB, primary_key=True),
    )


@dataclass(frozen=True, slots=True)
class _Move:
    """The statements of one column of one table."""

    forth: Query
    back: Query


class SubjectMoves:
    """What follows a subject.

    Args:
        metadata: the tables of the service.
        columns: the names of columns that hold a subject's id.
        without: tables that stay: copies, which the events of their owner keep, and what was counted once.
    """

    def __init__(self, metadata: sa.MetaData, columns: Sequence[str], *, without: Sequence[str]) -> None:
        left = {*without, *frame.metadata.tables, TABLE}
        self.columns = [
            (table, name)
            for table in metadata.sorted_tables
            for name in columns
            if table.name not in left and name in table.c
        ]
        self._moves = [_Move(_forth(table, name), _back(table, name)) for table, name in self.columns]

    async def forth(self, work: UnitOfWork, merge_id: UUID, *, kept: UUID, merged: UUID) -> int:
        """Let the rows of one subject be the other's; answers how many. Repeating it moves nothing more."""
        return await self._run(work, [each.forth for each in self._moves], merge_id, kept, merged)

    async def back(self, work: UnitOfWork, merge_id: UUID, *, kept: UUID, merged: UUID) -> int:
        """Let the rows that moved be the first subject's again, where they still are the other's."""
        return await self._run(work, [each.back for each in self._moves], merge_id, kept, merged)

    async def _run(
        self, work: UnitOfWork, statements: Sequence[Query], merge_id: UUID, kept: UUID, merged: UUID
    ) -> int:
        ids = {"merge_id": merge_id, "subject_id": kept, "merged_id": merged}
        rows: list[int] = [await work.fetch_value(statement, **ids) for statement in statements]
        if any(rows):
            changes = {
                f"{table.name}.{name}": number
                for (table, name), number in zip(self.columns, rows, strict=True)
                if number
            }
            work.audit_change("subject", merged, None, {"merged_into": kept} | changes)
        return sum(rows)


def _key(table: sa.Table, alias: str) -> str:
    pairs = ", ".join(f"'{column.name}', {alias}.{column.name}" for column in table.primary_key)
    return f"jsonb_build_object({pairs})"


def _change(table: sa.Table, name: str, value: str) -> str:
    # Whoever read the row before read another state of it.
    newer = ", version = t.version + 1" if "version" in table.c else ""
    return f"UPDATE {table.name} t SET {name} = {value}{newer}"


def _forth(table: sa.Table, name: str) -> Query:
    free = "".join(
        f" AND NOT EXISTS (SELECT FROM {table.name} k WHERE k.{name} = :subject_id{beside})"
        for beside in _alone(table, name)
    )
    return query(
        sa.text(
            f"""WITH moved AS (
                    {_change(table, name, ":subject_id")} WHERE t.{name} = :merged_id{free}
                    RETURNING {_key(table, "t")} AS key),
                noted AS (
                    INSERT INTO {TABLE} (merge_id, table_name, column_name, key)
                    SELECT :merge_id, '{table.name}', '{name}', key FROM moved ON CONFLICT DO NOTHING)
                SELECT count(*) FROM moved"""
        )
    )


def _back(table: sa.Table, name: str) -> Query:
    return query(
        sa.text(
            f"""WITH returned AS (
                    DELETE FROM {TABLE} m WHERE m.merge_id = :merge_id AND m.table_name = '{table.name}'
                       AND m.column_name = '{name}' RETURNING m.key),
                moved AS (
                    {_change(table, name, ":merged_id")} FROM returned r
                     WHERE r.key = {_key(table, "t")} AND t.{name} = :subject_id RETURNING 1)
                SELECT count(*) FROM moved"""
        )
    )


def _alone(table: sa.Table, name: str) -> list[str]:
    """For each rule by which a subject has only one such row: what else makes two rows the same one."""
    found: list[str] = []
    for constraint in table.constraints:
        if isinstance(constraint, ExcludeConstraint):
            found += _excluded(constraint, name)
        elif isinstance(constraint, sa.PrimaryKeyConstraint | sa.UniqueConstraint):
            found += _same([str(column.name) for column in constraint.columns], name)
    for index in table.indexes:
        if index.unique:
            found += _same([str(column.name) for column in index.columns], name)
    return sorted(set(found))


def _same(columns: Sequence[str], name: str) -> list[str]:
    if name not in columns:
        return []
    return ["".join(f" AND k.{other} = t.{other}" for other in columns if other != name)]


def _excluded(constraint: "ExcludeConstraint", name: str) -> list[str]:
    operators: Mapping[str, str] = constraint.operators
    if name not in operators:
        return []
    others = [(column, operator) for column, operator in operators.items() if column != name]
    return ["".join(f" AND k.{column} {operator} t.{column}" for column, operator in others)]
