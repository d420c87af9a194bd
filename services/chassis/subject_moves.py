"""Letting what a service holds on one subject follow to another, and back: two entries turned out to be one.

A service names the columns; the statements are made from its tables when the process starts. Where both have a row in one
place and only one can be there, the service's rule says what becomes of the two. Which rows moved is kept, and how the
others were before, so that exactly they go back.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint

from chassis import tables as frame
from chassis.database import UnitOfWork
from chassis.folding import Decision, Row
from chassis.statements import Query, query

TABLE = "merged_row"
FOLDED = "folded_row"
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped
# What changes with every write, and so says nothing about who wrote.
_STAMPS = "'{version,updated_at}'"


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


def folded_rows(metadata: sa.MetaData) -> sa.Table:
    """The table of the rows that gave way, as they were; `after` is absent where a row is no longer there."""
    return sa.Table(
        FOLDED,
        metadata,
        sa.Column("merge_id", sa.Uuid, primary_key=True),
        sa.Column("table_name", sa.Text, primary_key=True),
        sa.Column("column_name", sa.Text, primary_key=True),
        sa.Column("key", JSONB, primary_key=True),
        sa.Column("subject_id", sa.Uuid, nullable=False, index=True),
        sa.Column("before", JSONB, nullable=False),
        sa.Column("after", JSONB),
    )


@dataclass(frozen=True, slots=True)
class Fold:
    """The rule for two rows in one place.

    Args:
        decide: what becomes of the two, from the survivor's row, the other, and the instant.
        beside: the columns that make a place, where the table itself allows two rows there.
        among: which of the other's rows it is about, in SQL on `t`; the rest follow as they are.
    """

    decide: Callable[[Row, Row, datetime], Decision]
    beside: tuple[str, ...] = ()
    among: str = "true"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a service says of its tables.

    Args:
        without: tables that stay: copies, which the events of their owner keep, and what was counted once.
        stays: rows that stay under the former id, in SQL on `t`.
        within: the resource that a row is part of, where it is none itself: (its table, the key).
        folds: what becomes of two rows in one place, by table.
    """

    without: Sequence[str] = ()
    stays: Mapping[str, str] = field(default_factory=dict)
    within: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    folds: Mapping[str, Fold] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Folding:
    """The statements about two rows in one place."""

    decide: Callable[[Row, Row, datetime], Decision]
    pairs: Query
    remove: Query
    change: Query


@dataclass(frozen=True, slots=True)
class _Move:
    """The statements of one column of one table."""

    table: str
    column: str
    # The resource that is another subject's afterwards, and the column of a key that names it.
    resource: str
    key: str
    hold: Query | None
    folding: _Folding | None
    forth: Query
    back: Query
    restore: Sequence[Query]


# The ids of the resources that changed, by table.
Moved = dict[str, list[UUID]]


class SubjectMoves:
    """What follows a subject.

    Args:
        metadata: the tables of the service.
        columns: the names of columns that hold a subject's id.
        rules: what it says of its tables; a table where a subject can have only one row needs a fold, or rows that stay.
    """

    def __init__(self, metadata: sa.MetaData, columns: Sequence[str], rules: Rules) -> None:
        left = {*rules.without, *frame.metadata.tables, TABLE, FOLDED}
        self.columns = [
            (table, name)
            for table in metadata.sorted_tables
            for name in columns
            if table.name not in left and name in table.c
        ]
        self._moves = [_move(table, name, rules) for table, name in self.columns]

    async def forth(self, work: UnitOfWork, merge_id: UUID, *, kept: UUID, merged: UUID) -> Moved:
        """Let the rows of one subject be the other's; answers what changed. Repeating it moves nothing more."""
        ids = {"subject_id": kept, "merged_id": merged}
        keys: list[list[Row]] = []
        for move in self._moves:
            if move.hold is not None:
                await work.fetch(move.hold, subject_id=merged)
            folded = [] if move.folding is None else await _fold(work, move.folding, merge_id, ids)
            rows = await work.fetch(move.forth, merge_id=merge_id, **ids)
            keys.append([*folded, *(row["key"] for row in rows)])
        return self._told(work, merge_id, keys, kept=kept, merged=merged)

    async def back(self, work: UnitOfWork, merge_id: UUID, *, kept: UUID, merged: UUID) -> Moved:
        """Let what moved be the first subject's again, where it still is the other's, and what gave way be there again."""
        keys: list[list[Row]] = []
        for move in self._moves:
            if move.hold is not None:
                await work.fetch(move.hold, subject_id=kept)
            rows = await work.fetch(move.back, merge_id=merge_id, subject_id=kept, merged_id=merged)
            found = [row["key"] for row in rows]
            for statement in move.restore:
                found += [row["key"] for row in await work.fetch(statement, merge_id=merge_id)]
            keys.append(found)
        return self._told(work, merge_id, keys, kept=kept, merged=merged)

    def _told(
        self, work: UnitOfWork, merge_id: UUID, keys: Sequence[Sequence[Row]], *, kept: UUID, merged: UUID
    ) -> Moved:
        moved: dict[str, set[UUID]] = {}
        changes: dict[str, int] = {}
        for move, found in zip(self._moves, keys, strict=True):
            if found:
                changes[f"{move.table}.{move.column}"] = len(found)
                moved.setdefault(move.resource, set()).update(UUID(key[move.key]) for key in found)
        if changes:
            audited = {"merged_into": kept, "merge_id": merge_id} | changes
            work.audit_change("subject", merged, None, audited)
        return {resource: sorted(ids) for resource, ids in moved.items()}


