"""SQL statements, compiled once into what the driver takes. Nothing here speaks to a database."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
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

    @property
    def size(self) -> int:
        """How many parameters it takes."""
        return len(self._names)

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


_PLACEHOLDER = re.compile(r"\$(\d+)")


class Write:
    """
    Writes that answer nothing, as named parts of a WITH clause: `added AS (INSERT …), placed AS (INSERT …)`.

    So they may go with another statement in one round trip; `alone` is the same as a statement of its own.
    Each part sees the database as it was before all of them.
    """

    __slots__ = ("alone", "names", "parts")

    def __init__(self, parts: str) -> None:
        self.alone = query(sa.text(f"WITH {parts} SELECT 1"))
        self.parts = self.alone.sql.removeprefix("WITH ").removesuffix(" SELECT 1")
        self.names = frozenset(re.findall(r"(?:^|,)\s*(\w+)(?: \([\w, ]+\))? AS \(", parts))


@lru_cache(maxsize=256)
def joined(statement: str, taken: int, writes: tuple[Write, ...]) -> str:
    """The statement, which begins with WITH and has `taken` parameters, after these writes; theirs follow its own."""
    parts = []
    for write in writes:
        parts.append(_PLACEHOLDER.sub(lambda found, past=taken: f"${int(found[1]) + past}", write.parts))  # type: ignore[misc]
        taken += write.alone.size
    return f"WITH {', '.join(parts)}, {statement.removeprefix('WITH ')}"


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
