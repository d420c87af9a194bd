"""PeerMentorService over gRPC."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

from google.protobuf.message import Message

from chassis.calls import answer, current, parse_uuid
from chassis.paging import decode_token, page_size
from membership.convert import peer_mentors as convert
from membership.convert.values import day, ids, optional_day
from membership.domain.peer_mentors import PeerMentor
from membership.events import peer_mentors as shapes
from membership.operations import peer_mentors
from membership.operations.means import Means
from shuyuan.membership.v1 import peer_mentor_service_pb2 as pb
from shuyuan.membership.v1 import peer_mentor_service_pb2_grpc

M = TypeVar("M", bound=Message)


class PeerMentorServicer(peer_mentor_service_pb2_grpc.PeerMentorServiceServicer):
    """Selects peer mentors, assigns whom they guide, and keeps what they do."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def SelectPeerMentor(
        self, request: pb.SelectPeerMentorRequest, context: Any
    ) -> pb.SelectPeerMentorResponse:
        work = peer_mentors.select(current(), self._means, convert.selection(request))
        return await _answer(pb.SelectPeerMentorResponse, work)

    async def GetPeerMentor(self, request: pb.GetPeerMentorRequest, context: Any) -> pb.GetPeerMentorResponse:
        call = current()
        found = await peer_mentors.get(call, self._means, _id(request))
        return pb.GetPeerMentorResponse(peer_mentor=shapes.peer_mentor(found, call.language))

    async def ListPeerMentors(
        self, request: pb.ListPeerMentorsRequest, context: Any
    ) -> pb.ListPeerMentorsResponse:
        size = page_size(request.page_size)
        (after,) = decode_token(request.page_token, UUID) or (None,)
        rows = await peer_mentors.page(current(), convert.wanted(request), after=after, size=size)
        return convert.page(rows, size)

    async def AssignPeerMentees(
        self, request: pb.AssignPeerMenteesRequest, context: Any
    ) -> pb.AssignPeerMenteesResponse:
        people = [
            (parse_uuid(each.person_id, field_name="mentees.person_id"), each.cohort_year)
            for each in request.mentees
        ]
        first = optional_day(request, "valid_from")
        work = peer_mentors.assign(current(), self._means, _id(request), people, first)
        return await _answer(pb.AssignPeerMenteesResponse, work)

    async def ReleasePeerMentee(
        self, request: pb.ReleasePeerMenteeRequest, context: Any
    ) -> pb.ReleasePeerMenteeResponse:
        person_id = parse_uuid(request.person_id, field_name="person_id")
        ends_on = optional_day(request, "ends_on")
        work = peer_mentors.release(current(), self._means, _id(request), person_id, ends_on)
        return await _answer(pb.ReleasePeerMenteeResponse, work)

    async def LogPeerMentoring(
        self, request: pb.LogPeerMentoringRequest, context: Any
    ) -> pb.LogPeerMentoringResponse:
        work = peer_mentors.log(
            current(),
            self._means,
            _id(request),
            day=day(request.occurred_on, "occurred_on"),
            mentee_ids=ids(request.mentee_person_ids, "mentee_person_ids"),
            note=request.note,
        )
        return await _answer(pb.LogPeerMentoringResponse, work)

    async def AssessPeerMentor(
        self, request: pb.AssessPeerMentorRequest, context: Any
    ) -> pb.AssessPeerMentorResponse:
        work = peer_mentors.assess(
            current(),
            self._means,
            _id(request),
            day=day(request.assessed_on, "assessed_on"),
            rating=convert.rating(request),
            opinion=request.opinion,
        )
        return await _answer(pb.AssessPeerMentorResponse, work)

    async def EndPeerMentor(self, request: pb.EndPeerMentorRequest, context: Any) -> pb.EndPeerMentorResponse:
        ends_on = optional_day(request, "ends_on")
        work = peer_mentors.end(current(), self._means, _id(request), ends_on=ends_on, reason=request.reason)
        return await _answer(pb.EndPeerMentorResponse, work)


def _id(request: Any) -> UUID:
    return parse_uuid(request.peer_mentor_id, field_name="peer_mentor_id")


async def _answer(kind: Callable[..., M], work: Awaitable[PeerMentor]) -> M:
    call = current()
    return await answer(call, work, lambda found: kind(peer_mentor=shapes.peer_mentor(found, call.language)))
