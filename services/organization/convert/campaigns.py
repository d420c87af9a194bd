"""Campaigns between the contract and the domain."""

from datetime import date

from chassis.calls import current
from chassis.paging import Page
from chassis.verdicts import to_message
from organization.convert.values import id_of, optional_day
from organization.domain.campaigns import Campaign, Contribution
from organization.events.campaigns import campaign_message, contribution_message
from shuyuan.organization.v1 import campaign_pb2
from shuyuan.organization.v1 import campaign_service_pb2 as pb


def campaign(found: Campaign) -> campaign_pb2.Campaign:
    """A campaign, and what the rules say of it in the caller's language."""
    message = campaign_message(found)
    message.verdicts.extend(to_message(verdict, current().language) for verdict in found.verdicts())
    return message


def contributions(request: pb.RecordCampaignContributionsRequest) -> list[Contribution]:
    """What people have done."""
    today = current().clock.today()
    return [
        _contribution(each, f"contributions[{number}]", today)
        for number, each in enumerate(request.contributions)
    ]


def _contribution(given: pb.CampaignContributionInput, path: str, today: date) -> Contribution:
    return Contribution(
        person_id=id_of(given.person_id, f"{path}.person_id"),
        unit_id=id_of(given.unit_id, f"{path}.unit_id"),
        topic=given.topic,
        on=optional_day(given, "contributed_on", path=f"{path}.contributed_on") or today,
    )


def contributions_page(page: Page[Contribution]) -> pb.ListCampaignContributionsResponse:
    """A page of who has done their part."""
    return pb.ListCampaignContributionsResponse(
        contributions=[contribution_message(each) for each in page.items], next_page_token=page.next_token
    )
