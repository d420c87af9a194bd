"""A closed-loop HTTP load of a fixed number of requests over keep-alive connections.

It is written on httptools because an ordinary client costs more than the servers it would measure. It
talks to this machine only.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import httptools


@dataclass(frozen=True)
class Load:
    """One request to repeat: method, path, headers, and a body made anew for each request."""

    method: str
    path: Callable[[], str]
    headers: dict[str, str]
    body: Callable[[], bytes] | None = None
    fresh_headers: Callable[[], dict[str, str]] | None = None

    def render(self) -> bytes:
        """The request as it goes over the wire."""
        body = self.body() if self.body else b""
        headers = dict(self.headers) | {"Host": "127.0.0.1"}
        if self.fresh_headers:
            headers |= self.fresh_headers()
        if body:
            headers |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{self.method} {self.path()} HTTP/1.1\r\n{lines}\r\n".encode() + body


@dataclass(frozen=True)
class Measured:
    """What one run showed: requests a second, latencies in ms, CPU µs a request of the server's processes."""

    per_second: float
    p50: float
    p99: float
    cpu: float
    failed: int


class _Answer(asyncio.Protocol):
    """One connection: sends a request, resolves a future with the status of the answer."""

    def __init__(self) -> None:
        self.done: asyncio.Future[int] | None = None
        self.parser = httptools.HttpResponseParser(self)
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not derive from asyncio's.
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_complete(self) -> None:
        if self.done is not None and not self.done.done():
            self.done.set_result(self.parser.get_status_code())
        self.parser = httptools.HttpResponseParser(self)

    def connection_lost(self, error: Exception | None) -> None:
        if self.done is not None and not self.done.done():
            self.done.set_result(0)

    async def ask(self, request: bytes) -> int:
        assert self.transport is not None
        self.done = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await asyncio.wait_for(self.done, 30)


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of the processes and of their threads so far."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / 100


async def run(
    ports: Sequence[int], load: Load, *, requests: int, connections: int, pids: list[int]
) -> Measured:
    """Send the requests over the connections as fast as they are answered; every port gets as many connections."""
    loop = asyncio.get_running_loop()
    left: Iterator[int] = iter(range(requests))
    latencies: list[float] = []
    failed = 0

    async def work(port: int) -> None:
        nonlocal failed
        _, answer = await loop.create_connection(_Answer, "127.0.0.1", port)
        for _ in left:
            began = time.perf_counter()
            status = await answer.ask(load.render())
            latencies.append(time.perf_counter() - began)
            failed += not 200 <= status < 300
        assert answer.transport is not None
        answer.transport.close()

    cpu = cpu_seconds(pids)
    began = time.perf_counter()
    await asyncio.gather(*(work(ports[number % len(ports)]) for number in range(connections)))
    seconds = time.perf_counter() - began
    latencies.sort()
    return Measured(
        per_second=requests / seconds,
        p50=latencies[len(latencies) // 2] * 1000,
        p99=latencies[int(len(latencies) * 0.99)] * 1000,
        cpu=(cpu_seconds(pids) - cpu) / requests * 1e6,
        failed=failed,
    )
