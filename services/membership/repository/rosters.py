"""Imports of rosters with their sealed files, problems and rows."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.field_cipher import FieldCipher
from chassis.statements import insert, query
from membership import tables
from membership.domain.roster_imports import ImportState, RosterImport
from membership.domain.roster_rows import Holder
from membership.domain.rosters import Problem, RosterKind, RosterPolicy

FILE_CONTEXT = "roster_import.file"

_NAMES = tuple(column.name for column in tables.roster_import.c if column.name != "file_sealed")
_COLUMNS = ", ".join(_NAMES)
_CHANGING = [name for name in _NAMES if name not in ("import_id", "created_at")]
_FIND = query(sa.text(f"SELECT {_COLUMNS} FROM roster_import WHERE import_id = :import_id"))
_LOCK = query(sa.text(f"SELECT {_COLUMNS} FROM roster_import WHERE import_id = :import_id FOR UPDATE"))
_WAITING = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM roster_import WHERE state = 'applying'
             ORDER BY created_at, import_id LIMIT 1"""
    )
)
_ROLLING_BACK = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM roster_import WHERE state = 'rolling_back' AND import_id > :after
             ORDER BY import_id LIMIT 1"""
    )
)
_NOT_LOOKED_AFTER = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM roster_import
             WHERE state = 'rolled_back' AND kind = 'persons' AND left_behind IS NULL
               AND rolled_back_at < :before AND import_id > :after
             ORDER BY import_id LIMIT 1"""
    )
)
_ABANDONED = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM roster_import WHERE state = 'checked' AND created_at < :before
             ORDER BY created_at, import_id FOR UPDATE SKIP LOCKED"""
    )
)
_FILE = query(sa.text("SELECT file_sealed FROM roster_import WHERE import_id = :import_id"))
_DROP_FILE = query(sa.text("UPDATE roster_import SET file_sealed = NULL WHERE import_id = :import_id"))
_APPLIED_WITH = query(
    sa.text(
        """SELECT import_id FROM roster_import
            WHERE file_digest = :file_digest AND kind = :kind AND state IN ('applying', 'applied') LIMIT 1"""
    )
)
_PAGE = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM roster_import
             WHERE (CAST(:before AS uuid) IS NULL OR import_id < CAST(:before AS uuid))
             ORDER BY import_id DESC LIMIT :size"""
    )
)
_ADD = query(insert(tables.roster_import, *_NAMES, "file_sealed"))
_SAVE = query(
    sa.text(
        f"""UPDATE roster_import SET {", ".join(f"{name} = :{name}" for name in _CHANGING)}
             WHERE import_id = :import_id"""
    )
)
_PROBLEMS = query(
    sa.text(
        """SELECT position, "row", column_header, zh, en FROM roster_problem
            WHERE import_id = :import_id AND position > CAST(:after AS bigint) ORDER BY position LIMIT :size"""
    )
)
_FORGET_PROBLEMS = query(sa.text("DELETE FROM roster_problem WHERE import_id = :import_id"))
_ROWS = query(
    sa.text(
        """SELECT "row", person_id FROM roster_row
            WHERE import_id = :import_id AND "row" > CAST(:after AS bigint) ORDER BY "row" LIMIT :size"""
    )
)
_HOLDERS = query(
    sa.text(
        """SELECT a.number_key, p.person_id, p.name,
                  EXISTS (SELECT FROM member m WHERE m.person_id = p.person_id) AS is_member
             FROM account a JOIN person p USING (person_id)
            WHERE a.issuer = :issuer AND a.number_key = ANY (CAST(:number_keys AS text[]))"""
    )
)


def _import(row: Record) -> RosterImport:
    values = dict(row)
    policy = values["policy"]
    return RosterImport(
        **values
        | {
            "kind": RosterKind(values["kind"]),
            "state": ImportState(values["state"]),
            "policy": None if policy is None else RosterPolicy(policy),
            "ignored_columns": tuple(values["ignored_columns"]),
        }
    )


def _values(found: RosterImport) -> dict[str, Any]:
    return asdict(found) | {
        "kind": found.kind.value,
        "state": found.state.value,
        "policy": None if found.policy is None else found.policy.value,
        "ignored_columns": list(found.ignored_columns),
    }


async def find(reader: Reader, import_id: UUID) -> RosterImport | None:
    """An import."""
    row = await reader.fetch_one(_FIND, import_id=import_id)
    return None if row is None else _import(row)


