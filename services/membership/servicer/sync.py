"""SyncService over gRPC."""

from typing import Any
from uuid import UUID

from chassis.calls import answer, current, parse_uuid
from chassis.paging import decode_token, page_size
from membership.convert import rosters as roster_convert
from membership.convert import sync as convert
from membership.convert.values import optional_day, optional_text
from membership.domain.sync_batches import SyncBatch, SyncDeparture
from membership.events.sync import departure_shape, shape
from membership.operations import sync, sync_departures, sync_entering
from membership.operations.means import Means
from shuyuan.membership.v1 import sync_service_pb2 as pb
from shuyuan.membership.v1 import sync_service_pb2_grpc


def _id(request: Any) -> UUID:
    return parse_uuid(request.batch_id, field_name="batch_id")


class SyncServicer(sync_service_pb2_grpc.SyncServiceServicer):
    """Keeps the register in step with campus systems."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def SendSyncBatch(self, request: pb.SendSyncBatchRequest, context: Any) -> pb.SendSyncBatchResponse:
        call = current()

        def rendered(found: SyncBatch) -> pb.SendSyncBatchResponse:
            return pb.SendSyncBatchResponse(sync_batch=shape(found))

        rows = [convert.cells(row) for row in request.rows]
        sending = sync.send(
            call, self._means, convert.begun(request), rows, more_follows=request.more_follows
        )
        return await answer(call, sending, rendered)

    async def AddSyncRows(self, request: pb.AddSyncRowsRequest, context: Any) -> pb.AddSyncRowsResponse:
        call = current()

        def rendered(found: SyncBatch) -> pb.AddSyncRowsResponse:
            return pb.AddSyncRowsResponse(sync_batch=shape(found))

        rows = [convert.cells(row) for row in request.rows]
        adding = sync.add_rows(call, self._means, _id(request), rows, more_follows=request.more_follows)
        return await answer(call, adding, rendered)

    async def GetSyncBatch(self, request: pb.GetSyncBatchRequest, context: Any) -> pb.GetSyncBatchResponse:
        return pb.GetSyncBatchResponse(sync_batch=shape(await sync.get(current(), _id(request))))

    async def ListSyncBatches(
        self, request: pb.ListSyncBatchesRequest, context: Any
    ) -> pb.ListSyncBatchesResponse:
        size = page_size(request.page_size)
        (before,) = decode_token(request.page_token, UUID) or (None,)
        source = optional_text(request, "source")
        return convert.page(await sync.page(current(), source=source, before=before, size=size), size)

    async def ListSyncDifferences(
        self, request: pb.ListSyncDifferencesRequest, context: Any
    ) -> pb.ListSyncDifferencesResponse:
        size = page_size(request.page_size)
        (after,) = decode_token(request.page_token, int) or (0,)
        kind = convert.kind(request.kind)
        found = await sync.differences(current(), _id(request), kind=kind, after=after or 0, size=size)
        return convert.differences(found, size)

    async def ListSyncProblems(
        self, request: pb.ListSyncProblemsRequest, context: Any
    ) -> pb.ListSyncProblemsResponse:
        call, size = current(), page_size(request.page_size)
        (after,) = decode_token(request.page_token, int) or (0,)
        found = await sync.problems(call, _id(request), after=after or 0, size=size)
        return convert.problems(found, size, call.language)

    async def ApplySyncBatch(
        self, request: pb.ApplySyncBatchRequest, context: Any
    ) -> pb.ApplySyncBatchResponse:
        call = current()

        def rendered(found: SyncBatch) -> pb.ApplySyncBatchResponse:
            return pb.ApplySyncBatchResponse(sync_batch=shape(found))

        policy = roster_convert.policy(request.policy)
        return await answer(call, sync_entering.apply(call, self._means, _id(request), policy), rendered)

    async def DiscardSyncBatch(
        self, request: pb.DiscardSyncBatchRequest, context: Any
    ) -> pb.DiscardSyncBatchResponse:
        call = current()

        def rendered(found: SyncBatch) -> pb.DiscardSyncBatchResponse:
            return pb.DiscardSyncBatchResponse(sync_batch=shape(found))

        return await answer(call, sync.discard(call, _id(request), reason=request.reason), rendered)

    async def ListSyncDepartures(
        self, request: pb.ListSyncDeparturesRequest, context: Any
    ) -> pb.ListSyncDeparturesResponse:
        size = page_size(request.page_size)
        (before,) = decode_token(request.page_token, UUID) or (None,)
        found = await sync_departures.page(
            current(),
            state=convert.departure_state(request.state),
            source=optional_text(request, "source"),
            before=before,
            size=size,
        )
        return convert.departures(found, size)

    async def DecideSyncDeparture(
        self, request: pb.DecideSyncDepartureRequest, context: Any
    ) -> pb.DecideSyncDepartureResponse:
        call = current()

        def rendered(found: SyncDeparture) -> pb.DecideSyncDepartureResponse:
            return pb.DecideSyncDepartureResponse(sync_departure=departure_shape(found))

        deciding = sync_departures.decide(
            call,
            self._means,
            parse_uuid(request.departure_id, field_name="departure_id"),
            left=request.left,
            left_on=optional_day(request, "left_on"),
            reason=request.reason,
        )
        return await answer(call, deciding, rendered)
