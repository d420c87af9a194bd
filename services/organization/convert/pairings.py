"""Pairings between the contract and the domain."""

from chassis.paging import Page
from organization.domain.pairings import Pairing
from organization.events.pairings import pairing_message
from shuyuan.organization.v1 import pairing_service_pb2


def pairings_page(page: Page[Pairing]) -> pairing_service_pb2.ListPairingsResponse:
    """A page of pairings."""
    return pairing_service_pb2.ListPairingsResponse(
        pairings=[pairing_message(pairing) for pairing in page.items], next_page_token=page.next_token
    )
