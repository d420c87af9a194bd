"""Merges of persons: what decides about them, the merges themselves, and pairs that look like one person."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import insert, query
from membership import tables
from membership.domain.merging import Entry, MergeState, PersonMerge
from membership.domain.people import Account
from membership.repository.merge_moves import Move

_ENTRIES = query(
    sa.text(
        """SELECT p.person_id, p.merged_into IS NOT NULL AS is_merged,
                  EXISTS (SELECT FROM admission_case k WHERE k.person_id = p.person_id AND k.state = 'open')
                      AS has_open_case,
                  EXISTS (SELECT FROM member m WHERE m.person_id = p.person_id) AS is_on_roll,
                  EXISTS (SELECT FROM person_identity i WHERE i.person_id = p.person_id) AS has_identity_number
             FROM person p
            WHERE p.person_id = ANY (CAST(:person_ids AS uuid[])) AND p.erased_at IS NULL"""
    )
)
_HOLD = query(
    sa.text(
        """SELECT person_id, version FROM person WHERE person_id = ANY (CAST(:person_ids AS uuid[]))
            ORDER BY person_id FOR UPDATE"""
    )
)
# A contact of the other's case, a talker or reviewer named in one of its steps, or both companions in one case.
_IN_ONE_CASE = query(
    sa.text(
        """SELECT EXISTS (
               SELECT FROM admission_case k JOIN case_companion c USING (case_id)
                WHERE (k.person_id, c.person_id) IN ((:one, :other), (:other, :one)))
            OR EXISTS (
               SELECT FROM case_companion a JOIN case_companion b USING (case_id)
                WHERE a.person_id = :one AND b.person_id = :other)
            OR EXISTS (
               SELECT FROM admission_case k JOIN case_step s USING (case_id)
                WHERE (k.person_id = :one AND position(CAST(CAST(:other AS uuid) AS text) IN CAST(s.detail AS text)) > 0)
                   OR (k.person_id = :other AND position(CAST(CAST(:one AS uuid) AS text) IN CAST(s.detail AS text)) > 0))"""
    )
)
_NAMES = tuple(column.name for column in tables.person_merge.c)
_COLUMNS = ", ".join(f"g.{name}" for name in _NAMES)
_MOVED = """
    (SELECT coalesce(jsonb_agg(jsonb_build_array(f.noun, f.rows) ORDER BY f.noun), '[]')
       FROM (SELECT v.noun, sum(v.rows) AS rows FROM person_merge_move v
              WHERE v.merge_id = g.merge_id GROUP BY v.noun) f) AS moved
"""
_FIND = query(sa.text(f"SELECT {_COLUMNS}, {_MOVED} FROM person_merge g WHERE g.merge_id = :merge_id"))
_LOCK = query(
    sa.text(f"SELECT {_COLUMNS}, {_MOVED} FROM person_merge g WHERE g.merge_id = :merge_id FOR UPDATE OF g")
)
_PAGE = query(
    sa.text(
        f"""SELECT {_COLUMNS}, {_MOVED} FROM person_merge g
             WHERE (CAST(:before AS uuid) IS NULL OR g.merge_id < CAST(:before AS uuid))
             ORDER BY g.merge_id DESC LIMIT :size"""
    )
)
_ADD = query(insert(tables.person_merge, *_NAMES))
_SAVE = query(
    sa.text(
        """UPDATE person_merge
              SET state = :state, reversed_by = :reversed_by, reversed_at = :reversed_at, version = :version
            WHERE merge_id = :merge_id"""
    )
)
_MOVES = query(sa.text("SELECT noun, field, keys, rows FROM person_merge_move WHERE merge_id = :merge_id"))
_REDIRECT = query(
    sa.text(
        """UPDATE person SET merged_into = :into, version = version + 1, updated_at = :now
            WHERE person_id = :person_id"""
    )
)
_TOUCH = {
    name: query(
        sa.text(
            f"UPDATE {name} SET version = version + 1 WHERE {key} = ANY (CAST(:ids AS uuid[])) RETURNING *"
        )
    )
    for name, key in (("account", "account_id"), ("member", "person_id"), ("admission_case", "case_id"))
}
_DUPLICATES = query(
    sa.text(
        """SELECT a.person_id AS one, b.person_id AS other
             FROM person a JOIN person b
               ON b.pinyin = a.pinyin AND b.born_on = a.born_on AND b.person_id > a.person_id
            WHERE a.merged_into IS NULL AND b.merged_into IS NULL
              AND (CAST(:one AS uuid) IS NULL
                   OR (a.person_id, b.person_id) > (CAST(:one AS uuid), CAST(:other AS uuid)))
            ORDER BY a.person_id, b.person_id LIMIT :size"""
    )
)


async def entries(reader: Reader, person_ids: Sequence[UUID]) -> dict[UUID, Entry]:
    """What decides about each of these persons."""
    rows = await reader.fetch(_ENTRIES, person_ids=list(person_ids))
    return {row["person_id"]: Entry(**dict(row)) for row in rows}


async def hold(work: UnitOfWork, person_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Keep others from changing these persons until the end of the unit of work; answers their versions."""
    rows = await work.fetch(_HOLD, person_ids=list(person_ids))
    return {row["person_id"]: row["version"] for row in rows}


