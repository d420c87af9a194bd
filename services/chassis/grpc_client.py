"""Channels to sibling services: tokens, deadlines, retries of reads, errors as our own categories.

A call made while a person is served carries that person's token; without a person, or where the sibling
admits services only, it carries the service's own. Nobody holds a transaction across such a call.
"""

import asyncio
import json
import random
import re
import time
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any
from uuid import UUID

import grpc
from grpc.aio import ClientCallDetails, Metadata

from chassis import calls, deadlines, metrics, tracing
from chassis.access import Confirm
from chassis.errors import UnavailableError
from chassis.settings import Settings
from chassis.tokens import TokenSource
from chassis.wire_errors import from_rpc_error

# Standard reads by name; `CheckIn` is a write, so of the checks only the one the frame itself calls.
READS = re.compile(r"/(?:(?:Get|List|Locate|Search|Count|BatchGet)[A-Z]\w*|CheckAccess)$")
# A sibling that restarts cancels what it cannot finish; the standard retry policy does not know that.
PASSING = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
PAUSES = (0.03, 0.1, 0.3)

OPTIONS = [
    # Pages are bounded by their own rules, and answers about a whole university are some MiB; this bounds what a
    # defect could make us hold.
    ("grpc.max_receive_message_length", 16 * 1024 * 1024),
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 3_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.enable_retries", 0),
    (
        "grpc.service_config",
        json.dumps(
            {
                "loadBalancingConfig": [{"round_robin": {}}],
                # A replica that drains says NOT_SERVING first, and is left before it refuses.
                "healthCheckConfig": {"serviceName": ""},
            }
        ),
    ),
]


class RetryBudget:
    """Keeps retries from multiplying an outage: they stop when most calls fail."""

    MOST = 20.0

    def __init__(self) -> None:
        self._tokens = self.MOST

    def failed(self) -> bool:
        """Note a failure; answers whether one more try is affordable."""
        self._tokens = max(0.0, self._tokens - 1)
        return self._tokens > self.MOST / 2

    def succeeded(self) -> None:
        """Note a success."""
        self._tokens = min(self.MOST, self._tokens + 0.1)


class _Sender:
    """What every call to one sibling gets: metadata, a deadline, tries."""

    def __init__(self, tokens: TokenSource, *, as_service: bool) -> None:
        self._tokens = tokens
        self._as_service = as_service
        self._budget = RetryBudget()

    async def details(self, given: Any) -> ClientCallDetails:
        """The call's details with what goes along."""
        call = calls.serving()
        metadata = Metadata(*(given.metadata or ()))
        own = self._as_service or call is None or call.caller.token is None
        token = await self._tokens.token() if own or call is None else call.caller.token
        metadata["authorization"] = f"Bearer {token}"
        traceparent = tracing.current_traceparent()
        if traceparent is not None:
            metadata["traceparent"] = traceparent
        if call is not None:
            metadata["accept-language"] = call.language
            if call.request_id is not None:
                metadata["x-request-id"] = call.request_id
        timeout = deadlines.budget(
            call.deadline if call else None, given.timeout or deadlines.DEFAULT_SECONDS
        )
        return ClientCallDetails(given.method, timeout, metadata, given.credentials, given.wait_for_ready)

    def refused_own(self, error: grpc.aio.AioRpcError) -> bool:
        """Whether the sibling refused our own token, which is then fetched anew."""
        if error.code() is not grpc.StatusCode.UNAUTHENTICATED or not self._sent_own():
            return False
        self._tokens.drop()
        return True

    def _sent_own(self) -> bool:
        call = calls.serving()
        return self._as_service or call is None or call.caller.token is None

    def may_retry(self, method: str, metadata: Any, error: grpc.aio.AioRpcError) -> bool:
        """Whether the same call may simply be made again: reads, and writes that carry their key."""
        repeatable = READS.search(method) is not None or "idempotency-key" in (metadata or ())
        return error.code() in PASSING and self._budget.failed() and repeatable

    def succeeded(self) -> None:
        """Note that the sibling answered."""
        self._budget.succeeded()


