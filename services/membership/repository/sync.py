"""Batches of campus sync with their sealed rows, differences and problems."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.field_cipher import FieldCipher
from chassis.statements import insert, query
from membership import tables
from membership.domain.rosters import Problem, RosterPolicy, Row
from membership.domain.sync_batches import BatchState, DifferenceKind, SyncBatch
from membership.domain.sync_rows import Change

ROWS_CONTEXT = "sync_part.rows"

_NAMES = tuple(column.name for column in tables.sync_batch.c)
_COLUMNS = ", ".join(_NAMES)
_CHANGING = [name for name in _NAMES if name not in ("batch_id", "created_at")]
_FIND = query(sa.text(f"SELECT {_COLUMNS} FROM sync_batch WHERE batch_id = :batch_id"))
_LOCK = query(sa.text(f"SELECT {_COLUMNS} FROM sync_batch WHERE batch_id = :batch_id FOR UPDATE"))
_WAITING = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM sync_batch WHERE state IN ('checking', 'applying')
             ORDER BY created_at, batch_id LIMIT 1"""
    )
)
_ABANDONED = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM sync_batch
             WHERE state IN ('receiving', 'checked') AND created_at < :before
             ORDER BY created_at, batch_id FOR UPDATE SKIP LOCKED"""
    )
)
_NEWER = query(
    sa.text(
        """SELECT batch_id FROM sync_batch
            WHERE source = :source AND batch_id > :batch_id AND state = 'applied'
            ORDER BY batch_id DESC LIMIT 1"""
    )
)
_PAGE = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM sync_batch
             WHERE (CAST(:source AS text) IS NULL OR source = CAST(:source AS text))
               AND (CAST(:before AS uuid) IS NULL OR batch_id < CAST(:before AS uuid))
             ORDER BY batch_id DESC LIMIT :size"""
    )
)
_ADD = query(insert(tables.sync_batch, *_NAMES))
_SAVE = query(
    sa.text(
        f"""UPDATE sync_batch SET {", ".join(f"{name} = :{name}" for name in _CHANGING)}
             WHERE batch_id = :batch_id"""
    )
)
_ADD_PART = query(
    sa.text(
        """INSERT INTO sync_part (batch_id, number, rows_sealed)
           SELECT :batch_id, count(*) + 1, :rows_sealed FROM sync_part WHERE batch_id = :batch_id"""
    )
)
_PARTS = query(sa.text("SELECT rows_sealed FROM sync_part WHERE batch_id = :batch_id ORDER BY number"))
_DROP_PARTS = query(sa.text("DELETE FROM sync_part WHERE batch_id = :batch_id"))
_DROP_PROBLEMS = query(sa.text("DELETE FROM sync_problem WHERE batch_id = :batch_id"))
_DROP_DIFFERENCES = query(sa.text("DELETE FROM sync_difference WHERE batch_id = :batch_id"))
_EMPTY_DIFFERENCES = query(
    sa.text(
        """UPDATE sync_difference d
              SET changes = (SELECT coalesce(jsonb_agg(jsonb_build_array(c -> 0, '', '')), '[]')
                               FROM jsonb_array_elements(d.changes) AS c)
            WHERE d.batch_id = :batch_id AND d.changes <> '[]'"""
    )
)
_DIFFERENCES = query(
    sa.text(
        """SELECT position, kind, "row", external_id, person_id, changes FROM sync_difference
            WHERE batch_id = :batch_id AND position > CAST(:after AS bigint)
              AND (CAST(:kind AS text) IS NULL OR kind = CAST(:kind AS text))
            ORDER BY position LIMIT :size"""
    )
)
_PROBLEMS = query(
    sa.text(
        """SELECT position, "row", field, zh, en FROM sync_problem
            WHERE batch_id = :batch_id AND position > CAST(:after AS bigint) ORDER BY position LIMIT :size"""
    )
)


@dataclass(frozen=True, slots=True)
class Difference:
    """How a row, or an absent person, differs from the register."""

    kind: DifferenceKind
    row: int
    external_id: str
    person_id: UUID
    changes: tuple[Change, ...]


def _batch(row: Record) -> SyncBatch:
    values = dict(row)
    policy = values["policy"]
    return SyncBatch(
        **values
        | {"state": BatchState(values["state"]), "policy": None if policy is None else RosterPolicy(policy)}
    )


def _values(found: SyncBatch) -> dict[str, Any]:
    policy = None if found.policy is None else found.policy.value
    return asdict(found) | {"state": found.state.value, "policy": policy}


async def find(reader: Reader, batch_id: UUID) -> SyncBatch | None:
    """A batch."""
    row = await reader.fetch_one(_FIND, batch_id=batch_id)
    return None if row is None else _batch(row)