async def in_one_case(reader: Reader, one: UUID, other: UUID) -> bool:
    """Whether the two appear in one admission case."""
    return bool(await reader.fetch_value(_IN_ONE_CASE, one=one, other=other))


def _merge(row: Record) -> PersonMerge:
    values: dict[str, Any] = dict(row)
    moved = tuple((noun, rows) for noun, rows in values.pop("moved"))
    return PersonMerge(**values | {"state": MergeState(values["state"]), "moved": moved})


async def find(reader: Reader, merge_id: UUID) -> PersonMerge | None:
    """A merge."""
    row = await reader.fetch_one(_FIND, merge_id=merge_id)
    return None if row is None else _merge(row)


async def lock(work: UnitOfWork, merge_id: UUID) -> PersonMerge | None:
    """A merge, held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, merge_id=merge_id)
    return None if row is None else _merge(row)


async def page(reader: Reader, *, before: UUID | None, size: int) -> list[PersonMerge]:
    """Merges, the newest first."""
    return [_merge(row) for row in await reader.fetch(_PAGE, before=before, size=size)]


async def add(work: UnitOfWork, new: PersonMerge, moves: Sequence[Move]) -> None:
    """Write a merge and what it moved; the merged person's entry says whom to look for."""
    values = asdict(new) | {"state": new.state.value}
    await work.execute_many(_ADD, [{name: values[name] for name in _NAMES}])
    await work.copy(
        tables.person_merge_move,
        ["merge_id", "noun", "field", "keys", "rows"],
        [(new.merge_id, move.noun, move.field, move.keys, move.rows) for move in moves],
    )
    await redirect(work, new.merged_person_id, into=new.person_id)


async def redirect(work: UnitOfWork, person_id: UUID, *, into: UUID | None) -> None:
    """Have a person's entry say whom they were merged into, or that they are one of their own."""
    await work.execute(_REDIRECT, person_id=person_id, into=into, now=work.now)


async def save(work: UnitOfWork, found: PersonMerge) -> None:
    """Write that a merge was reversed."""
    await work.execute(
        _SAVE,
        merge_id=found.merge_id,
        state=found.state.value,
        reversed_by=found.reversed_by,
        reversed_at=found.reversed_at,
        version=found.version,
    )


async def moves_of(reader: Reader, merge_id: UUID) -> list[Move]:
    """What a merge moved."""
    return [Move(**dict(row)) for row in await reader.fetch(_MOVES, merge_id=merge_id)]


async def touch_accounts(work: UnitOfWork, ids: Sequence[str]) -> list[Account]:
    """Count that these logins became another person's."""
    rows = await work.fetch(_TOUCH["account"], ids=[UUID(item) for item in ids])
    return [Account(**dict(row)) for row in rows]


async def touch(work: UnitOfWork, noun: str, ids: Sequence[UUID]) -> None:
    """Count that these members or cases became another person's."""
    await work.fetch(_TOUCH[noun], ids=list(ids))


async def duplicates(
    reader: Reader, *, after: tuple[UUID, UUID] | None, size: int
) -> list[tuple[UUID, UUID]]:
    """Pairs of persons of one birth date whose names sound alike; names written alike do."""
    one, other = after or (None, None)
    rows = await reader.fetch(_DUPLICATES, one=one, other=other, size=size)
    return [(row["one"], row["other"]) for row in rows]
