"""ComplianceService over gRPC."""

from typing import Any
from uuid import UUID

from chassis.calls import current
from chassis.paging import decode_token, page_size
from membership.convert import compliance as convert
from membership.convert.values import optional_id
from membership.operations import compliance
from membership.operations.means import Means
from shuyuan.membership.v1 import compliance_service_pb2 as pb
from shuyuan.membership.v1 import compliance_service_pb2_grpc


class ComplianceServicer(compliance_service_pb2_grpc.ComplianceServiceServicer):
    """Finds where cases and their rules part."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def ListCaseFindings(
        self, request: pb.ListCaseFindingsRequest, context: Any
    ) -> pb.ListCaseFindingsResponse:
        call = current()
        (after,) = decode_token(request.page_token, UUID) or (None,)
        examined = await compliance.examine_page(
            call,
            self._means,
            unit_id=optional_id(request, "unit_id"),
            after=after,
            size=page_size(request.page_size),
        )
        return convert.page(examined, call.language, today=call.clock.today())
