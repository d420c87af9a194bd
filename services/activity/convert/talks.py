"""Talks on the wire."""

from datetime import date
from uuid import UUID

from activity.domain.talks import TalkKind
from activity.events import shapes
from activity.operations.talks import CountPage, NewTalk, Page
from activity.repository.talks import TalkFilter
from chassis.message_values import maybe_day, maybe_uuid, uuids
from shuyuan.activity.v1 import talk_pb2
from shuyuan.activity.v1 import talk_service_pb2 as pb


def new_talk(request: pb.RecordTalkRequest) -> NewTalk:
    """What a talk is recorded with."""
    kind = shapes.value(shapes.TALK_KIND, TalkKind, request.kind)
    assert kind is not None, "the contract requires it"
    return NewTalk(
        unit_id=UUID(request.unit_id),
        kind=kind,
        held_on=date.fromisoformat(request.held_on),
        person_ids=uuids(request.person_ids),
        summary=request.summary,
    )


def talk_filter(request: pb.ListTalksRequest) -> TalkFilter:
    """What a list is narrowed to."""
    return TalkFilter(
        unit_id=maybe_uuid(request, "unit_id"),
        person_id=maybe_uuid(request, "person_id"),
        first_day=maybe_day(request, "from"),
        end_day=maybe_day(request, "to"),
    )


def page_response(page: Page) -> pb.ListTalksResponse:
    """A page of talks."""
    return pb.ListTalksResponse(
        talks=[shapes.talk_message(talk) for talk in page.talks], next_page_token=page.next_token
    )


def counts_response(page: CountPage) -> pb.ListTalkCountsResponse:
    """A page of counts."""
    return pb.ListTalkCountsResponse(
        counts=[
            talk_pb2.TalkCount(
                person_id=str(each.person_id),
                with_committee=each.with_committee,
                with_members=each.with_members,
                total=each.total,
            )
            for each in page.counts
        ],
        next_page_token=page.next_token,
    )
