"""Terms of office between the contract and the domain."""

from chassis.paging import Page
from organization.convert.values import optional_day, optional_id
from organization.domain.terms import Term
from organization.events.terms import term_message
from organization.operations.office_terms import NewTerm, Wanted
from shuyuan.organization.v1 import term_service_pb2


def new_term(request: term_service_pb2.BeginTermRequest) -> NewTerm:
    """What a term begins with."""
    return NewTerm(
        started_on=optional_day(request, "started_on"),
        number=request.number,
        document_number=request.document_number,
        override_reason=request.override_reason.strip(),
    )


def wanted(request: term_service_pb2.ListTermsRequest) -> Wanted:
    """Which terms are asked for."""
    return Wanted(
        unit_id=optional_id(request.unit_id, "unit_id"),
        below_id=optional_id(request.below_unit_id, "below_unit_id"),
        due_by=optional_day(request, "due_by"),
        include_ended=request.include_ended,
        campus_id=optional_id(request.campus_id, "campus_id"),
    )


def page(found: Page[Term]) -> term_service_pb2.ListTermsResponse:
    """A page of terms."""
    return term_service_pb2.ListTermsResponse(
        terms=[term_message(term) for term in found.items], next_page_token=found.next_token
    )
