"""Model posts: their public shape, and the facts about them as events of the contract."""

from uuid import UUID

from chassis.events import Event
from chassis.message_values import stamp
from evaluation.domain.model_posts import ModelPost
from evaluation.events.shapes import day, number
from shuyuan.evaluation.v1 import events_pb2, model_post_pb2

STATE = model_post_pb2.ModelPost.State.DESCRIPTOR


def model_post_message(post: ModelPost) -> model_post_pb2.ModelPost:
    """A model post."""
    return model_post_pb2.ModelPost(
        model_post_id=str(post.model_post_id),
        unit_id=str(post.unit_id),
        person_id=str(post.person_id),
        post=post.post,
        basis=post.basis,
        pledge=post.pledge,
        state=number(STATE, post.state),
        nominated_on=post.nominated_on.isoformat(),
        decided_on=day(post.decided_on),
        valid_from=day(post.days.start if post.days else None),
        valid_until=day(post.days.end if post.days else None),
        document_number=post.document_number,
        displayed_on=day(post.displayed_on),
        display_place=post.display_place,
        reason=post.reason,
        create_time=stamp(post.created_at),
        update_time=stamp(post.updated_at),
        version=post.version,
        etag=str(post.version),
    )


def nominated(post: ModelPost) -> Event:
    """A member was nominated."""
    data = events_pb2.ModelPostNominated(model_post=model_post_message(post))
    return Event(post.model_post_id, post.version, data)


def approved(post: ModelPost) -> Event:
    """It was approved."""
    data = events_pb2.ModelPostApproved(model_post=model_post_message(post))
    return Event(post.model_post_id, post.version, data)


def refused(post: ModelPost) -> Event:
    """It was refused."""
    data = events_pb2.ModelPostRefused(model_post=model_post_message(post))
    return Event(post.model_post_id, post.version, data)


def displayed(post: ModelPost) -> Event:
    """It was put on display."""
    data = events_pb2.ModelPostDisplayed(model_post=model_post_message(post))
    return Event(post.model_post_id, post.version, data)


def reassigned(post: ModelPost, before: UUID, after: UUID) -> Event:
    """It is another person's."""
    data = events_pb2.ModelPostReassigned(
        from_person_id=str(before), to_person_id=str(after), model_post=model_post_message(post)
    )
    return Event(post.model_post_id, post.version, data)


def revoked(post: ModelPost) -> Event:
    """It was taken back."""
    data = events_pb2.ModelPostRevoked(model_post=model_post_message(post))
    return Event(post.model_post_id, post.version, data)