class _Unary(grpc.aio.UnaryUnaryClientInterceptor):
    def __init__(self, sender: _Sender) -> None:
        self._sender = sender

    async def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        method = _text(client_call_details.method)
        began = time.perf_counter()
        details = await self._sender.details(client_call_details)
        ends = time.monotonic() + (details.timeout or 0.0)
        pauses = iter(PAUSES)
        renewed = False
        while True:
            try:
                response = await (await continuation(details, request))
            except grpc.aio.AioRpcError as error:
                metrics.client_seconds.labels(method, error.code().name).observe(time.perf_counter() - began)
                if not renewed and self._sender.refused_own(error):
                    renewed = True
                    details = await self._sender.details(client_call_details)
                    continue
                pause = next(pauses, None)
                left = ends - time.monotonic()
                if (
                    pause is None
                    or left <= pause
                    or not self._sender.may_retry(method, details.metadata, error)
                ):
                    raise from_rpc_error(error) from None
                metrics.client_retries.labels(method).inc()
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads retries, no secret
                details = _with_timeout(details, max(0.001, ends - time.monotonic()))
                continue
            self._sender.succeeded()
            metrics.client_seconds.labels(method, "OK").observe(time.perf_counter() - began)
            return response


class _Stream(grpc.aio.UnaryStreamClientInterceptor):
    def __init__(self, sender: _Sender) -> None:
        self._sender = sender

    async def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        details = await self._sender.details(client_call_details)
        # A stream ends when its reader goes.
        return await continuation(_with_timeout(details, client_call_details.timeout), request)


def _with_timeout(details: ClientCallDetails, timeout: float | None) -> ClientCallDetails:
    return ClientCallDetails(
        details.method, timeout, details.metadata, details.credentials, details.wait_for_ready
    )


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


class Siblings:
    """The channels of one process to the other services, made when they are first needed."""

    def __init__(self, settings: Settings, tokens: TokenSource | None = None) -> None:
        self._settings = settings
        self.tokens = tokens or TokenSource(settings)
        self._channels: dict[tuple[str, bool], grpc.aio.Channel] = {}

    def channel(self, service: str, *, as_service: bool = False) -> grpc.aio.Channel:
        """The channel to a service; `as_service` always sends our own token. Call it on the event loop."""
        channel = self._channels.get((service, as_service))
        if channel is None:
            target = self._settings.target(service)
            if not target:
                raise UnavailableError(needed=service)
            channel = open_channel(target, self.tokens, as_service=as_service)
            self._channels[service, as_service] = channel
        return channel

    async def close(self) -> None:
        """Close every channel."""
        channels, self._channels = list(self._channels.values()), {}
        for channel in channels:
            await channel.close()


def open_channel(target: str, tokens: TokenSource, *, as_service: bool = False) -> grpc.aio.Channel:
    """A channel to host:port, or to any name grpc resolves, with our interceptors."""
    sender = _Sender(tokens, as_service=as_service)
    address = target if "://" in target or target.startswith(("dns:", "ipv4:")) else f"dns:///{target}"
    return grpc.aio.insecure_channel(address, options=OPTIONS, interceptors=[_Unary(sender), _Stream(sender)])


# The owner of the grants, found by name: the frame knows no package of a service.
AUTHORITY = "organization"
_AUTHORITY_MODULE = "shuyuan.organization.v1.access_service_pb2"


def confirmation(siblings: Siblings) -> Confirm:
    """Asks the owner of the grants whether a person holds a permission, before it is denied here."""
    ask: Callable[..., Awaitable[Any]] | None = None
    messages: Any = None

    async def confirm(person_id: UUID, permission: str, unit: UUID | None) -> bool:
        nonlocal ask, messages
        if ask is None:
            messages = import_module(_AUTHORITY_MODULE)
            stub = import_module(f"{_AUTHORITY_MODULE}_grpc").AccessServiceStub
            ask = stub(siblings.channel(AUTHORITY, as_service=True)).CheckAccess
        request = messages.CheckAccessRequest(
            person_id=str(person_id), permission=permission, unit_id="" if unit is None else str(unit)
        )
        answer = await ask(request, timeout=2.0)
        return bool(answer.allowed)

    return confirm
