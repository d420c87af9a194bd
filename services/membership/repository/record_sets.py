"""Entries of record sets, and exports for reconciliation with their sealed files."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.field_cipher import FieldCipher
from chassis.statements import insert, query
from membership import tables
from membership.domain.record_sets import Reconciliation, ReconciliationState, RecordEntry, RecordSet
from membership.repository.person_files import IDENTITY_CONTEXT

FILE_CONTEXT = "reconciliation.file"

_ENTRY_NAMES = tuple(column.name for column in tables.record_entry.c)
_ENTRY = ", ".join(_ENTRY_NAMES)
_NAMES = tuple(column.name for column in tables.reconciliation.c)
_COLUMNS = ", ".join(_NAMES)
_ADD_ENTRY = query(insert(tables.record_entry, *_ENTRY_NAMES))
_FIND_ENTRY = query(sa.text(f"SELECT {_ENTRY} FROM record_entry WHERE entry_id = :entry_id"))
_REMOVE_ENTRY = query(
    sa.text("DELETE FROM record_entry WHERE entry_id = :entry_id AND version = :version RETURNING entry_id")
)
_ENTRIES = query(
    sa.text(
        f"""SELECT {_ENTRY} FROM record_entry
             WHERE person_id = :person_id
               AND (CAST(:after AS uuid) IS NULL OR entry_id > CAST(:after AS uuid))
             ORDER BY entry_id LIMIT CAST(:size AS int)"""
    )
)
# Whoever is somebody's direct relative has them as one too.
_RELATIVES = query(
    sa.text(
        """SELECT relative_person_id AS person_id FROM record_entry
            WHERE person_id = :person_id AND direct AND relative_person_id = ANY (CAST(:others AS uuid[]))
           UNION SELECT person_id FROM record_entry
            WHERE relative_person_id = :person_id AND direct AND person_id = ANY (CAST(:others AS uuid[]))"""
    )
)
_ADD = query(insert(tables.reconciliation, *_NAMES))
_FIND = query(sa.text(f"SELECT {_COLUMNS} FROM reconciliation WHERE reconciliation_id = :reconciliation_id"))
_OVERDUE = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM reconciliation
             WHERE state = 'ready' AND expires_on <= CAST(:today AS date)
             ORDER BY expires_on, reconciliation_id FOR UPDATE SKIP LOCKED"""
    )
)
_FINISH = query(
    sa.text(
        """UPDATE reconciliation
              SET state = :state, members = :members, parts = :parts, file_digest = :file_digest,
                  expires_on = :expires_on, version = :version
            WHERE reconciliation_id = :reconciliation_id"""
    ).bindparams(sa.bindparam("expires_on", type_=sa.Date))
)
_ADD_PART = query(insert(tables.reconciliation_part, "reconciliation_id", "part", "file_sealed"))
_DROP_PARTS = query(sa.text("DELETE FROM reconciliation_part WHERE reconciliation_id = :reconciliation_id"))
_FILE = query(
    sa.text(
        """SELECT file_sealed FROM reconciliation_part
            WHERE reconciliation_id = :reconciliation_id AND part = :part"""
    )
)
_IDENTITIES = query(
    sa.text(
        """SELECT p.person_id, p.born_on, i.number_sealed FROM person p
             LEFT JOIN person_identity i ON i.person_id = p.person_id
            WHERE p.person_id = ANY (CAST(:person_ids AS uuid[]))"""
    )
)


def _entry(row: Record) -> RecordEntry:
    values = dict(row)
    return RecordEntry(**values | {"record_set": RecordSet(values["record_set"])})


def _export(row: Record) -> Reconciliation:
    values = dict(row)
    return Reconciliation(
        **values
        | {
            "state": ReconciliationState(values["state"]),
            "record_sets": tuple(RecordSet(each) for each in values["record_sets"]),
        }
    )


async def add_entry(work: UnitOfWork, made: RecordEntry) -> None:
    """Keep a new entry."""
    await work.execute(_ADD_ENTRY, **asdict(made) | {"record_set": made.record_set.value})


async def find_entry(reader: Reader, entry_id: UUID) -> RecordEntry | None:
    """An entry."""
    row = await reader.fetch_one(_FIND_ENTRY, entry_id=entry_id)
    return None if row is None else _entry(row)


async def remove_entry(work: UnitOfWork, found: RecordEntry) -> bool:
    """Remove an entry; whether it was there."""
    removed = await work.fetch_value(_REMOVE_ENTRY, entry_id=found.entry_id, version=found.version)
    return removed is not None


async def direct_relatives(reader: Reader, person_id: UUID, others: Sequence[UUID]) -> set[UUID]:
    """Who among others is recorded as a direct relative, by either of the two."""
    rows = await reader.fetch(_RELATIVES, person_id=person_id, others=list(others))
    return {row["person_id"] for row in rows}


async def entries(reader: Reader, person_id: UUID, *, after: UUID | None, size: int) -> list[RecordEntry]:
    """A page of a person's entries, the oldest first."""
    rows = await reader.fetch(_ENTRIES, person_id=person_id, after=after, size=size)
    return [_entry(row) for row in rows]


async def add(work: UnitOfWork, made: Reconciliation) -> None:
    """Keep a new export."""
    values: dict[str, Any] = asdict(made) | {
        "state": made.state.value,
        "record_sets": [each.value for each in made.record_sets],
    }
    await work.execute(_ADD, **values)


async def find(reader: Reader, reconciliation_id: UUID) -> Reconciliation | None:
    """An export."""
    row = await reader.fetch_one(_FIND, reconciliation_id=reconciliation_id)
    return None if row is None else _export(row)


async def overdue(work: UnitOfWork, *, today: date) -> list[Reconciliation]:
    """Exports whose file must go, held until the commit."""
    return [_export(row) for row in await work.fetch(_OVERDUE, today=today)]


async def finish(
    work: UnitOfWork, cipher: FieldCipher, found: Reconciliation, files: Sequence[bytes]
) -> None:
    """Write an export as it stands now, with its files or without any."""
    await work.execute(
        _FINISH,
        reconciliation_id=found.reconciliation_id,
        state=found.state.value,
        members=found.members,
        parts=found.parts,
        file_digest=found.file_digest,
        expires_on=found.expires_on,
        version=found.version,
    )
    await work.execute(_DROP_PARTS, reconciliation_id=found.reconciliation_id)
    for part, data in enumerate(files, start=1):
        sealed = cipher.seal_bytes(data, context=FILE_CONTEXT)
        await work.execute(
            _ADD_PART, reconciliation_id=found.reconciliation_id, part=part, file_sealed=sealed
        )


async def file(reader: Reader, cipher: FieldCipher, reconciliation_id: UUID, part: int) -> bytes | None:
    """One of the files, counted from 1."""
    sealed = await reader.fetch_value(_FILE, reconciliation_id=reconciliation_id, part=part)
    return None if sealed is None else cipher.open_bytes(sealed, context=FILE_CONTEXT)


async def identities(
    reader: Reader, cipher: FieldCipher, person_ids: Iterable[UUID]
) -> dict[UUID, tuple[date | None, str | None]]:
    """When these persons were born, and their identity numbers."""
    rows: Sequence[Record] = await reader.fetch(_IDENTITIES, person_ids=list(person_ids))
    return {
        row["person_id"]: (
            row["born_on"],
            None
            if row["number_sealed"] is None
            else cipher.open(row["number_sealed"], context=IDENTITY_CONTEXT),
        )
        for row in rows
    }
