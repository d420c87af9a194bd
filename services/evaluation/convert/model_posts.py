"""Model posts."""

from chassis.message_values import maybe_day, maybe_uuid
from chassis.paging import Page
from evaluation.domain.model_posts import ModelPost, ModelPostState
from evaluation.events.model_posts import STATE, model_post_message
from evaluation.events.shapes import value
from evaluation.repository.model_posts import ModelPostFilter
from shuyuan.evaluation.v1 import model_post_service_pb2 as pb


def model_post_filter(request: pb.ListModelPostsRequest) -> ModelPostFilter:
    """What a list is narrowed to."""
    return ModelPostFilter(
        unit_id=maybe_uuid(request, "unit_id"),
        person_id=maybe_uuid(request, "person_id"),
        state=value(STATE, ModelPostState, request.state),
        held_on=maybe_day(request, "as_of"),
        displayed_only=request.displayed_only,
    )


def page_response(page: Page[ModelPost]) -> pb.ListModelPostsResponse:
    """A page of model posts."""
    return pb.ListModelPostsResponse(
        model_posts=[model_post_message(post) for post in page.items], next_page_token=page.next_token
    )
