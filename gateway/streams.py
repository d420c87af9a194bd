"""
A server-streaming RPC as a route of server-sent events (`text/event-stream`): its pieces as they come.

The `id` of an event is the `event_id` of its piece, so that a client that was cut off says `Last-Event-ID` and
goes on from there. What fails before the first piece is answered as any failure is; what fails later is an
event named `problem`, and the end.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from typing import Any

from google.protobuf.message import Message
from prometheus_client import Gauge

from chassis import tracing
from chassis.errors import ResourceExhaustedError, ServiceError, UnavailableError
from chassis.protojson import encoder, parameter_reader
from chassis.violations import Violation
from gateway import problems
from gateway.contract import Route
from gateway.edge import PRIVATE
from gateway.headers import Headers
from gateway.transcode import Asking, Limits, Receive, Scope, Verifier
from gateway.upstream import Metadata

Send = Callable[[dict[str, Any]], Awaitable[None]]
# Asks for the pieces, several at once as they come; none at all says only that the stream is alive.
Pieces = AsyncGenerator[Sequence[Message]]
Watch = Callable[[Message, Metadata], Pieces]

MEDIA_TYPE = "text/event-stream"
RESUME_HEADER = "last-event-id"
RESUME_FIELD = "after_event_id"
_RESUME_PARAMETER = "afterEventId"
# Begins every stream: when a client that was cut off should come back, in milliseconds.
_BEGIN = b"retry: 2000\n\n"
_ALIVE = b":\n\n"
_HEADERS = [(b"content-type", MEDIA_TYPE.encode()), (b"x-accel-buffering", b"no"), *PRIVATE]

open_streams = Gauge("shuyuan_http_streams", "Streams of server-sent events that are open.")


class Streams:
    """The streams that are open: how many there may be, and the end of all of them when the gateway stops."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open = 0
        self._ended = asyncio.Event()

    @contextmanager
    def opened(self) -> Iterator[asyncio.Event]:
        """Count a stream while the block runs; what is given is set when the stream must end."""
        if self._ended.is_set():
            raise UnavailableError(needed="gateway")
        if self._open >= self._most:
            raise ResourceExhaustedError()
        self._open += 1
        open_streams.inc()
        try:
            yield self._ended
        finally:
            self._open -= 1
            open_streams.dec()

    def end(self) -> None:
        """End those that are open, and open no more."""
        self._ended.set()


class StreamEndpoint(Asking):
    """Serves one route: reads the request as every other does, then sends what comes until somebody leaves."""

    def __init__(
        self, route: Route, watch: Watch, verifier: Verifier, limits: Limits, streams: Streams
    ) -> None:
        super().__init__(route, verifier, limits)
        self._watch = watch
        self._streams = streams
        self._read_resume = parameter_reader(route.method.input_type, [RESUME_FIELD])
        self._print = encoder(route.answer_message)

    async def stream(
        self, scope: Scope, receive: Receive, send: Send, headers: Headers, values: tuple[str, ...]
    ) -> None:
        """Answer one request; every failure before the first piece is an exception that `problems` understands."""
        request, metadata = await self.admit(scope, receive, headers, values)
        self._resume(request, headers)
        with self._streams.opened() as ended:
            async with aclosing(self._watch(request, metadata)) as pieces:
                first = await anext(pieces)
                await send({"type": "http.response.start", "status": 200, "headers": [*_HEADERS]})
                body = self._body(first, pieces, scope, headers)
                await _first_done(_pump(body, send), _disconnected(receive), ended.wait())
            await send({"type": "http.response.body", "body": b""})

    def _resume(self, request: Message, headers: Headers) -> None:
        last = headers.get(RESUME_HEADER)
        if not last:
            return
        found = self._read_resume(request, [(_RESUME_PARAMETER, last)])
        if found:
            rejected = [Violation("/Last-Event-ID", one.zh, one.en) for one in found]
            raise problems.RejectedRequestError([("header", one) for one in rejected])

    async def _body(
        self, first: Sequence[Message], pieces: Pieces, scope: Scope, headers: Headers
    ) -> AsyncGenerator[bytes]:
        yield _BEGIN + self._events(first)
        try:
            async for some in pieces:
                yield self._events(some) or _ALIVE
        except ServiceError as error:
            _, _, problem = problems.answer(
                error,
                instance=scope["path"],
                language=headers.language,
                trace_id=tracing.trace_id(headers.traceparent),
            )
            yield b"event: problem\ndata: " + problem + b"\n\n"

    def _events(self, pieces: Sequence[Any]) -> bytes:
        field = self.route.response_body
        found = (getattr(piece, field) if field else piece for piece in pieces)
        return b"".join(
            b"id: " + one.event_id.encode() + b"\ndata: " + self._print(one) + b"\n\n" for one in found
        )


async def _pump(body: AsyncGenerator[bytes], send: Send) -> None:
    # A client that reads slowly holds up its own stream only: `send` waits for it.
    async for piece in body:
        await send({"type": "http.response.body", "body": piece, "more_body": True})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _first_done(*some: Any) -> None:
    tasks = [asyncio.ensure_future(one) for one in some]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
