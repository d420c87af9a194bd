"""
The outermost layer: every request passes it, and every failure leaves it as a problem document.

Plain ASGI. It adds the common headers, answers cross-origin questions, bounds how much is worked on at once,
counts, and writes one log line for each request: ids and numbers only.
"""

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog
from prometheus_client import Counter, Histogram

from chassis import tracing
from chassis.errors import InternalError, ResourceExhaustedError, ServiceError
from chassis.logs import failure
from gateway.headers import Headers, address_of
from gateway.problems import Header, Places, answer
from gateway.router import allowed
from gateway.statuses import MethodNotAllowedError, OriginNotAllowedError

log = structlog.get_logger()

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

http_seconds = Histogram(
    "shuyuan_http_seconds",
    "Time to answer an HTTP request, by operation and status.",
    ["operation", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0),
)
http_refused = Counter(
    "shuyuan_http_overload_total", "Requests refused because too many were being answered."
)

COMMON: list[Header] = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
]
# Answers belong to one caller and may be kept only to be asked about again.
PRIVATE: list[Header] = [
    (b"cache-control", b"private, no-cache"),
    (b"vary", b"authorization, accept-language, origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
_EXPOSED = b"ETag, Event-Id, Retry-After, X-Request-Id, Content-Language, Allow, WWW-Authenticate"
_ASKED = (
    b"Authorization, Content-Type, Accept-Language, Idempotency-Key, If-Match, If-None-Match, After-Event, "
    b"X-Request-Id, traceparent, Last-Event-ID"
)
_PREFLIGHT_SECONDS = b"600"
_QUIET = frozenset({"healthz", "readyz", "metrics"})
# What operators, scrapers and kubelets ask is answered however busy the gateway is.
_ADMITTED = ("/healthz", "/readyz", "/metrics")


class Edge:
    """Wraps the application."""

    def __init__(self, app: App, *, origins: frozenset[str], most: int, proxies: int) -> None:
        self._app = app
        self._proxies = proxies
        self._origins = origins
        self._most = most
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; what is not HTTP goes through untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        peer = scope["client"][0] if scope.get("client") else ""
        headers = Headers(scope["headers"], address_of(scope["headers"], peer, self._proxies))
        served = scope["shuyuan"] = Served(headers)
        reply = _Reply(send, headers, self._cross_origin(headers))
        try:
            await self._serve(scope, receive, reply, headers)
        except ServiceError as error:
            served.reason = error.reason
            await reply.problem(scope, error, served.places)
        except Exception as error:  # the last place where a defect can become an answer
            if reply.status:
                raise
            served.reason = InternalError.reason
            log.error(
                "http.failed", operation=served.operation, trace_id=_trace_id(headers), **failure(error)
            )
            await reply.problem(scope, InternalError(), None)
        finally:
            self._finish(scope, served, reply, time.perf_counter() - began)

    async def _serve(self, scope: Scope, receive: Receive, reply: "_Reply", headers: Headers) -> None:
        if scope["method"] == "OPTIONS" and headers.get("access-control-request-method"):
            await self._preflight(reply, headers)
            return
        if self._running >= self._most and scope["path"] not in _ADMITTED:
            http_refused.inc()
            raise ResourceExhaustedError()
        self._running += 1
        try:
            await self._app(scope, receive, reply.send)
        finally:
            self._running -= 1

    def _cross_origin(self, headers: Headers) -> list[Header]:
        origin = headers.get("origin")
        if origin is None or origin not in self._origins:
            return []
        return [
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-expose-headers", _EXPOSED),
        ]

    async def _preflight(self, reply: "_Reply", headers: Headers) -> None:
        if headers.get("origin") not in self._origins:
            raise OriginNotAllowedError()
        await reply.whole(
            204,
            [
                (b"access-control-allow-methods", b"GET, POST, PUT, PATCH, DELETE"),
                (b"access-control-allow-headers", _ASKED),
                (b"access-control-max-age", _PREFLIGHT_SECONDS),
            ],
            b"",
        )

    def _finish(self, scope: Scope, served: "Served", reply: "_Reply", seconds: float) -> None:
        http_seconds.labels(served.operation, str(reply.status)).observe(seconds)
        if served.operation in _QUIET and reply.status < 400:
            return
        log.info(
            "http.answered",
            method=scope["method"],
            operation=served.operation,
            status=reply.status,
            reason=served.reason,
            ms=round(seconds * 1000, 2),
            bytes=reply.size,
            # A public call may be a ballot: nothing here may link it to another line.
            trace_id=None if served.is_public else _trace_id(reply.headers),
            request_id=None if served.is_public else reply.headers.request_id,
        )


class Served:
    """What the layers below tell the outermost one about a request."""

    __slots__ = ("headers", "is_public", "operation", "places", "reason")

    def __init__(self, headers: Headers) -> None:
        self.headers = headers
        self.operation = "unknown"
        self.places: Places | None = None
        self.reason: str | None = None
        self.is_public = False


class _Reply:
    # Adds the common headers to whatever is sent, and remembers what was.
    __slots__ = ("_extra", "_send", "headers", "size", "status")

    def __init__(self, send: Send, headers: Headers, extra: list[Header]) -> None:
        self._send = send
        self._extra = extra
        self.headers = headers
        self.status = 0
        self.size = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [
                *message.get("headers", ()),
                *COMMON,
                *self._extra,
                (b"x-request-id", self.headers.request_id.encode()),
            ]
        else:
            self.size += len(message.get("body", b""))
        await self._send(message)

    async def whole(self, status: int, headers: list[Header], body: bytes) -> None:
        if status not in (204, 304):
            headers = [*headers, (b"content-length", str(len(body)).encode())]
        await self.send({"type": "http.response.start", "status": status, "headers": [*headers, *PRIVATE]})
        await self.send({"type": "http.response.body", "body": body})

    async def problem(self, scope: Scope, error: ServiceError, places: Places | None) -> None:
        status, headers, body = answer(
            error,
            instance=scope["path"],
            language=self.headers.language,
            trace_id=_trace_id(self.headers),
            places=places,
        )
        await self.whole(status, headers, body)


async def send_whole(send: Send, status: int, headers: list[Header], body: bytes) -> None:
    """Send an answer of the API in one piece."""
    if status not in (204, 304):
        headers.append((b"content-length", str(len(body)).encode()))
    headers += PRIVATE
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def not_allowed(methods: "dict[str, Any]") -> MethodNotAllowedError:
    """Make the failure that lists the methods of an address."""
    return MethodNotAllowedError(allowed=allowed(methods))


def _trace_id(headers: Headers) -> str | None:
    return tracing.trace_id(headers.traceparent)
