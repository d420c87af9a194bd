"""FindingService."""

from typing import Any

from chassis.calls import answer, current
from organization.clients import Membership
from organization.convert import findings as convert
from organization.convert.values import id_of, instant_of, optional_day
from organization.operations import findings
from shuyuan.organization.v1 import finding_service_pb2 as pb
from shuyuan.organization.v1 import finding_service_pb2_grpc


class FindingServicer(finding_service_pb2_grpc.FindingServiceServicer):
    """What the rules find on units as they stand."""

    def __init__(self, membership: Membership) -> None:
        self._membership = membership

    async def ListFindings(self, request: pb.ListFindingsRequest, context: Any) -> pb.ListFindingsResponse:
        """List findings."""
        call = current()
        known_at = instant_of(request, "known_at")
        if known_at is not None:
            recorded = findings.list_recorded(
                call,
                convert.wanted(request),
                as_of=optional_day(request, "as_of"),
                known_at=known_at,
                size=request.page_size,
                token=request.page_token,
            )
            return await answer(call, recorded, convert.recorded_page)
        done = findings.list_findings(
            call,
            self._membership,
            convert.wanted(request),
            as_of=optional_day(request, "as_of"),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.page)

    async def ScanFindings(self, request: pb.ScanFindingsRequest, context: Any) -> pb.ScanFindingsResponse:
        """Scan a unit and those below it."""
        call = current()
        done = findings.scan_unit(call, self._membership, id_of(request.unit_id, "unit_id"))
        return await answer(call, done, convert.scanned)
