"""Appointments and grants that follow a person who was merged into another, and go back with them."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from chassis.database import UnitOfWork
from chassis.statements import Query, query

NOUNS = {"appointment": ("appointment", "appointment_id"), "grant": ("role_grant", "grant_id")}
_FORTH = {
    noun: query(
        sa.text(
            f"""WITH moved AS (
                    UPDATE {table} SET person_id = :person_id, version = version + 1, updated_at = :now
                     WHERE person_id = :merged_person_id RETURNING {key}
                ), kept AS (
                    INSERT INTO merged_holding (merge_id, noun, resource_id)
                    SELECT :merge_id, '{noun}', {key} FROM moved ON CONFLICT DO NOTHING)
                SELECT {key} AS id FROM moved ORDER BY 1"""
        )
    )
    for noun, (table, key) in NOUNS.items()
}
_BACK = {
    noun: query(
        sa.text(
            f"""UPDATE {table} t SET person_id = :merged_person_id, version = t.version + 1, updated_at = :now
                  FROM merged_holding h
                 WHERE h.merge_id = :merge_id AND h.noun = '{noun}' AND h.resource_id = t.{key}
                   AND t.person_id = :person_id
                RETURNING t.{key} AS id"""
        )
    )
    for noun, (table, key) in NOUNS.items()
}


async def forth(work: UnitOfWork, noun: str, merge_id: UUID, *, kept: UUID, merged: UUID) -> Sequence[UUID]:
    """Give everything of a noun that one person has to the other; answers which."""
    return await _run(work, _FORTH[noun], merge_id, kept, merged)


async def back(work: UnitOfWork, noun: str, merge_id: UUID, *, kept: UUID, merged: UUID) -> Sequence[UUID]:
    """Give back what a merge gave to the one who remained, where they still have it; answers which."""
    return await _run(work, _BACK[noun], merge_id, kept, merged)


async def _run(work: UnitOfWork, statement: Query, merge_id: UUID, kept: UUID, merged: UUID) -> list[UUID]:
    rows = await work.fetch(
        statement, merge_id=merge_id, person_id=kept, merged_person_id=merged, now=work.now
    )
    return [row["id"] for row in rows]
