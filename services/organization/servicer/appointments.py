"""AppointmentService: posts and who holds them."""

from typing import Any

from chassis.calls import answer, current
from organization.clients import Membership
from organization.convert import posts as convert
from organization.convert.values import day_of, id_of, instant_of, optional_day, optional_id
from organization.events.shapes import appointment_message, post_message
from organization.operations import appointments, posts
from shuyuan.organization.v1 import appointment_service_pb2 as pb
from shuyuan.organization.v1 import appointment_service_pb2_grpc


class AppointmentServicer(appointment_service_pb2_grpc.AppointmentServiceServicer):
    """Posts and appointments."""

    def __init__(self, membership: Membership) -> None:
        self._membership = membership

    async def CreatePost(self, request: pb.CreatePostRequest, context: Any) -> pb.CreatePostResponse:
        """Create a post."""
        call = current()
        done = posts.create_post(
            call,
            id_of(request.unit_id, "unit_id"),
            convert.new_post(request),
            valid_from=optional_day(request, "valid_from"),
        )
        return await answer(call, done, lambda post: pb.CreatePostResponse(post=post_message(post)))

    async def GetPost(self, request: pb.GetPostRequest, context: Any) -> pb.GetPostResponse:
        """Read a post."""
        call = current()
        done = posts.get_post(call, id_of(request.post_id, "post_id"))
        return await answer(call, done, lambda post: pb.GetPostResponse(post=post_message(post)))

    async def ListPosts(self, request: pb.ListPostsRequest, context: Any) -> pb.ListPostsResponse:
        """List posts."""
        call = current()
        done = posts.list_posts(
            call,
            unit_id=optional_id(request.unit_id, "unit_id"),
            kind=convert.post_kind(request.kind, "kind"),
            as_of=optional_day(request, "as_of"),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.posts_page)

    async def AbolishPost(self, request: pb.AbolishPostRequest, context: Any) -> pb.AbolishPostResponse:
        """End a post."""
        call = current()
        done = posts.abolish_post(
            call, id_of(request.post_id, "post_id"), abolished_on=optional_day(request, "abolished_on")
        )
        return await answer(call, done, lambda post: pb.AbolishPostResponse(post=post_message(post)))

    async def AppointToPost(self, request: pb.AppointToPostRequest, context: Any) -> pb.AppointToPostResponse:
        """Appoint a person."""
        call = current()
        done = appointments.appoint(
            call, self._membership, id_of(request.post_id, "post_id"), convert.new_appointment(request)
        )
        return await answer(
            call,
            done,
            lambda made: pb.AppointToPostResponse(appointment=appointment_message(made, call.language)),
        )

    async def GetAppointment(
        self, request: pb.GetAppointmentRequest, context: Any
    ) -> pb.GetAppointmentResponse:
        """Read an appointment."""
        call = current()
        done = appointments.get_appointment(
            call,
            id_of(request.appointment_id, "appointment_id"),
            known_at=instant_of(request, "known_at"),
        )
        return await answer(
            call,
            done,
            lambda found: pb.GetAppointmentResponse(appointment=appointment_message(found, call.language)),
        )

    async def ListAppointments(
        self, request: pb.ListAppointmentsRequest, context: Any
    ) -> pb.ListAppointmentsResponse:
        """List appointments."""
        call = current()
        done = appointments.list_appointments(
            call, convert.wanted(request), size=request.page_size, token=request.page_token
        )
        return await answer(call, done, convert.appointments_page)

    async def EndAppointment(
        self, request: pb.EndAppointmentRequest, context: Any
    ) -> pb.EndAppointmentResponse:
        """End an appointment."""
        call = current()
        done = appointments.end_appointment(
            call,
            id_of(request.appointment_id, "appointment_id"),
            ends_on=optional_day(request, "ends_on"),
            reason=request.reason,
        )
        return await answer(
            call, done, lambda ended: pb.EndAppointmentResponse(appointment=appointment_message(ended))
        )

    async def CancelAppointment(
        self, request: pb.CancelAppointmentRequest, context: Any
    ) -> pb.CancelAppointmentResponse:
        """Cancel an appointment that has not begun."""
        call = current()
        done = appointments.cancel_appointment(
            call, id_of(request.appointment_id, "appointment_id"), reason=request.reason
        )
        return await answer(
            call,
            done,
            lambda after: pb.CancelAppointmentResponse(appointment=appointment_message(after, call.language)),
        )

    async def CorrectAppointment(
        self, request: pb.CorrectAppointmentRequest, context: Any
    ) -> pb.CorrectAppointmentResponse:
        """Correct the days of a term."""
        call = current()
        done = appointments.correct_appointment(
            call,
            id_of(request.appointment_id, "appointment_id"),
            valid_from=day_of(request.valid_from, "valid_from"),
            valid_until=optional_day(request, "valid_until"),
            reason=request.reason,
        )
        return await answer(
            call,
            done,
            lambda corrected: pb.CorrectAppointmentResponse(appointment=appointment_message(corrected)),
        )
