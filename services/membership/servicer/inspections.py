"""InspectionService over gRPC."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

from google.protobuf.message import Message

from chassis.calls import answer, current, parse_uuid
from chassis.paging import decode_token, page_size
from membership.convert import inspections as convert
from membership.convert.values import day, instant
from membership.domain.inspections import Inspection, InspectionDuty
from membership.events import inspections as shapes
from membership.operations import inspections
from membership.operations.means import Means
from shuyuan.membership.v1 import inspection_service_pb2 as pb
from shuyuan.membership.v1 import inspection_service_pb2_grpc

M = TypeVar("M", bound=Message)


class InspectionServicer(inspection_service_pb2_grpc.InspectionServiceServicer):
    """Keeps the inspections of how members are admitted."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def StartInspectionDuty(
        self, request: pb.StartInspectionDutyRequest, context: Any
    ) -> pb.StartInspectionDutyResponse:
        work = inspections.start(
            current(),
            self._means,
            parse_uuid(request.unit_id, field_name="unit_id"),
            level=convert.level(request),
            inspector=request.inspector,
            starts_on=day(request.starts_on, "starts_on"),
        )
        return await _duty(pb.StartInspectionDutyResponse, work)

    async def EndInspectionDuty(
        self, request: pb.EndInspectionDutyRequest, context: Any
    ) -> pb.EndInspectionDutyResponse:
        ended_on = day(request.ended_on, "ended_on")
        work = inspections.end(
            current(), self._means, _duty_id(request), ended_on=ended_on, reason=request.reason
        )
        return await _duty(pb.EndInspectionDutyResponse, work)

    async def ListInspectionDuties(
        self, request: pb.ListInspectionDutiesRequest, context: Any
    ) -> pb.ListInspectionDutiesResponse:
        call, size = current(), page_size(request.page_size)
        (after,) = decode_token(request.page_token, UUID) or (None,)
        rows = await inspections.duties(call, convert.wanted(request), after=after, size=size)
        return convert.duties(rows, size, today=call.clock.today())

    async def RecordInspection(
        self, request: pb.RecordInspectionRequest, context: Any
    ) -> pb.RecordInspectionResponse:
        work = inspections.record(current(), self._means, _duty_id(request), convert.found(request))
        return await _inspection(pb.RecordInspectionResponse, work)

    async def CorrectInspection(
        self, request: pb.CorrectInspectionRequest, context: Any
    ) -> pb.CorrectInspectionResponse:
        inspection_id = parse_uuid(request.inspection_id, field_name="inspection_id")
        work = inspections.correct(
            current(), self._means, inspection_id, convert.found(request), reason=request.reason
        )
        return await _inspection(pb.CorrectInspectionResponse, work)

    async def GetInspection(self, request: pb.GetInspectionRequest, context: Any) -> pb.GetInspectionResponse:
        call = current()
        inspection_id = parse_uuid(request.inspection_id, field_name="inspection_id")
        found = await inspections.get(call, self._means, inspection_id, known_at=instant(request, "known_at"))
        return pb.GetInspectionResponse(inspection=shapes.inspection(found, call.language))

    async def ListInspections(
        self, request: pb.ListInspectionsRequest, context: Any
    ) -> pb.ListInspectionsResponse:
        call, size = current(), page_size(request.page_size)
        (after,) = decode_token(request.page_token, UUID) or (None,)
        rows = await inspections.page(call, self._means, _duty_id(request), after=after, size=size)
        return convert.page(rows, size, call.language)


def _duty_id(request: Any) -> UUID:
    return parse_uuid(request.inspection_duty_id, field_name="inspection_duty_id")


async def _duty(kind: Callable[..., M], work: Awaitable[InspectionDuty]) -> M:
    call = current()
    today = call.clock.today()
    return await answer(call, work, lambda found: kind(inspection_duty=shapes.duty(found, today=today)))


async def _inspection(kind: Callable[..., M], work: Awaitable[Inspection]) -> M:
    call = current()
    return await answer(call, work, lambda found: kind(inspection=shapes.inspection(found, call.language)))
