"""A campus with places and branches, for tests of what lies where and who answers for it."""

from datetime import date
from typing import Any

from shuyuan.organization.v1 import (
    place_pb2,
    place_service_pb2,
    unit_pb2,
    unit_service_pb2,
    zone_service_pb2,
)
from tests.integration.organization.world import ADMIN, FOUNDED, Campus, World


class Estate:
    """Registers places and assigns zones by name, over the wire."""

    def __init__(self, world: World, campus: Campus, campus_id: str) -> None:
        self.world = world
        self.campus = campus
        self.campus_id = campus_id

    @classmethod
    async def build(cls, world: World, campus: Campus, code: str = "xingqing") -> "Estate":
        """An estate on a new campus."""
        request = unit_service_pb2.CreateCampusRequest(campus=unit_pb2.Campus(code=code, name="兴庆校区"))
        answer = await world.ask(world.stubs.campuses.CreateCampus, request)
        return cls(world, campus, answer.campus.campus_id)

    async def place(
        self,
        kind: str,
        name: str,
        parent: Any = None,
        *,
        on: date = FOUNDED,
        by: str = ADMIN,
        unit_id: str | None = None,
        **fields: Any,
    ) -> Any:
        """Register a place of the academy, or of another unit."""
        request = place_service_pb2.RegisterPlaceRequest(
            unit_id=unit_id or self.campus.academy.unit_id,
            kind=place_pb2.Place.Kind.Value(f"KIND_{kind.upper()}"),
            name=name,
            campus_id=self.campus_id,
            parent_place_id=parent.place_id if parent else None,
            opened_on=on.isoformat(),
            **fields,
        )
        return (await self.world.ask(self.world.stubs.places.RegisterPlace, request, by=by)).place

    async def zone(
        self, branch: Any, place: Any = None, *, on: date = FOUNDED, by: str = ADMIN, **fields: Any
    ) -> Any:
        """Make a branch answer for a place, or for the class named by `class_unit_id`."""
        request = zone_service_pb2.AssignZoneRequest(
            unit_id=branch.unit_id,
            place_id=place.place_id if place else None,
            valid_from=on.isoformat(),
            **fields,
        )
        return (await self.world.ask(self.world.stubs.zones.AssignZone, request, by=by)).zone

    async def end_zone(self, zone: Any, on: date) -> Any:
        """End a zone."""
        request = zone_service_pb2.EndZoneRequest(zone_id=zone.zone_id, ends_on=on.isoformat())
        return (await self.world.ask(self.world.stubs.zones.EndZone, request, etag=zone.etag)).zone

    async def responsible(self, place: Any, **when: Any) -> Any:
        """Who answers for a place."""
        request = place_service_pb2.GetResponsibleBranchRequest(place_id=place.place_id, **when)
        return (
            await self.world.ask(self.world.stubs.places.GetResponsibleBranch, request)
        ).responsible_branch
