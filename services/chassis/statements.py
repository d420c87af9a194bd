"""SQL statements, compiled once into what the driver takes. Nothing here speaks to a database."""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect

_DIALECT: Any = asyncpg_dialect()  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped


class Query:
    """One statement as asyncpg takes it: its text and the order of its parameters."""

    __slots__ = ("_expected", "_given", "_names", "is_planned_anew", "sql")

    def __init__(
        self, sql: str, names: Sequence[str], given: Mapping[str, Any], *, planned_anew: bool = False
    ) -> None:
        self.sql = sql
        self.is_planned_anew = planned_anew
        self._names = tuple(names)
        self._given = dict(given)
        self._expected = len([name for name in self._names if name not in self._given])

    def bind(self, params: Mapping[str, Any]) -> list[Any]:
        """The parameters in their order; a missing or unknown name is a defect and says so."""
        if len(params) != self._expected:
            self._complain(params)
        given = self._given
        try:
            if not given:
                return [params[name] for name in self._names]
            return [given[name] if name in given else params[name] for name in self._names]
        except KeyError:
            self._complain(params)

    def _complain(self, params: Mapping[str, Any]) -> NoReturn:
        wanted = set(self._names) - set(self._given)
        raise TypeError(f"parameters {sorted(params)} do not fit {sorted(wanted)} of: {self.sql}")


def query(statement: sa.Executable, *, planned_anew: bool = False) -> Query:
    """Compile a Core statement once; repositories keep the result as a module constant.

    `planned_anew` is for pages whose best plan depends on the values, above all on how much the caller may see:
    outside a unit of work each execution is planned for its own values. That costs up to a millisecond.

    Bind processors do not run: pass what asyncpg takes (`asyncpg.Range`, dict or list for jsonb, UUID). Write
    `column == sa.any_(bindparam(..., type_=ARRAY(...)))` for lists: `in_` cannot be compiled once.
    """
    assert isinstance(statement, sa.ClauseElement)
    compiled: Any = statement.compile(dialect=_DIALECT)
    sql = str(compiled)
    if "POSTCOMPILE" in sql:
        raise TypeError(f"in_() cannot be compiled once, use any_(): {sql}")
    given = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
    names = compiled.positiontup or []
    fixed = {name: given[name] for name in names if name in given}
    return Query(sql, names, fixed, planned_anew=planned_anew)


def insert(table: sa.Table, *columns: str) -> sa.Insert:
    """An insert of exactly these columns, each a parameter of its own name; the others keep their defaults."""
    return sa.insert(table).values(
        {table.c[name]: sa.bindparam(name, type_=table.c[name].type) for name in columns}
    )
