"""Packages of everything held on a person, with their sealed files."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.field_cipher import FieldCipher
from chassis.statements import insert, query
from membership import tables
from membership.domain.person_exports import ExportState, PersonExport

FILE_CONTEXT = "person_export.file"

_NAMES = tuple(column.name for column in tables.person_export.c if column.name != "file_sealed")
_COLUMNS = ", ".join(_NAMES)
_CHANGING = [name for name in _NAMES if name not in ("export_id", "person_id", "created_at")]
_FIND = query(sa.text(f"SELECT {_COLUMNS} FROM person_export WHERE export_id = :export_id"))
_LOCK = query(sa.text(f"SELECT {_COLUMNS} FROM person_export WHERE export_id = :export_id FOR UPDATE"))
_GATHERING = query(
    sa.text("SELECT export_id FROM person_export WHERE person_id = :person_id AND state = 'gathering'")
)
_PAGE = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM person_export
             WHERE person_id = :person_id
               AND (CAST(:before AS uuid) IS NULL OR export_id < CAST(:before AS uuid))
             ORDER BY export_id DESC LIMIT :size"""
    )
)
_OVERDUE = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM person_export
             WHERE state = 'ready' AND expires_on <= CAST(:today AS date)
             ORDER BY expires_on, export_id FOR UPDATE SKIP LOCKED"""
    )
)
_FILE = query(sa.text("SELECT file_sealed FROM person_export WHERE export_id = :export_id"))
_PUT_FILE = query(
    sa.text("UPDATE person_export SET file_sealed = :file_sealed WHERE export_id = :export_id").bindparams(
        sa.bindparam("file_sealed", type_=sa.LargeBinary)
    )
)
_ADD = query(insert(tables.person_export, *_NAMES))
_SAVE = query(
    sa.update(tables.person_export)
    .where(tables.person_export.c.export_id == sa.bindparam("of", type_=sa.Uuid))
    .values({name: sa.bindparam(name, type_=tables.person_export.c[name].type) for name in _CHANGING})
)


def _export(row: Record) -> PersonExport:
    values = dict(row)
    return PersonExport(**values | {"state": ExportState(values["state"])})


def _values(found: PersonExport) -> dict[str, Any]:
    return asdict(found) | {"state": found.state.value}


async def find(reader: Reader, export_id: UUID) -> PersonExport | None:
    """An export."""
    row = await reader.fetch_one(_FIND, export_id=export_id)
    return None if row is None else _export(row)


async def lock(work: UnitOfWork, export_id: UUID) -> PersonExport | None:
    """An export, held until the commit."""
    row = await work.fetch_one(_LOCK, export_id=export_id)
    return None if row is None else _export(row)


async def gathering(reader: Reader, person_id: UUID) -> UUID | None:
    """The export of a person that is being gathered."""
    found: UUID | None = await reader.fetch_value(_GATHERING, person_id=person_id)
    return found


async def page(reader: Reader, person_id: UUID, *, before: UUID | None, size: int) -> Sequence[PersonExport]:
    """Exports of a person, the newest first."""
    rows = await reader.fetch(_PAGE, person_id=person_id, before=before, size=size)
    return [_export(row) for row in rows]


async def overdue(work: UnitOfWork, *, today: date) -> list[PersonExport]:
    """Exports whose file must go, held until the commit."""
    return [_export(row) for row in await work.fetch(_OVERDUE, today=today)]


async def add(work: UnitOfWork, made: PersonExport) -> None:
    """Keep a new export."""
    await work.execute(_ADD, **_values(made))


async def save(work: UnitOfWork, found: PersonExport) -> None:
    """Write an export as it stands now."""
    values = _values(found)
    await work.execute(_SAVE, of=found.export_id, **{name: values[name] for name in _CHANGING})


async def put_file(work: UnitOfWork, cipher: FieldCipher, export_id: UUID, data: bytes) -> None:
    """Keep the file, sealed."""
    await work.execute(
        _PUT_FILE, export_id=export_id, file_sealed=cipher.seal_bytes(data, context=FILE_CONTEXT)
    )


async def drop_file(work: UnitOfWork, export_id: UUID) -> None:
    """Forget the file."""
    await work.execute(_PUT_FILE, export_id=export_id, file_sealed=None)


async def file(reader: Reader, cipher: FieldCipher, export_id: UUID) -> bytes | None:
    """The file."""
    sealed = await reader.fetch_value(_FILE, export_id=export_id)
    return None if sealed is None else cipher.open_bytes(sealed, context=FILE_CONTEXT)
