"""Places and zones between the contract and the domain."""

from collections.abc import Iterable

from chassis.paging import Page
from organization.convert.values import chosen, enum_of, id_of, optional_id
from organization.domain.places import Hours, NewPlace, Node, Place, PlaceKind
from organization.domain.zones import Responsible, Zone
from organization.events.places import place_message, zone_message
from organization.events.shapes import text
from shuyuan.organization.v1 import place_pb2, place_service_pb2, zone_service_pb2

_KIND = place_pb2.Place.Kind.DESCRIPTOR


def hours(given: Iterable[place_pb2.OpeningHours]) -> tuple[Hours, ...]:
    """Opening hours in the order of the week."""
    return tuple(sorted(Hours(each.weekday, each.opens_at, each.closes_at) for each in given))


def place_kind(given: int) -> PlaceKind | None:
    """The kind asked for, None for any."""
    return enum_of(_KIND, PlaceKind, given, "kind")


def new_place(request: place_service_pb2.RegisterPlaceRequest) -> NewPlace:
    """What a place is to be registered with."""
    return NewPlace(
        unit_id=id_of(request.unit_id, "unit_id"),
        kind=chosen(_KIND, PlaceKind, request.kind, "kind"),
        name=request.name,
        campus_id=id_of(request.campus_id, "campus_id"),
        parent_id=optional_id(request.parent_place_id, "parent_place_id"),
        capacity=request.capacity if request.HasField("capacity") else None,
        hours=hours(request.opening_hours),
    )


def places_page(page: Page[Place]) -> place_service_pb2.ListPlacesResponse:
    """A page of places."""
    return place_service_pb2.ListPlacesResponse(
        places=[place_message(place) for place in page.items], next_page_token=page.next_token
    )


def place_tree(nodes: list[Node]) -> place_service_pb2.GetPlaceTreeResponse:
    """A tree of places."""
    return place_service_pb2.GetPlaceTreeResponse(
        nodes=[place_pb2.PlaceNode(place=place_message(node.place), depth=node.depth) for node in nodes]
    )


def responsible_branch(found: Responsible) -> place_service_pb2.GetResponsibleBranchResponse:
    """Who answers for a place."""
    return place_service_pb2.GetResponsibleBranchResponse(
        responsible_branch=place_pb2.ResponsibleBranch(
            place_id=str(found.place_id),
            as_of=found.day.isoformat(),
            unit_id=text(found.unit_id),
            zone_id=text(found.zone_id),
            assigned_place_id=text(found.assigned_place_id),
        )
    )


def zones_page(page: Page[Zone]) -> zone_service_pb2.ListZonesResponse:
    """A page of zones."""
    return zone_service_pb2.ListZonesResponse(
        zones=[zone_message(zone) for zone in page.items], next_page_token=page.next_token
    )
