"""The operator's HTTP port: /metrics, /healthz, /readyz; nothing else, and nothing about people.

A few lines over asyncio instead of a framework, because a service has no other HTTP and this port must
answer whatever else is busy.
"""

import asyncio
from collections.abc import Awaitable, Callable

import orjson
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from chassis.grpc_server import PortTakenError

Readiness = Callable[[], Awaitable[dict[str, bool]]]

_REASONS = {200: "OK", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}
# A request line and a few headers; whoever sends more is not Prometheus or Kubernetes.
_MOST_BYTES = 16 * 1024
_SECONDS = 5.0


class OpsServer:
    """Answers the probes of the platform and the scrapes of Prometheus."""

    def __init__(self, host: str, port: int, ready: Readiness) -> None:
        self._host = host
        self._port = port
        self._ready = ready
        self._server: asyncio.Server | None = None
        self.draining = False

    @property
    def port(self) -> int:
        """The port it listens on."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Listen."""
        try:
            self._server = await asyncio.start_server(self._serve, self._host, self._port, limit=_MOST_BYTES)
        except OSError as error:
            raise PortTakenError(f"cannot listen on {self._host}:{self._port}: {error.strerror}") from None

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_SECONDS):
                line = await reader.readline()
                while (await reader.readline()).strip():
                    pass
                method, path, *_ = [*line.decode("latin-1").split(), "", ""]
                status, kind, body = await self._answer(method, path.partition("?")[0])
                head = f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {kind}\r\n"
                head += f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
                writer.write(head.encode() + (b"" if method == "HEAD" else body))
                await writer.drain()
        except (TimeoutError, ConnectionError, ValueError):
            # Whoever asked has gone, is too slow, or does not speak HTTP.
            return
        finally:
            writer.close()

    async def _answer(self, method: str, path: str) -> tuple[int, str, bytes]:
        if method not in ("GET", "HEAD"):
            return 405, "text/plain", b""
        if path == "/metrics":
            return 200, CONTENT_TYPE_LATEST, generate_latest()
        if path == "/healthz":
            return 200, "application/json", b'{"status":"alive"}'
        if path == "/readyz":
            parts = await self._ready()
            ready = all(parts.values()) and not self.draining
            body = orjson.dumps({"ready": ready, "draining": self.draining, "parts": parts})
            return 200 if ready else 503, "application/json", body
        return 404, "text/plain", b""
