"""ClassHourService."""

from typing import Any
from uuid import UUID

from activity.convert import class_hours as convert
from activity.operations import class_hours
from chassis.calls import answer, current
from chassis.message_values import instant
from shuyuan.activity.v1 import class_hour_service_pb2 as pb
from shuyuan.activity.v1 import class_hour_service_pb2_grpc


class ClassHourServicer(class_hour_service_pb2_grpc.ClassHourServiceServicer):
    """Class hours of persons."""

    async def GetClassHours(self, request: pb.GetClassHoursRequest, context: Any) -> pb.GetClassHoursResponse:
        call = current()
        operation = class_hours.get_class_hours(call, UUID(request.person_id), request.year)
        return await answer(call, operation, lambda found: convert.statement_response(found, call.language))

    async def ListClassHours(
        self, request: pb.ListClassHoursRequest, context: Any
    ) -> pb.ListClassHoursResponse:
        call = current()
        operation = class_hours.list_class_hours(
            call,
            UUID(request.unit_id),
            request.year,
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return await answer(call, operation, lambda page: convert.page_response(page, call.language))

    async def RecordSelfStudy(
        self, request: pb.RecordSelfStudyRequest, context: Any
    ) -> pb.RecordSelfStudyResponse:
        call = current()
        operation = class_hours.record_self_study(
            call,
            material=request.material,
            start=instant(request.start_time),
            end=instant(request.end_time),
        )
        return await answer(call, operation, convert.recorded_response)
