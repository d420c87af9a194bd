"""Requests and answers about campus sync."""

from collections.abc import Sequence

from chassis.paging import encode_token
from membership.convert.values import enum_name, optional_day, page_of
from membership.domain.rosters import Problem
from membership.domain.sync_batches import DepartureState, SyncBatch, SyncDeparture
from membership.domain.sync_rows import tie_field
from membership.events import shapes
from membership.events import sync as sync_shapes
from membership.operations.sync import Sending
from membership.repository.sync import Difference
from shuyuan.membership.v1 import person_pb2, sync_batch_pb2, sync_service_pb2


def begun(request: sync_service_pb2.SendSyncBatchRequest) -> Sending:
    """The begin of a batch."""
    return Sending(request.source, request.complete, optional_day(request, "as_of"))


def cells(message: sync_batch_pb2.SyncPerson) -> dict[str, str]:
    """A row by its fields, as it is judged; empty ones are left out."""
    found = {
        "externalId": message.external_id,
        "name": message.name,
        "campusNumber": message.campus_number,
        "kind": enum_name(person_pb2.PersonKind, "PERSON_KIND", message.kind) or "",
        "category": enum_name(person_pb2.PersonCategory, "PERSON_CATEGORY", message.category) or "",
        "birthDate": message.birth_date,
        "room": message.room,
        "roomFrom": message.room_from,
    }
    for place, tie in enumerate(message.affiliations):
        kind = enum_name(person_pb2.AffiliationKind, "AFFILIATION_KIND", tie.kind)
        found[tie_field(place, "kind")] = kind or "unspecified"
        found[tie_field(place, "unit")] = tie.unit
        found[tie_field(place, "firstDay")] = tie.first_day
        found[tie_field(place, "endDay")] = tie.end_day
    return {name: text.strip() for name, text in found.items() if text.strip()}


def page(rows: Sequence[SyncBatch], size: int) -> sync_service_pb2.ListSyncBatchesResponse:
    """A page of batches."""
    shown, token = page_of(rows, size, "batch_id")
    return sync_service_pb2.ListSyncBatchesResponse(
        sync_batches=[sync_shapes.shape(found) for found in shown], next_page_token=token
    )


def kind(number: int) -> str | None:
    """Which differences are wanted."""
    return enum_name(sync_batch_pb2.SyncDifference.Kind, "KIND", number)


def differences(
    found: Sequence[tuple[int, Difference]], size: int
) -> sync_service_pb2.ListSyncDifferencesResponse:
    """A page of differences."""
    return sync_service_pb2.ListSyncDifferencesResponse(
        differences=[_difference(item) for _, item in found[:size]],
        next_page_token=encode_token(found[size - 1][0]) if len(found) > size else "",
    )


def _difference(found: Difference) -> sync_batch_pb2.SyncDifference:
    return sync_batch_pb2.SyncDifference(
        kind=shapes.enum_number(sync_batch_pb2.SyncDifference.Kind, "KIND", found.kind),
        row=found.row,
        external_id=found.external_id,
        person_id=str(found.person_id),
        changes=[
            sync_batch_pb2.SyncChange(field=change.field, before=change.before, after=change.after)
            for change in found.changes
        ],
    )


def problems(
    found: Sequence[tuple[int, Problem]], size: int, language: str
) -> sync_service_pb2.ListSyncProblemsResponse:
    """A page of problems in a language."""
    return sync_service_pb2.ListSyncProblemsResponse(
        problems=[
            sync_batch_pb2.SyncProblem(
                row=item.row, field=item.column, message=item.en if language == "en" else item.zh
            )
            for _, item in found[:size]
        ],
        next_page_token=encode_token(found[size - 1][0]) if len(found) > size else "",
    )


def departure_state(number: int) -> str:
    """Which departures are wanted; those that wait, unless said otherwise."""
    return enum_name(sync_batch_pb2.SyncDeparture.State, "STATE", number) or DepartureState.PROPOSED.value


def departures(rows: Sequence[SyncDeparture], size: int) -> sync_service_pb2.ListSyncDeparturesResponse:
    """A page of departures."""
    shown, token = page_of(rows, size, "departure_id")
    return sync_service_pb2.ListSyncDeparturesResponse(
        sync_departures=[sync_shapes.departure_shape(found) for found in shown], next_page_token=token
    )
