"""Register, revise, review and repeal documents, link their articles; read them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.events import Event
from chassis.ids import new_id
from chassis.paging import Page, decode_token, page_of, page_size
from chassis.process import ensure_free
from organization.domain.documents import (
    Clause,
    Document,
    Edition,
    NewClause,
    Outcome,
    Review,
    check_clauses,
    check_edition,
    check_open,
    check_repeal,
    check_review,
)
from organization.domain.rules import rule_ids_on
from organization.domain.units import refuse
from organization.errors import ClauseNotFoundError, DocumentNotFoundError, DocumentNumberTakenError
from organization.events import documents as facts
from organization.repository import clauses, documents, units

READ = "organization.document.read"


@dataclass(frozen=True, slots=True)
class NewEdition:
    """What an edition is issued with."""

    issued_on: date
    effective_on: date
    trial: bool
    review_due_on: date | None
    note: str
    clauses: tuple[NewClause, ...]

    def numbered(self, edition: int) -> Edition:
        """The edition under its number."""
        return Edition(edition, self.issued_on, self.effective_on, self.trial, self.review_due_on, self.note)


async def register_document(
    call: Call, unit_id: UUID, *, number: str, title: str, first: NewEdition, supersedes_id: UUID | None
) -> Document:
    """Register a document with its first edition, in the place of another if one is named."""
    superseded = None if supersedes_id is None else await _superseded(call, supersedes_id)
    async with call.transaction() as work:
        await ensure_free(work, unit_id)
        unit = (await units.outlines(work, [unit_id])).get(unit_id)
        if unit is None or first.issued_on not in unit.life:
            refuse("unit_id", "发文单位在发布日期并非存续。", "The unit does not exist on the day of issue.")
        document = Document(
            document_id=new_id(),
            unit_id=unit_id,
            number=number,
            title=title,
            supersedes_id=supersedes_id,
            repealed_on=None,
            repeal_reason="",
            editions=(first.numbered(1),),
            reviews=(),
            created_at=work.now,
            updated_at=work.now,
            version=1,
            day=work.today,
        )
        check_edition(document.editions[0], None)
        await _check_links(work, first.clauses, path="clauses[{}].")
        await work.lock(f"document|{number}")
        twin = await documents.numbered(work, number)
        if twin is not None:
            raise DocumentNumberTakenError(number=number, document_id=twin)
        if superseded is not None:
            await _supersede(work, superseded, document)
        await documents.add(work, document)
        await clauses.add(work, document.document_id, 1, first.clauses)
        work.emit(facts.document_registered(document))
        work.audit_change("document", document.document_id, None, _kept(document))
        return work.answer(document)


async def _superseded(call: Call, document_id: UUID) -> Document:
    """The document in whose place another comes, for a caller who may end it."""
    old = await documents.find(call.database, document_id, day=call.clock.today())
    if old is None:
        refuse("supersedes_document_id", "没有此文件。", "There is no such document.")
    await call.access.require("organization.document.repeal", unit=old.unit_id)
    return old


async def _supersede(work: UnitOfWork, seen: Document, new: Document) -> None:
    await ensure_free(work, seen.unit_id)
    old = await documents.lock(work, seen.document_id)
    assert old is not None, "a document is never deleted"
    on = new.editions[0].effective_on
    check_repeal(old, on, path="effective_on")
    await _end(work, old, on=on, reason=new.number)


async def _end(work: UnitOfWork, before: Document, *, on: date, reason: str) -> Document:
    after = _next(work, before, repealed_on=on, repeal_reason=reason)
    await documents.change(work, after)
    work.emit(facts.document_repealed(after))
    work.audit_change("document", before.document_id, _kept(before), _kept(after))
    return after


def _next(work: UnitOfWork, before: Document, **changed: object) -> Document:
    return replace(before, updated_at=work.now, version=before.version + 1, **changed)  # type: ignore[arg-type] # fields by name


async def _check_links(work: UnitOfWork, new: Sequence[NewClause], *, path: str) -> None:
    duty_ids = {duty for clause in new for duty in clause.duty_ids}
    known = await clauses.known_duties(work, duty_ids) if duty_ids else set()
    check_clauses(new, rules=rule_ids_on(work.today), duties=known, path=path)


async def revise_document(call: Call, document_id: UUID, new: NewEdition) -> Document:
    """Issue the next edition of a document."""
    seen = await _allowed(call, document_id, "organization.document.revise")
    async with call.transaction() as work:
        before = await _take(work, seen)
        check_open(before)
        last = before.editions[-1]
        edition = new.numbered(last.edition + 1)
        check_edition(edition, last)
        await _check_links(work, new.clauses, path="clauses[{}].")
        after = _next(work, before, editions=(*before.editions, edition))
        await documents.add_edition(work, document_id, edition)
        await clauses.add(work, document_id, edition.edition, new.clauses)
        return await _announce(work, before, after, facts.document_revised(after, edition))


async def link_clause(
    call: Call, document_id: UUID, article: str, *, rule_ids: tuple[str, ...], duty_ids: tuple[UUID, ...]
) -> Clause:
    """Say which rules and duties follow from an article of the latest edition."""
    seen = await _allowed(call, document_id, "organization.document.revise")
    async with call.transaction() as work:
        before = await _take(work, seen)
        clause = await clauses.find(work, document_id, before.editions[-1].edition, article)
        if clause is None:
            raise ClauseNotFoundError(document_id=document_id, article=article)
        await _check_links(work, [NewClause(article, clause.text, rule_ids, duty_ids)], path="")
        linked = replace(clause, rule_ids=rule_ids, duty_ids=duty_ids)
        after = _next(work, before)
        await clauses.link(work, linked)
        await documents.change(work, after)
        work.emit(facts.clause_linked(after, linked))
        work.audit_change("document", document_id, _linked(clause), _linked(linked))
        return work.answer(linked)


def _linked(clause: Clause) -> dict[str, object]:
    return {"article": clause.article, "rule_ids": clause.rule_ids, "duty_ids": clause.duty_ids}


async def review_document(
    call: Call, document_id: UUID, outcome: Outcome, *, next_due_on: date | None, conclusion: str
) -> Document:
    """Record the review of the edition on trial today."""
    seen = await _allowed(call, document_id, "organization.document.review")
    async with call.transaction() as work:
        before = await _take(work, seen)
        check_review(before, outcome, next_due_on)
        current = before.current
        assert current is not None, "what is on trial is in force"
        review = Review(current.edition, work.today, outcome, next_due_on, conclusion, call.person_id)
        after = _next(work, before, reviews=(*before.reviews, review))
        await documents.add_review(work, document_id, review)
        return await _announce(work, before, after, facts.document_reviewed(after, review))


async def repeal_document(
    call: Call, document_id: UUID, *, repealed_on: date | None, reason: str
) -> Document:
    """End a document from a day on."""
    seen = await _allowed(call, document_id, "organization.document.repeal")
    async with call.transaction() as work:
        before = await _take(work, seen)
        on = repealed_on or work.today
        check_repeal(before, on)
        return work.answer(await _end(work, before, on=on, reason=reason))


async def _announce(work: UnitOfWork, before: Document, after: Document, event: Event) -> Document:
    await documents.change(work, after)
    work.emit(event)
    work.audit_change("document", after.document_id, _kept(before), _kept(after))
    return work.answer(after)


def _kept(document: Document) -> dict[str, object]:
    return {
        "unit_id": document.unit_id,
        "number": document.number,
        "title": document.title,
        "editions": [[each.edition, each.effective_on, each.review_due_on] for each in document.editions],
        "reviews": [[each.edition, each.reviewed_on, each.outcome] for each in document.reviews],
        "repealed_on": document.repealed_on,
    }


async def _take(work: UnitOfWork, seen: Document) -> Document:
    """The document, for whoever changes it; refuses when the caller read another version."""
    await ensure_free(work, seen.unit_id)
    document = await documents.lock(work, seen.document_id)
    assert document is not None, "a document is never deleted"
    work.call.check_etag(document.version)
    return document


async def _present(call: Call, document_id: UUID, day: date) -> Document:
    document = await documents.find(call.database, document_id, day=day)
    if document is None:
        await call.access.require(READ, unit=None)
        raise DocumentNotFoundError(document_id=document_id)
    return document


async def _allowed(call: Call, document_id: UUID, permission: str) -> Document:
    document = await _present(call, document_id, call.clock.today())
    await call.access.require(permission, unit=document.unit_id)
    return document


async def get_document(call: Call, document_id: UUID, *, as_of: date | None) -> Document:
    """Read a document as it stands on a day; whoever it binds reads it too."""
    document = await _present(call, document_id, as_of or call.clock.today())
    is_bound = await documents.is_visible(call.database, document_id, await call.access.filters(READ))
    await call.access.require(READ, unit=document.unit_id, relation=is_bound)
    return document


async def list_documents(
    call: Call, wanted: documents.Filter, *, as_of: date | None, size: int, token: str
) -> Page[Document]:
    """List documents that the caller may read."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await documents.page(
        call.database,
        await call.access.filters(READ),
        wanted,
        day=as_of or call.clock.today(),
        after_id=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda document: (document.document_id,))


async def list_clauses(
    call: Call, wanted: clauses.Filter, *, as_of: date | None, size: int, token: str
) -> Page[Clause]:
    """List articles of documents that the caller may read."""
    after = decode_token(token, UUID, int, int)
    most = page_size(size)
    found = await clauses.page(
        call.database,
        await call.access.filters(READ),
        wanted,
        day=as_of or call.clock.today(),
        after=(after[0], after[1], after[2]) if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda each: (each.document_id, each.edition, each.position))
