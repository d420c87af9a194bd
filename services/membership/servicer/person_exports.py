"""PersonExportService over gRPC."""

from typing import Any
from uuid import UUID

from google.api import httpbody_pb2

from chassis.calls import answer, current, parse_uuid
from chassis.paging import decode_token, page_size
from chassis.process import ProcessKind
from membership.convert.values import page_of
from membership.domain.person_exports import PersonExport
from membership.events.person_exports import shape
from membership.operations import person_exports
from membership.operations.means import Means
from shuyuan.membership.v1 import person_export_service_pb2 as pb
from shuyuan.membership.v1 import person_export_service_pb2_grpc


def _id(request: Any) -> UUID:
    return parse_uuid(request.export_id, field_name="export_id")


class PersonExportServicer(person_export_service_pb2_grpc.PersonExportServiceServicer):
    """Gathers packages."""

    def __init__(self, means: Means, gathering: ProcessKind) -> None:
        self._means = means
        self._gathering = gathering

    async def BeginPersonExport(
        self, request: pb.BeginPersonExportRequest, context: Any
    ) -> pb.BeginPersonExportResponse:
        call = current()

        def rendered(found: PersonExport) -> pb.BeginPersonExportResponse:
            return pb.BeginPersonExportResponse(person_export=shape(found))

        person_id = parse_uuid(request.person_id, field_name="person_id")
        work = person_exports.begin(call, self._gathering, person_id, purpose=request.purpose)
        return await answer(call, work, rendered)

    async def GetPersonExport(
        self, request: pb.GetPersonExportRequest, context: Any
    ) -> pb.GetPersonExportResponse:
        found = await person_exports.get(current(), _id(request))
        return pb.GetPersonExportResponse(person_export=shape(found))

    async def ListPersonExports(
        self, request: pb.ListPersonExportsRequest, context: Any
    ) -> pb.ListPersonExportsResponse:
        size = page_size(request.page_size)
        (before,) = decode_token(request.page_token, UUID) or (None,)
        person_id = parse_uuid(request.person_id, field_name="person_id")
        found = await person_exports.page(current(), person_id, before=before, size=size)
        shown, token = page_of(found, size, "export_id")
        return pb.ListPersonExportsResponse(
            person_exports=[shape(item) for item in shown], next_page_token=token
        )

    async def DownloadPersonExport(
        self, request: pb.DownloadPersonExportRequest, context: Any
    ) -> pb.DownloadPersonExportResponse:
        data = await person_exports.download(current(), self._means, _id(request))
        return pb.DownloadPersonExportResponse(
            file=httpbody_pb2.HttpBody(content_type="application/zip", data=data)
        )
