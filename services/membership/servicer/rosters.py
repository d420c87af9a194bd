"""RosterService over gRPC."""

from typing import Any
from uuid import UUID

from google.api import httpbody_pb2

from chassis.calls import answer, current, parse_uuid
from chassis.paging import decode_token, page_size
from membership.clients import Subjects
from membership.convert import rosters as convert
from membership.domain.roster_imports import RosterImport
from membership.events.rosters import shape
from membership.operations import roster_exports, roster_returns, rosters
from membership.operations.means import Means
from shuyuan.membership.v1 import roster_service_pb2 as pb
from shuyuan.membership.v1 import roster_service_pb2_grpc


def _id(request: Any) -> UUID:
    return parse_uuid(request.import_id, field_name="import_id")


class RosterServicer(roster_service_pb2_grpc.RosterServiceServicer):
    """Brings people in from files."""

    def __init__(self, means: Means, subjects: Subjects) -> None:
        self._means = means
        self._subjects = subjects

    async def UploadRoster(self, request: pb.UploadRosterRequest, context: Any) -> pb.UploadRosterResponse:
        call = current()

        def rendered(found: RosterImport) -> pb.UploadRosterResponse:
            return pb.UploadRosterResponse(roster_import=shape(found))

        return await answer(call, rosters.upload(call, self._means, convert.sent(request)), rendered)

    async def GetRosterImport(
        self, request: pb.GetRosterImportRequest, context: Any
    ) -> pb.GetRosterImportResponse:
        found = await rosters.get(current(), _id(request))
        return pb.GetRosterImportResponse(roster_import=shape(found))

    async def ListRosterImports(
        self, request: pb.ListRosterImportsRequest, context: Any
    ) -> pb.ListRosterImportsResponse:
        size = page_size(request.page_size)
        (before,) = decode_token(request.page_token, UUID) or (None,)
        return convert.page(await rosters.page(current(), before=before, size=size), size)

    async def ListRosterProblems(
        self, request: pb.ListRosterProblemsRequest, context: Any
    ) -> pb.ListRosterProblemsResponse:
        call, size = current(), page_size(request.page_size)
        (after,) = decode_token(request.page_token, int) or (0,)
        found = await rosters.problems(call, _id(request), after=after or 0, size=size)
        return convert.problems(found, size, call.language)

    async def ListRosterRows(
        self, request: pb.ListRosterRowsRequest, context: Any
    ) -> pb.ListRosterRowsResponse:
        size = page_size(request.page_size)
        (after,) = decode_token(request.page_token, int) or (0,)
        found = await roster_returns.rows(
            current(), self._subjects, _id(request), after=after or 0, size=size
        )
        return convert.rows(found, size)

    async def ApplyRoster(self, request: pb.ApplyRosterRequest, context: Any) -> pb.ApplyRosterResponse:
        call = current()

        def rendered(found: RosterImport) -> pb.ApplyRosterResponse:
            return pb.ApplyRosterResponse(roster_import=shape(found))

        policy = convert.policy(request.policy)
        return await answer(call, rosters.apply(call, self._means, _id(request), policy), rendered)

    async def RollBackRoster(
        self, request: pb.RollBackRosterRequest, context: Any
    ) -> pb.RollBackRosterResponse:
        call = current()

        def rendered(found: RosterImport) -> pb.RollBackRosterResponse:
            return pb.RollBackRosterResponse(roster_import=shape(found))

        work = roster_returns.roll_back(
            call, self._means, self._subjects, _id(request), reason=request.reason
        )
        return await answer(call, work, rendered)

    async def DiscardRoster(self, request: pb.DiscardRosterRequest, context: Any) -> pb.DiscardRosterResponse:
        call = current()

        def rendered(found: RosterImport) -> pb.DiscardRosterResponse:
            return pb.DiscardRosterResponse(roster_import=shape(found))

        return await answer(call, rosters.discard(call, _id(request), reason=request.reason), rendered)

    async def ExportRoster(self, request: pb.ExportRosterRequest, context: Any) -> pb.ExportRosterResponse:
        wanted = convert.wanted(request)
        data = await roster_exports.export(current(), self._means, wanted)
        return pb.ExportRosterResponse(file=httpbody_pb2.HttpBody(content_type=wanted.media_type, data=data))
