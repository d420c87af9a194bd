"""Requests and answers about pledges."""

from collections.abc import Iterable, Sequence

from membership.convert.values import enum_name, needed_name, optional_id, page_of
from membership.domain.pledges import Act, Item, Pledge
from membership.events import pledges as shapes
from membership.repository.pledges import PledgeFilter
from shuyuan.membership.v1 import pledge_pb2
from shuyuan.membership.v1 import pledge_service_pb2 as pb


def act(number: int, field: str) -> Act:
    """An act, which must be given."""
    return Act(needed_name(pledge_pb2.PledgeAct, "PLEDGE_ACT", number, field))


def items(found: Iterable[pledge_pb2.PledgeItem]) -> list[Item]:
    """The promises."""
    return [Item(act(item.act, "items.act"), item.text) for item in found]


def wanted(request: pb.ListPledgesRequest) -> PledgeFilter:
    """Which pledges are asked for."""
    return PledgeFilter(
        unit_id=optional_id(request, "unit_id"),
        person_id=optional_id(request, "person_id"),
        year=request.year if request.HasField("year") else None,
        state=enum_name(pledge_pb2.Pledge.State, "STATE", request.state),
    )


def page(rows: Sequence[Pledge], size: int) -> pb.ListPledgesResponse:
    """A page of pledges."""
    shown, token = page_of(rows, size, "pledge_id")
    return pb.ListPledgesResponse(pledges=[shapes.pledge(found) for found in shown], next_page_token=token)
