"""ProgrammeService."""

from typing import Any

from chassis.calls import answer, current
from organization.convert import programmes as convert
from organization.convert.values import id_of, instant_of, optional_day, optional_id
from organization.events.programmes import assessment_message, programme_message
from organization.operations import assessments, programmes
from shuyuan.organization.v1 import programme_service_pb2 as pb
from shuyuan.organization.v1 import programme_service_pb2_grpc


class ProgrammeServicer(programme_service_pb2_grpc.ProgrammeServiceServicer):
    """Programmes."""

    async def RegisterProgramme(
        self, request: pb.RegisterProgrammeRequest, context: Any
    ) -> pb.RegisterProgrammeResponse:
        """Register a programme."""
        call = current()
        done = programmes.register_programme(
            call,
            id_of(request.unit_id, "unit_id"),
            convert.description(request),
            code=request.code.strip(),
            valid_from=optional_day(request, "valid_from"),
            valid_until=optional_day(request, "valid_until"),
        )
        return await answer(
            call, done, lambda each: pb.RegisterProgrammeResponse(programme=programme_message(each))
        )

    async def GetProgramme(self, request: pb.GetProgrammeRequest, context: Any) -> pb.GetProgrammeResponse:
        """Read a programme."""
        call = current()
        done = programmes.get_programme(
            call,
            id_of(request.programme_id, "programme_id"),
            as_of=optional_day(request, "as_of"),
            known_at=instant_of(request, "known_at"),
        )
        return await answer(
            call, done, lambda each: pb.GetProgrammeResponse(programme=programme_message(each))
        )

    async def ListProgrammes(
        self, request: pb.ListProgrammesRequest, context: Any
    ) -> pb.ListProgrammesResponse:
        """List programmes."""
        call = current()
        done = programmes.list_programmes(
            call,
            convert.wanted(request),
            known_at=instant_of(request, "known_at"),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.programmes_page)

    async def UpdateProgramme(
        self, request: pb.UpdateProgrammeRequest, context: Any
    ) -> pb.UpdateProgrammeResponse:
        """Say a programme anew."""
        call = current()
        done = programmes.update_programme(
            call, id_of(request.programme_id, "programme_id"), convert.description(request)
        )
        return await answer(
            call, done, lambda each: pb.UpdateProgrammeResponse(programme=programme_message(each))
        )

    async def EndProgramme(self, request: pb.EndProgrammeRequest, context: Any) -> pb.EndProgrammeResponse:
        """End a programme."""
        call = current()
        done = programmes.end_programme(
            call, id_of(request.programme_id, "programme_id"), ends_on=optional_day(request, "ends_on")
        )
        return await answer(
            call, done, lambda each: pb.EndProgrammeResponse(programme=programme_message(each))
        )

    async def SetParticipation(
        self, request: pb.SetParticipationRequest, context: Any
    ) -> pb.SetParticipationResponse:
        """Say how a unit takes part."""
        call = current()
        done = programmes.set_participation(
            call,
            id_of(request.programme_id, "programme_id"),
            id_of(request.unit_id, "unit_id"),
            batch=request.batch,
            status=convert.status_of(request.status),
            valid_from=optional_day(request, "valid_from"),
            valid_until=optional_day(request, "valid_until"),
        )
        return await answer(
            call, done, lambda each: pb.SetParticipationResponse(programme=programme_message(each))
        )

    async def EndParticipation(
        self, request: pb.EndParticipationRequest, context: Any
    ) -> pb.EndParticipationResponse:
        """End the part of a unit."""
        call = current()
        done = programmes.end_participation(
            call,
            id_of(request.programme_id, "programme_id"),
            id_of(request.unit_id, "unit_id"),
            ends_on=optional_day(request, "ends_on"),
        )
        return await answer(
            call, done, lambda each: pb.EndParticipationResponse(programme=programme_message(each))
        )

    async def GetAccountability(
        self, request: pb.GetAccountabilityRequest, context: Any
    ) -> pb.GetAccountabilityResponse:
        """Read who answers for a programme."""
        call = current()
        done = programmes.get_accountability(
            call,
            id_of(request.programme_id, "programme_id"),
            as_of=optional_day(request, "as_of"),
            known_at=instant_of(request, "known_at"),
        )
        return await answer(call, done, convert.accountability)

    async def AssessProgramme(
        self, request: pb.AssessProgrammeRequest, context: Any
    ) -> pb.AssessProgrammeResponse:
        """Record how a unit's own part went."""
        call = current()
        done = assessments.assess_programme(
            call,
            id_of(request.programme_id, "programme_id"),
            id_of(request.unit_id, "unit_id"),
            year=request.year,
            grade=convert.grade_of(request.grade),
            summary=request.summary,
        )
        return await answer(
            call, done, lambda each: pb.AssessProgrammeResponse(assessment=assessment_message(each))
        )

    async def ListProgrammeAssessments(
        self, request: pb.ListProgrammeAssessmentsRequest, context: Any
    ) -> pb.ListProgrammeAssessmentsResponse:
        """List assessments."""
        call = current()
        done = assessments.list_assessments(
            call,
            programme_id=optional_id(request.programme_id, "programme_id"),
            unit_id=optional_id(request.unit_id, "unit_id"),
            year=request.year or None,
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.assessments_page)
