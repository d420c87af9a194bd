"""Runs the gateway: uvicorn on uvloop, whose own answers are problem documents too, ending with code 0."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chassis import collector, logs, tracing
from chassis.settings import SERVICES
from chassis.supervisor import Supervisor
from chassis.tokens import KeySet, TokenVerifier
from gateway.app import Gateway, Lifespan
from gateway.composed import Composed, invoke_for
from gateway.contract import GATEWAY, routes
from gateway.language import CHINESE
from gateway.openapi import document_bytes, read_document
from gateway.pages import Readiness, pages
from gateway.problems import answer
from gateway.settings import GatewaySettings
from gateway.statuses import HttpMalformedError
from gateway.streams import StreamEndpoint, Streams
from gateway.transcode import Endpoint, Limits, Verifier
from gateway.upstream import Upstream, connect

log = structlog.get_logger()


@dataclass(slots=True)
class Drain:
    """The time between saying that no more requests are wanted and refusing them."""

    seconds: float
    streams: Streams
    has_begun: bool = False

    def begin(self) -> None:
        """Say it; streams would never end by themselves, and go on elsewhere."""
        self.has_begun = True
        self.streams.end()


class ProblemProtocol(HttpToolsProtocol):
    """Answers bytes that are no HTTP with a problem document, where uvicorn has a line of plain text."""

    def send_400_response(self, msg: str) -> None:
        """Answer and close."""
        _, headers, body = answer(HttpMalformedError(), instance="", language=CHINESE, trace_id=None)
        headers += [(b"content-length", str(len(body)).encode()), (b"connection", b"close")]
        lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\n" + lines + b"\r\n" + body)
        self.transport.close()


def build(settings: GatewaySettings, drain: Drain) -> Gateway:
    """Put the gateway together; channels connect when they are first used."""
    upstreams = connect(settings, SERVICES)
    keys = KeySet(settings.jwks_url)

    @asynccontextmanager
    async def living() -> AsyncIterator[None]:
        supervisor = Supervisor()
        supervisor.add("key-set", keys.keep_fresh)
        supervisor.start()
        try:
            yield
        finally:
            await supervisor.stop()
            for upstream in upstreams.values():
                await upstream.close()

    def ready() -> dict[str, bool]:
        return {"key_set": keys.loaded, "serving": not drain.has_begun}

    return assemble(settings, TokenVerifier(settings, keys), upstreams, ready, living(), drain.streams)


def assemble(
    settings: GatewaySettings,
    verifier: Verifier,
    upstreams: dict[str, Upstream],
    ready: Readiness,
    lifespan: Lifespan | None = None,
    streams: Streams | None = None,
) -> Gateway:
    """Make an endpoint of every route of the contract, and the application of them."""
    composed, streams = Composed(upstreams), streams or Streams(settings.http_max_streams)
    limits = Limits(settings.http_max_body_bytes, settings.http_request_seconds, settings.http_file_seconds)
    endpoints = [
        StreamEndpoint(route, composed.watch(route), verifier, limits, streams)
        if route.is_streaming
        else Endpoint(route, invoke_for(route, upstreams, composed), verifier, limits)
        for route in routes()
    ]
    return Gateway(settings, endpoints, pages(document_bytes(), ready), read_document(), lifespan)


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        collector.settle()
        for one in sockets or []:
            host, port = one.getsockname()[:2]
            log.info("gateway.listening", host=host, port=port)

    # uvicorn ends by raising the signal again: exit status 143 after a clean drain, which looks like a crash.
    async def run_until_signalled(self, sockets: list[socket.socket], drain: Drain) -> None:
        loop = asyncio.get_running_loop()

        def stop(number: int) -> None:
            if drain.has_begun:
                self.handle_exit(number, None)
            drain.begin()
            # Whoever sends requests learns first that no more are wanted.
            loop.call_later(drain.seconds, self.handle_exit, number, None)

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop, number)
        await self._serve(sockets)


def serve(settings: GatewaySettings) -> int:
    """Answer requests until SIGTERM; answers the exit code."""
    logs.configure(settings, GATEWAY)
    provider = tracing.configure(settings, GATEWAY)
    try:
        listening = _listen(settings.http_host, settings.http_port)
    except OSError as error:
        address = f"{settings.http_host}:{settings.http_port}"
        print(f"gateway: cannot listen on {address}: {error.strerror}", file=sys.stderr)  # noqa: T201
        return 1
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        started = runner.run(_answer(settings, listening))
    if provider is not None:
        provider.shutdown()
    return 0 if started else 1


async def _answer(settings: GatewaySettings, listening: socket.socket) -> bool:
    # Built inside the loop: a gRPC channel belongs to the loop in which it was made.
    drain = Drain(settings.drain_wait, Streams(settings.http_max_streams))
    config = uvicorn.Config(
        build(settings, drain),
        http=ProblemProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=10,
    )
    server = _Server(config)
    await server.run_until_signalled([listening], drain)
    return server.started


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    return listening
