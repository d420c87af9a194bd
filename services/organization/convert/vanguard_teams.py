"""Vanguard teams between the contract and the domain."""

from chassis.paging import Page
from organization.domain.vanguard_teams import Team
from organization.events.vanguard_teams import team_message
from shuyuan.organization.v1 import vanguard_team_service_pb2


def teams_page(page: Page[Team]) -> vanguard_team_service_pb2.ListVanguardTeamsResponse:
    """A page of teams."""
    return vanguard_team_service_pb2.ListVanguardTeamsResponse(
        teams=[team_message(team) for team in page.items], next_page_token=page.next_token
    )
