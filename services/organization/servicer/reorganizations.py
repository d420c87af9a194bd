"""ReorganizationService."""

from typing import Any

from chassis.calls import answer, current
from chassis.process import ProcessKind
from organization.clients import Membership
from organization.convert import reorganizations as convert
from organization.convert.values import id_of, optional_text
from organization.events.shapes import reorganization_message
from organization.operations import reorganizations
from shuyuan.organization.v1 import reorganization_service_pb2 as pb
from shuyuan.organization.v1 import reorganization_service_pb2_grpc


class ReorganizationServicer(reorganization_service_pb2_grpc.ReorganizationServiceServicer):
    """Reorganisations, from the draft to the execution."""

    def __init__(self, membership: Membership, kind: ProcessKind) -> None:
        self._membership = membership
        self._kind = kind

    async def DraftReorganization(
        self, request: pb.DraftReorganizationRequest, context: Any
    ) -> pb.DraftReorganizationResponse:
        """Draft a reorganisation."""
        call = current()
        done = reorganizations.draft_reorganization(
            call,
            id_of(request.unit_id, "unit_id"),
            title=request.title,
            draft=convert.draft(request.plan),
        )
        return await answer(
            call, done, lambda r: pb.DraftReorganizationResponse(reorganization=reorganization_message(r))
        )

    async def ReviseReorganization(
        self, request: pb.ReviseReorganizationRequest, context: Any
    ) -> pb.ReviseReorganizationResponse:
        """Replace the plan of a draft."""
        call = current()
        done = reorganizations.revise_reorganization(
            call,
            id_of(request.reorganization_id, "reorganization_id"),
            title=optional_text(request, "title"),
            draft=convert.draft(request.plan),
        )
        return await answer(
            call, done, lambda r: pb.ReviseReorganizationResponse(reorganization=reorganization_message(r))
        )

    async def GetReorganization(
        self, request: pb.GetReorganizationRequest, context: Any
    ) -> pb.GetReorganizationResponse:
        """Read a reorganisation."""
        call = current()
        done = reorganizations.get_reorganization(call, id_of(request.reorganization_id, "reorganization_id"))
        return await answer(
            call, done, lambda r: pb.GetReorganizationResponse(reorganization=reorganization_message(r))
        )

    async def ListReorganizations(
        self, request: pb.ListReorganizationsRequest, context: Any
    ) -> pb.ListReorganizationsResponse:
        """List reorganisations."""
        call = current()
        done = reorganizations.list_reorganizations(
            call,
            state=convert.state_of(request.state),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.reorganizations_page)

    async def SimulateReorganization(
        self, request: pb.SimulateReorganizationRequest, context: Any
    ) -> pb.SimulateReorganizationResponse:
        """Say what executing it would do."""
        call = current()
        done = reorganizations.simulate_reorganization(
            call, self._membership, id_of(request.reorganization_id, "reorganization_id")
        )
        return await answer(call, done, convert.simulation)

    async def ApproveReorganization(
        self, request: pb.ApproveReorganizationRequest, context: Any
    ) -> pb.ApproveReorganizationResponse:
        """Approve a draft."""
        call = current()
        done = reorganizations.approve_reorganization(
            call,
            id_of(request.reorganization_id, "reorganization_id"),
            document_number=request.document_number,
        )
        return await answer(
            call, done, lambda r: pb.ApproveReorganizationResponse(reorganization=reorganization_message(r))
        )

    async def ExecuteReorganization(
        self, request: pb.ExecuteReorganizationRequest, context: Any
    ) -> pb.ExecuteReorganizationResponse:
        """Start its execution."""
        call = current()
        done = reorganizations.execute_reorganization(
            call, self._kind, id_of(request.reorganization_id, "reorganization_id")
        )
        return await answer(
            call, done, lambda r: pb.ExecuteReorganizationResponse(reorganization=reorganization_message(r))
        )

    async def WithdrawReorganization(
        self, request: pb.WithdrawReorganizationRequest, context: Any
    ) -> pb.WithdrawReorganizationResponse:
        """Withdraw it."""
        call = current()
        done = reorganizations.withdraw_reorganization(
            call, id_of(request.reorganization_id, "reorganization_id")
        )
        return await answer(
            call, done, lambda r: pb.WithdrawReorganizationResponse(reorganization=reorganization_message(r))
        )
