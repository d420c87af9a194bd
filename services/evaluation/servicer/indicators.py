"""IndicatorService."""

from typing import Any
from uuid import UUID

from chassis.calls import answer, current
from chassis.message_values import maybe_day, maybe_exact, maybe_instant, maybe_int, maybe_text
from evaluation.convert import indicators as convert
from evaluation.events.shapes import indicator_message, value_message
from evaluation.operations import indicators
from evaluation.operations.judging import Recorders
from shuyuan.evaluation.v1 import indicator_service_pb2 as pb
from shuyuan.evaluation.v1 import indicator_service_pb2_grpc


class IndicatorServicer(indicator_service_pb2_grpc.IndicatorServiceServicer):
    """Indicators and their values."""

    def __init__(self, recorders: Recorders) -> None:
        self._recorders = recorders

    async def DefineIndicator(
        self, request: pb.DefineIndicatorRequest, context: Any
    ) -> pb.DefineIndicatorResponse:
        call = current()
        operation = indicators.define_indicator(
            call,
            unit_id=UUID(request.unit_id),
            code=request.code,
            name=request.name,
            definition=convert.definition(request.definition),
        )
        return await answer(
            call, operation, lambda found: pb.DefineIndicatorResponse(indicator=indicator_message(found))
        )

    async def GetIndicator(self, request: pb.GetIndicatorRequest, context: Any) -> pb.GetIndicatorResponse:
        call = current()
        operation = indicators.get_indicator(call, UUID(request.indicator_id))
        return await answer(
            call, operation, lambda found: pb.GetIndicatorResponse(indicator=indicator_message(found))
        )

    async def ListIndicators(
        self, request: pb.ListIndicatorsRequest, context: Any
    ) -> pb.ListIndicatorsResponse:
        call = current()
        operation = indicators.list_indicators(
            call, code=maybe_text(request, "code"), page_size=request.page_size, page_token=request.page_token
        )
        return await answer(call, operation, convert.page_response)

    async def ReviseIndicator(
        self, request: pb.ReviseIndicatorRequest, context: Any
    ) -> pb.ReviseIndicatorResponse:
        call = current()
        operation = indicators.revise_indicator(
            call,
            UUID(request.indicator_id),
            name=request.name,
            definition=convert.definition(request.definition),
        )
        return await answer(
            call, operation, lambda found: pb.ReviseIndicatorResponse(indicator=indicator_message(found))
        )

    async def ComputeIndicator(
        self, request: pb.ComputeIndicatorRequest, context: Any
    ) -> pb.ComputeIndicatorResponse:
        call = current()
        operation = indicators.compute_indicator(
            call,
            UUID(request.indicator_id),
            year=request.year,
            as_of=maybe_day(request, "as_of"),
            known_at=maybe_instant(request, "known_at"),
            published_share=maybe_exact(request, "published_share"),
            recorders=self._recorders,
        )
        return await answer(
            call, operation, lambda found: pb.ComputeIndicatorResponse(value=value_message(found))
        )

    async def ListIndicatorValues(
        self, request: pb.ListIndicatorValuesRequest, context: Any
    ) -> pb.ListIndicatorValuesResponse:
        call = current()
        operation = indicators.list_values(
            call,
            UUID(request.indicator_id),
            year=maybe_int(request, "year"),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return await answer(call, operation, convert.values_response)

    async def GetIndicatorValue(
        self, request: pb.GetIndicatorValueRequest, context: Any
    ) -> pb.GetIndicatorValueResponse:
        call = current()
        operation = indicators.get_value(call, UUID(request.value_id))
        return await answer(
            call, operation, lambda found: pb.GetIndicatorValueResponse(value=value_message(found))
        )

    async def ListIndicatorEvidence(
        self, request: pb.ListIndicatorEvidenceRequest, context: Any
    ) -> pb.ListIndicatorEvidenceResponse:
        call = current()
        operation = indicators.list_evidence(
            call,
            UUID(request.value_id),
            numerator_only=request.numerator_only,
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return await answer(call, operation, convert.evidence_response)
