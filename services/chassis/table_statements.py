"""Statements that every noun has: keep a new row, keep the next state of one, read by key."""

from typing import Any

import sqlalchemy as sa

from chassis.statements import Query, insert, query


def names(table: sa.Table) -> tuple[str, ...]:
    """The columns of a table."""
    return tuple(column.name for column in table.columns)


def adding(table: sa.Table) -> Query:
    """Insert a whole row, each column a parameter of its own name."""
    return query(insert(table, *names(table)))


def changing(table: sa.Table) -> Query:
    """Replace every column but the key of the row that the key names."""
    keys = {column.name for column in table.primary_key.columns}
    rest = [column for column in table.columns if column.name not in keys]
    statement = sa.update(table).values(
        {column: sa.bindparam(column.name, type_=column.type) for column in rest}
    )
    return query(statement.where(*(_is(table.c[key]) for key in sorted(keys))))


def reading(table: sa.Table, by: str, *, locked: bool = False) -> Query:
    """Read the rows of which a column has a value, in the order of the key."""
    statement = sa.select(*table.columns).where(_is(table.c[by])).order_by(*table.primary_key.columns)
    return query(statement.with_for_update() if locked else statement)


def _is(column: "sa.Column[Any]") -> "sa.ColumnElement[bool]":
    return column == sa.bindparam(column.name, type_=column.type)
