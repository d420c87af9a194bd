"""Requests and answers about the inbox."""

from collections.abc import Sequence
from datetime import date

from chassis.paging import encode_token
from membership.convert.values import enum_name, optional_day, optional_id
from membership.domain.duties import InboxItem
from membership.events import inbox as shapes
from membership.operations.inbox import AHEAD
from membership.repository.inbox import InboxFilter
from shuyuan.membership.v1 import inbox_pb2
from shuyuan.membership.v1 import inbox_service_pb2 as pb


def wanted(request: pb.ListInboxItemsRequest, *, today: date) -> InboxFilter:
    """Which items are asked for."""
    return InboxFilter(
        until=optional_day(request, "until") or today + AHEAD,
        unit_id=optional_id(request, "unit_id"),
        person_id=optional_id(request, "person_id"),
        urgency=enum_name(inbox_pb2.InboxItem.Urgency, "URGENCY", request.urgency),
    )


def page(rows: Sequence[InboxItem], size: int, language: str, *, today: date) -> pb.ListInboxItemsResponse:
    """A page of items; a row more than the size says that another one follows."""
    shown = rows[:size]
    token = encode_token(shown[-1].duty.due_on, shown[-1].item_id) if len(rows) > size else ""
    return pb.ListInboxItemsResponse(
        items=[shapes.item(found, language, today=today) for found in shown], next_page_token=token
    )
