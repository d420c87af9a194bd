"""BallotService."""

from typing import Any

from chassis.calls import answer, current
from organization.convert import ballots as convert
from organization.convert.elections import shown
from organization.convert.values import id_of
from organization.operations import ballots
from shuyuan.organization.v1 import ballot_service_pb2 as pb
from shuyuan.organization.v1 import ballot_service_pb2_grpc


class BallotServicer(ballot_service_pb2_grpc.BallotServiceServicer):
    """Secret electronic ballots."""

    async def OpenElectionBallot(
        self, request: pb.OpenElectionBallotRequest, context: Any
    ) -> pb.OpenElectionBallotResponse:
        """Open a ballot."""
        call = current()
        done = ballots.open_ballot(call, id_of(request.election_id, "election_id"))
        return await answer(call, done, lambda each: pb.OpenElectionBallotResponse(election=shown(each)))

    async def IssueBallot(self, request: pb.IssueBallotRequest, context: Any) -> pb.IssueBallotResponse:
        """Hand out a slip."""
        call = current()
        done = ballots.issue(call, id_of(request.election_id, "election_id"))
        return await answer(call, done, convert.issued)

    async def CastBallot(self, request: pb.CastBallotRequest, context: Any) -> pb.CastBallotResponse:
        """Cast a slip."""
        call = current()
        done = ballots.cast(
            call,
            id_of(request.election_id, "election_id"),
            id_of(request.slip, "slip"),
            convert.choice(request),
        )
        return await answer(call, done, lambda digest: pb.CastBallotResponse(slip_digest=digest))

    async def CloseElectionBallot(
        self, request: pb.CloseElectionBallotRequest, context: Any
    ) -> pb.CloseElectionBallotResponse:
        """Close a ballot."""
        call = current()
        done = ballots.close_ballot(call, id_of(request.election_id, "election_id"))
        return await answer(call, done, lambda each: pb.CloseElectionBallotResponse(election=shown(each)))

    async def ListBallotSlips(
        self, request: pb.ListBallotSlipsRequest, context: Any
    ) -> pb.ListBallotSlipsResponse:
        """List the digests of slips."""
        call = current()
        done = ballots.list_slips(
            call,
            id_of(request.election_id, "election_id"),
            request.number,
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.slips_page)
