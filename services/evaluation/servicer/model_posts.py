"""ModelPostService."""

from typing import Any
from uuid import UUID

from chassis.calls import answer, current
from chassis.message_values import maybe_day
from evaluation.convert import model_posts as convert
from evaluation.events.model_posts import model_post_message
from evaluation.operations import model_posts
from evaluation.operations.model_posts import Rolls
from shuyuan.evaluation.v1 import model_post_service_pb2 as pb
from shuyuan.evaluation.v1 import model_post_service_pb2_grpc


class ModelPostServicer(model_post_service_pb2_grpc.ModelPostServiceServicer):
    """Model posts."""

    def __init__(self, rolls: Rolls) -> None:
        self._rolls = rolls

    async def NominateModelPost(
        self, request: pb.NominateModelPostRequest, context: Any
    ) -> pb.NominateModelPostResponse:
        call = current()
        done = model_posts.nominate(
            call,
            UUID(request.unit_id),
            person_id=UUID(request.person_id),
            post=request.post,
            basis=request.basis,
            pledge=request.pledge,
            rolls=self._rolls,
        )
        return await answer(
            call, done, lambda post: pb.NominateModelPostResponse(model_post=model_post_message(post))
        )

    async def GetModelPost(self, request: pb.GetModelPostRequest, context: Any) -> pb.GetModelPostResponse:
        call = current()
        done = model_posts.get_model_post(call, UUID(request.model_post_id))
        return await answer(
            call, done, lambda post: pb.GetModelPostResponse(model_post=model_post_message(post))
        )

    async def ListModelPosts(
        self, request: pb.ListModelPostsRequest, context: Any
    ) -> pb.ListModelPostsResponse:
        call = current()
        done = model_posts.list_model_posts(
            call, convert.model_post_filter(request), size=request.page_size, token=request.page_token
        )
        return await answer(call, done, convert.page_response)

    async def ApproveModelPost(
        self, request: pb.ApproveModelPostRequest, context: Any
    ) -> pb.ApproveModelPostResponse:
        call = current()
        done = model_posts.approve(
            call,
            UUID(request.model_post_id),
            valid_from=maybe_day(request, "valid_from"),
            valid_until=maybe_day(request, "valid_until"),
            document_number=request.document_number,
        )
        return await answer(
            call, done, lambda post: pb.ApproveModelPostResponse(model_post=model_post_message(post))
        )

    async def RefuseModelPost(
        self, request: pb.RefuseModelPostRequest, context: Any
    ) -> pb.RefuseModelPostResponse:
        call = current()
        done = model_posts.refuse(call, UUID(request.model_post_id), reason=request.reason)
        return await answer(
            call, done, lambda post: pb.RefuseModelPostResponse(model_post=model_post_message(post))
        )

    async def DisplayModelPost(
        self, request: pb.DisplayModelPostRequest, context: Any
    ) -> pb.DisplayModelPostResponse:
        call = current()
        done = model_posts.display(
            call,
            UUID(request.model_post_id),
            place=request.place,
            displayed_on=maybe_day(request, "displayed_on"),
        )
        return await answer(
            call, done, lambda post: pb.DisplayModelPostResponse(model_post=model_post_message(post))
        )

    async def RevokeModelPost(
        self, request: pb.RevokeModelPostRequest, context: Any
    ) -> pb.RevokeModelPostResponse:
        call = current()
        done = model_posts.revoke(
            call, UUID(request.model_post_id), ends_on=maybe_day(request, "ends_on"), reason=request.reason
        )
        return await answer(
            call, done, lambda post: pb.RevokeModelPostResponse(model_post=model_post_message(post))
        )
