"""Documents between the contract and the domain."""

from collections.abc import Iterable
from uuid import UUID

from chassis.paging import Page
from organization.convert.values import chosen, day_of, enum_of, id_of, optional_day, optional_id
from organization.domain.documents import Clause, Document, DocumentState, NewClause, Outcome
from organization.events.documents import clause_message, document_message
from organization.operations.documents import NewEdition
from organization.repository import clauses, documents
from shuyuan.organization.v1 import document_pb2
from shuyuan.organization.v1 import document_service_pb2 as pb

_STATE = document_pb2.Document.State.DESCRIPTOR
_OUTCOME = document_pb2.DocumentReview.Outcome.DESCRIPTOR


def outcome_of(given: int) -> Outcome:
    """What came of a review."""
    return chosen(_OUTCOME, Outcome, given, "outcome")


def duty_ids(given: Iterable[str], path: str = "") -> tuple[UUID, ...]:
    """The duties that follow from an article."""
    return tuple(id_of(each, f"{path}duty_ids[{place}]") for place, each in enumerate(given))


def new_edition(request: pb.RegisterDocumentRequest | pb.ReviseDocumentRequest) -> NewEdition:
    """What an edition is issued with."""
    return NewEdition(
        issued_on=day_of(request.issued_on, "issued_on"),
        effective_on=day_of(request.effective_on, "effective_on"),
        trial=request.trial,
        review_due_on=optional_day(request, "review_due_on"),
        note=request.note if isinstance(request, pb.ReviseDocumentRequest) else "",
        clauses=tuple(
            NewClause(
                article=each.article.strip(),
                text=each.text,
                rule_ids=tuple(each.rule_ids),
                duty_ids=duty_ids(each.duty_ids, f"clauses[{place}]."),
            )
            for place, each in enumerate(request.clauses)
        ),
    )


def wanted_documents(request: pb.ListDocumentsRequest) -> documents.Filter:
    """What a page of documents is asked for."""
    return documents.Filter(
        unit_id=optional_id(request.unit_id, "unit_id"),
        text=request.text or None,
        state=enum_of(_STATE, DocumentState, request.state, "state"),
        due_by=optional_day(request, "review_due_by"),
    )


def wanted_clauses(request: pb.ListClausesRequest) -> clauses.Filter:
    """What a page of articles is asked for."""
    return clauses.Filter(
        document_id=optional_id(request.document_id, "document_id"),
        edition=request.edition or None,
        rule_id=request.rule_id or None,
        duty_id=optional_id(request.duty_id, "duty_id"),
        text=request.text or None,
    )


def documents_page(page: Page[Document]) -> pb.ListDocumentsResponse:
    """A page of documents."""
    return pb.ListDocumentsResponse(
        documents=[document_message(each) for each in page.items], next_page_token=page.next_token
    )


def clauses_page(page: Page[Clause]) -> pb.ListClausesResponse:
    """A page of articles."""
    return pb.ListClausesResponse(
        clauses=[clause_message(each) for each in page.items], next_page_token=page.next_token
    )
