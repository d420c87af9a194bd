"""Erasing a subject from a service's database, and searching the database for what is left of it.

What stays are facts about an id: days, units, totals, and the audit with its digests. Only rows and columns that the
service's description names are touched; what others own goes by their events.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, UnitOfWork
from chassis.holdings import Holdings
from chassis.statements import Query, query

# Logins are copied by every service; the frame's own events drop them.
_LOGINS = "access_account"
_TIES_SHOWN = 20


class FindingKind(StrEnum):
    """Why rows count."""

    # Rows about the subject that an erasure empties or removes.
    RESIDUE = "residue"
    # Rows that hold a term and name the subject, or hold a number.
    TERM = "term"
    # Rows that hold a name without naming the subject: somebody else may bear it.
    NAMESAKE = "namesake"


@dataclass(frozen=True, slots=True)
class Finding:
    """Rows of one table in which something was found; never what it was."""

    table: str
    rows: int
    kind: FindingKind


@dataclass(frozen=True, slots=True)
class Terms:
    """What is searched for beside the id. Names others may bear; numbers nobody else has."""

    names: tuple[str, ...] = field(default=(), repr=False)
    numbers: tuple[str, ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        return bool(self.names or self.numbers)


_TABLES = query(
    sa.text(
        """SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition
            ORDER BY 1"""
    )
)
# An answer is kept for a day under its key, as the bytes that were sent.
_FORGET_ANSWERS = query(
    sa.text(
        """WITH gone AS (
               DELETE FROM idempotency_key k
                WHERE EXISTS (SELECT FROM unnest(CAST(:terms AS text[])) t
                               WHERE position(convert_to(t, 'UTF8') IN k.answer) > 0) RETURNING 1)
           SELECT count(*) FROM gone"""
    )
)


def _search(table: str) -> Query:
    """One reading of a table: every row as text, sealed and binary values as hexadecimal digits."""
    name = '"' + table.replace('"', '""') + '"'
    return query(
        sa.text(
            f"""SELECT (count(*) FILTER (WHERE f.numbered OR f.linked))::int AS terms,
                       (count(*) FILTER (WHERE NOT f.numbered AND NOT f.linked))::int AS namesakes
                  FROM (SELECT position(CAST(:id AS text) IN r.row) > 0 AS linked,
                               EXISTS (SELECT FROM unnest(CAST(:numbers AS text[])) n
                                        WHERE r.row ~ ('(^|[^0-9A-Za-z])' || n || '($|[^0-9A-Za-z])')
                                           OR position(encode(convert_to(n, 'UTF8'), 'hex') IN r.row) > 0)
                                   AS numbered
                          FROM (SELECT to_jsonb(t)::text AS row FROM {name} t) r
                         WHERE EXISTS (SELECT FROM unnest(CAST(:terms AS text[])) n
                                        WHERE position(n IN r.row) > 0
                                           OR position(encode(convert_to(n, 'UTF8'), 'hex') IN r.row) > 0)) f"""
        )
    )


class Eraser:
    """What a service erases of a subject, and how it looks for what is left."""

    def __init__(self, holdings: Holdings) -> None:
        description = holdings.description
        where = holdings.tables
        self._residues = {
            table: query(sa.text(f"SELECT count(*) FROM {table} t WHERE ({where[table]})"))
            for table in (*description.dropped, *description.copied, _LOGINS)
        }
        self._changes: dict[str, Query] = {}
        for table, columns in description.emptied.items():
            differs = " OR ".join(f't."{name}" IS DISTINCT FROM ({empty})' for name, empty in columns.items())
            about = f"({where[table]}) AND ({differs})"
            self._residues[table] = query(sa.text(f"SELECT count(*) FROM {table} t WHERE {about}"))
            values = ", ".join(f'"{name}" = ({empty})' for name, empty in columns.items())
            self._changes[table] = _counted(f"UPDATE {table} t SET {values} WHERE {about} RETURNING 1")
        for table in description.dropped:
            self._changes[table] = _counted(f"DELETE FROM {table} t WHERE ({where[table]}) RETURNING 1")
        self._ties = {noun: _tie(select) for noun, select in description.ties.items()}
        self._searches: dict[str, Query] = {}

    async def ties(self, reader: Reader, subject_id: UUID, *, today: date) -> list[tuple[str, UUID]]:
        """What the subject still does or is waited for, by noun; the first of each."""
        found: list[tuple[str, UUID]] = []
        for noun, statement in self._ties.items():
            rows = await reader.fetch(statement, subject_id=subject_id, today=today)
            found += [(noun, row["id"]) for row in rows]
        return found

    async def erase(self, work: UnitOfWork, subject_id: UUID, terms: Terms) -> dict[str, int]:
        """Empty and remove; answers how many rows of which table. Repeating it changes nothing."""
        changed: dict[str, int] = {}
        for table, statement in self._changes.items():
            changed[table] = await work.fetch_value(statement, subject_id=subject_id)
        kept = [str(subject_id), *terms.names, *terms.numbers]
        changed["idempotency_key"] = await work.fetch_value(_FORGET_ANSWERS, terms=kept)
        changed = {table: rows for table, rows in changed.items() if rows}
        if changed:
            work.audit_change("subject", subject_id, None, changed)
        return changed

    async def search(self, reader: Reader, subject_id: UUID, terms: Terms) -> list[Finding]:
        """What is left: rows that an erasure takes away, and rows anywhere that hold a term."""
        found = []
        for table, statement in self._residues.items():
            rows = await reader.fetch_value(statement, subject_id=subject_id)
            found.append(Finding(table, rows, FindingKind.RESIDUE))
        if terms:
            for row in await reader.fetch(_TABLES):
                found += await self._terms_in(reader, row["name"], subject_id, terms)
        return [finding for finding in found if finding.rows]

    async def _terms_in(
        self, reader: Reader, table: str, subject_id: UUID, terms: Terms
    ) -> Sequence[Finding]:
        if table not in self._searches:
            self._searches[table] = _search(table)
        row = await reader.fetch_one(
            self._searches[table],
            id=str(subject_id),
            terms=[*terms.names, *terms.numbers],
            numbers=list(terms.numbers),
        )
        assert row is not None
        return (
            Finding(table, row["terms"], FindingKind.TERM),
            Finding(table, row["namesakes"], FindingKind.NAMESAKE),
        )


def is_left(findings: Sequence[Finding]) -> bool:
    """Whether something of the subject is left; what may be somebody else's is not counted."""
    return any(finding.kind is not FindingKind.NAMESAKE for finding in findings)


def places(found: Mapping[str, Sequence[Finding]]) -> list[str]:
    """Where something is left, as service and table."""
    return sorted(
        {
            f"{service}.{finding.table}"
            for service, findings in found.items()
            for finding in findings
            if finding.kind is not FindingKind.NAMESAKE
        }
    )


def _counted(change: str) -> Query:
    return query(sa.text(f"WITH changed AS ({change}) SELECT count(*) FROM changed"))


def _tie(select: str) -> Query:
    return query(
        sa.text(
            f"""SELECT f.id FROM ({select}) f
                 WHERE CAST(:subject_id AS uuid) IS NOT NULL AND CAST(:today AS date) IS NOT NULL
                 ORDER BY f.id LIMIT {_TIES_SHOWN}"""
        )
    )
