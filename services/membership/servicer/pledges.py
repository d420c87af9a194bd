"""PledgeService over gRPC."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

from google.protobuf.message import Message

from chassis.calls import answer, current, parse_uuid
from chassis.paging import decode_token, page_size
from membership.convert import pledges as convert
from membership.convert.values import day
from membership.domain.pledges import Pledge
from membership.events import pledges as shapes
from membership.operations import pledges
from membership.operations.means import Means
from shuyuan.membership.v1 import pledge_service_pb2 as pb
from shuyuan.membership.v1 import pledge_service_pb2_grpc

M = TypeVar("M", bound=Message)


class PledgeServicer(pledge_service_pb2_grpc.PledgeServiceServicer):
    """Keeps the pledges of members."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def MakePledge(self, request: pb.MakePledgeRequest, context: Any) -> pb.MakePledgeResponse:
        person_id = parse_uuid(request.person_id, field_name="person_id")
        work = pledges.make(current(), person_id, request.year, convert.items(request.items))
        return await _answer(pb.MakePledgeResponse, work)

    async def GetPledge(self, request: pb.GetPledgeRequest, context: Any) -> pb.GetPledgeResponse:
        call = current()
        found = await pledges.get(call, self._means, _id(request))
        return pb.GetPledgeResponse(pledge=shapes.pledge(found, call.language))

    async def ListPledges(self, request: pb.ListPledgesRequest, context: Any) -> pb.ListPledgesResponse:
        size = page_size(request.page_size)
        (after,) = decode_token(request.page_token, UUID) or (None,)
        rows = await pledges.page(current(), convert.wanted(request), after=after, size=size)
        return convert.page(rows, size)

    async def UpdatePledge(self, request: pb.UpdatePledgeRequest, context: Any) -> pb.UpdatePledgeResponse:
        work = pledges.rewrite(current(), self._means, _id(request), convert.items(request.items))
        return await _answer(pb.UpdatePledgeResponse, work)

    async def PublishPledge(self, request: pb.PublishPledgeRequest, context: Any) -> pb.PublishPledgeResponse:
        return await _answer(pb.PublishPledgeResponse, pledges.publish(current(), self._means, _id(request)))

    async def AddPledgeEvidence(
        self, request: pb.AddPledgeEvidenceRequest, context: Any
    ) -> pb.AddPledgeEvidenceResponse:
        work = pledges.add_evidence(
            current(),
            self._means,
            _id(request),
            act=convert.act(request.act, "act"),
            day=day(request.occurred_on, "occurred_on"),
            note=request.note,
            reference=request.reference,
        )
        return await _answer(pb.AddPledgeEvidenceResponse, work)

    async def ReviewPledge(self, request: pb.ReviewPledgeRequest, context: Any) -> pb.ReviewPledgeResponse:
        work = pledges.review(
            current(),
            self._means,
            _id(request),
            day=day(request.reviewed_on, "reviewed_on"),
            kept=[convert.act(number, "kept") for number in request.kept],
            opinion=request.opinion,
        )
        return await _answer(pb.ReviewPledgeResponse, work)

    async def WithdrawPledge(
        self, request: pb.WithdrawPledgeRequest, context: Any
    ) -> pb.WithdrawPledgeResponse:
        work = pledges.withdraw(current(), self._means, _id(request), request.reason)
        return await _answer(pb.WithdrawPledgeResponse, work)


def _id(request: Any) -> UUID:
    return parse_uuid(request.pledge_id, field_name="pledge_id")


async def _answer(kind: Callable[..., M], work: Awaitable[Pledge]) -> M:
    call = current()
    return await answer(call, work, lambda found: kind(pledge=shapes.pledge(found, call.language)))
