"""CounterfactualService over gRPC."""

from typing import Any
from uuid import UUID

from chassis.calls import current, parse_uuid
from chassis.paging import decode_token, page_size
from membership.convert import counterfactual as convert
from membership.operations import counterfactual
from membership.operations.means import Means
from shuyuan.membership.v1 import counterfactual_service_pb2 as pb
from shuyuan.membership.v1 import counterfactual_service_pb2_grpc


class CounterfactualServicer(counterfactual_service_pb2_grpc.CounterfactualServiceServicer):
    """Asks what other rules would have said."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def ReevaluateCases(
        self, request: pb.ReevaluateCasesRequest, context: Any
    ) -> pb.ReevaluateCasesResponse:
        call = current()
        (after,) = decode_token(request.page_token, UUID) or (None,)
        found = await counterfactual.run(
            call,
            self._means,
            parse_uuid(request.unit_id, field_name="unit_id"),
            convert.supposition(request),
            after=after,
            size=page_size(request.page_size),
        )
        return convert.page(found, call.language)
