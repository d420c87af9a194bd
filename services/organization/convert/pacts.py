"""Pacts of co-building between the contract and the domain."""

from chassis.paging import Page
from organization.domain.pacts import Pact
from organization.events.pacts import pact_message
from shuyuan.organization.v1 import pact_service_pb2


def pacts_page(page: Page[Pact]) -> pact_service_pb2.ListPactsResponse:
    """A page of pacts."""
    return pact_service_pb2.ListPactsResponse(
        pacts=[pact_message(pact) for pact in page.items], next_page_token=page.next_token
    )
