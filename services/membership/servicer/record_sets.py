"""RecordSetService over gRPC."""

from typing import Any
from uuid import UUID

from google.api import httpbody_pb2

from chassis.calls import answer, current, parse_uuid
from chassis.paging import decode_token, page_size
from chassis.process import ProcessKind
from membership.convert import record_sets as convert
from membership.convert.values import page_of
from membership.domain.record_sets import Reconciliation, RecordEntry
from membership.events.record_sets import entry_shape, shape
from membership.operations import reconciliations, record_sets
from membership.operations.means import Means
from shuyuan.membership.v1 import record_set_service_pb2 as pb
from shuyuan.membership.v1 import record_set_service_pb2_grpc


class RecordSetServicer(record_set_service_pb2_grpc.RecordSetServiceServicer):
    """Keeps entries and writes exports."""

    def __init__(self, means: Means, writing: ProcessKind) -> None:
        self._means = means
        self._writing = writing

    async def AddRecordEntry(
        self, request: pb.AddRecordEntryRequest, context: Any
    ) -> pb.AddRecordEntryResponse:
        call = current()

        def rendered(found: RecordEntry) -> pb.AddRecordEntryResponse:
            return pb.AddRecordEntryResponse(record_entry=entry_shape(found))

        made = convert.entry(request, by=call.caller.person_id, now=call.clock.now())
        return await answer(call, record_sets.add(call, made), rendered)

    async def RemoveRecordEntry(
        self, request: pb.RemoveRecordEntryRequest, context: Any
    ) -> pb.RemoveRecordEntryResponse:
        call = current()

        def rendered(found: RecordEntry) -> pb.RemoveRecordEntryResponse:
            return pb.RemoveRecordEntryResponse(record_entry=entry_shape(found))

        entry_id = parse_uuid(request.entry_id, field_name="entry_id")
        return await answer(call, record_sets.remove(call, entry_id), rendered)

    async def ListRecordEntries(
        self, request: pb.ListRecordEntriesRequest, context: Any
    ) -> pb.ListRecordEntriesResponse:
        size = page_size(request.page_size)
        (after,) = decode_token(request.page_token, UUID) or (None,)
        person_id = parse_uuid(request.person_id, field_name="person_id")
        found = await record_sets.page(current(), person_id, after=after, size=size)
        shown, token = page_of(found, size, "entry_id")
        return pb.ListRecordEntriesResponse(
            record_entries=[entry_shape(item) for item in shown], next_page_token=token
        )

    async def BeginReconciliation(
        self, request: pb.BeginReconciliationRequest, context: Any
    ) -> pb.BeginReconciliationResponse:
        call = current()

        def rendered(found: Reconciliation) -> pb.BeginReconciliationResponse:
            return pb.BeginReconciliationResponse(reconciliation=shape(found))

        asked = convert.asked(request.reconciliation, by=call.caller.person_id, now=call.clock.now())
        work = reconciliations.begin(call, self._means, self._writing, asked)
        return await answer(call, work, rendered)

    async def GetReconciliation(
        self, request: pb.GetReconciliationRequest, context: Any
    ) -> pb.GetReconciliationResponse:
        found = await reconciliations.get(current(), _id(request))
        return pb.GetReconciliationResponse(reconciliation=shape(found))

    async def DownloadReconciliation(
        self, request: pb.DownloadReconciliationRequest, context: Any
    ) -> pb.DownloadReconciliationResponse:
        data = await reconciliations.download(current(), self._means, _id(request), request.part or 1)
        return pb.DownloadReconciliationResponse(
            file=httpbody_pb2.HttpBody(content_type="application/zip", data=data)
        )


def _id(request: Any) -> UUID:
    return parse_uuid(request.reconciliation_id, field_name="reconciliation_id")
