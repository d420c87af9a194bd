"""NominationService."""

from typing import Any
from uuid import UUID

from chassis.calls import answer, current
from evaluation.convert import nominations as convert
from evaluation.events.shapes import nomination_message
from evaluation.operations import nominations
from shuyuan.evaluation.v1 import nomination_service_pb2 as pb
from shuyuan.evaluation.v1 import nomination_service_pb2_grpc


class NominationServicer(nomination_service_pb2_grpc.NominationServiceServicer):
    """Nominations, their scores and where these come from."""

    async def SubmitNomination(
        self, request: pb.SubmitNominationRequest, context: Any
    ) -> pb.SubmitNominationResponse:
        call = current()
        operation = nominations.submit_nomination(
            call,
            edition_id=UUID(request.edition_id),
            unit_id=UUID(request.unit_id),
            statement=request.statement,
        )
        return await answer(
            call, operation, lambda found: pb.SubmitNominationResponse(nomination=nomination_message(found))
        )

    async def GetNomination(self, request: pb.GetNominationRequest, context: Any) -> pb.GetNominationResponse:
        call = current()
        operation = nominations.get_nomination(call, UUID(request.nomination_id))
        return await answer(
            call, operation, lambda found: pb.GetNominationResponse(nomination=nomination_message(found))
        )

    async def ListNominations(
        self, request: pb.ListNominationsRequest, context: Any
    ) -> pb.ListNominationsResponse:
        call = current()
        operation = nominations.list_nominations(
            call,
            convert.nomination_filter(request),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return await answer(call, operation, convert.page_response)

    async def WithdrawNomination(
        self, request: pb.WithdrawNominationRequest, context: Any
    ) -> pb.WithdrawNominationResponse:
        call = current()
        operation = nominations.withdraw_nomination(call, UUID(request.nomination_id))
        return await answer(
            call, operation, lambda found: pb.WithdrawNominationResponse(nomination=nomination_message(found))
        )

    async def ScoreNomination(
        self, request: pb.ScoreNominationRequest, context: Any
    ) -> pb.ScoreNominationResponse:
        call = current()
        operation = nominations.score_nomination(
            call, UUID(request.nomination_id), convert.new_scores(request)
        )
        return await answer(call, operation, convert.own_scores_response)

    async def ListScores(self, request: pb.ListScoresRequest, context: Any) -> pb.ListScoresResponse:
        call = current()
        operation = nominations.list_scores(call, UUID(request.nomination_id))
        return await answer(call, operation, convert.scores_response)

    async def GetScoreTrace(self, request: pb.GetScoreTraceRequest, context: Any) -> pb.GetScoreTraceResponse:
        call = current()
        operation = nominations.get_trace(call, UUID(request.nomination_id))
        return await answer(call, operation, convert.trace_response)
