"""RollService over gRPC."""

from typing import Any
from uuid import UUID

from chassis.calls import answer, current, parse_uuid
from chassis.paging import decode_token, page_size
from membership.convert import rolls as convert
from membership.convert.values import day, enum_name, ids, instant, optional_day, optional_id
from membership.domain.members import Member
from membership.events import shapes
from membership.operations import rolls
from membership.operations.means import Means
from shuyuan.membership.v1 import member_pb2, roll_service_pb2_grpc
from shuyuan.membership.v1 import roll_service_pb2 as pb


class RollServicer(roll_service_pb2_grpc.RollServiceServicer):
    """Keeps and reads the organisation relationships."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def GetUnitRoll(self, request: pb.GetUnitRollRequest, context: Any) -> pb.GetUnitRollResponse:
        counted = await rolls.unit_roll(
            current(),
            parse_uuid(request.unit_id, field_name="unit_id"),
            as_of=optional_day(request, "as_of"),
            known_at=instant(request, "known_at"),
        )
        return pb.GetUnitRollResponse(roll=convert.roll(counted))

    async def ListMembers(self, request: pb.ListMembersRequest, context: Any) -> pb.ListMembersResponse:
        size = page_size(request.page_size)
        (after,) = decode_token(request.page_token, UUID) or (None,)
        rows = await rolls.list_members(
            current(),
            unit_id=optional_id(request, "unit_id"),
            status=enum_name(member_pb2.MembershipStatus, "MEMBERSHIP_STATUS", request.status),
            as_of=optional_day(request, "as_of"),
            known_at=instant(request, "known_at"),
            after=after,
            size=size,
        )
        return convert.page(rows, size)

    async def GetMember(self, request: pb.GetMemberRequest, context: Any) -> pb.GetMemberResponse:
        member = await rolls.get_member(
            current(),
            parse_uuid(request.person_id, field_name="person_id"),
            as_of=optional_day(request, "as_of"),
            known_at=instant(request, "known_at"),
        )
        return pb.GetMemberResponse(member=shapes.member(member))

    async def EstablishRelationships(
        self, request: pb.EstablishRelationshipsRequest, context: Any
    ) -> pb.EstablishRelationshipsResponse:
        call = current()
        new = [convert.new_member(item) for item in request.members]
        return await answer(
            call,
            rolls.establish(call, new),
            lambda count: pb.EstablishRelationshipsResponse(established=count),
        )

    async def AddParticipation(
        self, request: pb.AddParticipationRequest, context: Any
    ) -> pb.AddParticipationResponse:
        call = current()

        def rendered(member: Member) -> pb.AddParticipationResponse:
            return pb.AddParticipationResponse(member=shapes.member(member))

        person_id = parse_uuid(request.person_id, field_name="person_id")
        return await answer(
            call, rolls.participate(call, person_id, convert.participation(request)), rendered
        )

    async def CountUnitRoll(self, request: pb.CountUnitRollRequest, context: Any) -> pb.CountUnitRollResponse:
        held = await rolls.count_unit_roll(
            current(),
            parse_uuid(request.unit_id, field_name="unit_id"),
            as_of=day(request.as_of, "as_of"),
        )
        return convert.counts(held)

    async def ListElectors(self, request: pb.ListElectorsRequest, context: Any) -> pb.ListElectorsResponse:
        found = await rolls.list_electors(
            current(),
            parse_uuid(request.unit_id, field_name="unit_id"),
            as_of=day(request.as_of, "as_of"),
            as_believed_now=request.as_believed_now,
        )
        return convert.electors(found)

    async def DescribePersons(
        self, request: pb.DescribePersonsRequest, context: Any
    ) -> pb.DescribePersonsResponse:
        found = await rolls.describe_persons(current(), ids(request.person_ids, "person_ids"))
        return convert.described(found)

    async def TraceRollSizes(
        self, request: pb.TraceRollSizesRequest, context: Any
    ) -> pb.TraceRollSizesResponse:
        found = await rolls.trace_sizes(
            current(), ids(request.unit_ids, "unit_ids"), as_of=day(request.as_of, "as_of")
        )
        return convert.sizes(found)

    async def PreviewRollMoves(
        self, request: pb.PreviewRollMovesRequest, context: Any
    ) -> pb.PreviewRollMovesResponse:
        plan = await rolls.preview_moves(
            current(), convert.moves(request), effective_on=day(request.effective_on, "effective_on")
        )
        return convert.plan(plan)
