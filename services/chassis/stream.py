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
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext, api
from nats.js.errors import NotFoundError as StreamNotFoundError

from chassis.broker import Broker
from chassis.errors import UnavailableError

# How long the broker may take to acknowledge a batch before it is sent again.
ACK_SECONDS = 5.0
DUPLICATE_WINDOW_SECONDS = 120.0


class PublishRefusedError(Exception):
    """The broker does not take a message: its stream is not where we thought it was."""


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
        self._listening_on: Client | None = None
        self._inbox = ""
        self._batch: _Batch | None = None
        self._batch_number = 0

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

    async def publish(
        self, events: Sequence[Outgoing], *, strict: bool = True
    ) -> tuple[int, Exception | None]:
        """Send the events in order, pipelined; answers how many from the first on the broker has, and the trouble.

        After trouble, and after anything that was not strict, `open` must be called before the next batch. What
        is published again on purpose cannot be strict: the broker answers "duplicate" and its sequence stays.
        """
        batch = _Batch(len(events))
        trouble: Exception | None = None
        try:
            async with asyncio.timeout(ACK_SECONDS):
                await self._send(batch, events, strict=strict)
                await batch.finished
        except (NatsError, UnavailableError, TimeoutError, OSError) as error:
            trouble = error
        finally:
            self._batch = None
        acknowledged = batch.acknowledged
        self._sequence += acknowledged
        return acknowledged, trouble or batch.refusal

    async def _send(self, batch: "_Batch", events: Sequence[Outgoing], *, strict: bool) -> None:
        client = self._broker.require()
        if client is not self._listening_on:
            # The client's own asynchronous publishing never answers when the broker refuses a message.
            self._inbox = client.new_inbox()
            await client.subscribe(f"{self._inbox}.*.*", cb=self._acknowledge)
            self._listening_on = client
        self._batch, self._batch_number = batch, self._batch_number + 1
        reply = f"{self._inbox}.{self._batch_number}."
        for index, event in enumerate(events):
            headers = {
                "Nats-Msg-Id": str(event.event_id),
                "Content-Type": "application/cloudevents+json",
            }
            if strict:
                headers["Nats-Expected-Last-Sequence"] = str(self._sequence + index)
            await client.publish(event.subject, event.document, reply=f"{reply}{index}", headers=headers)

    async def _acknowledge(self, message: Msg) -> None:
        number, index = message.subject.rsplit(".", 2)[1:]
        # A late answer to a batch that was given up says nothing about the present one.
        if self._batch is not None and int(number) == self._batch_number:
            self._batch.answer(int(index), message.data)


class _Batch:
    """The answers to one batch; finished when all are there, or at the first refusal."""

    def __init__(self, size: int) -> None:
        self._accepted = [False] * size
        self._left = size
        self.refusal: PublishRefusedError | None = None
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if not size:
            self.finished.set_result(None)

    @property
    def acknowledged(self) -> int:
        """How many from the first on were accepted without a gap."""
        return self._accepted.index(False) if self._left else len(self._accepted)

    def answer(self, index: int, data: bytes) -> None:
        """Take the broker's answer to one message."""
        if self.finished.done():
            return
        # No data at all means that no stream listens to the subject.
        said = orjson.loads(data) if data else {"error": {"description": "no stream"}}
        if "error" in said:
            self.refusal = PublishRefusedError(str(said["error"].get("description")))
            self.finished.set_result(None)
            return
        self._accepted[index] = True
        self._left -= 1
        if not self._left:
            self.finished.set_result(None)
