"""An outside subscriber: it knows nothing of Shuyuan but the streams' names, and reads their CloudEvents."""

import asyncio
import json
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import DeliverPolicy

from tests.rows import touched

SERVICES = ("organization", "membership", "activity", "evaluation")
TIMEOUT = 10.0

Event = dict[str, Any]


class Listener:
    """Collects the events of one stream from its beginning, in order, each once.

    `async with Listener(url, "organization") as heard: event = await heard.wait_for(lambda e: …)`.
    """

    def __init__(self, url: str, service: str, subjects: str | None = None) -> None:
        self._url = url
        self._service = service
        self._subjects = subjects or f"shuyuan.{service}.v1.>"
        self._client: Client | None = None
        self._news = asyncio.Condition()
        self.events: list[Event] = []
        self.subjects: list[str] = []

    async def __aenter__(self) -> Self:
        self._client = await nats.connect(self._url)
        await self._client.jetstream().subscribe(
            self._subjects,
            stream=f"SHUYUAN_{self._service.upper()}",
            cb=self._hear,
            ordered_consumer=True,
            deliver_policy=DeliverPolicy.ALL,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.close()

    async def _hear(self, message: Msg) -> None:
        async with self._news:
            self.events.append(json.loads(message.data))
            self.subjects.append(message.subject)
            touched.note("event", message.subject)
            self._news.notify_all()

    async def wait_for(self, wanted: Callable[[Event], bool], seconds: float = TIMEOUT) -> Event:
        """The first event that is wanted, already heard or still to come."""
        found: list[Event] = []

        def look() -> bool:
            found[:] = [event for event in self.events if wanted(event)][:1]
            return bool(found)

        await self._wait(look, seconds, "the wanted event")
        return found[0]

    async def wait_for_id(self, event_id: str, seconds: float = TIMEOUT) -> Event:
        """The event with this id; an answer's Event-Id header is `<service>/<id>`."""
        wanted = event_id.rpartition("/")[2]
        return await self.wait_for(lambda event: bool(event["id"] == wanted), seconds)

    async def wait_for_count(self, count: int, seconds: float = TIMEOUT) -> list[Event]:
        """The events, once there are so many."""
        await self._wait(lambda: len(self.events) >= count, seconds, f"{count} events")
        return list(self.events)

    async def _wait(self, ready: Callable[[], bool], seconds: float, what: str) -> None:
        try:
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(ready)
        except TimeoutError:
            raise AssertionError(
                f"{what} was not heard within {seconds:g} s; heard {len(self.events)}: {self.subjects[-5:]}"
            ) from None
