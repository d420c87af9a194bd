"""Information grants and views on the wire."""

from uuid import UUID

from activity.domain.information import InformationField
from activity.events.information import FIELD
from activity.events.shapes import value
from activity.operations.information import NewGrant
from activity.repository.information import GrantFilter, ViewFilter
from chassis.message_values import maybe_day, maybe_uuid
from shuyuan.activity.v1 import information_service_pb2 as pb


def _field(given: int) -> InformationField:
    found = value(FIELD, InformationField, given)
    assert found is not None, "the contract refuses it"
    return found


def new_grant(request: pb.GrantInformationRequest) -> NewGrant:
    """What a unit lets another see."""
    return NewGrant(
        unit_id=UUID(request.unit_id),
        viewer_unit_id=UUID(request.viewer_unit_id),
        fields=tuple(_field(given) for given in request.fields),
        purpose=request.purpose,
        valid_from=maybe_day(request, "valid_from"),
        valid_until=maybe_day(request, "valid_until"),
    )


def grant_filter(request: pb.ListInformationGrantsRequest) -> GrantFilter:
    """What a list is narrowed to."""
    return GrantFilter(
        unit_id=maybe_uuid(request, "unit_id"),
        viewer_unit_id=maybe_uuid(request, "viewer_unit_id"),
        as_of=maybe_day(request, "as_of"),
    )


def view_filter(request: pb.ListInformationViewsRequest) -> ViewFilter:
    """What a list is narrowed to."""
    return ViewFilter(
        unit_id=maybe_uuid(request, "unit_id"),
        viewer_unit_id=maybe_uuid(request, "viewer_unit_id"),
        person_id=maybe_uuid(request, "person_id"),
    )
