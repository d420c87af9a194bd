"""AdmissionPlanService over gRPC."""

from typing import Any
from uuid import UUID

from chassis.calls import answer, current, parse_uuid
from chassis.paging import decode_token, page_size
from membership.convert import plans as convert
from membership.convert.values import optional_id
from membership.events import plans as shapes
from membership.operations import plans
from membership.operations.means import Means
from shuyuan.membership.v1 import admission_plan_service_pb2 as pb
from shuyuan.membership.v1 import admission_plan_service_pb2_grpc


class AdmissionPlanServicer(admission_plan_service_pb2_grpc.AdmissionPlanServiceServicer):
    """Keeps the yearly plans, and foretells who will be ready when."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def CreateAdmissionPlan(
        self, request: pb.CreateAdmissionPlanRequest, context: Any
    ) -> pb.CreateAdmissionPlanResponse:
        call = current()
        unit_id = parse_uuid(request.unit_id, field_name="unit_id")
        work = plans.create(call, unit_id, request.year, request.quota)
        return await answer(call, work, lambda made: pb.CreateAdmissionPlanResponse(plan=shapes.plan(made)))

    async def SetAdmissionQuota(
        self, request: pb.SetAdmissionQuotaRequest, context: Any
    ) -> pb.SetAdmissionQuotaResponse:
        call = current()
        work = plans.set_quota(call, parse_uuid(request.plan_id, field_name="plan_id"), request.quota)
        return await answer(call, work, lambda made: pb.SetAdmissionQuotaResponse(plan=shapes.plan(made)))

    async def ListAdmissionPlans(
        self, request: pb.ListAdmissionPlansRequest, context: Any
    ) -> pb.ListAdmissionPlansResponse:
        size = page_size(request.page_size)
        (after,) = decode_token(request.page_token, UUID) or (None,)
        rows = await plans.page(
            current(),
            unit_id=optional_id(request, "unit_id"),
            year=request.year if request.HasField("year") else None,
            after=after,
            size=size,
        )
        return convert.page(rows, size)

    async def ForecastAdmissions(
        self, request: pb.ForecastAdmissionsRequest, context: Any
    ) -> pb.ForecastAdmissionsResponse:
        (after,) = decode_token(request.page_token, UUID) or (None,)
        found = await plans.forecast(
            current(),
            self._means,
            parse_uuid(request.unit_id, field_name="unit_id"),
            after=after,
            size=page_size(request.page_size),
        )
        return convert.forecast(found)
