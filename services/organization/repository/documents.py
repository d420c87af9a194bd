"""SQL about documents, their editions and their reviews; the articles are next door."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.access import within
from chassis.database import Reader, Record, UnitOfWork
from chassis.ids import new_id
from chassis.statements import insert, query
from organization import tables
from organization.domain.documents import Document, DocumentState, Edition, Outcome, Review

_DOCUMENT = """
    d.document_id, d.unit_id, d.number, d.title, d.supersedes_id, d.repealed_on, d.repeal_reason,
    d.created_at, d.updated_at, d.version,
    ARRAY(SELECT jsonb_build_array(v.edition, v.issued_on, v.effective_on, v.trial, v.review_due_on, v.note)
            FROM document_edition v WHERE v.document_id = d.document_id ORDER BY v.edition) AS editions,
    ARRAY(SELECT jsonb_build_array(r.edition, r.reviewed_on, r.outcome, r.next_due_on, r.conclusion, r.person_id)
            FROM document_review r WHERE r.document_id = d.document_id ORDER BY r.recorded_at, r.review_id) AS reviews
"""
_GET = query(sa.text(f"SELECT {_DOCUMENT} FROM document d WHERE d.document_id = :document_id"))
_LOCK = query(sa.text("SELECT 1 FROM document WHERE document_id = :document_id FOR UPDATE"))
_NAMESAKE = query(sa.text("SELECT document_id FROM document WHERE number = :number"))


def reaches() -> "sa.ColumnElement[bool]":
    """The condition that the caller may look at the issuing unit, or is below it: a document binds who is below."""
    above = sa.text(
        """EXISTS (SELECT FROM access_closure b
                    WHERE b.ancestor_id = d.unit_id AND b.descendant_id = ANY (CAST(:access_units AS uuid[]))
                      AND b.valid @> CAST(:access_day AS date))"""
    )
    return sa.or_(within(sa.literal_column("d.unit_id", sa.Uuid)), above)


_VISIBLE = query(
    sa.select(sa.text("1"))
    .select_from(sa.text("document d"))
    .where(sa.text("d.document_id = :document_id"), reaches())
)
# The edition in force on the day and its last review by then; the domain says the same of one document.
CURRENT = """
    LEFT JOIN LATERAL (SELECT v.edition, v.trial, v.review_due_on FROM document_edition v
                        WHERE v.document_id = d.document_id AND v.effective_on <= CAST(:day AS date)
                        ORDER BY v.edition DESC LIMIT 1) e ON true
"""
_REVIEWED = """
    LEFT JOIN LATERAL (SELECT r.outcome, r.next_due_on FROM document_review r
                        WHERE r.document_id = d.document_id AND r.edition = e.edition
                          AND r.reviewed_on <= CAST(:day AS date)
                        ORDER BY r.recorded_at DESC, r.review_id DESC LIMIT 1) w ON true
"""
_IS_REPEALED = "COALESCE(d.repealed_on <= CAST(:day AS date), false)"
_PAGE = query(
    sa.select(sa.text(_DOCUMENT))
    .select_from(sa.text(f"document d {CURRENT} {_REVIEWED}"))
    .where(
        sa.text(
            f"""(CAST(:unit_id AS uuid) IS NULL OR d.unit_id = :unit_id)
                AND (CAST(:text AS text) IS NULL OR strpos(lower(d.title || ' ' || d.number), lower(:text)) > 0)
                AND (CAST(:state AS text) IS NULL OR :state = CASE WHEN {_IS_REPEALED} THEN 'repealed'
                     WHEN e.edition IS NULL THEN 'planned' ELSE 'in_force' END)
                AND (CAST(:due_by AS date) IS NULL
                     OR (e.trial AND NOT {_IS_REPEALED} AND w.outcome IS DISTINCT FROM 'confirmed'
                         AND COALESCE(w.next_due_on, e.review_due_on) <= CAST(:due_by AS date)))
                AND (CAST(:after_id AS uuid) IS NULL OR d.document_id > :after_id)"""
        ),
        reaches(),
    )
    .order_by(sa.text("d.document_id"))
    .limit(sa.bindparam("most", type_=sa.Integer)),
    planned_anew=True,
)
_ADD = query(
    insert(
        tables.document,
        "document_id",
        "unit_id",
        "number",
        "title",
        "supersedes_id",
        "repeal_reason",
        "created_at",
        "updated_at",
        "version",
    )
)
_CHANGE = query(
    sa.text(
        """UPDATE document SET repealed_on = :repealed_on, repeal_reason = :repeal_reason, updated_at = :now,
                  version = :version
            WHERE document_id = :document_id"""
    )
)
_ADD_EDITION = query(
    insert(
        tables.document_edition,
        "document_id",
        "edition",
        "issued_on",
        "effective_on",
        "trial",
        "review_due_on",
        "note",
    )
)
_ADD_REVIEW = query(
    insert(
        tables.document_review,
        "review_id",
        "document_id",
        "edition",
        "reviewed_on",
        "outcome",
        "next_due_on",
        "conclusion",
        "person_id",
        "recorded_at",
    )
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a page of documents is asked for; None asks for any."""

    unit_id: UUID | None = None
    text: str | None = None
    state: DocumentState | None = None
    due_by: date | None = None


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _edition(
    edition: int, issued_on: str, effective_on: str, trial: bool, due_on: str | None, note: str
) -> Edition:
    return Edition(
        edition, date.fromisoformat(issued_on), date.fromisoformat(effective_on), trial, _day(due_on), note
    )