async def lock(work: UnitOfWork, import_id: UUID) -> RosterImport | None:
    """An import, held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, import_id=import_id)
    return None if row is None else _import(row)


async def waiting(reader: Reader) -> RosterImport | None:
    """The oldest import that waits to be entered."""
    row = await reader.fetch_one(_WAITING)
    return None if row is None else _import(row)


async def rolling_back(reader: Reader, *, after: UUID) -> RosterImport | None:
    """The next import that is to be taken back, in the order of their ids."""
    row = await reader.fetch_one(_ROLLING_BACK, after=after)
    return None if row is None else _import(row)


async def not_looked_after(reader: Reader, *, before: datetime, after: UUID) -> RosterImport | None:
    """The next import that was taken back before an instant, of which others were not asked since."""
    row = await reader.fetch_one(_NOT_LOOKED_AFTER, before=before, after=after)
    return None if row is None else _import(row)


async def abandoned(work: UnitOfWork, *, before: datetime) -> list[RosterImport]:
    """Imports sent before an instant that nobody has applied, held until the end of the unit of work."""
    return [_import(row) for row in await work.fetch(_ABANDONED, before=before)]


async def applied_with(reader: Reader, kind: RosterKind, file_digest: str) -> UUID | None:
    """The import that has entered a file, or is entering it."""
    found: UUID | None = await reader.fetch_value(_APPLIED_WITH, kind=kind.value, file_digest=file_digest)
    return found


async def page(reader: Reader, *, before: UUID | None, size: int) -> list[RosterImport]:
    """Imports, the newest first."""
    return [_import(row) for row in await reader.fetch(_PAGE, before=before, size=size)]


async def add(work: UnitOfWork, cipher: FieldCipher, new: RosterImport, data: bytes) -> None:
    """Write a new import with its file."""
    sealed = cipher.seal_bytes(data, context=FILE_CONTEXT)
    await work.execute_many(_ADD, [_values(new) | {"file_sealed": sealed}])


async def save(work: UnitOfWork, found: RosterImport) -> None:
    """Write what changed of an import."""
    values = _values(found)
    del values["created_at"]
    await work.execute(_SAVE, **values)


async def file_of(reader: Reader, cipher: FieldCipher, import_id: UUID) -> bytes:
    """The file of an import that is not applied yet."""
    sealed = await reader.fetch_value(_FILE, import_id=import_id)
    return cipher.open_bytes(sealed, context=FILE_CONTEXT)


async def drop_file(work: UnitOfWork, import_id: UUID) -> None:
    """Destroy the file of an import."""
    await work.execute(_DROP_FILE, import_id=import_id)


async def keep_problems(work: UnitOfWork, import_id: UUID, problems: Sequence[Problem]) -> None:
    """Keep these problems in place of those before."""
    await work.execute(_FORGET_PROBLEMS, import_id=import_id)
    await work.copy(
        tables.roster_problem,
        ["import_id", "position", "row", "column_header", "zh", "en"],
        [
            (import_id, position, item.row, item.column, item.zh, item.en)
            for position, item in enumerate(problems, 1)
        ],
    )


async def problems_of(reader: Reader, import_id: UUID, *, after: int, size: int) -> list[tuple[int, Problem]]:
    """Problems with their positions, in order."""
    rows = await reader.fetch(_PROBLEMS, import_id=import_id, after=after, size=size)
    return [
        (row["position"], Problem(row["row"], row["column_header"], row["zh"], row["en"])) for row in rows
    ]


async def add_rows(work: UnitOfWork, import_id: UUID, rows: Sequence[tuple[int, UUID]]) -> None:
    """Keep whom each row became."""
    await work.copy(
        tables.roster_row,
        ["import_id", "row", "person_id"],
        [(import_id, number, person_id) for number, person_id in rows],
    )


async def rows_of(reader: Reader, import_id: UUID, *, after: int, size: int) -> list[tuple[int, UUID]]:
    """The rows that were entered, with whom they became."""
    rows = await reader.fetch(_ROWS, import_id=import_id, after=after, size=size)
    return [(row["row"], row["person_id"]) for row in rows]


async def holders(reader: Reader, issuer: str, keys: Mapping[str, str]) -> dict[str, Holder]:
    """Who has these numbers, by number; `keys` gives the key of each number."""
    rows = await reader.fetch(_HOLDERS, issuer=issuer, number_keys=list(keys.values()))
    found = {row["number_key"]: Holder(row["person_id"], row["name"], row["is_member"]) for row in rows}
    return {number: found[key] for number, key in keys.items() if key in found}
