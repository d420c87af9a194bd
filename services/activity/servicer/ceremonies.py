"""CeremonyService."""

from typing import Any
from uuid import UUID

from activity.convert import ceremonies as convert
from activity.events.shapes import ceremony_message
from activity.operations import ceremonies
from activity.operations.ceremonies import OathOffice
from chassis.calls import answer, current
from chassis.message_values import maybe_day, uuids
from shuyuan.activity.v1 import ceremony_service_pb2 as pb
from shuyuan.activity.v1 import ceremony_service_pb2_grpc


class CeremonyServicer(ceremony_service_pb2_grpc.CeremonyServiceServicer):
    """Oath ceremonies, from the plan to the oaths that membership records."""

    def __init__(self, office: OathOffice) -> None:
        self._office = office

    async def PlanCeremony(self, request: pb.PlanCeremonyRequest, context: Any) -> pb.PlanCeremonyResponse:
        call = current()
        operation = ceremonies.plan_ceremony(call, convert.new_ceremony(request), self._office)
        return await answer(
            call, operation, lambda found: pb.PlanCeremonyResponse(ceremony=ceremony_message(found))
        )

    async def GetCeremony(self, request: pb.GetCeremonyRequest, context: Any) -> pb.GetCeremonyResponse:
        call = current()
        operation = ceremonies.get_ceremony(call, UUID(request.ceremony_id))
        return await answer(
            call, operation, lambda found: pb.GetCeremonyResponse(ceremony=ceremony_message(found))
        )

    async def ListCeremonies(
        self, request: pb.ListCeremoniesRequest, context: Any
    ) -> pb.ListCeremoniesResponse:
        call = current()
        operation = ceremonies.list_ceremonies(
            call,
            convert.ceremony_filter(request),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return await answer(call, operation, convert.page_response)

    async def AddOathTakers(self, request: pb.AddOathTakersRequest, context: Any) -> pb.AddOathTakersResponse:
        call = current()
        operation = ceremonies.add_oath_takers(
            call, UUID(request.ceremony_id), uuids(request.person_ids), self._office
        )
        return await answer(
            call, operation, lambda found: pb.AddOathTakersResponse(ceremony=ceremony_message(found))
        )

    async def RemoveOathTakers(
        self, request: pb.RemoveOathTakersRequest, context: Any
    ) -> pb.RemoveOathTakersResponse:
        call = current()
        operation = ceremonies.remove_oath_takers(call, UUID(request.ceremony_id), uuids(request.person_ids))
        return await answer(
            call, operation, lambda found: pb.RemoveOathTakersResponse(ceremony=ceremony_message(found))
        )

    async def CallRoll(self, request: pb.CallRollRequest, context: Any) -> pb.CallRollResponse:
        call = current()
        operation = ceremonies.call_roll(call, UUID(request.ceremony_id), uuids(request.present_person_ids))
        return await answer(
            call, operation, lambda found: pb.CallRollResponse(ceremony=ceremony_message(found))
        )

    async def HoldCeremony(self, request: pb.HoldCeremonyRequest, context: Any) -> pb.HoldCeremonyResponse:
        call = current()
        operation = ceremonies.hold_ceremony(call, UUID(request.ceremony_id), maybe_day(request, "held_on"))
        return await answer(
            call, operation, lambda found: pb.HoldCeremonyResponse(ceremony=ceremony_message(found))
        )

    async def CancelCeremony(
        self, request: pb.CancelCeremonyRequest, context: Any
    ) -> pb.CancelCeremonyResponse:
        call = current()
        operation = ceremonies.cancel_ceremony(call, UUID(request.ceremony_id), request.reason)
        return await answer(
            call, operation, lambda found: pb.CancelCeremonyResponse(ceremony=ceremony_message(found))
        )
