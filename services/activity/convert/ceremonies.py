"""Ceremonies on the wire."""

from datetime import date
from uuid import UUID

from activity.domain.ceremonies import CeremonyState
from activity.events import shapes
from activity.operations.ceremonies import NewCeremony, Page
from activity.repository.ceremonies import CeremonyFilter
from chassis.message_values import maybe_day, maybe_uuid
from shuyuan.activity.v1 import ceremony_service_pb2 as pb


def new_ceremony(request: pb.PlanCeremonyRequest) -> NewCeremony:
    """What a ceremony is planned with."""
    return NewCeremony(
        unit_id=UUID(request.unit_id),
        title=request.title,
        held_on=date.fromisoformat(request.held_on),
        lead_id=UUID(request.lead_person_id),
        place=request.place,
    )


def ceremony_filter(request: pb.ListCeremoniesRequest) -> CeremonyFilter:
    """What a list is narrowed to."""
    return CeremonyFilter(
        unit_id=maybe_uuid(request, "unit_id"),
        state=shapes.value(shapes.CEREMONY_STATE, CeremonyState, request.state),
        first_day=maybe_day(request, "from"),
        end_day=maybe_day(request, "to"),
    )


def page_response(page: Page) -> pb.ListCeremoniesResponse:
    """A page of ceremonies."""
    return pb.ListCeremoniesResponse(
        ceremonies=[shapes.ceremony_message(ceremony) for ceremony in page.ceremonies],
        next_page_token=page.next_token,
    )
