"""EditionService."""

from typing import Any
from uuid import UUID

from chassis.calls import answer, current
from chassis.message_values import maybe_int, maybe_uuid
from evaluation.convert import distributions
from evaluation.convert import editions as convert
from evaluation.events.shapes import edition_message
from evaluation.operations import editions, judging, results
from evaluation.operations.judging import Recorders
from shuyuan.evaluation.v1 import edition_service_pb2 as pb
from shuyuan.evaluation.v1 import edition_service_pb2_grpc


class EditionServicer(edition_service_pb2_grpc.EditionServiceServicer):
    """Editions, from the plan to the published results."""

    def __init__(self, recorders: Recorders) -> None:
        self._recorders = recorders

    async def CreateEdition(self, request: pb.CreateEditionRequest, context: Any) -> pb.CreateEditionResponse:
        call = current()
        operation = editions.create_edition(call, convert.new_edition(request))
        return await answer(
            call,
            operation,
            lambda found: pb.CreateEditionResponse(edition=edition_message(found, call.language)),
        )

    async def ImportEditions(
        self, request: pb.ImportEditionsRequest, context: Any
    ) -> pb.ImportEditionsResponse:
        call = current()
        operation = editions.import_editions(call, UUID(request.award_id), convert.past_editions(request))
        return await answer(call, operation, lambda found: convert.imported_response(found, call.language))

    async def GetEdition(self, request: pb.GetEditionRequest, context: Any) -> pb.GetEditionResponse:
        call = current()
        operation = editions.get_edition(call, UUID(request.edition_id))
        return await answer(
            call,
            operation,
            lambda found: pb.GetEditionResponse(edition=edition_message(found, call.language)),
        )

    async def ListEditions(self, request: pb.ListEditionsRequest, context: Any) -> pb.ListEditionsResponse:
        call = current()
        operation = editions.list_editions(
            call,
            award_id=maybe_uuid(request, "award_id"),
            state=convert.state(request),
            year=maybe_int(request, "year"),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return await answer(call, operation, lambda found: convert.page_response(found, call.language))

    async def OpenEdition(self, request: pb.OpenEditionRequest, context: Any) -> pb.OpenEditionResponse:
        call = current()
        operation = editions.open_edition(call, UUID(request.edition_id))
        return await answer(
            call,
            operation,
            lambda found: pb.OpenEditionResponse(edition=edition_message(found, call.language)),
        )

    async def CloseNominations(
        self, request: pb.CloseNominationsRequest, context: Any
    ) -> pb.CloseNominationsResponse:
        call = current()
        operation = judging.close_nominations(call, UUID(request.edition_id), self._recorders)
        return await answer(
            call,
            operation,
            lambda found: pb.CloseNominationsResponse(edition=edition_message(found, call.language)),
        )

    async def CaptureFacts(self, request: pb.CaptureFactsRequest, context: Any) -> pb.CaptureFactsResponse:
        call = current()
        operation = judging.capture_facts(call, UUID(request.edition_id), self._recorders)
        return await answer(
            call,
            operation,
            lambda found: pb.CaptureFactsResponse(edition=edition_message(found, call.language)),
        )

    async def AssignJudges(self, request: pb.AssignJudgesRequest, context: Any) -> pb.AssignJudgesResponse:
        call = current()
        operation = judging.assign_judges(call, UUID(request.edition_id), convert.assignments(request))
        return await answer(
            call,
            operation,
            lambda found: pb.AssignJudgesResponse(edition=edition_message(found, call.language)),
        )

    async def ListJudges(self, request: pb.ListJudgesRequest, context: Any) -> pb.ListJudgesResponse:
        call = current()
        operation = judging.list_judges(call, UUID(request.edition_id))
        return await answer(call, operation, convert.panel_response)

    async def RankEdition(self, request: pb.RankEditionRequest, context: Any) -> pb.RankEditionResponse:
        call = current()
        operation = judging.rank_edition(call, UUID(request.edition_id))
        return await answer(
            call,
            operation,
            lambda found: pb.RankEditionResponse(edition=edition_message(found, call.language)),
        )

    async def GetRanking(self, request: pb.GetRankingRequest, context: Any) -> pb.GetRankingResponse:
        call = current()
        operation = results.get_ranking(call, UUID(request.edition_id))
        return await answer(call, operation, convert.ranking_response)

    async def VerifyRanking(self, request: pb.VerifyRankingRequest, context: Any) -> pb.VerifyRankingResponse:
        call = current()
        operation = results.verify_ranking(call, UUID(request.edition_id))
        return await answer(call, operation, convert.verification_response)

    async def PostNotice(self, request: pb.PostNoticeRequest, context: Any) -> pb.PostNoticeResponse:
        call = current()
        operation = results.post_notice(
            call,
            UUID(request.edition_id),
            decision=convert.tie_decision(request),
            override_reason=request.override_reason,
        )
        return await answer(
            call,
            operation,
            lambda found: pb.PostNoticeResponse(edition=edition_message(found, call.language)),
        )

    async def PublishEdition(
        self, request: pb.PublishEditionRequest, context: Any
    ) -> pb.PublishEditionResponse:
        call = current()
        operation = results.publish_edition(call, UUID(request.edition_id))
        return await answer(
            call,
            operation,
            lambda found: pb.PublishEditionResponse(edition=edition_message(found, call.language)),
        )

    async def ListResults(self, request: pb.ListResultsRequest, context: Any) -> pb.ListResultsResponse:
        call = current()
        operation = results.list_results(call, UUID(request.edition_id), winners_only=request.winners_only)
        return await answer(call, operation, convert.results_response)

    async def ListDistributions(
        self, request: pb.ListDistributionsRequest, context: Any
    ) -> pb.ListDistributionsResponse:
        call = current()
        operation = results.list_distributions(
            call, UUID(request.award_id), size=request.page_size, token=request.page_token
        )
        return await answer(call, operation, distributions.page_response)

    async def CancelEdition(self, request: pb.CancelEditionRequest, context: Any) -> pb.CancelEditionResponse:
        call = current()
        operation = editions.cancel_edition(call, UUID(request.edition_id), request.reason)
        return await answer(
            call,
            operation,
            lambda found: pb.CancelEditionResponse(edition=edition_message(found, call.language)),
        )
