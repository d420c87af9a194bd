"""CampaignService."""

from typing import Any

from chassis.calls import answer, current
from organization.clients import Membership
from organization.convert import campaigns as convert
from organization.convert.values import id_of, instant_of, optional_day
from organization.operations import campaigns
from shuyuan.organization.v1 import campaign_service_pb2 as pb
from shuyuan.organization.v1 import campaign_service_pb2_grpc


class CampaignServicer(campaign_service_pb2_grpc.CampaignServiceServicer):
    """Campaigns."""

    def __init__(self, membership: Membership) -> None:
        self._membership = membership

    async def SetCampaign(self, request: pb.SetCampaignRequest, context: Any) -> pb.SetCampaignResponse:
        """Say how many people are to do their part."""
        call = current()
        done = campaigns.set_campaign(
            call,
            id_of(request.programme_id, "programme_id"),
            target=request.target,
            topics=list(request.topics),
        )
        return await answer(call, done, lambda each: pb.SetCampaignResponse(campaign=convert.campaign(each)))

    async def GetCampaign(self, request: pb.GetCampaignRequest, context: Any) -> pb.GetCampaignResponse:
        """Read a campaign."""
        call = current()
        done = campaigns.get_campaign(
            call,
            id_of(request.programme_id, "programme_id"),
            as_of=optional_day(request, "as_of"),
            known_at=instant_of(request, "known_at"),
        )
        return await answer(call, done, lambda each: pb.GetCampaignResponse(campaign=convert.campaign(each)))

    async def RecordCampaignContributions(
        self, request: pb.RecordCampaignContributionsRequest, context: Any
    ) -> pb.RecordCampaignContributionsResponse:
        """Record parts."""
        call = current()
        done = campaigns.record(
            call,
            self._membership,
            id_of(request.programme_id, "programme_id"),
            convert.contributions(request),
        )
        return await answer(
            call, done, lambda each: pb.RecordCampaignContributionsResponse(campaign=convert.campaign(each))
        )

    async def RetractCampaignContribution(
        self, request: pb.RetractCampaignContributionRequest, context: Any
    ) -> pb.RetractCampaignContributionResponse:
        """Take a part back."""
        call = current()
        done = campaigns.retract(
            call, id_of(request.programme_id, "programme_id"), id_of(request.person_id, "person_id")
        )
        return await answer(
            call, done, lambda each: pb.RetractCampaignContributionResponse(campaign=convert.campaign(each))
        )

    async def ListCampaignContributions(
        self, request: pb.ListCampaignContributionsRequest, context: Any
    ) -> pb.ListCampaignContributionsResponse:
        """List who has done their part."""
        call = current()
        done = campaigns.list_contributions(
            call,
            id_of(request.programme_id, "programme_id"),
            as_of=optional_day(request, "as_of"),
            known_at=instant_of(request, "known_at"),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.contributions_page)
