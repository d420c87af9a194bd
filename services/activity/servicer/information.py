"""InformationService."""

from typing import Any
from uuid import UUID

from activity.convert import information as convert
from activity.events.information import grant_message, shared_message, view_message
from activity.operations import information
from chassis.calls import answer, current
from chassis.message_values import maybe_day, uuids
from shuyuan.activity.v1 import information_service_pb2 as pb
from shuyuan.activity.v1 import information_service_pb2_grpc


class InformationServicer(information_service_pb2_grpc.InformationServiceServicer):
    """Information between units."""

    async def GrantInformation(
        self, request: pb.GrantInformationRequest, context: Any
    ) -> pb.GrantInformationResponse:
        call = current()
        done = information.grant_information(call, convert.new_grant(request))
        return await answer(call, done, lambda each: pb.GrantInformationResponse(grant=grant_message(each)))

    async def GetInformationGrant(
        self, request: pb.GetInformationGrantRequest, context: Any
    ) -> pb.GetInformationGrantResponse:
        call = current()
        done = information.get_grant(call, UUID(request.information_grant_id))
        return await answer(
            call, done, lambda each: pb.GetInformationGrantResponse(grant=grant_message(each))
        )

    async def ListInformationGrants(
        self, request: pb.ListInformationGrantsRequest, context: Any
    ) -> pb.ListInformationGrantsResponse:
        call = current()
        done = information.list_grants(
            call, convert.grant_filter(request), size=request.page_size, token=request.page_token
        )
        return await answer(
            call,
            done,
            lambda page: pb.ListInformationGrantsResponse(
                grants=[grant_message(each) for each in page.items], next_page_token=page.next_token
            ),
        )

    async def EndInformationGrant(
        self, request: pb.EndInformationGrantRequest, context: Any
    ) -> pb.EndInformationGrantResponse:
        call = current()
        done = information.end_grant(
            call,
            UUID(request.information_grant_id),
            valid_until=maybe_day(request, "valid_until"),
            reason=request.reason,
        )
        return await answer(
            call, done, lambda each: pb.EndInformationGrantResponse(grant=grant_message(each))
        )

    async def ViewInformation(
        self, request: pb.ViewInformationRequest, context: Any
    ) -> pb.ViewInformationResponse:
        call = current()
        done = information.view_information(
            call,
            UUID(request.viewer_unit_id),
            uuids(request.person_ids),
            year=request.year,
            purpose=request.purpose,
        )
        return await answer(
            call,
            done,
            lambda seen: pb.ViewInformationResponse(people=[shared_message(each) for each in seen]),
        )

    async def ListInformationViews(
        self, request: pb.ListInformationViewsRequest, context: Any
    ) -> pb.ListInformationViewsResponse:
        call = current()
        done = information.list_views(
            call, convert.view_filter(request), size=request.page_size, token=request.page_token
        )
        return await answer(
            call,
            done,
            lambda page: pb.ListInformationViewsResponse(
                views=[view_message(each) for each in page.items], next_page_token=page.next_token
            ),
        )
