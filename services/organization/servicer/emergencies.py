"""EmergencyService."""

from typing import Any

from chassis.calls import answer, current
from chassis.process import ProcessKind
from organization.clients import Membership
from organization.convert import emergencies as convert
from organization.convert.values import id_of, optional_day, optional_id
from organization.events.emergencies import emergency_message
from organization.operations import emergencies
from shuyuan.organization.v1 import emergency_service_pb2 as pb
from shuyuan.organization.v1 import emergency_service_pb2_grpc


class EmergencyServicer(emergency_service_pb2_grpc.EmergencyServiceServicer):
    """Emergencies."""

    def __init__(self, membership: Membership, dissolution_kind: ProcessKind) -> None:
        self._membership = membership
        self._dissolution = dissolution_kind

    async def DeclareEmergency(
        self, request: pb.DeclareEmergencyRequest, context: Any
    ) -> pb.DeclareEmergencyResponse:
        """Declare an emergency."""
        call = current()
        wanted = convert.wanted(request.branches, request.teams)
        done = emergencies.declare_emergency(call, self._membership, convert.new_emergency(request), wanted)
        return await answer(
            call, done, lambda made: pb.DeclareEmergencyResponse(emergency=emergency_message(made))
        )

    async def SetUpInEmergency(
        self, request: pb.SetUpInEmergencyRequest, context: Any
    ) -> pb.SetUpInEmergencyResponse:
        """Set up branches and teams."""
        call = current()
        wanted = convert.wanted(request.branches, request.teams)
        done = emergencies.set_up_in_emergency(
            call, self._membership, id_of(request.emergency_id, "emergency_id"), wanted
        )
        return await answer(
            call, done, lambda after: pb.SetUpInEmergencyResponse(emergency=emergency_message(after))
        )

    async def GetEmergency(self, request: pb.GetEmergencyRequest, context: Any) -> pb.GetEmergencyResponse:
        """Read an emergency."""
        call = current()
        done = emergencies.get_emergency(call, id_of(request.emergency_id, "emergency_id"))
        return await answer(
            call, done, lambda found: pb.GetEmergencyResponse(emergency=emergency_message(found))
        )

    async def ListEmergencies(
        self, request: pb.ListEmergenciesRequest, context: Any
    ) -> pb.ListEmergenciesResponse:
        """List emergencies."""
        call = current()
        done = emergencies.list_emergencies(
            call,
            unit_id=optional_id(request.unit_id, "unit_id"),
            as_of=optional_day(request, "as_of"),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.emergencies_page)

    async def ListEmergencyPeople(
        self, request: pb.ListEmergencyPeopleRequest, context: Any
    ) -> pb.ListEmergencyPeopleResponse:
        """List who is in an emergency."""
        call = current()
        done = emergencies.list_people(
            call,
            id_of(request.emergency_id, "emergency_id"),
            as_of=optional_day(request, "as_of"),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.people_page)

    async def EndEmergency(self, request: pb.EndEmergencyRequest, context: Any) -> pb.EndEmergencyResponse:
        """End an emergency."""
        call = current()
        done = emergencies.end_emergency(
            call,
            self._membership,
            self._dissolution,
            id_of(request.emergency_id, "emergency_id"),
            ended_on=optional_day(request, "ended_on"),
            reason=request.reason,
        )
        return await answer(
            call, done, lambda after: pb.EndEmergencyResponse(emergency=emergency_message(after))
        )
