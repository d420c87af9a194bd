"""TermService."""

from typing import Any

from chassis.calls import answer, current
from organization.convert import terms as convert
from organization.convert.values import day_of, id_of
from organization.events.terms import term_message
from organization.operations import office_terms
from shuyuan.organization.v1 import term_service_pb2 as pb
from shuyuan.organization.v1 import term_service_pb2_grpc


class TermServicer(term_service_pb2_grpc.TermServiceServicer):
    """Terms of office."""

    async def BeginTerm(self, request: pb.BeginTermRequest, context: Any) -> pb.BeginTermResponse:
        """Begin a term."""
        call = current()
        done = office_terms.begin_term(call, id_of(request.unit_id, "unit_id"), convert.new_term(request))
        return await answer(call, done, lambda term: pb.BeginTermResponse(term=term_message(term)))

    async def GetTerm(self, request: pb.GetTermRequest, context: Any) -> pb.GetTermResponse:
        """Read a term."""
        call = current()
        done = office_terms.get_term(call, id_of(request.term_id, "term_id"))
        return await answer(call, done, lambda term: pb.GetTermResponse(term=term_message(term)))

    async def ListTerms(self, request: pb.ListTermsRequest, context: Any) -> pb.ListTermsResponse:
        """List terms."""
        call = current()
        done = office_terms.list_terms(
            call, convert.wanted(request), size=request.page_size, token=request.page_token
        )
        return await answer(call, done, convert.page)

    async def ShiftTermElection(
        self, request: pb.ShiftTermElectionRequest, context: Any
    ) -> pb.ShiftTermElectionResponse:
        """Shift the election after a term."""
        call = current()
        done = office_terms.shift_election(
            call,
            id_of(request.term_id, "term_id"),
            election_on=day_of(request.election_on, "election_on"),
            reason=request.reason.strip(),
            document_number=request.document_number,
        )
        return await answer(call, done, lambda term: pb.ShiftTermElectionResponse(term=term_message(term)))

    async def CorrectTerm(self, request: pb.CorrectTermRequest, context: Any) -> pb.CorrectTermResponse:
        """Correct a term."""
        call = current()
        done = office_terms.correct_term(
            call,
            id_of(request.term_id, "term_id"),
            started_on=day_of(request.started_on, "started_on"),
            number=request.number,
            document_number=request.document_number,
            reason=request.reason,
        )
        return await answer(call, done, lambda term: pb.CorrectTermResponse(term=term_message(term)))
