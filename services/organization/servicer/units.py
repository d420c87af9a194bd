"""UnitService and CampusService."""

from typing import Any

from chassis.calls import answer, current
from chassis.process import ProcessKind
from organization.clients import Membership
from organization.convert import posts as convert_posts
from organization.convert import units as convert
from organization.convert.values import id_of, ids_of, instant_of, optional_day
from organization.domain.posts import PostKind
from organization.events.shapes import campus_message, unit_message
from organization.operations import appointments, campuses, dissolution, unit_reads, units
from shuyuan.organization.v1 import unit_service_pb2 as pb
from shuyuan.organization.v1 import unit_service_pb2_grpc


class UnitServicer(unit_service_pb2_grpc.UnitServiceServicer):
    """Units and their tree."""

    def __init__(self, membership: Membership, dissolution_kind: ProcessKind) -> None:
        self._membership = membership
        self._dissolution = dissolution_kind

    async def EstablishUnit(self, request: pb.EstablishUnitRequest, context: Any) -> pb.EstablishUnitResponse:
        """Establish a unit."""
        call = current()
        done = units.establish_unit(
            call,
            self._membership,
            parent_id=id_of(request.parent_unit_id, "parent_unit_id"),
            new=convert.new_unit(request.unit, "unit"),
            established_on=optional_day(request, "established_on"),
            secretary=convert.secretary(request, convert_posts.post_title(PostKind.SECRETARY)),
        )
        return await answer(call, done, lambda unit: pb.EstablishUnitResponse(unit=unit_message(unit)))

    async def GetUnit(self, request: pb.GetUnitRequest, context: Any) -> pb.GetUnitResponse:
        """Read a unit."""
        call = current()
        done = unit_reads.get_unit(
            call,
            id_of(request.unit_id, "unit_id"),
            as_of=optional_day(request, "as_of"),
            known_at=instant_of(request, "known_at"),
        )
        return await answer(call, done, lambda unit: pb.GetUnitResponse(unit=unit_message(unit)))

    async def ListUnits(self, request: pb.ListUnitsRequest, context: Any) -> pb.ListUnitsResponse:
        """List units."""
        call = current()
        done = unit_reads.list_units(
            call,
            wanted=convert.unit_filter(request),
            as_of=optional_day(request, "as_of"),
            known_at=instant_of(request, "known_at"),
            order_by=request.order_by,
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.units_page)

    async def GetTree(self, request: pb.GetTreeRequest, context: Any) -> pb.GetTreeResponse:
        """Read the tree of a day."""
        call = current()
        done = unit_reads.get_tree(
            call,
            id_of(request.unit_id, "unit_id"),
            as_of=optional_day(request, "as_of"),
            known_at=instant_of(request, "known_at"),
            max_depth=request.max_depth,
            party_only=request.party_only,
        )
        return await answer(call, done, convert.tree)

    async def UpdateUnit(self, request: pb.UpdateUnitRequest, context: Any) -> pb.UpdateUnitResponse:
        """Change name and campus."""
        call = current()
        done = units.update_unit(
            call,
            id_of(request.unit_id, "unit_id"),
            change=convert.description_change(request),
            effective_on=optional_day(request, "effective_on"),
            effective_until=optional_day(request, "effective_until"),
        )
        return await answer(call, done, lambda unit: pb.UpdateUnitResponse(unit=unit_message(unit)))

    async def MoveUnit(self, request: pb.MoveUnitRequest, context: Any) -> pb.MoveUnitResponse:
        """Put a unit below another parent."""
        call = current()
        done = units.move_unit(
            call,
            id_of(request.unit_id, "unit_id"),
            parent_id=id_of(request.parent_unit_id, "parent_unit_id"),
            effective_on=optional_day(request, "effective_on"),
        )
        return await answer(call, done, lambda unit: pb.MoveUnitResponse(unit=unit_message(unit)))

    async def AddSponsor(self, request: pb.AddSponsorRequest, context: Any) -> pb.AddSponsorResponse:
        """Add a sponsor."""
        call = current()
        done = units.add_sponsor(
            call,
            id_of(request.unit_id, "unit_id"),
            sponsor_id=id_of(request.sponsor_unit_id, "sponsor_unit_id"),
            part=convert.part_of(request.part, "part"),
            valid_from=optional_day(request, "valid_from"),
            valid_until=optional_day(request, "valid_until"),
        )
        return await answer(call, done, lambda unit: pb.AddSponsorResponse(unit=unit_message(unit)))

    async def EndSponsor(self, request: pb.EndSponsorRequest, context: Any) -> pb.EndSponsorResponse:
        """End a sponsorship."""
        call = current()
        done = units.end_sponsor(
            call,
            id_of(request.unit_id, "unit_id"),
            sponsor_id=id_of(request.sponsor_unit_id, "sponsor_unit_id"),
            ends_on=optional_day(request, "ends_on"),
        )
        return await answer(call, done, lambda unit: pb.EndSponsorResponse(unit=unit_message(unit)))

    async def DissolveUnit(self, request: pb.DissolveUnitRequest, context: Any) -> pb.DissolveUnitResponse:
        """Dissolve a unit."""
        call = current()
        done = dissolution.dissolve_unit(
            call,
            self._membership,
            self._dissolution,
            id_of(request.unit_id, "unit_id"),
            dissolved_on=optional_day(request, "dissolved_on"),
            successor_ids=ids_of(list(request.successor_unit_ids), "successor_unit_ids"),
            reason=request.reason,
        )
        return await answer(call, done, lambda unit: pb.DissolveUnitResponse(unit=unit_message(unit)))

    async def ListUnitLineage(
        self, request: pb.ListUnitLineageRequest, context: Any
    ) -> pb.ListUnitLineageResponse:
        """List the descent of a unit."""
        call = current()
        done = unit_reads.list_lineage(call, id_of(request.unit_id, "unit_id"))
        return await answer(call, done, convert.lineage)

    async def ListUnitHistory(
        self, request: pb.ListUnitHistoryRequest, context: Any
    ) -> pb.ListUnitHistoryResponse:
        """List what was recorded about a unit."""
        call = current()
        done = unit_reads.list_history(
            call, id_of(request.unit_id, "unit_id"), size=request.page_size, token=request.page_token
        )
        return await answer(call, done, convert.history)

    async def GetComposition(
        self, request: pb.GetCompositionRequest, context: Any
    ) -> pb.GetCompositionResponse:
        """Read the posts of a unit and who holds them."""
        call = current()
        done = appointments.get_composition(
            call,
            id_of(request.unit_id, "unit_id"),
            as_of=optional_day(request, "as_of"),
            known_at=instant_of(request, "known_at"),
        )
        return await answer(call, done, convert_posts.composition)


