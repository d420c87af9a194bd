"""Sealing stored values anew with the newest field key, while the service runs.

Every key of the ring opens, so that rows may be sealed anew one after another: a row that is done is never taken again,
and a run that was cut short goes on where it stopped. Nothing here knows what is sealed.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from chassis.database import Reader, UnitOfWork
from chassis.errors import InternalError
from chassis.field_cipher import FieldCipher
from chassis.statements import Query, query

ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column of sealed values, and the place they are bound to."""

    table: sa.Table
    column: str
    context: str

    @property
    def name(self) -> str:
        """The table and the column."""
        return f"{self.table.name}.{self.column}"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one column is: rows sealed anew in this run, and rows whose key is gone from the ring."""

    name: str
    resealed: int
    unreadable: int


class Resealer:
    """The statements of one column."""

    def __init__(self, sealed: Sealed) -> None:
        self.sealed = sealed
        self._keys = [column.name for column in sealed.table.primary_key.columns]
        table, column = sealed.table.name, sealed.column
        # A value begins with the length of its key's id, and the id.
        key_id = f'substring(t."{column}" FROM 2 FOR get_byte(t."{column}", 0))'
        self._counts = query(
            sa.text(
                f"""SELECT convert_from({key_id}, 'UTF8') AS key_id, count(*)::int AS rows
                      FROM {table} t WHERE t."{column}" IS NOT NULL GROUP BY 1 ORDER BY 1"""
            )
        )
        old = f"t.\"{column}\" IS NOT NULL AND {key_id} <> convert_to(:current, 'UTF8')"
        self._first, self._next = self._page(old, after=False), self._page(old, after=True)
        mine = " AND ".join(f't."{name}" = :{name}' for name in self._keys)
        self._put = query(
            sa.text(f'UPDATE {table} t SET "{column}" = :sealed WHERE {mine}').bindparams(
                sa.bindparam("sealed", type_=sa.LargeBinary)
            )
        )

    def _page(self, old: str, *, after: bool) -> Query:
        keys = ", ".join(f't."{name}"' for name in self._keys)
        given = ", ".join(f":{name}" for name in self._keys)
        beyond = f"AND ({keys}) > ({given})" if after else ""
        return query(
            sa.text(
                f"""SELECT {keys}, t."{self.sealed.column}" AS sealed FROM {self.sealed.table.name} t
                     WHERE {old} {beyond} ORDER BY {keys} LIMIT CAST(:size AS int) FOR UPDATE"""
            )
        )

    async def counts(self, reader: Reader) -> dict[str, int]:
        """How many values each key has sealed."""
        return {row["key_id"]: row["rows"] for row in await reader.fetch(self._counts)}

    async def step(
        self, work: UnitOfWork, cipher: FieldCipher, after: dict[str, Any] | None, *, size: int
    ) -> tuple[int, int, dict[str, Any] | None]:
        """Seal the next rows anew: how many were, how many cannot be read, and where to go on (None: done)."""
        params = {"current": cipher.current, "size": size}
        rows = await (
            work.fetch(self._first, **params) if after is None else work.fetch(self._next, **params, **after)
        )
        unreadable, context = 0, self.sealed.context
        for row in rows:
            try:
                value = cipher.open_bytes(row["sealed"], context=context)
            except InternalError:
                unreadable += 1
                continue
            keys = {name: row[name] for name in self._keys}
            await work.execute(self._put, **keys, sealed=cipher.seal_bytes(value, context=context))
        if len(rows) < size:
            return len(rows) - unreadable, unreadable, None
        return len(rows) - unreadable, unreadable, {name: rows[-1][name] for name in self._keys}


async def reseal(
    open_work: Any, columns: Sequence[Sealed], cipher: FieldCipher, *, size: int = ROWS_AT_ONCE
) -> AsyncGenerator[Progress]:
    """
    Seal every column anew, a few rows in each unit of work; says after each how far it is.

    Args:
        open_work: makes the unit of work of a step.
    """
    for each in columns:
        resealer = Resealer(each)
        resealed = unreadable = 0
        after: dict[str, Any] | None = None
        while True:
            async with open_work() as work:
                done, lost, after = await resealer.step(work, cipher, after, size=size)
            resealed, unreadable = resealed + done, unreadable + lost
            yield Progress(each.name, resealed, unreadable)
            if after is None:
                break
