"""The service's JetStream stream, as the relay uses it: made once, published to in order, checked by its tail.

Each message says after which stream sequence it belongs, so that a lost or late one cannot end up out of
order: the broker refuses what follows, and the relay gets in step again.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext, api
from nats.js.errors import NotFoundError as StreamNotFoundError

from chassis.broker import Broker
from chassis.errors import UnavailableError

# How long the broker may take to acknowledge a batch before it is sent again.
ACK_SECONDS = 5.0
DUPLICATE_WINDOW_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event on its way to the broker."""

    position: int
    event_id: UUID
    subject: str
    document: bytes


@dataclass(frozen=True, slots=True)
class Tail:
    """The last event the stream holds."""

    event_id: UUID
    epoch: int
    position: int


@dataclass(frozen=True, slots=True)
class StreamState:
    """What the stream holds: `is_new` says that nothing was ever in it."""

    is_new: bool
    tail: Tail | None


def name_of(service: str) -> str:
    """The stream of a service."""
    return f"SHUYUAN_{service.upper()}"


def parse_tail(document: bytes) -> Tail | None:
    """The event in a message; None when it is not one of ours."""
    try:
        event = orjson.loads(document)
        return Tail(UUID(event["id"]), int(event["epoch"]), int(event["position"]))
    except (ValueError, TypeError, KeyError):
        return None


class Stream:
    """Publishes to the stream of one service; one relay at a time uses it."""

    def __init__(self, broker: Broker, service: str) -> None:
        self._broker = broker
        self._service = service
        self._client: Client | None = None
        self._context: JetStreamContext | None = None
        self._sequence = 0

    @property
    def _js(self) -> JetStreamContext:
        client = self._broker.require()
        # One context for each client: every one subscribes to its own acknowledgements.
        if self._context is None or client is not self._client:
            self._client, self._context = client, client.jetstream(timeout=ACK_SECONDS)
        return self._context

    async def open(self) -> StreamState:
        """Make the stream if it is missing, and take its end as the place to go on from."""
        info = await self._ensure()
        self._sequence = info.state.last_seq
        if info.state.last_seq == 0:
            return StreamState(is_new=True, tail=None)
        if info.state.messages == 0:
            return StreamState(is_new=False, tail=None)
        return StreamState(is_new=False, tail=await self.tail_at(info.state.last_seq))

    async def _ensure(self) -> api.StreamInfo:
        js = self._js
        try:
            # Whoever operates the broker may have made it with more replicas or bounds: it stays as it is.
            return await js.stream_info(name_of(self._service))
        except StreamNotFoundError:
            return await js.add_stream(
                api.StreamConfig(
                    name=name_of(self._service),
                    description=f"Events of the service {self._service}",
                    subjects=[f"shuyuan.{self._service}.v1.>"],
                    retention=api.RetentionPolicy.LIMITS,
                    storage=api.StorageType.FILE,
                    discard=api.DiscardPolicy.OLD,
                    duplicate_window=DUPLICATE_WINDOW_SECONDS,
                    allow_direct=True,
                )
            )

    async def tail_at(self, sequence: int) -> Tail | None:
        """The event at a stream sequence; None when the message is gone or not ours."""
        try:
            message = await self._js.get_msg(name_of(self._service), seq=sequence)
        except StreamNotFoundError:
            return None
        return parse_tail(message.data or b"")

    async def publish(self, events: Sequence[Outgoing]) -> tuple[int, Exception | None]:
        """Send the events in order, pipelined; answers how many from the first on the broker has, and the trouble.

        After trouble `open` must be called before the next batch.
        """
        futures: list[asyncio.Future[api.PubAck]] = []
        acknowledged = 0
        try:
            async with asyncio.timeout(ACK_SECONDS):
                for event in events:
                    futures.append(await self._send(event, self._sequence + len(futures)))
                for future in futures:
                    await future
                    acknowledged += 1
        except (NatsError, UnavailableError, TimeoutError, OSError) as error:
            _mind_cancellation()
            return acknowledged, error
        finally:
            _drop(futures)
        self._sequence += acknowledged
        return acknowledged, None

    async def _send(self, event: Outgoing, after: int) -> "asyncio.Future[api.PubAck]":
        headers = {
            "Nats-Msg-Id": str(event.event_id),
            "Nats-Expected-Last-Sequence": str(after),
            "Content-Type": "application/cloudevents+json",
        }
        return await self._js.publish_async(
            event.subject, event.document, wait_stall=ACK_SECONDS, headers=headers
        )


def _mind_cancellation() -> None:
    # The client turns a cancellation that meets it while it waits for a slot into an error of its own.
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _drop(futures: "Sequence[asyncio.Future[api.PubAck]]") -> None:
    # An acknowledgement nobody awaits any more would hold its slot in the client for ever.
    for future in futures:
        if not future.done():
            future.cancel()
        elif not future.cancelled():
            future.exception()