class CampusServicer(unit_service_pb2_grpc.CampusServiceServicer):
    """The campuses."""

    async def CreateCampus(self, request: pb.CreateCampusRequest, context: Any) -> pb.CreateCampusResponse:
        """Add a campus."""
        call = current()
        done = campuses.create_campus(call, code=request.campus.code, name=request.campus.name)
        return await answer(call, done, lambda campus: pb.CreateCampusResponse(campus=campus_message(campus)))

    async def GetCampus(self, request: pb.GetCampusRequest, context: Any) -> pb.GetCampusResponse:
        """Read a campus."""
        call = current()
        done = campuses.get_campus(call, id_of(request.campus_id, "campus_id"))
        return await answer(call, done, lambda campus: pb.GetCampusResponse(campus=campus_message(campus)))

    async def ListCampuses(self, request: pb.ListCampusesRequest, context: Any) -> pb.ListCampusesResponse:
        """List the campuses."""
        call = current()
        done = campuses.list_campuses(call, size=request.page_size, token=request.page_token)
        return await answer(call, done, convert.campuses_page)

    async def UpdateCampus(self, request: pb.UpdateCampusRequest, context: Any) -> pb.UpdateCampusResponse:
        """Change a campus."""
        call = current()
        done = campuses.update_campus(
            call,
            id_of(request.campus_id, "campus_id"),
            code=request.campus.code,
            name=request.campus.name,
        )
        return await answer(call, done, lambda campus: pb.UpdateCampusResponse(campus=campus_message(campus)))
