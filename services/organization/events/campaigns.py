"""Campaigns: their public shape, and the facts about them as events of the contract."""

from collections.abc import Iterable
from uuid import UUID

from chassis.events import Event
from organization.domain.campaigns import Campaign, Contribution
from shuyuan.organization.v1 import campaign_pb2, events_pb2


def campaign_message(campaign: Campaign) -> campaign_pb2.Campaign:
    """A campaign as everybody who may read it sees it, without what the rules say."""
    return campaign_pb2.Campaign(
        programme_id=str(campaign.programme_id),
        target=campaign.target,
        reached=campaign.reached,
        topics=[campaign_pb2.CampaignTopic(topic=topic, count=count) for topic, count in campaign.by_topic],
        as_of=campaign.day.isoformat(),
        version=campaign.version,
        etag=str(campaign.version),
    )


def contribution_message(contribution: Contribution) -> campaign_pb2.CampaignContribution:
    """What somebody has done."""
    return campaign_pb2.CampaignContribution(
        person_id=str(contribution.person_id),
        unit_id=str(contribution.unit_id),
        topic=contribution.topic,
        contributed_on=contribution.on.isoformat(),
    )


def campaign_set(campaign: Campaign) -> Event:
    """The number was set."""
    data = events_pb2.CampaignSet(campaign=campaign_message(campaign))
    return Event(campaign.programme_id, campaign.version, data)


def recorded(campaign: Campaign, contributions: Iterable[Contribution]) -> Event:
    """People have done their part."""
    data = events_pb2.CampaignContributionsRecorded(
        contributions=[contribution_message(each) for each in contributions],
        campaign=campaign_message(campaign),
    )
    return Event(campaign.programme_id, campaign.version, data)


def reassigned(campaign: Campaign, contributions: Iterable[Contribution], before: UUID, after: UUID) -> Event:
    """What one person has done is another's."""
    data = events_pb2.CampaignContributionsReassigned(
        from_person_id=str(before),
        to_person_id=str(after),
        contributions=[contribution_message(each) for each in contributions],
        campaign=campaign_message(campaign),
    )
    return Event(campaign.programme_id, campaign.version, data)


def retracted(campaign: Campaign, person_id: UUID) -> Event:
    """It was taken back."""
    data = events_pb2.CampaignContributionRetracted(
        person_id=str(person_id), campaign=campaign_message(campaign)
    )
    return Event(campaign.programme_id, campaign.version, data)