async def _fold(
    work: UnitOfWork, folding: _Folding, merge_id: UUID, ids: Mapping[str, UUID]
) -> list[dict[str, Any]]:
    """Settle each place where both have a row; answers the rows that gave way or changed, as they were."""
    rows: dict[str, dict[str, Any] | None] = {}
    touched = []
    for pair in await work.fetch(folding.pairs, **ids):
        ours, others = str(pair["kept_key"]), str(pair["merged_key"])
        survivor, other = rows.setdefault(ours, pair["kept"]), rows.setdefault(others, pair["merged"])
        if survivor is None or other is None:
            # A row that has given way in one place stands in no other.
            continue
        decision = folding.decide(survivor, other, work.now)
        for name, row, key, changes in (
            (ours, survivor, pair["kept_key"], decision.survivor),
            (others, other, pair["merged_key"], decision.other),
        ):
            rows[name] = None if changes is None else {**row, **changes}
            values = {"merge_id": merge_id, "subject_id": ids["subject_id"], "key": key}
            if changes is None:
                await work.execute(folding.remove, **values)
            elif changes:
                await work.execute(folding.change, changes=dict(changes), **values)
            if changes or changes is None:
                touched.append(row)
    return touched


def _move(table: sa.Table, name: str, rules: Rules) -> _Move:
    own = [str(column.name) for column in table.primary_key]
    resource, key = rules.within.get(table.name, (table.name, own[0]))
    fold, stays, alone = rules.folds.get(table.name), rules.stays.get(table.name), _alone(table, name)
    if alone and fold is None and stays is None:
        raise ValueError(f"{table.name}.{name} needs a rule for two rows of one subject")
    return _Move(
        table=table.name,
        column=name,
        resource=resource,
        key=key,
        hold=None if resource == table.name else _hold(table, name, resource, key),
        folding=None if fold is None else _folding(table, name, fold, stays, alone),
        forth=_forth(table, name, resource_key=key, stays=stays, alone=alone),
        back=_back(table, name, resource_key=key),
        restore=() if fold is None else (_restored(table, name, key), _there_again(table, name, key)),
    )


def _key(table: sa.Table, alias: str, *also: str) -> str:
    names = dict.fromkeys([*(str(column.name) for column in table.primary_key), *also])
    pairs = ", ".join(f"'{name}', {alias}.{name}" for name in names)
    return f"jsonb_build_object({pairs})"


def _newer(table: sa.Table) -> str:
    # Whoever read the row before read another state of it.
    return ", version = t.version + 1" if "version" in table.c else ""


def _hold(table: sa.Table, name: str, resource: str, key: str) -> Query:
    """Whoever changes a part takes its resource first, and so does a merge."""
    return query(
        sa.text(
            f"""SELECT FROM {resource} r WHERE r.{key} IN (
                    SELECT t.{key} FROM {table.name} t WHERE t.{name} = :subject_id)
                 ORDER BY r.{key} FOR UPDATE"""
        )
    )


def _folding(table: sa.Table, name: str, fold: Fold, stays: str | None, alone: Sequence[str]) -> _Folding:
    places = [*alone, *([_together(fold.beside)] if fold.beside else [])]
    one_place = " OR ".join(f"(true{beside})" for beside in places)
    stays_not = "" if stays is None else f" AND NOT ({stays})"
    mine = f"{_key(table, 't')} = CAST(:key AS jsonb)"
    note = f"SELECT CAST(:merge_id AS uuid), '{table.name}', '{name}', CAST(:key AS jsonb), CAST(:subject_id AS uuid)"
    into = f"INSERT INTO {FOLDED} (merge_id, table_name, column_name, key, subject_id, before, after)"
    columns = [str(column.name) for column in table.columns if column.name != "version"]
    return _Folding(
        decide=fold.decide,
        pairs=query(
            sa.text(
                f"""SELECT {_key(table, "k")} AS kept_key, {_key(table, "t")} AS merged_key,
                           to_jsonb(k) AS kept, to_jsonb(t) AS merged
                      FROM {table.name} t JOIN {table.name} k ON k.{name} = :subject_id AND ({one_place})
                     WHERE t.{name} = :merged_id AND ({fold.among}){stays_not}
                     ORDER BY 2, 1 FOR UPDATE OF t, k"""
            )
        ),
        remove=query(
            sa.text(
                f"""WITH gone AS (DELETE FROM {table.name} t WHERE {mine} RETURNING to_jsonb(t) AS row)
                    {into} {note}, gone.row, NULL FROM gone
                    ON CONFLICT (merge_id, table_name, column_name, key) DO UPDATE SET after = NULL"""
            )
        ),
        change=query(
            sa.text(
                f"""WITH was AS (SELECT to_jsonb(t) AS row FROM {table.name} t WHERE {mine}),
                    changed AS (
                        UPDATE {table.name} t SET ({", ".join(columns)}) = (
                            SELECT {", ".join(f"p.{column}" for column in columns)}
                              FROM jsonb_populate_record(t, CAST(:changes AS jsonb)) p){_newer(table)}
                         WHERE {mine} RETURNING to_jsonb(t) AS row)
                    {into} {note}, was.row, changed.row FROM was, changed
                    ON CONFLICT (merge_id, table_name, column_name, key) DO UPDATE SET after = excluded.after"""
            )
        ),
    )