def _review(
    edition: int, reviewed_on: str, outcome: str, due_on: str | None, conclusion: str, person_id: str
) -> Review:
    reviewed = date.fromisoformat(reviewed_on)
    return Review(edition, reviewed, Outcome(outcome), _day(due_on), conclusion, UUID(person_id))


def _read(row: Record, day: date) -> Document:
    return Document(
        document_id=row["document_id"],
        unit_id=row["unit_id"],
        number=row["number"],
        title=row["title"],
        supersedes_id=row["supersedes_id"],
        repealed_on=row["repealed_on"],
        repeal_reason=row["repeal_reason"],
        editions=tuple(_edition(*each) for each in row["editions"]),
        reviews=tuple(_review(*each) for each in row["reviews"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
        day=day,
    )


async def find(reader: Reader, document_id: UUID, *, day: date) -> Document | None:
    """The document as it stands on a day."""
    row = await reader.fetch_one(_GET, document_id=document_id)
    return None if row is None else _read(row, day)


async def lock(work: UnitOfWork, document_id: UUID) -> Document | None:
    """The document; nobody else changes it until the end of the unit of work."""
    await work.fetch_value(_LOCK, document_id=document_id)
    return await find(work, document_id, day=work.today)


async def is_visible(reader: Reader, document_id: UUID, scope: dict[str, Any]) -> bool:
    """Whether the caller may look at the issuing unit, or is below it."""
    return await reader.fetch_value(_VISIBLE, document_id=document_id, **scope) is not None


async def numbered(reader: Reader, number: str) -> UUID | None:
    """The document that has the number."""
    found: UUID | None = await reader.fetch_value(_NAMESAKE, number=number)
    return found


async def page(
    reader: Reader, scope: dict[str, Any], wanted: Filter, *, day: date, after_id: UUID | None, most: int
) -> list[Document]:
    """Documents that the caller may see, by id."""
    rows = await reader.fetch(
        _PAGE,
        unit_id=wanted.unit_id,
        text=wanted.text,
        state=wanted.state,
        due_by=wanted.due_by,
        day=day,
        after_id=after_id,
        most=most,
        **scope,
    )
    return [_read(row, day) for row in rows]


async def add(work: UnitOfWork, document: Document) -> None:
    """Keep a new document with its editions."""
    await work.execute(
        _ADD,
        document_id=document.document_id,
        unit_id=document.unit_id,
        number=document.number,
        title=document.title,
        supersedes_id=document.supersedes_id,
        repeal_reason=document.repeal_reason,
        created_at=document.created_at,
        updated_at=document.updated_at,
        version=document.version,
    )
    for edition in document.editions:
        await add_edition(work, document.document_id, edition)


async def change(work: UnitOfWork, document: Document) -> None:
    """Keep the next version of a document; editions and reviews are kept apart."""
    await work.execute(
        _CHANGE,
        document_id=document.document_id,
        repealed_on=document.repealed_on,
        repeal_reason=document.repeal_reason,
        now=document.updated_at,
        version=document.version,
    )


async def add_edition(work: UnitOfWork, document_id: UUID, edition: Edition) -> None:
    """Keep an edition."""
    await work.execute(
        _ADD_EDITION,
        document_id=document_id,
        edition=edition.edition,
        issued_on=edition.issued_on,
        effective_on=edition.effective_on,
        trial=edition.trial,
        review_due_on=edition.review_due_on,
        note=edition.note,
    )


async def add_review(work: UnitOfWork, document_id: UUID, review: Review) -> None:
    """Keep a review."""
    await work.execute(
        _ADD_REVIEW,
        review_id=new_id(),
        document_id=document_id,
        edition=review.edition,
        reviewed_on=review.reviewed_on,
        outcome=review.outcome,
        next_due_on=review.next_due_on,
        conclusion=review.conclusion,
        person_id=review.person_id,
        recorded_at=work.now,
    )
