"""ResourceService and ResourceBookingService."""

from datetime import date
from typing import Any
from uuid import UUID

from activity.convert import resources as convert
from activity.events.resources import booking_message, resource_message, share_grant_message
from activity.operations import bookings, resources
from chassis.calls import answer, current
from chassis.message_values import maybe_day
from shuyuan.activity.v1 import resource_booking_service_pb2 as booking_pb
from shuyuan.activity.v1 import resource_booking_service_pb2_grpc, resource_service_pb2_grpc
from shuyuan.activity.v1 import resource_service_pb2 as pb


class ResourceServicer(resource_service_pb2_grpc.ResourceServiceServicer):
    """Resources and to whom they are shared."""

    async def RegisterResource(
        self, request: pb.RegisterResourceRequest, context: Any
    ) -> pb.RegisterResourceResponse:
        call = current()
        done = resources.register_resource(call, convert.new_resource(request))
        return await answer(
            call, done, lambda each: pb.RegisterResourceResponse(resource=resource_message(each))
        )

    async def GetResource(self, request: pb.GetResourceRequest, context: Any) -> pb.GetResourceResponse:
        call = current()
        done = resources.get_resource(call, UUID(request.resource_id))
        return await answer(call, done, lambda each: pb.GetResourceResponse(resource=resource_message(each)))

    async def ListResources(self, request: pb.ListResourcesRequest, context: Any) -> pb.ListResourcesResponse:
        call = current()
        done = resources.list_resources(
            call, convert.resource_filter(request), size=request.page_size, token=request.page_token
        )
        return await answer(
            call,
            done,
            lambda page: pb.ListResourcesResponse(
                resources=[resource_message(each) for each in page.items], next_page_token=page.next_token
            ),
        )

    async def UpdateResource(
        self, request: pb.UpdateResourceRequest, context: Any
    ) -> pb.UpdateResourceResponse:
        call = current()
        done = resources.update_resource(call, UUID(request.resource_id), convert.resource_change(request))
        return await answer(
            call, done, lambda each: pb.UpdateResourceResponse(resource=resource_message(each))
        )

    async def RetireResource(
        self, request: pb.RetireResourceRequest, context: Any
    ) -> pb.RetireResourceResponse:
        call = current()
        done = resources.retire_resource(call, UUID(request.resource_id), request.reason)
        return await answer(
            call, done, lambda each: pb.RetireResourceResponse(resource=resource_message(each))
        )

    async def GrantShare(self, request: pb.GrantShareRequest, context: Any) -> pb.GrantShareResponse:
        call = current()
        done = resources.grant_share(call, convert.new_share(request))
        return await answer(
            call, done, lambda each: pb.GrantShareResponse(share_grant=share_grant_message(each))
        )

    async def GetShareGrant(self, request: pb.GetShareGrantRequest, context: Any) -> pb.GetShareGrantResponse:
        call = current()
        done = resources.get_share(call, UUID(request.share_grant_id))
        return await answer(
            call, done, lambda each: pb.GetShareGrantResponse(share_grant=share_grant_message(each))
        )

    async def ListShareGrants(
        self, request: pb.ListShareGrantsRequest, context: Any
    ) -> pb.ListShareGrantsResponse:
        call = current()
        done = resources.list_shares(
            call, convert.share_filter(request), size=request.page_size, token=request.page_token
        )
        return await answer(
            call,
            done,
            lambda page: pb.ListShareGrantsResponse(
                share_grants=[share_grant_message(each) for each in page.items],
                next_page_token=page.next_token,
            ),
        )

    async def EndShareGrant(self, request: pb.EndShareGrantRequest, context: Any) -> pb.EndShareGrantResponse:
        call = current()
        done = resources.end_share(
            call,
            UUID(request.share_grant_id),
            valid_until=maybe_day(request, "valid_until"),
            reason=request.reason,
        )
        return await answer(
            call, done, lambda each: pb.EndShareGrantResponse(share_grant=share_grant_message(each))
        )

    async def ListResourceUsage(
        self, request: pb.ListResourceUsageRequest, context: Any
    ) -> pb.ListResourceUsageResponse:
        call = current()
        done = resources.list_usage(
            call,
            UUID(request.unit_id),
            first=date.fromisoformat(getattr(request, "from")),
            until=date.fromisoformat(request.to),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.usage_response)


class ResourceBookingServicer(resource_booking_service_pb2_grpc.ResourceBookingServiceServicer):
    """Bookings."""

    async def RequestBooking(
        self, request: booking_pb.RequestBookingRequest, context: Any
    ) -> booking_pb.RequestBookingResponse:
        call = current()
        done = bookings.request_booking(call, convert.wish(request))
        return await answer(
            call, done, lambda each: booking_pb.RequestBookingResponse(booking=booking_message(each))
        )

    async def GetBooking(
        self, request: booking_pb.GetBookingRequest, context: Any
    ) -> booking_pb.GetBookingResponse:
        call = current()
        done = bookings.get_booking(call, UUID(request.booking_id))
        return await answer(
            call, done, lambda each: booking_pb.GetBookingResponse(booking=booking_message(each))
        )

    async def ListBookings(
        self, request: booking_pb.ListBookingsRequest, context: Any
    ) -> booking_pb.ListBookingsResponse:
        call = current()
        done = bookings.list_bookings(
            call, convert.booking_filter(request), size=request.page_size, token=request.page_token
        )
        return await answer(
            call,
            done,
            lambda page: booking_pb.ListBookingsResponse(
                bookings=[booking_message(each) for each in page.items], next_page_token=page.next_token
            ),
        )

    async def ApproveBooking(
        self, request: booking_pb.ApproveBookingRequest, context: Any
    ) -> booking_pb.ApproveBookingResponse:
        call = current()
        done = bookings.approve_booking(call, UUID(request.booking_id), request.note)
        return await answer(
            call, done, lambda each: booking_pb.ApproveBookingResponse(booking=booking_message(each))
        )

    async def AllocateBooking(
        self, request: booking_pb.AllocateBookingRequest, context: Any
    ) -> booking_pb.AllocateBookingResponse:
        call = current()
        done = bookings.allocate_booking(call, UUID(request.booking_id), request.reason)
        return await answer(
            call, done, lambda each: booking_pb.AllocateBookingResponse(booking=booking_message(each))
        )

    async def RefuseBooking(
        self, request: booking_pb.RefuseBookingRequest, context: Any
    ) -> booking_pb.RefuseBookingResponse:
        call = current()
        done = bookings.refuse_booking(call, UUID(request.booking_id), request.reason)
        return await answer(
            call, done, lambda each: booking_pb.RefuseBookingResponse(booking=booking_message(each))
        )

    async def CancelBooking(
        self, request: booking_pb.CancelBookingRequest, context: Any
    ) -> booking_pb.CancelBookingResponse:
        call = current()
        done = bookings.cancel_booking(call, UUID(request.booking_id), request.reason)
        return await answer(
            call, done, lambda each: booking_pb.CancelBookingResponse(booking=booking_message(each))
        )