async def lock(work: UnitOfWork, batch_id: UUID) -> SyncBatch | None:
    """A batch, held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, batch_id=batch_id)
    return None if row is None else _batch(row)


async def waiting(reader: Reader) -> SyncBatch | None:
    """The oldest batch that waits to be compared or entered."""
    row = await reader.fetch_one(_WAITING)
    return None if row is None else _batch(row)


async def abandoned(work: UnitOfWork, *, before: datetime) -> list[SyncBatch]:
    """Batches begun before an instant that nobody has applied, held until the end of the unit of work."""
    return [_batch(row) for row in await work.fetch(_ABANDONED, before=before)]


async def newer(reader: Reader, found: SyncBatch) -> UUID | None:
    """The newest batch of the source that was applied and begun after this one."""
    batch_id: UUID | None = await reader.fetch_value(_NEWER, source=found.source, batch_id=found.batch_id)
    return batch_id


async def page(reader: Reader, *, source: str | None, before: UUID | None, size: int) -> list[SyncBatch]:
    """Batches, the newest first."""
    return [_batch(row) for row in await reader.fetch(_PAGE, source=source, before=before, size=size)]


async def add(work: UnitOfWork, new: SyncBatch) -> None:
    """Write a new batch."""
    await work.execute_many(_ADD, [_values(new)])


async def save(work: UnitOfWork, found: SyncBatch) -> None:
    """Write what changed of a batch."""
    values = _values(found)
    del values["created_at"]
    await work.execute(_SAVE, **values)


async def add_rows(
    work: UnitOfWork, cipher: FieldCipher, batch_id: UUID, rows: Sequence[Mapping[str, str]]
) -> None:
    """Keep rows as they were sent, sealed."""
    sealed = cipher.seal_bytes(orjson.dumps(rows), context=ROWS_CONTEXT)
    await work.execute(_ADD_PART, batch_id=batch_id, rows_sealed=sealed)


async def rows_of(reader: Reader, cipher: FieldCipher, batch_id: UUID) -> list[Row]:
    """The rows of a batch in the order in which they were sent."""
    parts = await reader.fetch(_PARTS, batch_id=batch_id)
    cells = [
        cells
        for part in parts
        for cells in orjson.loads(cipher.open_bytes(part["rows_sealed"], context=ROWS_CONTEXT))
    ]
    return [Row(number, item) for number, item in enumerate(cells, 1)]


async def keep_judgement(
    work: UnitOfWork, batch_id: UUID, differences: Sequence[Difference], problems: Sequence[Problem]
) -> None:
    """Keep these differences and problems in place of those before."""
    await work.execute(_DROP_DIFFERENCES, batch_id=batch_id)
    await work.execute(_DROP_PROBLEMS, batch_id=batch_id)
    await work.copy(
        tables.sync_difference,
        ["batch_id", "position", "kind", "row", "external_id", "person_id", "changes"],
        [
            (
                batch_id,
                position,
                item.kind.value,
                item.row,
                item.external_id,
                item.person_id,
                [[change.field, change.before, change.after] for change in item.changes],
            )
            for position, item in enumerate(differences, 1)
        ],
    )
    await work.copy(
        tables.sync_problem,
        ["batch_id", "position", "row", "field", "zh", "en"],
        [
            (batch_id, position, item.row, item.column, item.zh, item.en)
            for position, item in enumerate(problems, 1)
        ],
    )


async def drop_rows(work: UnitOfWork, batch_id: UUID) -> None:
    """Destroy the rows of a batch and the values of its differences; which fields differed stays."""
    await work.execute(_DROP_PARTS, batch_id=batch_id)
    await work.execute(_EMPTY_DIFFERENCES, batch_id=batch_id)


async def differences_of(
    reader: Reader, batch_id: UUID, *, kind: str | None, after: int, size: int
) -> list[tuple[int, Difference]]:
    """Differences with their positions, in order."""
    rows = await reader.fetch(_DIFFERENCES, batch_id=batch_id, kind=kind, after=after, size=size)
    return [
        (
            row["position"],
            Difference(
                DifferenceKind(row["kind"]),
                row["row"],
                row["external_id"],
                row["person_id"],
                tuple(Change(*change) for change in row["changes"]),
            ),
        )
        for row in rows
    ]


async def problems_of(reader: Reader, batch_id: UUID, *, after: int, size: int) -> list[tuple[int, Problem]]:
    """Problems with their positions, in order."""
    rows = await reader.fetch(_PROBLEMS, batch_id=batch_id, after=after, size=size)
    return [(row["position"], Problem(row["row"], row["field"], row["zh"], row["en"])) for row in rows]
