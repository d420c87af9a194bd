"""PactService."""

from typing import Any

from chassis.calls import answer, current
from organization.convert import pacts as convert
from organization.convert.values import id_of, ids_of, optional_day, optional_id
from organization.events.pacts import pact_message
from organization.operations import pacts
from shuyuan.organization.v1 import pact_service_pb2 as pb
from shuyuan.organization.v1 import pact_service_pb2_grpc


class PactServicer(pact_service_pb2_grpc.PactServiceServicer):
    """Pacts of co-building."""

    async def ProposePact(self, request: pb.ProposePactRequest, context: Any) -> pb.ProposePactResponse:
        """Propose a pact."""
        call = current()
        done = pacts.propose_pact(
            call,
            id_of(request.unit_id, "unit_id"),
            title=request.title,
            plan=request.plan,
            partner_ids=ids_of(list(request.partner_unit_ids), "partner_unit_ids"),
            least=request.least_partners,
            valid_from=optional_day(request, "valid_from"),
            valid_until=optional_day(request, "valid_until"),
        )
        return await answer(call, done, lambda pact: pb.ProposePactResponse(pact=pact_message(pact)))

    async def GetPact(self, request: pb.GetPactRequest, context: Any) -> pb.GetPactResponse:
        """Read a pact."""
        call = current()
        done = pacts.get_pact(call, id_of(request.pact_id, "pact_id"), as_of=optional_day(request, "as_of"))
        return await answer(call, done, lambda pact: pb.GetPactResponse(pact=pact_message(pact)))

    async def ListPacts(self, request: pb.ListPactsRequest, context: Any) -> pb.ListPactsResponse:
        """List pacts."""
        call = current()
        done = pacts.list_pacts(
            call,
            unit_id=optional_id(request.unit_id, "unit_id"),
            partner_id=optional_id(request.partner_unit_id, "partner_unit_id"),
            campus_id=optional_id(request.campus_id, "campus_id"),
            as_of=optional_day(request, "as_of"),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.pacts_page)

    async def ConsentToPact(self, request: pb.ConsentToPactRequest, context: Any) -> pb.ConsentToPactResponse:
        """Consent for a partner."""
        call = current()
        done = pacts.consent(
            call, id_of(request.pact_id, "pact_id"), unit_id=id_of(request.unit_id, "unit_id")
        )
        return await answer(call, done, lambda pact: pb.ConsentToPactResponse(pact=pact_message(pact)))

    async def RefusePact(self, request: pb.RefusePactRequest, context: Any) -> pb.RefusePactResponse:
        """Refuse for a partner."""
        call = current()
        done = pacts.refuse(
            call,
            id_of(request.pact_id, "pact_id"),
            unit_id=id_of(request.unit_id, "unit_id"),
            reason=request.reason,
        )
        return await answer(call, done, lambda pact: pb.RefusePactResponse(pact=pact_message(pact)))

    async def LeavePact(self, request: pb.LeavePactRequest, context: Any) -> pb.LeavePactResponse:
        """Leave for a partner."""
        call = current()
        done = pacts.leave(
            call,
            id_of(request.pact_id, "pact_id"),
            unit_id=id_of(request.unit_id, "unit_id"),
            leaves_on=optional_day(request, "leaves_on"),
            reason=request.reason,
        )
        return await answer(call, done, lambda pact: pb.LeavePactResponse(pact=pact_message(pact)))

    async def EndPact(self, request: pb.EndPactRequest, context: Any) -> pb.EndPactResponse:
        """End a pact."""
        call = current()
        done = pacts.end_pact(
            call,
            id_of(request.pact_id, "pact_id"),
            ends_on=optional_day(request, "ends_on"),
            reason=request.reason,
        )
        return await answer(call, done, lambda pact: pb.EndPactResponse(pact=pact_message(pact)))
