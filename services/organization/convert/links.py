"""Class links and plaques between the contract and the domain."""

from chassis.paging import Page
from organization.domain.class_links import ClassLink
from organization.domain.plaques import Plaque
from organization.events.links import class_link_message, plaque_message
from shuyuan.organization.v1 import class_link_service_pb2, plaque_service_pb2


def class_links_page(page: Page[ClassLink]) -> class_link_service_pb2.ListClassLinksResponse:
    """A page of links."""
    return class_link_service_pb2.ListClassLinksResponse(
        class_links=[class_link_message(link) for link in page.items], next_page_token=page.next_token
    )


def plaques_page(page: Page[Plaque]) -> plaque_service_pb2.ListPlaquesResponse:
    """A page of plaques."""
    return plaque_service_pb2.ListPlaquesResponse(
        plaques=[plaque_message(plaque) for plaque in page.items], next_page_token=page.next_token
    )
