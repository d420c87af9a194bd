"""PlaceService and ZoneService."""

from typing import Any

from chassis.calls import answer, current
from organization.convert import places as convert
from organization.convert.values import id_of, instant_of, optional_day, optional_id
from organization.events.places import place_message, zone_message
from organization.operations import places, zones
from shuyuan.organization.v1 import place_service_pb2 as pb
from shuyuan.organization.v1 import place_service_pb2_grpc, zone_service_pb2_grpc
from shuyuan.organization.v1 import zone_service_pb2 as zone_pb


class PlaceServicer(place_service_pb2_grpc.PlaceServiceServicer):
    """Places and who answers for them."""

    async def RegisterPlace(self, request: pb.RegisterPlaceRequest, context: Any) -> pb.RegisterPlaceResponse:
        """Register a place."""
        call = current()
        done = places.register_place(
            call, convert.new_place(request), opened_on=optional_day(request, "opened_on")
        )
        return await answer(call, done, lambda place: pb.RegisterPlaceResponse(place=place_message(place)))

    async def GetPlace(self, request: pb.GetPlaceRequest, context: Any) -> pb.GetPlaceResponse:
        """Read a place."""
        call = current()
        done = places.get_place(call, id_of(request.place_id, "place_id"))
        return await answer(call, done, lambda place: pb.GetPlaceResponse(place=place_message(place)))

    async def ListPlaces(self, request: pb.ListPlacesRequest, context: Any) -> pb.ListPlacesResponse:
        """List places."""
        call = current()
        done = places.list_places(
            call,
            campus_id=optional_id(request.campus_id, "campus_id"),
            parent_id=optional_id(request.parent_place_id, "parent_place_id"),
            unit_id=optional_id(request.unit_id, "unit_id"),
            kind=convert.place_kind(request.kind),
            closed=request.show_closed,
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.places_page)

    async def GetPlaceTree(self, request: pb.GetPlaceTreeRequest, context: Any) -> pb.GetPlaceTreeResponse:
        """Read a place and the places in it."""
        call = current()
        return await answer(
            call, places.get_tree(call, id_of(request.place_id, "place_id")), convert.place_tree
        )

    async def UpdatePlace(self, request: pb.UpdatePlaceRequest, context: Any) -> pb.UpdatePlaceResponse:
        """Change a place."""
        call = current()
        done = places.update_place(
            call,
            id_of(request.place_id, "place_id"),
            name=request.name,
            capacity=request.capacity if request.HasField("capacity") else None,
            hours=convert.hours(request.opening_hours),
        )
        return await answer(call, done, lambda place: pb.UpdatePlaceResponse(place=place_message(place)))

    async def ClosePlace(self, request: pb.ClosePlaceRequest, context: Any) -> pb.ClosePlaceResponse:
        """Close a place."""
        call = current()
        done = places.close_place(
            call, id_of(request.place_id, "place_id"), closed_on=optional_day(request, "closed_on")
        )
        return await answer(call, done, lambda place: pb.ClosePlaceResponse(place=place_message(place)))

    async def GetResponsibleBranch(
        self, request: pb.GetResponsibleBranchRequest, context: Any
    ) -> pb.GetResponsibleBranchResponse:
        """Say which branch answers for a place."""
        call = current()
        done = places.get_responsible_branch(
            call,
            id_of(request.place_id, "place_id"),
            as_of=optional_day(request, "as_of"),
            known_at=instant_of(request, "known_at"),
        )
        return await answer(call, done, convert.responsible_branch)


class ZoneServicer(zone_service_pb2_grpc.ZoneServiceServicer):
    """Responsibility zones."""

    async def AssignZone(
        self, request: zone_pb.AssignZoneRequest, context: Any
    ) -> zone_pb.AssignZoneResponse:
        """Assign a zone."""
        call = current()
        done = zones.assign_zone(
            call,
            id_of(request.unit_id, "unit_id"),
            place_id=optional_id(request.place_id, "place_id"),
            class_id=optional_id(request.class_unit_id, "class_unit_id"),
            valid_from=optional_day(request, "valid_from"),
            valid_until=optional_day(request, "valid_until"),
        )
        return await answer(call, done, lambda zone: zone_pb.AssignZoneResponse(zone=zone_message(zone)))

    async def GetZone(self, request: zone_pb.GetZoneRequest, context: Any) -> zone_pb.GetZoneResponse:
        """Read a zone."""
        call = current()
        done = zones.get_zone(call, id_of(request.zone_id, "zone_id"))
        return await answer(call, done, lambda zone: zone_pb.GetZoneResponse(zone=zone_message(zone)))

    async def ListZones(self, request: zone_pb.ListZonesRequest, context: Any) -> zone_pb.ListZonesResponse:
        """List zones."""
        call = current()
        done = zones.list_zones(
            call,
            unit_id=optional_id(request.unit_id, "unit_id"),
            place_id=optional_id(request.place_id, "place_id"),
            class_id=optional_id(request.class_unit_id, "class_unit_id"),
            campus_id=optional_id(request.campus_id, "campus_id"),
            as_of=optional_day(request, "as_of"),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.zones_page)

    async def EndZone(self, request: zone_pb.EndZoneRequest, context: Any) -> zone_pb.EndZoneResponse:
        """End a zone."""
        call = current()
        done = zones.end_zone(
            call, id_of(request.zone_id, "zone_id"), ends_on=optional_day(request, "ends_on")
        )
        return await answer(call, done, lambda zone: zone_pb.EndZoneResponse(zone=zone_message(zone)))
