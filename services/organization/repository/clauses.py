"""SQL about the articles of documents."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import insert, query
from organization import tables
from organization.domain.documents import Clause, NewClause
from organization.repository.documents import CURRENT, reaches

_CLAUSE = """
    c.document_id, d.number, d.title, c.edition, c.position, c.article, c.text, c.rule_ids, c.duty_ids
"""
_PAGE = query(
    sa.select(sa.text(_CLAUSE))
    .select_from(sa.text(f"document_clause c JOIN document d USING (document_id) {CURRENT}"))
    .where(
        sa.text(
            """(CAST(:document_id AS uuid) IS NULL OR c.document_id = :document_id)
               AND c.edition = COALESCE(CAST(:edition AS integer), e.edition)
               AND (CAST(:edition AS integer) IS NOT NULL OR d.repealed_on IS NULL
                    OR d.repealed_on > CAST(:day AS date))
               AND (CAST(:rule_id AS text) IS NULL OR c.rule_ids @> ARRAY[CAST(:rule_id AS text)])
               AND (CAST(:duty_id AS uuid) IS NULL OR c.duty_ids @> ARRAY[CAST(:duty_id AS uuid)])
               AND (CAST(:text AS text) IS NULL OR strpos(lower(c.text), lower(:text)) > 0)
               AND (CAST(:after_id AS uuid) IS NULL OR (c.document_id, c.edition, c.position)
                    > (CAST(:after_id AS uuid), CAST(:after_edition AS integer), CAST(:after_position AS integer)))"""
        ),
        reaches(),
    )
    .order_by(sa.text("c.document_id, c.edition, c.position"))
    .limit(sa.bindparam("most", type_=sa.Integer)),
    planned_anew=True,
)
_GET = query(
    sa.text(
        f"""SELECT {_CLAUSE} FROM document_clause c JOIN document d USING (document_id)
             WHERE c.document_id = :document_id AND c.edition = :edition AND c.article = :article"""
    )
)
_ADD = query(
    insert(
        tables.document_clause,
        "document_id",
        "edition",
        "position",
        "article",
        "text",
        "rule_ids",
        "duty_ids",
    )
)
_LINK = query(
    sa.text(
        """UPDATE document_clause SET rule_ids = :rule_ids, duty_ids = :duty_ids
            WHERE document_id = :document_id AND edition = :edition AND position = :position"""
    )
)
_DUTIES = query(sa.text("SELECT duty_id FROM duty WHERE duty_id = ANY (CAST(:duty_ids AS uuid[]))"))


@dataclass(frozen=True, slots=True)
class Filter:
    """What a page of articles is asked for; None asks for any, for the edition for that in force."""

    document_id: UUID | None = None
    edition: int | None = None
    rule_id: str | None = None
    duty_id: UUID | None = None
    text: str | None = None


def _read(row: Record) -> Clause:
    return Clause(
        document_id=row["document_id"],
        document_number=row["number"],
        document_title=row["title"],
        edition=row["edition"],
        position=row["position"],
        article=row["article"],
        text=row["text"],
        rule_ids=tuple(row["rule_ids"]),
        duty_ids=tuple(row["duty_ids"]),
    )


async def page(
    reader: Reader,
    scope: dict[str, Any],
    wanted: Filter,
    *,
    day: date,
    after: tuple[UUID, int, int] | None,
    most: int,
) -> list[Clause]:
    """Articles of documents that the caller may see, in their order."""
    after_id, after_edition, after_position = after or (None, None, None)
    rows = await reader.fetch(
        _PAGE,
        document_id=wanted.document_id,
        edition=wanted.edition,
        rule_id=wanted.rule_id,
        duty_id=wanted.duty_id,
        text=wanted.text,
        day=day,
        after_id=after_id,
        after_edition=after_edition,
        after_position=after_position,
        most=most,
        **scope,
    )
    return [_read(row) for row in rows]


async def find(reader: Reader, document_id: UUID, edition: int, article: str) -> Clause | None:
    """The article of an edition by its number."""
    row = await reader.fetch_one(_GET, document_id=document_id, edition=edition, article=article)
    return None if row is None else _read(row)


async def add(work: UnitOfWork, document_id: UUID, edition: int, clauses: Iterable[NewClause]) -> None:
    """Keep the articles of a new edition."""
    await work.execute_many(
        _ADD,
        [
            {
                "document_id": document_id,
                "edition": edition,
                "position": position,
                "article": clause.article,
                "text": clause.text,
                "rule_ids": list(clause.rule_ids),
                "duty_ids": list(clause.duty_ids),
            }
            for position, clause in enumerate(clauses, start=1)
        ],
    )


async def link(work: UnitOfWork, clause: Clause) -> None:
    """Keep what follows from an article."""
    await work.execute(
        _LINK,
        document_id=clause.document_id,
        edition=clause.edition,
        position=clause.position,
        rule_ids=list(clause.rule_ids),
        duty_ids=list(clause.duty_ids),
    )


async def known_duties(reader: Reader, duty_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these are duties."""
    rows = await reader.fetch(_DUTIES, duty_ids=list(duty_ids))
    return {row["duty_id"] for row in rows}
