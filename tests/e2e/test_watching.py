"""Watching a service's events by server-sent events: nothing is lost when a service or the gateway goes away."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from deploy.local.stack import Stack
from tests.e2e.test_subscribers import University
from tests.rows import touched
from tests.support.http import Api

WATCH = "/v1/organization/events:watch"
STOP_SECONDS = 9.0


class Watching:
    """A stream that is open, as its client reads it."""

    def __init__(self, answer: httpx2.Response) -> None:
        self._lines = answer.aiter_lines()

    async def event(self) -> dict[str, Any]:
        """The next event; comments between are passed over."""
        last: str | None = None
        async for line in self._lines:
            if line.startswith("id: "):
                last = line.removeprefix("id: ")
            elif line.startswith("data: ") and last is not None:
                logged: dict[str, Any] = json.loads(line.removeprefix("data: "))
                assert logged["eventId"] == last
                return logged
        raise AssertionError("the stream ended")

    async def events(self, upto: int) -> list[dict[str, Any]]:
        """Everything to a position."""
        found = [await self.event()]
        while found[-1]["position"] < upto:
            found.append(await self.event())
        return found

    async def ended(self) -> str:
        """Whatever comes until the stream ends."""
        return "\n".join([line async for line in self._lines])


@asynccontextmanager
async def watching(api: Api, last: str | None = None, **params: Any) -> AsyncIterator[Watching]:
    headers = {} if last is None else {"Last-Event-ID": last}
    async with api.client.stream("GET", WATCH, params=params, headers=headers) as answer:
        touched.note_path("GET", WATCH)
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"] == "text/event-stream"
        yield Watching(answer)


async def head(api: Api) -> int:
    # A service that was away is left alone for a moment, although it is back.
    while (answer := await api.get("/v1/organization/events", pageSize=1)).status_code == 503:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    return int(answer.json()["headPosition"])


async def changed(university: University, api: Api) -> int:
    """The log's head after a change that is numbered: two events more."""
    before = await head(api)
    await university.change()
    while (after := await head(api)) < before + 2:  # noqa: ASYNC110 - the relay numbers in another process
        await asyncio.sleep(0.02)
    return after


async def again(stack: Stack, name: str, end: Callable[[str], object] | None = None) -> None:
    """A process ends and starts again."""
    if end is not None:
        await asyncio.to_thread(end, name)
    await asyncio.to_thread(stack.start, name)
    await asyncio.to_thread(stack.wait_ready)


@pytest.mark.covers("F84")
async def test_a_watcher_misses_nothing_when_services_and_the_gateway_go_away(theatre: Stack) -> None:
    await asyncio.to_thread(theatre.wait_ready)
    async with Api(theatre.gateway_url, theatre.token()) as admin:
        university = await University.find(admin)
        begin = await head(admin)
        async with watching(admin, afterPosition=begin) as stream:
            seen = await stream.events(await changed(university, admin))
            await again(theatre, "organization", theatre.kill)
            seen += await stream.events(await changed(university, admin))

            began = time.monotonic()
            await asyncio.to_thread(theatre.stop, "gateway")
            took = time.monotonic() - began
            await stream.ended()
        await again(theatre, "gateway")
        upto = await changed(university, admin)
        async with watching(admin, last=seen[-1]["eventId"]) as stream:
            seen += await stream.events(upto)

    assert [one["position"] for one in seen] == list(range(begin + 1, upto + 1))
    # A stream that is open does not keep the gateway from ending.
    assert took < STOP_SECONDS


async def test_who_may_not_read_the_log_or_names_no_event_of_it_gets_a_problem(theatre: Stack) -> None:
    await asyncio.to_thread(theatre.wait_ready)
    async with Api(theatre.gateway_url) as nobody, Api(theatre.gateway_url, theatre.token()) as admin:
        unsigned = await nobody.get(WATCH)
        unknown = await admin.get(WATCH, afterEventId="0192f0c1-2b7a-7cc3-8000-0123456789ab")
        absent = await admin.get("/v1/nonsense/events:watch")

    assert (unsigned.status_code, unknown.status_code, absent.status_code) == (401, 404, 404)
    assert unknown.json()["reason"] == "EVENT_NOT_FOUND"
