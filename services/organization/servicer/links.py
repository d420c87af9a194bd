"""ClassLinkService and PlaqueService."""

from typing import Any

from chassis.calls import answer, current
from organization.convert import links as convert
from organization.convert.values import id_of, instant_of, optional_day, optional_id
from organization.events.links import class_link_message, plaque_message
from organization.operations import class_links, plaques
from shuyuan.organization.v1 import class_link_service_pb2 as link_pb
from shuyuan.organization.v1 import class_link_service_pb2_grpc, plaque_service_pb2_grpc
from shuyuan.organization.v1 import plaque_service_pb2 as plaque_pb


class ClassLinkServicer(class_link_service_pb2_grpc.ClassLinkServiceServicer):
    """Links between branches and classes."""

    async def LinkClass(self, request: link_pb.LinkClassRequest, context: Any) -> link_pb.LinkClassResponse:
        """Link a branch with a class."""
        call = current()
        done = class_links.link_class(
            call,
            id_of(request.unit_id, "unit_id"),
            id_of(request.class_unit_id, "class_unit_id"),
            contact_person_id=id_of(request.contact_person_id, "contact_person_id"),
            valid_from=optional_day(request, "valid_from"),
            valid_until=optional_day(request, "valid_until"),
        )
        return await answer(
            call, done, lambda link: link_pb.LinkClassResponse(class_link=class_link_message(link))
        )

    async def GetClassLink(
        self, request: link_pb.GetClassLinkRequest, context: Any
    ) -> link_pb.GetClassLinkResponse:
        """Read a link."""
        call = current()
        done = class_links.get_class_link(call, id_of(request.link_id, "link_id"))
        return await answer(
            call, done, lambda link: link_pb.GetClassLinkResponse(class_link=class_link_message(link))
        )

    async def ListClassLinks(
        self, request: link_pb.ListClassLinksRequest, context: Any
    ) -> link_pb.ListClassLinksResponse:
        """List links."""
        call = current()
        done = class_links.list_class_links(
            call,
            unit_id=optional_id(request.unit_id, "unit_id"),
            class_id=optional_id(request.class_unit_id, "class_unit_id"),
            contact_id=optional_id(request.contact_person_id, "contact_person_id"),
            campus_id=optional_id(request.campus_id, "campus_id"),
            as_of=optional_day(request, "as_of"),
            known_at=instant_of(request, "known_at"),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.class_links_page)

    async def EndClassLink(
        self, request: link_pb.EndClassLinkRequest, context: Any
    ) -> link_pb.EndClassLinkResponse:
        """End a link."""
        call = current()
        done = class_links.end_class_link(
            call, id_of(request.link_id, "link_id"), ends_on=optional_day(request, "ends_on")
        )
        return await answer(
            call, done, lambda link: link_pb.EndClassLinkResponse(class_link=class_link_message(link))
        )


class PlaqueServicer(plaque_service_pb2_grpc.PlaqueServiceServicer):
    """Plaques."""

    async def IssuePlaque(
        self, request: plaque_pb.IssuePlaqueRequest, context: Any
    ) -> plaque_pb.IssuePlaqueResponse:
        """Issue a plaque."""
        call = current()
        done = plaques.issue_plaque(
            call,
            id_of(request.unit_id, "unit_id"),
            place_id=id_of(request.place_id, "place_id"),
            person_id=id_of(request.person_id, "person_id"),
            issued_on=optional_day(request, "issued_on"),
        )
        return await answer(
            call, done, lambda plaque: plaque_pb.IssuePlaqueResponse(plaque=plaque_message(plaque))
        )

    async def GetPlaque(
        self, request: plaque_pb.GetPlaqueRequest, context: Any
    ) -> plaque_pb.GetPlaqueResponse:
        """Read a plaque."""
        call = current()
        done = plaques.get_plaque(call, id_of(request.plaque_id, "plaque_id"))
        return await answer(
            call, done, lambda plaque: plaque_pb.GetPlaqueResponse(plaque=plaque_message(plaque))
        )

    async def ListPlaques(
        self, request: plaque_pb.ListPlaquesRequest, context: Any
    ) -> plaque_pb.ListPlaquesResponse:
        """List plaques."""
        call = current()
        done = plaques.list_plaques(
            call,
            unit_id=optional_id(request.unit_id, "unit_id"),
            place_id=optional_id(request.place_id, "place_id"),
            person_id=optional_id(request.person_id, "person_id"),
            campus_id=optional_id(request.campus_id, "campus_id"),
            as_of=optional_day(request, "as_of"),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.plaques_page)

    async def WithdrawPlaque(
        self, request: plaque_pb.WithdrawPlaqueRequest, context: Any
    ) -> plaque_pb.WithdrawPlaqueResponse:
        """Withdraw a plaque."""
        call = current()
        done = plaques.withdraw_plaque(
            call,
            id_of(request.plaque_id, "plaque_id"),
            withdrawn_on=optional_day(request, "withdrawn_on"),
            reason=request.reason,
        )
        return await answer(
            call, done, lambda plaque: plaque_pb.WithdrawPlaqueResponse(plaque=plaque_message(plaque))
        )
