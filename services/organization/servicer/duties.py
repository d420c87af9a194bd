"""DutyService."""

from typing import Any

from chassis.calls import answer, current
from organization.convert import duties as convert
from organization.convert.values import id_of, instant_of, optional_day, optional_id
from organization.domain.duties import Duty
from organization.events.duties import duty_message
from organization.operations import duties, duty_questions
from shuyuan.organization.v1 import duty_service_pb2 as pb
from shuyuan.organization.v1 import duty_service_pb2_grpc


class DutyServicer(duty_service_pb2_grpc.DutyServiceServicer):
    """Duties."""

    async def PublishDuty(self, request: pb.PublishDutyRequest, context: Any) -> pb.PublishDutyResponse:
        """Publish a duty."""
        call = current()
        done = duties.publish_duty(call, id_of(request.unit_id, "unit_id"), convert.new_duty(request))
        return await answer(call, done, lambda duty: pb.PublishDutyResponse(duty=duty_message(duty)))

    async def GetDuty(self, request: pb.GetDutyRequest, context: Any) -> pb.GetDutyResponse:
        """Read a duty."""
        call = current()
        done = duties.get_duty(
            call,
            id_of(request.duty_id, "duty_id"),
            as_of=optional_day(request, "as_of"),
            known_at=instant_of(request, "known_at"),
        )
        return await answer(call, done, lambda duty: pb.GetDutyResponse(duty=duty_message(duty)))

    async def ListDuties(self, request: pb.ListDutiesRequest, context: Any) -> pb.ListDutiesResponse:
        """List duties."""
        call = current()
        done = duties.list_duties(
            call,
            convert.wanted(request),
            known_at=instant_of(request, "known_at"),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.duties_page)

    async def UpdateDuty(self, request: pb.UpdateDutyRequest, context: Any) -> pb.UpdateDutyResponse:
        """Say a duty anew."""
        call = current()
        done = duties.update_duty(
            call,
            id_of(request.duty_id, "duty_id"),
            title=request.title.strip(),
            description=request.description,
            due_on=optional_day(request, "due_on"),
        )
        return await answer(call, done, lambda duty: pb.UpdateDutyResponse(duty=duty_message(duty)))

    async def RetireDuty(self, request: pb.RetireDutyRequest, context: Any) -> pb.RetireDutyResponse:
        """End a duty."""
        call = current()
        done = duties.retire_duty(
            call, id_of(request.duty_id, "duty_id"), ends_on=optional_day(request, "ends_on")
        )
        return await answer(call, done, lambda duty: pb.RetireDutyResponse(duty=duty_message(duty)))

    async def AssignDuty(self, request: pb.AssignDutyRequest, context: Any) -> pb.AssignDutyResponse:
        """Give a unit a part in a duty."""
        call = current()
        done = duties.assign_duty(
            call,
            id_of(request.duty_id, "duty_id"),
            convert.new_part(request),
            valid_from=optional_day(request, "valid_from"),
            valid_until=optional_day(request, "valid_until"),
        )
        return await answer(call, done, lambda duty: pb.AssignDutyResponse(duty=duty_message(duty)))

    async def UnassignDuty(self, request: pb.UnassignDutyRequest, context: Any) -> pb.UnassignDutyResponse:
        """End the part of a unit in a duty."""
        call = current()
        done = duties.unassign_duty(
            call,
            id_of(request.duty_id, "duty_id"),
            id_of(request.unit_id, "unit_id"),
            convert.part_of(request.part),
            ends_on=optional_day(request, "ends_on"),
        )
        return await answer(call, done, lambda duty: pb.UnassignDutyResponse(duty=duty_message(duty)))

    async def SignOffDuty(self, request: pb.SignOffDutyRequest, context: Any) -> pb.SignOffDutyResponse:
        """Sign a duty off."""
        call = current()
        done = duties.sign_off_duty(
            call,
            id_of(request.duty_id, "duty_id"),
            id_of(request.unit_id, "unit_id"),
            note=request.note,
        )

        def render(duty: Duty) -> pb.SignOffDutyResponse:
            return pb.SignOffDutyResponse(duty=duty_message(duty))

        return await answer(call, done, render)

    async def ListDutyFindings(
        self, request: pb.ListDutyFindingsRequest, context: Any
    ) -> pb.ListDutyFindingsResponse:
        """List gaps and overlaps."""
        call = current()
        done = duty_questions.list_findings(
            call,
            unit_id=optional_id(request.unit_id, "unit_id"),
            kind=convert.finding_kind(request.kind),
            valid_from=optional_day(request, "valid_from"),
            valid_until=optional_day(request, "valid_until"),
            known_at=instant_of(request, "known_at"),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.findings_page)

    async def ListAnswerableUnits(
        self, request: pb.ListAnswerableUnitsRequest, context: Any
    ) -> pb.ListAnswerableUnitsResponse:
        """List who answers for something."""
        call = current()
        done = duty_questions.list_answerable(
            call,
            text=request.text,
            as_of=optional_day(request, "as_of"),
            known_at=instant_of(request, "known_at"),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.answerable_page)
