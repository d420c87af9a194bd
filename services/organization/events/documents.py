"""Documents: their public shape, and the facts about them as events of the contract."""

from chassis.events import Event
from organization.domain.documents import Clause, Document, Edition, Review
from organization.events.shapes import day, instant, number, text
from shuyuan.organization.v1 import document_pb2, events_pb2

_STATE = document_pb2.Document.State.DESCRIPTOR
_OUTCOME = document_pb2.DocumentReview.Outcome.DESCRIPTOR


def edition_message(edition: Edition) -> document_pb2.DocumentEdition:
    """One edition of a document."""
    return document_pb2.DocumentEdition(
        edition=edition.edition,
        issued_on=edition.issued_on.isoformat(),
        effective_on=edition.effective_on.isoformat(),
        trial=edition.trial,
        review_due_on=day(edition.review_due_on),
        note=edition.note,
    )


def review_message(review: Review) -> document_pb2.DocumentReview:
    """The review of an edition on trial."""
    return document_pb2.DocumentReview(
        edition=review.edition,
        reviewed_on=review.reviewed_on.isoformat(),
        outcome=number(_OUTCOME, review.outcome),
        next_due_on=day(review.next_due_on),
        conclusion=review.conclusion,
        person_id=str(review.person_id),
    )


def clause_message(clause: Clause) -> document_pb2.Clause:
    """An article of an edition."""
    return document_pb2.Clause(
        document_id=str(clause.document_id),
        document_number=clause.document_number,
        document_title=clause.document_title,
        edition=clause.edition,
        article=clause.article,
        text=clause.text,
        rule_ids=clause.rule_ids,
        duty_ids=[str(each) for each in clause.duty_ids],
    )


def document_message(document: Document) -> document_pb2.Document:
    """A document as everybody who may read it sees it."""
    current, due_on = document.current, document.review_due_on
    return document_pb2.Document(
        document_id=str(document.document_id),
        unit_id=str(document.unit_id),
        number=document.number,
        title=document.title,
        state=number(_STATE, document.state),
        edition=current.edition if current is not None else 0,
        trial=due_on is not None,
        review_due_on=day(due_on),
        supersedes_document_id=text(document.supersedes_id),
        repealed_on=day(document.repealed_on),
        repeal_reason=document.repeal_reason,
        editions=[edition_message(each) for each in document.editions],
        reviews=[review_message(each) for each in document.reviews],
        create_time=instant(document.created_at),
        update_time=instant(document.updated_at),
        version=document.version,
        etag=str(document.version),
    )


def document_registered(document: Document) -> Event:
    """A document was registered."""
    data = events_pb2.DocumentRegistered(document=document_message(document))
    return Event(document.document_id, document.version, data)


def document_revised(document: Document, edition: Edition) -> Event:
    """The next edition of a document was issued."""
    data = events_pb2.DocumentRevised(edition=edition_message(edition), document=document_message(document))
    return Event(document.document_id, document.version, data)


def clause_linked(document: Document, clause: Clause) -> Event:
    """What follows from an article was said anew."""
    data = events_pb2.DocumentClauseLinked(clause=clause_message(clause), document=document_message(document))
    return Event(document.document_id, document.version, data)


def document_reviewed(document: Document, review: Review) -> Event:
    """A trial was reviewed."""
    data = events_pb2.DocumentReviewed(review=review_message(review), document=document_message(document))
    return Event(document.document_id, document.version, data)


def document_repealed(document: Document) -> Event:
    """A document no longer holds from a day on."""
    data = events_pb2.DocumentRepealed(
        repealed_on=day(document.repealed_on) or "", document=document_message(document)
    )
    return Event(document.document_id, document.version, data)
