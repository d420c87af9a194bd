"""PairingService."""

from typing import Any

from chassis.calls import answer, current
from organization.convert import pairings as convert
from organization.convert.values import id_of, optional_day, optional_id
from organization.events.pairings import pairing_message
from organization.operations import pairings
from shuyuan.organization.v1 import pairing_service_pb2 as pb
from shuyuan.organization.v1 import pairing_service_pb2_grpc


class PairingServicer(pairing_service_pb2_grpc.PairingServiceServicer):
    """Pairings between leaders and branches."""

    async def PairLeader(self, request: pb.PairLeaderRequest, context: Any) -> pb.PairLeaderResponse:
        """Pair a leader with a branch."""
        call = current()
        done = pairings.pair_leader(
            call,
            id_of(request.unit_id, "unit_id"),
            person_id=id_of(request.person_id, "person_id"),
            post_id=id_of(request.post_id, "post_id"),
            plan=request.plan,
            valid_from=optional_day(request, "valid_from"),
            valid_until=optional_day(request, "valid_until"),
        )
        return await answer(
            call, done, lambda pairing: pb.PairLeaderResponse(pairing=pairing_message(pairing))
        )

    async def GetPairing(self, request: pb.GetPairingRequest, context: Any) -> pb.GetPairingResponse:
        """Read a pairing."""
        call = current()
        done = pairings.get_pairing(call, id_of(request.pairing_id, "pairing_id"))
        return await answer(
            call, done, lambda pairing: pb.GetPairingResponse(pairing=pairing_message(pairing))
        )

    async def ListPairings(self, request: pb.ListPairingsRequest, context: Any) -> pb.ListPairingsResponse:
        """List pairings."""
        call = current()
        done = pairings.list_pairings(
            call,
            unit_id=optional_id(request.unit_id, "unit_id"),
            person_id=optional_id(request.person_id, "person_id"),
            campus_id=optional_id(request.campus_id, "campus_id"),
            as_of=optional_day(request, "as_of"),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.pairings_page)

    async def EndPairing(self, request: pb.EndPairingRequest, context: Any) -> pb.EndPairingResponse:
        """End a pairing."""
        call = current()
        done = pairings.end_pairing(
            call,
            id_of(request.pairing_id, "pairing_id"),
            ends_on=optional_day(request, "ends_on"),
            reason=request.reason,
        )
        return await answer(
            call, done, lambda pairing: pb.EndPairingResponse(pairing=pairing_message(pairing))
        )
