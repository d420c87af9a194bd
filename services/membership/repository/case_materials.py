"""Papers of admission cases; the file of one is read by itself."""

from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.field_cipher import FieldCipher
from chassis.statements import insert, query
from membership import tables
from membership.domain.case_materials import CaseMaterial, State

FILE_CONTEXT = "case_material.file"
_NAMES = (
    "material_id",
    "case_id",
    "step",
    "name",
    "media_type",
    "file_bytes",
    "sha256",
    "state",
    "note",
    "submitted_by",
    "reviewed_by",
    "version",
    "created_at",
    "updated_at",
)
_COLUMNS = ", ".join(f"m.{name}" for name in _NAMES)
_FIND = query(sa.text(f"SELECT {_COLUMNS} FROM case_material m WHERE m.material_id = :material_id"))
_LOCK = query(
    sa.text(f"SELECT {_COLUMNS} FROM case_material m WHERE m.material_id = :material_id FOR UPDATE")
)
_OF_CASE = query(
    sa.text(f"SELECT {_COLUMNS} FROM case_material m WHERE m.case_id = :case_id ORDER BY m.material_id")
)
_RETURNED = query(
    sa.text(
        """SELECT n.name FROM (
               SELECT DISTINCT ON (m.step, m.name) m.name, m.state FROM case_material m
                WHERE m.case_id = :case_id ORDER BY m.step, m.name, m.material_id DESC) n
            WHERE n.state = 'returned'"""
    )
)
_FILE = query(sa.text("SELECT file_sealed FROM case_material WHERE material_id = :material_id"))
_ADD = query(insert(tables.case_material, *_NAMES, "file_sealed"))
_REVIEW = query(
    sa.text(
        """UPDATE case_material SET state = :state, note = :note, reviewed_by = :reviewed_by,
                  version = :version, updated_at = :updated_at
            WHERE material_id = :material_id"""
    )
)


def _material(row: Record) -> CaseMaterial:
    return CaseMaterial(**dict(row) | {"state": State(row["state"])})


async def find(reader: Reader, material_id: UUID) -> CaseMaterial | None:
    """The paper, None where there is none."""
    row = await reader.fetch_one(_FIND, material_id=material_id)
    return None if row is None else _material(row)


async def lock(work: UnitOfWork, material_id: UUID) -> CaseMaterial | None:
    """The paper, held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, material_id=material_id)
    return None if row is None else _material(row)


async def of_case(reader: Reader, case_id: UUID) -> list[CaseMaterial]:
    """Every paper that was sent for a case, in the order of sending."""
    return [_material(row) for row in await reader.fetch(_OF_CASE, case_id=case_id)]


async def returned(reader: Reader, case_id: UUID) -> frozenset[str]:
    """The papers of a case whose newest file was returned."""
    return frozenset(row["name"] for row in await reader.fetch(_RETURNED, case_id=case_id))


async def file(reader: Reader, cipher: FieldCipher, material_id: UUID) -> bytes:
    """The file of a paper that there is."""
    sealed = await reader.fetch_value(_FILE, material_id=material_id)
    return cipher.open_bytes(sealed, context=FILE_CONTEXT)


async def add(work: UnitOfWork, cipher: FieldCipher, material: CaseMaterial, data: bytes) -> None:
    """Write a new paper with its file."""
    values = {name: getattr(material, name) for name in _NAMES}
    await work.execute(_ADD, **values, file_sealed=cipher.seal_bytes(data, context=FILE_CONTEXT))


async def review(work: UnitOfWork, material: CaseMaterial) -> None:
    """Write how a paper was reviewed."""
    names = ("material_id", "state", "note", "reviewed_by", "version", "updated_at")
    await work.execute(_REVIEW, **{name: getattr(material, name) for name in names})