def _forth(
    table: sa.Table, name: str, *, resource_key: str, stays: str | None, alone: Sequence[str]
) -> Query:
    free = "".join(
        f" AND NOT EXISTS (SELECT FROM {table.name} k WHERE k.{name} = :subject_id{beside})"
        for beside in alone
    )
    stays_not = "" if stays is None else f" AND NOT ({stays})"
    return query(
        sa.text(
            f"""WITH moved AS (
                    UPDATE {table.name} t SET {name} = :subject_id{_newer(table)}
                     WHERE t.{name} = :merged_id{stays_not}{free}
                    RETURNING {_key(table, "t")} AS key, {_key(table, "t", resource_key)} AS whole),
                noted AS (
                    INSERT INTO {TABLE} (merge_id, table_name, column_name, key)
                    SELECT :merge_id, '{table.name}', '{name}', key FROM moved ON CONFLICT DO NOTHING)
                SELECT whole AS key FROM moved"""
        )
    )


def _back(table: sa.Table, name: str, *, resource_key: str) -> Query:
    return query(
        sa.text(
            f"""WITH returned AS (
                    DELETE FROM {TABLE} m WHERE m.merge_id = :merge_id AND m.table_name = '{table.name}'
                       AND m.column_name = '{name}' RETURNING m.key)
                UPDATE {table.name} t SET {name} = :merged_id{_newer(table)} FROM returned r
                 WHERE r.key = {_key(table, "t")} AND t.{name} = :subject_id
                RETURNING {_key(table, "t", resource_key)} AS key"""
        )
    )


def _restored(table: sa.Table, name: str, resource_key: str) -> Query:
    """What was changed is as it was, unless somebody has changed it since."""
    columns = [str(column.name) for column in table.columns if column.name != "version"]
    return query(
        sa.text(
            f"""WITH folded AS (
                    DELETE FROM {FOLDED} f WHERE f.merge_id = :merge_id AND f.table_name = '{table.name}'
                       AND f.column_name = '{name}' AND f.after IS NOT NULL RETURNING f.key, f.before, f.after)
                UPDATE {table.name} t SET ({", ".join(columns)}) = (
                       SELECT {", ".join(f"p.{column}" for column in columns)}
                         FROM jsonb_populate_record(t, f.before) p){_newer(table)}
                  FROM folded f
                 WHERE t.{name} = CAST(f.before ->> '{name}' AS uuid) AND f.key = {_key(table, "t")}
                   AND to_jsonb(t) - CAST({_STAMPS} AS text[]) = f.after - CAST({_STAMPS} AS text[])
                RETURNING {_key(table, "t", resource_key)} AS key"""
        )
    )


def _there_again(table: sa.Table, name: str, resource_key: str) -> Query:
    """What gave way is there as it was."""
    columns = [str(column.name) for column in table.columns]
    return query(
        sa.text(
            f"""WITH folded AS (
                    DELETE FROM {FOLDED} f WHERE f.merge_id = :merge_id AND f.table_name = '{table.name}'
                       AND f.column_name = '{name}' AND f.after IS NULL RETURNING f.before)
                INSERT INTO {table.name} AS t ({", ".join(columns)})
                SELECT {", ".join(f"p.{column}" for column in columns)}
                  FROM folded f, jsonb_populate_record(CAST(NULL AS {table.name}), f.before) p
                ON CONFLICT DO NOTHING
                RETURNING {_key(table, "t", resource_key)} AS key"""
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
            only = _only(table, index)
            found += [beside + only for beside in _same([str(column.name) for column in index.columns], name)]
    return sorted(set(found))


def _only(table: sa.Table, index: "sa.Index") -> str:
    """The rows that a unique index is about, on both sides."""
    where = index.dialect_options["postgresql"]["where"]
    if where is None:
        return ""
    condition = str(where.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True}))
    return "".join(f" AND ({condition.replace(f'{table.name}.', f'{alias}.')})" for alias in ("k", "t"))


def _together(columns: Sequence[str]) -> str:
    return "".join(f" AND k.{other} = t.{other}" for other in columns)


def _same(columns: Sequence[str], name: str) -> list[str]:
    return [_together([other for other in columns if other != name])] if name in columns else []


def _excluded(constraint: "ExcludeConstraint", name: str) -> list[str]:
    operators: Mapping[str, str] = constraint.operators
    if name not in operators:
        return []
    others = [(column, operator) for column, operator in operators.items() if column != name]
    return ["".join(f" AND k.{column} {operator} t.{column}" for column, operator in others)]
