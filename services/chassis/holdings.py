"""What a service holds on a subject: the rows that are about it, and the rows of other matters that name it.

A service describes its tables once; the statements are made from that description when the process starts.
Nothing here knows what a subject is beside an id. Emptying and searching are in `erasing`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis import tables as frame
from chassis.database import Reader
from chassis.errors import InvalidArgumentError, Violation
from chassis.statements import Query, query

# Columns of the frame that say whom a row of authorization is about; its other tables are about acts.
_FRAME_ABOUT = ("access_account", "access_grant")
# A page ends at so many rows, or sooner where they are long.
ROWS_AT_ONCE = 200
MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Withheld:
    """Columns of a table that are left out of the rows which a condition over `t` names."""

    table: str
    columns: tuple[str, ...]
    where: str = "true"
    # Whether the subject itself may not read them either.
    from_subject: bool = False

    @property
    def names(self) -> list[str]:
        return [f"{self.table}.{column}" for column in self.columns]


@dataclass(frozen=True, slots=True)
class Description:
    """How a service's tables speak of subjects.

    Attributes:
        about: columns that make a row one about the subject, wherever they occur.
        through: conditions over `t` and `:subject_id` for tables whose rows are about it by way of another table.
        withheld: what only some may read.
        unsaid: columns that are never given: digests by which sealed values are found.
        emptied: columns, by table, that an erasure sets to the given SQL over `t`; the row stays as a fact about an id.
        dropped: tables whose rows about the subject go with an erasure.
        copied: tables that an event of the subject's owner empties; nothing else does.
        record_sets: selects of `subject_id` and `cells`, by set, over `:subject_ids` and `:since`.
        ties: selects of the ids, by noun, of what the subject still does, over `:subject_id` and `:today`.
    """

    metadata: sa.MetaData
    about: tuple[str, ...]
    through: Mapping[str, str] = field(default_factory=dict)
    withheld: Sequence[Withheld] = ()
    unsaid: tuple[str, ...] = ("number_key",)
    emptied: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    copied: tuple[str, ...] = ()
    ties: Mapping[str, str] = field(default_factory=dict)
    record_sets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Records:
    """A page of rows about a subject; `then` is where the next one begins, None after the last."""

    rows: list[tuple[str, str]]
    then: tuple[int, str] | None


class Holdings:
    """The statements that read what a description names."""

    def __init__(self, description: Description) -> None:
        self.description = description
        own = [
            table for table in description.metadata.sorted_tables if table.name not in frame.metadata.tables
        ]
        self._conditions = {
            str(table.name): where for table in own if (where := self._about(table)) is not None
        } | dict.fromkeys(_FRAME_ABOUT, "t.person_id = :subject_id")
        by_name = {str(table.name): table for table in (*frame.metadata.tables.values(), *own)}
        self._sources = [(name, self._rows(by_name[name])) for name in sorted(self._conditions)]
        self._mentions = [
            (named, self._count(name, named))
            for name, table in sorted(by_name.items())
            if (named := self._naming(table))
        ]

        kept = {*frame.metadata.tables, *description.copied}
        self._held = _held([table for table in own if table.name not in kept], description.about)
        self._sets = {name: _record_set(select) for name, select in description.record_sets.items()}

    async def record_set(
        self, reader: Reader, name: str, subject_ids: Sequence[UUID], *, since: date
    ) -> list[tuple[UUID, list[str]]]:
        """The rows of a set on these subjects, by subject; INVALID_ARGUMENT for a set that is not kept here."""
        if name not in self._sets:
            text = Violation("record_set", "本服务没有此信息集", "is not kept here")
            raise InvalidArgumentError([text])
        rows = await reader.fetch(self._sets[name], subject_ids=list(subject_ids), since=since)
        return [(row["subject_id"], [cell or "" for cell in row["cells"]]) for row in rows]

    async def held(self, reader: Reader, subject_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
        """In which tables there are rows about each of many subjects, beside copies of what others own."""
        rows = await reader.fetch(self._held, subject_ids=list(subject_ids))
        return {row["subject_id"]: list(row["tables"]) for row in rows}

    @property
    def tables(self) -> Mapping[str, str]:
        """The tables with rows about subjects, each with its condition over `t` and `:subject_id`."""
        return self._conditions

    def _about(self, table: sa.Table) -> str | None:
        found = [f"t.{name} = :subject_id" for name in self.description.about if name in table.c]
        through = self.description.through.get(table.name)
        return " OR ".join([*found, *([through] if through else [])]) or None

    def _rows(self, table: sa.Table) -> tuple[Query, Query]:
        return self._statement(table, for_subject=True), self._statement(table, for_subject=False)

    def _statement(self, table: sa.Table, *, for_subject: bool) -> Query:
        row = "to_jsonb(t)"
        for column in table.c:
            if column.name in self.description.unsaid or isinstance(column.type, sa.LargeBinary):
                row = f"({row} - '{column.name}')"
        for rule in self._rules(for_subject=for_subject):
            if rule.table == table.name:
                less = "".join(f" - '{column}'" for column in rule.columns)
                row = f"(CASE WHEN {rule.where} THEN {row}{less} ELSE {row} END)"
        # Tables have keys of every kind, or none; the digest of a row orders them all.
        return query(
            sa.text(
                f"""SELECT r.row, md5(r.row) AS mark FROM (SELECT {row}::text AS row FROM {table.name} t
                     WHERE {self._conditions[table.name]}) r WHERE md5(r.row) > CAST(:after AS text)
                     ORDER BY 2 LIMIT CAST(:size AS int)"""
            )
        )

    def _naming(self, table: sa.Table) -> list[tuple[str, str]]:
        """The columns that may name a subject without being about it, with the question whether they do."""
        about = self.description.about if table.name in self._conditions else ()
        return [
            (str(column.name), question)
            for column in table.c
            if column.name not in about and (question := _naming(column)) is not None
        ]

    def _count(self, name: str, columns: Sequence[tuple[str, str]]) -> tuple[str, Query]:
        counts = ", ".join(
            f'count(*) FILTER (WHERE {question}) AS "{column}"' for column, question in columns
        )
        # Both parameters are bound whatever the columns ask.
        bound = "CAST(:subject_id AS uuid) IS NOT NULL AND CAST(:text AS text) IS NOT NULL"
        if name in self._conditions:
            bound += f" AND ({self._conditions[name]}) IS NOT TRUE"
        return name, query(sa.text(f"SELECT {counts} FROM {name} t WHERE {bound}"))

    def _rules(self, *, for_subject: bool) -> list[Withheld]:
        return [rule for rule in self.description.withheld if rule.from_subject or not for_subject]

    def withheld(self, *, for_subject: bool) -> list[str]:
        """What is left out, as table and column."""
        return sorted({name for rule in self._rules(for_subject=for_subject) for name in rule.names})

    async def page(
        self, reader: Reader, subject_id: UUID, *, for_subject: bool, begin: tuple[int, str] = (0, "")
    ) -> Records:
        """Rows from a source and the mark of the last row read of it on."""
        rows: list[tuple[str, str]] = []
        space = MOST_BYTES
        source, after = begin
        while source < len(self._sources):
            name, statements = self._sources[source]
            statement = statements[0 if for_subject else 1]
            wanted = ROWS_AT_ONCE - len(rows)
            for row in await reader.fetch(statement, subject_id=subject_id, after=after, size=wanted):
                rows.append((name, row["row"]))
                after = row["mark"]
                space -= len(row["row"].encode())
                if space <= 0:
                    return Records(rows, (source, after))
            if len(rows) >= ROWS_AT_ONCE:
                return Records(rows, (source, after))
            source, after = source + 1, ""
        return Records(rows, None)

    async def mentions(self, reader: Reader, subject_id: UUID) -> dict[str, int]:
        """How many rows of other matters name the subject, by table and column."""
        found: dict[str, int] = {}
        for columns, (name, statement) in self._mentions:
            row = await reader.fetch_one(statement, subject_id=subject_id, text=str(subject_id))
            assert row is not None
            found |= {f"{name}.{column}": row[column] for column, _ in columns if row[column]}
        return found


def _naming(column: "sa.Column[Any]") -> str | None:
    if isinstance(column.type, sa.Uuid):
        return f't."{column.name}" = :subject_id'
    if isinstance(column.type, JSONB):
        return f'position(CAST(:text AS text) IN t."{column.name}"::text) > 0'
    if isinstance(column.type, (ARRAY, sa.ARRAY)) and isinstance(column.type.item_type, sa.Uuid):
        return f':subject_id = ANY (t."{column.name}")'
    return None


def _held(own: Sequence[sa.Table], about: Sequence[str]) -> Query:
    """One statement over every table with a column that says whom its rows are about."""
    parts = [
        f"""SELECT t.{name} AS subject_id, '{table.name}' AS name FROM {table.name} t
             WHERE t.{name} = ANY (CAST(:subject_ids AS uuid[]))"""
        for table in own
        for name in about
        if name in table.c
    ]
    return query(
        sa.text(
            f"""SELECT f.subject_id, array_agg(DISTINCT f.name ORDER BY f.name) AS tables
                  FROM ({" UNION ALL ".join(parts)}) f GROUP BY f.subject_id"""
        )
    )


def _record_set(select: str) -> Query:
    bound = "CAST(:subject_ids AS uuid[]) IS NOT NULL AND CAST(:since AS date) IS NOT NULL"
    return query(sa.text(f"SELECT f.subject_id, f.cells FROM ({select}) f WHERE {bound} ORDER BY 1, 2"))
