"""Server-sent events at the gateway, in front of a fake service."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from chassis.errors import PermissionDeniedError, UnavailableError
from chassis.ids import new_id
from gateway import composed
from gateway.app import Gateway
from gateway.streams import Streams
from shuyuan.events.v1 import event_log_service_pb2 as pb
from tests.unit.gateway.conftest import client_of
from tests.unit.gateway.upstreams import FakeService

WATCH = "/v1/organization/events:watch"


def logged(position: int) -> pb.LoggedEvent:
    return pb.LoggedEvent(event_id=str(new_id()), position=position, epoch=1, cloud_event='{"id": "x"}')


def answering(*answers: pb.AwaitEventsResponse | Exception) -> Callable[[Any, Any], Any]:
    """What waits are answered with, one after the other; then the caller may no longer read."""
    left = [*answers, PermissionDeniedError(permission="events.event.read")]

    async def answer(_: Any, context: Any) -> Any:
        one = left.pop(0)
        if isinstance(one, Exception):
            await FakeService()._fail(one, context)  # type: ignore[arg-type]
        return one

    return answer


def page(*events: pb.LoggedEvent, epoch: int = 1) -> pb.AwaitEventsResponse:
    return pb.AwaitEventsResponse(events=events, epoch=epoch)


async def test_events_come_with_their_ids_and_the_next_wait_begins_after_them(
    client: httpx2.AsyncClient, service: FakeService
) -> None:
    first, second = logged(4), logged(7)
    service.answers["AwaitEvents"] = answering(page(), page(first), page(), page(second))

    answer = await client.get(WATCH, params={"afterPosition": 3, "noun": "unit"})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/event-stream"
    begin, *blocks = answer.text.removesuffix("\n\n").split("\n\n")
    assert begin == "retry: 2000"
    assert blocks[0].split("\n")[0] == f"id: {first.event_id}"
    assert '"cloudEvent":{"id": "x"}' in blocks[0]
    assert blocks[1] == ":"
    assert blocks[2].split("\n")[0] == f"id: {second.event_id}"
    asked = service.requests
    assert [one.after_position for one in asked] == [3, 3, 4, 4, 7]
    # The first answer comes at once, so that the caller knows that the stream has begun.
    assert [one.wait_seconds for one in asked] == [0] + [composed.WAIT_SECONDS] * 4
    assert {one.noun for one in asked} == {"unit"}


async def test_who_loses_the_permission_hears_why_and_the_stream_ends(
    client: httpx2.AsyncClient, service: FakeService
) -> None:
    service.answers["AwaitEvents"] = answering(page())

    answer = await client.get(WATCH)

    assert answer.status_code == 200
    assert "event: problem\ndata: {" in answer.text
    assert '"reason":"PERMISSION_DENIED"' in answer.text


async def test_who_may_not_watch_gets_a_problem_and_no_stream(
    client: httpx2.AsyncClient, service: FakeService
) -> None:
    service.answers["AwaitEvents"] = PermissionDeniedError(permission="events.event.read")

    answer = await client.get(WATCH)

    assert answer.status_code == 403
    assert answer.json()["reason"] == "PERMISSION_DENIED"


async def test_it_goes_on_after_the_last_event_that_was_received(
    client: httpx2.AsyncClient, service: FakeService
) -> None:
    last = str(new_id())
    service.answers["LocateEvent"] = pb.LocateEventResponse(position=41, epoch=1)
    service.answers["AwaitEvents"] = answering(page())

    await client.get(WATCH, headers={"last-event-id": last}, params={"afterPosition": 3})

    located, waited, *_ = service.requests
    assert located.event_id == last
    assert waited.after_position == 41


async def test_a_last_event_that_is_no_id_is_refused_by_its_header(client: httpx2.AsyncClient) -> None:
    answer = await client.get(WATCH, headers={"last-event-id": "17"})

    assert answer.status_code == 400
    assert [(one["in"], one["pointer"]) for one in answer.json()["violations"]] == [
        ("header", "/Last-Event-ID")
    ]


async def test_a_service_that_goes_away_is_waited_for(
    client: httpx2.AsyncClient, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composed, "_AWAY_SECONDS", 0)
    event = logged(1)
    # A call that may be repeated is tried four times before the service counts as away.
    service.answers["AwaitEvents"] = answering(page(), *[UnavailableError()] * 4, page(event))

    answer = await client.get(WATCH)

    assert f"id: {event.event_id}" in answer.text


async def test_a_service_that_is_away_at_the_beginning_is_said(
    client: httpx2.AsyncClient, service: FakeService
) -> None:
    service.answers["AwaitEvents"] = UnavailableError()

    assert (await client.get(WATCH)).status_code == 503


async def test_a_log_that_was_restored_ends_the_stream(
    client: httpx2.AsyncClient, service: FakeService
) -> None:
    service.answers["AwaitEvents"] = answering(page(logged(9)), page(logged(8), epoch=2))

    answer = await client.get(WATCH)

    assert answer.text.count("id: ") == 1
    assert '"reason":"EVENT_LOG_RESTORED"' in answer.text
    assert "epoch 2" in answer.text


async def test_no_more_streams_than_the_settings_allow(
    make_app: Callable[..., Gateway], service: FakeService
) -> None:
    async def ask_again(*_: Any) -> pb.AwaitEventsResponse:
        inner.append(await client.get(WATCH))
        inner.append(await client.get("/healthz"))
        service.answers["AwaitEvents"] = PermissionDeniedError(permission="events.event.read")
        return page()

    inner: list[httpx2.Response] = []
    service.answers["AwaitEvents"] = ask_again
    async with client_of(make_app(http_max_streams=1)) as client:
        outer = await client.get(WATCH)

    assert [outer.status_code, *(answer.status_code for answer in inner)] == [200, 429, 200]


async def test_streams_end_when_the_gateway_stops_and_none_begins() -> None:
    streams = Streams(1)
    with streams.opened() as ended:
        waiting = asyncio.ensure_future(ended.wait())
        streams.end()
        assert await waiting

    with pytest.raises(UnavailableError), streams.opened():
        pass
