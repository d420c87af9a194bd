"""SecondmentService over gRPC."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

from google.protobuf.message import Message

from chassis.calls import answer, current, parse_uuid
from chassis.paging import decode_token, page_size
from membership.convert import secondments as convert
from membership.convert.values import optional_day
from membership.domain.secondments import Secondment, State
from membership.events import secondments as shapes
from membership.operations import secondments
from shuyuan.membership.v1 import secondment_service_pb2 as pb
from shuyuan.membership.v1 import secondment_service_pb2_grpc

M = TypeVar("M", bound=Message)


class SecondmentServicer(secondment_service_pb2_grpc.SecondmentServiceServicer):
    """Sends teachers into joint branches and shows what they do there."""

    async def NominateSecondment(
        self, request: pb.NominateSecondmentRequest, context: Any
    ) -> pb.NominateSecondmentResponse:
        work = secondments.nominate(current(), convert.nomination(request))
        return await _answer(pb.NominateSecondmentResponse, work)

    async def GetSecondment(self, request: pb.GetSecondmentRequest, context: Any) -> pb.GetSecondmentResponse:
        found = await secondments.get(current(), _id(request))
        return pb.GetSecondmentResponse(secondment=shapes.secondment(found))

    async def ListSecondments(
        self, request: pb.ListSecondmentsRequest, context: Any
    ) -> pb.ListSecondmentsResponse:
        size = page_size(request.page_size)
        (after,) = decode_token(request.page_token, UUID) or (None,)
        rows = await secondments.page(
            current(),
            convert.wanted(request),
            state=convert.state(request),
            as_of=optional_day(request, "as_of"),
            after=after,
            size=size,
        )
        return convert.page(rows, size)

    async def ApproveSecondment(
        self, request: pb.ApproveSecondmentRequest, context: Any
    ) -> pb.ApproveSecondmentResponse:
        work = secondments.decide(current(), _id(request), State.APPROVED)
        return await _answer(pb.ApproveSecondmentResponse, work)

    async def DeclineSecondment(
        self, request: pb.DeclineSecondmentRequest, context: Any
    ) -> pb.DeclineSecondmentResponse:
        work = secondments.decide(current(), _id(request), State.DECLINED, reason=request.reason)
        return await _answer(pb.DeclineSecondmentResponse, work)

    async def EndSecondment(self, request: pb.EndSecondmentRequest, context: Any) -> pb.EndSecondmentResponse:
        ends_on = optional_day(request, "ends_on")
        work = secondments.end(current(), _id(request), ends_on=ends_on, reason=request.reason)
        return await _answer(pb.EndSecondmentResponse, work)

    async def ListSecondmentWorkloads(
        self, request: pb.ListSecondmentWorkloadsRequest, context: Any
    ) -> pb.ListSecondmentWorkloadsResponse:
        size = page_size(request.page_size)
        after = decode_token(request.page_token, UUID, UUID)
        rows = await secondments.workloads(current(), convert.wanted(request), after=after, size=size)
        return convert.workloads(rows, size)


def _id(request: Any) -> UUID:
    return parse_uuid(request.secondment_id, field_name="secondment_id")


async def _answer(kind: Callable[..., M], work: Awaitable[Secondment]) -> M:
    return await answer(current(), work, lambda found: kind(secondment=shapes.secondment(found)))
