"""DocumentService."""

from typing import Any

from chassis.calls import answer, current
from organization.convert import documents as convert
from organization.convert.values import id_of, optional_day, optional_id
from organization.events.documents import clause_message, document_message
from organization.operations import documents
from shuyuan.organization.v1 import document_service_pb2 as pb
from shuyuan.organization.v1 import document_service_pb2_grpc


class DocumentServicer(document_service_pb2_grpc.DocumentServiceServicer):
    """Documents."""

    async def RegisterDocument(
        self, request: pb.RegisterDocumentRequest, context: Any
    ) -> pb.RegisterDocumentResponse:
        """Register a document."""
        call = current()
        done = documents.register_document(
            call,
            id_of(request.unit_id, "unit_id"),
            number=request.number.strip(),
            title=request.title.strip(),
            first=convert.new_edition(request),
            supersedes_id=optional_id(request.supersedes_document_id, "supersedes_document_id"),
        )
        return await answer(
            call, done, lambda each: pb.RegisterDocumentResponse(document=document_message(each))
        )

    async def GetDocument(self, request: pb.GetDocumentRequest, context: Any) -> pb.GetDocumentResponse:
        """Read a document."""
        call = current()
        done = documents.get_document(
            call, id_of(request.document_id, "document_id"), as_of=optional_day(request, "as_of")
        )
        return await answer(call, done, lambda each: pb.GetDocumentResponse(document=document_message(each)))

    async def ListDocuments(self, request: pb.ListDocumentsRequest, context: Any) -> pb.ListDocumentsResponse:
        """List documents."""
        call = current()
        done = documents.list_documents(
            call,
            convert.wanted_documents(request),
            as_of=optional_day(request, "as_of"),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.documents_page)

    async def ListClauses(self, request: pb.ListClausesRequest, context: Any) -> pb.ListClausesResponse:
        """List articles."""
        call = current()
        done = documents.list_clauses(
            call,
            convert.wanted_clauses(request),
            as_of=optional_day(request, "as_of"),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.clauses_page)

    async def ReviseDocument(
        self, request: pb.ReviseDocumentRequest, context: Any
    ) -> pb.ReviseDocumentResponse:
        """Issue the next edition."""
        call = current()
        done = documents.revise_document(
            call, id_of(request.document_id, "document_id"), convert.new_edition(request)
        )
        return await answer(
            call, done, lambda each: pb.ReviseDocumentResponse(document=document_message(each))
        )

    async def LinkClause(self, request: pb.LinkClauseRequest, context: Any) -> pb.LinkClauseResponse:
        """Link an article with rules and duties."""
        call = current()
        done = documents.link_clause(
            call,
            id_of(request.document_id, "document_id"),
            request.article.strip(),
            rule_ids=tuple(request.rule_ids),
            duty_ids=convert.duty_ids(request.duty_ids),
        )
        return await answer(call, done, lambda each: pb.LinkClauseResponse(clause=clause_message(each)))

    async def ReviewDocument(
        self, request: pb.ReviewDocumentRequest, context: Any
    ) -> pb.ReviewDocumentResponse:
        """Review a trial."""
        call = current()
        done = documents.review_document(
            call,
            id_of(request.document_id, "document_id"),
            convert.outcome_of(request.outcome),
            next_due_on=optional_day(request, "next_due_on"),
            conclusion=request.conclusion,
        )
        return await answer(
            call, done, lambda each: pb.ReviewDocumentResponse(document=document_message(each))
        )

    async def RepealDocument(
        self, request: pb.RepealDocumentRequest, context: Any
    ) -> pb.RepealDocumentResponse:
        """End a document."""
        call = current()
        done = documents.repeal_document(
            call,
            id_of(request.document_id, "document_id"),
            repealed_on=optional_day(request, "repealed_on"),
            reason=request.reason,
        )
        return await answer(
            call, done, lambda each: pb.RepealDocumentResponse(document=document_message(each))
        )
