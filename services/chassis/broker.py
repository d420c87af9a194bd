"""The connection to NATS: made in the background and kept, because a service starts and works without it.

`connect` of the client library never returns while the server is away (whatever its retry settings), so
nobody waits for it; who needs the broker asks `client`, which is None until it is there.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import nats
import structlog
from nats.aio.client import Client
from prometheus_client import Gauge

from chassis.errors import UnavailableError

log = structlog.get_logger()

connected = Gauge("shuyuan_broker_connected", "Whether the connection to NATS is up.")


class BrokerAwayError(UnavailableError):
    """The broker is not connected at the moment."""


class Broker:
    """One connection of a process, shared by the relay and the copies."""

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self._name = name
        self._client: Client | None = None
        self._listeners: list[Callable[[], None]] = []
        self._up = asyncio.Event()
        self._quiet = False

    @property
    def client(self) -> Client | None:
        """The connected client, None while the broker is away."""
        client = self._client
        return client if client is not None and client.is_connected else None

    def require(self) -> Client:
        """The connected client; BrokerAwayError while the broker is away."""
        client = self.client
        if client is None:
            raise BrokerAwayError
        return client

    async def wait_until_up(self) -> None:
        """Wait until there is a connection."""
        while self.client is None:
            self._up.clear()
            await self._up.wait()

    def listen(self, callback: Callable[[], None]) -> None:
        """Have `callback` called each time the connection is up (again)."""
        self._listeners.append(callback)

    async def run(self) -> None:
        """Connect and stay connected; the supervisor owns this task."""
        if not self._url:
            return
        client = Client()
        try:
            await client.connect(
                self._url,
                name=self._name,
                max_reconnect_attempts=-1,
                reconnect_time_wait=0.5,  # type: ignore[arg-type] # the client sleeps fractions as well
                connect_timeout=2,
                # A frozen server is noticed in seconds, not in the library's four minutes.
                ping_interval=5,
                max_outstanding_pings=2,
                error_cb=self._failed,
                disconnected_cb=self._went,
                reconnected_cb=self._came,
            )
            self._client = client
            await self._came()
            await asyncio.Event().wait()
        finally:
            connected.set(0)
            self._client = None
            with contextlib.suppress(nats.errors.Error, asyncio.TimeoutError, OSError):
                await asyncio.wait_for(client.close(), 2)

    async def _came(self) -> None:
        self._quiet = False
        connected.set(1)
        self._up.set()
        log.info("broker.connected")
        for callback in self._listeners:
            callback()

    async def _went(self) -> None:
        connected.set(0)
        log.warning("broker.disconnected")

    async def _failed(self, error: Any) -> None:
        # The library reports every attempt; one line for each time the broker goes is enough.
        if not self._quiet:
            self._quiet = True
            log.warning("broker.away", error=type(error).__name__)
