"""StandingService over gRPC."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

from google.protobuf.message import Message

from chassis.calls import answer, current, parse_uuid
from chassis.paging import decode_token, page_size
from membership.convert import standing as convert
from membership.convert.values import day, instant
from membership.domain.standing import StandingCase
from membership.events import standing as shapes
from membership.operations import standing, standing_corrections
from membership.operations.means import Means
from shuyuan.membership.v1 import standing_case_pb2, standing_service_pb2_grpc
from shuyuan.membership.v1 import standing_service_pb2 as pb

M = TypeVar("M", bound=Message)


class StandingServicer(standing_service_pb2_grpc.StandingServiceServicer):
    """Keeps the standing of members."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def OpenStandingCase(
        self, request: pb.OpenStandingCaseRequest, context: Any
    ) -> pb.OpenStandingCaseResponse:
        work = standing.open_case(
            current(),
            self._means,
            parse_uuid(request.person_id, field_name="person_id"),
            kind=convert.kind(request),
            ground=convert.ground(request),
            since=day(request.since, "since"),
            reason=request.reason,
        )
        return await _answer(pb.OpenStandingCaseResponse, work)

    async def GetStandingCase(
        self, request: pb.GetStandingCaseRequest, context: Any
    ) -> pb.GetStandingCaseResponse:
        known_at = instant(request, "known_at")
        found = await standing.get(current(), self._means, _id(request), known_at=known_at)
        return pb.GetStandingCaseResponse(standing_case=_shape(found))

    async def ListStandingCases(
        self, request: pb.ListStandingCasesRequest, context: Any
    ) -> pb.ListStandingCasesResponse:
        call, size = current(), page_size(request.page_size)
        (after,) = decode_token(request.page_token, UUID) or (None,)
        rows = await standing.page(call, convert.wanted(request), after=after, size=size)
        return convert.page(rows, size, call.language, today=call.clock.today())

    async def RecordStandingContact(
        self, request: pb.RecordStandingContactRequest, context: Any
    ) -> pb.RecordStandingContactResponse:
        work = standing.contact(
            current(),
            self._means,
            _id(request),
            contacted_on=day(request.contacted_on, "contacted_on"),
            reached=request.reached,
            note=request.note,
        )
        return await _answer(pb.RecordStandingContactResponse, work)

    async def DecideStandingCase(
        self, request: pb.DecideStandingCaseRequest, context: Any
    ) -> pb.DecideStandingCaseResponse:
        work = standing.decide(current(), self._means, _id(request), convert.decision(request))
        return await _answer(pb.DecideStandingCaseResponse, work)

    async def CorrectStandingEntry(
        self, request: pb.CorrectStandingEntryRequest, context: Any
    ) -> pb.CorrectStandingEntryResponse:
        right = convert.correction(request)
        work = standing_corrections.correct(current(), self._means, _id(request), right)
        return await _answer(pb.CorrectStandingEntryResponse, work)

    async def EndStandingCase(
        self, request: pb.EndStandingCaseRequest, context: Any
    ) -> pb.EndStandingCaseResponse:
        ended_on = day(request.ended_on, "ended_on")
        work = standing.end(current(), self._means, _id(request), ended_on=ended_on, reason=request.reason)
        return await _answer(pb.EndStandingCaseResponse, work)


def _id(request: Any) -> UUID:
    return parse_uuid(request.standing_case_id, field_name="standing_case_id")


def _shape(found: StandingCase) -> standing_case_pb2.StandingCase:
    call = current()
    return shapes.standing_case(found, call.language, today=call.clock.today())


async def _answer(kind: Callable[..., M], work: Awaitable[StandingCase]) -> M:
    return await answer(current(), work, lambda found: kind(standing_case=_shape(found)))
