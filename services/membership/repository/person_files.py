"""Everything held on a person, identity numbers, and the log of who read them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, UnitOfWork
from chassis.field_cipher import FieldCipher
from chassis.statements import insert, query
from membership import tables
from membership.domain.identity import Disclosure, DisclosureKind

IDENTITY_CONTEXT = "person_identity.number"

# Sealed values, and what only finds them.
_NEVER = ("number_sealed", "number_key")
# What the political review found, and what others objected, has fewer readers than the file.
WITHHELD_STEPS = ("political_review", "political_review_item", "notice_objection", "objection_settlement")
_STEPS = ", ".join(f"'{step}'" for step in WITHHELD_STEPS)


def _where(table: sa.Table) -> str | None:
    """The condition that a row of the table is about the person; None for tables that are about nobody."""
    conditions = []
    if "person_id" in table.c:
        conditions.append("t.person_id = :person_id")
    if "case_id" in table.c and table.name != "admission_case":
        conditions.append(
            "t.case_id IN (SELECT k.case_id FROM admission_case k WHERE k.person_id = :person_id)"
        )
    return " OR ".join(conditions) or None


def _rows(table: sa.Table, where: str) -> str:
    row = "to_jsonb(t)"
    for column in _NEVER:
        if column in table.c:
            row = f"({row} - '{column}')"
    if table.name == "case_step":
        row = f"CASE WHEN t.step IN ({_STEPS}) THEN {row} - 'detail' - 'verdicts' ELSE {row} END"
    return f"SELECT '{table.name}' AS noun, coalesce(jsonb_agg({row}), '[]') AS rows FROM {table.name} t WHERE {where}"


_EVERYTHING = query(
    sa.text(
        f"""SELECT f.noun, f.rows FROM ({
            " UNION ALL ".join(
                _rows(table, where)
                for table in tables.metadata.sorted_tables
                if (where := _where(table)) is not None
            )
        }) f WHERE f.rows <> '[]' ORDER BY f.noun"""
    )
)
_IDENTITY = query(sa.text("SELECT number_sealed FROM person_identity WHERE person_id = :person_id"))
_HOLDER = query(sa.text("SELECT person_id FROM person_identity WHERE number_key = :number_key"))
_PUT_IDENTITY = query(
    sa.text(
        """INSERT INTO person_identity (person_id, number_sealed, number_key, recorded_at)
           VALUES (:person_id, :number_sealed, :number_key, :now)
           ON CONFLICT (person_id) DO UPDATE
              SET number_sealed = excluded.number_sealed, number_key = excluded.number_key,
                  recorded_at = excluded.recorded_at"""
    )
)
_ADD_DISCLOSURE = query(
    insert(tables.disclosure, "disclosure_id", "person_id", "kind", "read_by", "purpose", "read_at")
)
_DISCLOSURES = query(
    sa.text(
        """SELECT disclosure_id, person_id, kind, read_by, purpose, read_at FROM disclosure
            WHERE person_id = :person_id
              AND (CAST(:before AS uuid) IS NULL OR disclosure_id < CAST(:before AS uuid))
            ORDER BY disclosure_id DESC LIMIT :size"""
    )
)


async def everything(reader: Reader, person_id: UUID) -> dict[str, list[Any]]:
    """Every row about a person, by table, without what is sealed and what is withheld."""
    rows = await reader.fetch(_EVERYTHING, person_id=person_id)
    return {row["noun"]: row["rows"] for row in rows}


async def identity(reader: Reader, cipher: FieldCipher, person_id: UUID) -> str | None:
    """The identity number of a person."""
    sealed = await reader.fetch_value(_IDENTITY, person_id=person_id)
    return None if sealed is None else cipher.open(sealed, context=IDENTITY_CONTEXT)


async def holder(reader: Reader, number_key: str) -> UUID | None:
    """Who has the identity number behind a key."""
    found: UUID | None = await reader.fetch_value(_HOLDER, number_key=number_key)
    return found


async def put_identity(
    work: UnitOfWork, cipher: FieldCipher, person_id: UUID, number: str, number_key: str
) -> None:
    """Write the identity number of a person."""
    await work.execute(
        _PUT_IDENTITY,
        person_id=person_id,
        number_sealed=cipher.seal(number, context=IDENTITY_CONTEXT),
        number_key=number_key,
        now=work.now,
    )


async def add_disclosures(work: UnitOfWork, made: Iterable[Disclosure]) -> None:
    """Keep that somebody read of these persons."""
    await work.execute_many(_ADD_DISCLOSURE, [asdict(each) | {"kind": each.kind.value} for each in made])


async def disclosures(
    reader: Reader, person_id: UUID, *, before: UUID | None, size: int
) -> Sequence[Disclosure]:
    """Who read of a person, the newest first."""
    rows = await reader.fetch(_DISCLOSURES, person_id=person_id, before=before, size=size)
    return [Disclosure(**dict(row) | {"kind": DisclosureKind(row["kind"])}) for row in rows]
