"""The process's connection to NATS: made in the background, because a service starts and works without it."""

import asyncio
import contextlib

import nats
import structlog
from nats.aio.client import Client

from chassis.errors import UnavailableError

log = structlog.get_logger()

# A client attached to a frozen server must notice within seconds; the library's default is four minutes.
PING_SECONDS = 5
PINGS_UNANSWERED = 2
RECONNECT_SECONDS = 0.5


class BrokerAwayError(UnavailableError):
    """The broker is not connected at the moment."""


class Broker:
    """Holds the connection; whoever uses it must expect BrokerAwayError at any time."""

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self._name = name
        self._client: Client | None = None
        self._up = asyncio.Event()
        self._trouble: str | None = None

    @property
    def is_connected(self) -> bool:
        """Whether messages can be sent now."""
        return self._client is not None and self._client.is_connected

    @property
    def client(self) -> Client:
        """The connected client."""
        if self._client is None or not self._client.is_connected:
            raise BrokerAwayError(url=self._name)
        return self._client

    async def connected(self) -> Client:
        """Wait until there is a connection."""
        while not self.is_connected:
            self._up.clear()
            await self._up.wait()
        return self.client

    async def run(self) -> None:
        """Connect and stay connected until cancelled; the library itself reconnects for ever."""
        try:
            # Never returns while the server is absent, which is why this is a task of its own.
            self._client = await nats.connect(
                self._url,
                name=self._name,
                max_reconnect_attempts=-1,
                reconnect_time_wait=RECONNECT_SECONDS,
                ping_interval=PING_SECONDS,
                max_outstanding_pings=PINGS_UNANSWERED,
                error_cb=self._on_error,
                reconnected_cb=self._on_up,
                disconnected_cb=self._on_down,
            )
            await self._on_up()
            await asyncio.Event().wait()
        finally:
            await self.close()

    async def close(self) -> None:
        """Hang up."""
        client, self._client = self._client, None
        if client is not None and not client.is_closed:
            # What was sent is acknowledged or sent again by whoever sent it; waiting for it helps nobody.
            with contextlib.suppress(OSError, TimeoutError, nats.errors.Error):
                await client.close()

    async def _on_up(self) -> None:
        self._trouble = None
        self._up.set()
        log.info("broker.connected")

    async def _on_down(self) -> None:
        if self._client is not None:
            log.warning("broker.disconnected")

    async def _on_error(self, error: Exception) -> None:
        # The library reports each attempt; one line for each kind of trouble is enough.
        trouble = type(error).__name__
        if trouble != self._trouble:
            self._trouble = trouble
            log.warning("broker.trouble", error=trouble)
