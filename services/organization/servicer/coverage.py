"""CoverageService."""

from typing import Any

from chassis.calls import answer, current
from organization.convert import coverage as convert
from organization.convert.values import enum_of, id_of, instant_of, optional_day, optional_id
from organization.domain.coverage import CoverageAspect, SubjectKind
from organization.operations import coverage
from shuyuan.organization.v1 import coverage_pb2, coverage_service_pb2_grpc
from shuyuan.organization.v1 import coverage_service_pb2 as pb


class CoverageServicer(coverage_service_pb2_grpc.CoverageServiceServicer):
    """Coverage gaps."""

    async def ListCoverageGaps(
        self, request: pb.ListCoverageGapsRequest, context: Any
    ) -> pb.ListCoverageGapsResponse:
        """List gaps."""
        call = current()
        done = coverage.list_gaps(
            call,
            campus_id=optional_id(request.campus_id, "campus_id"),
            kind=enum_of(coverage_pb2.CoverageSubjectKind.DESCRIPTOR, SubjectKind, request.kind, "kind"),
            aspect=enum_of(coverage_pb2.CoverageAspect.DESCRIPTOR, CoverageAspect, request.lacks, "lacks"),
            as_of=optional_day(request, "as_of"),
            known_at=instant_of(request, "known_at"),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.gaps_page)

    async def GetCoverage(self, request: pb.GetCoverageRequest, context: Any) -> pb.GetCoverageResponse:
        """Explain one subject."""
        call = current()
        done = coverage.explain(
            call,
            id_of(request.subject_id, "subject_id"),
            as_of=optional_day(request, "as_of"),
            known_at=instant_of(request, "known_at"),
        )
        return await answer(call, done, convert.explanation)

    async def CountCoverage(self, request: pb.CountCoverageRequest, context: Any) -> pb.CountCoverageResponse:
        """Count by campus and kind."""
        call = current()
        done = coverage.count(
            call,
            campus_id=optional_id(request.campus_id, "campus_id"),
            as_of=optional_day(request, "as_of"),
            known_at=instant_of(request, "known_at"),
        )
        return await answer(call, done, convert.counts)
