"""
Calls to the services: one channel for each, one RPC for each request, never longer than the caller waits.

A service that does not answer is left alone for a moment, so that waiting for it takes nothing from the others.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import grpc
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from chassis import metrics, wire_errors
from chassis.errors import DeadlineExceededError, InternalError, ServiceError, UnavailableError
from chassis.grpc_client import OPTIONS, PASSING, PAUSES, RetryBudget
from gateway.contract import Route
from gateway.statuses import BodyTooLargeError

Metadata = Sequence[tuple[str, str]]
Answered = tuple[Message, dict[str, str]]
# Asks for an answer and its trailing metadata; the number is the time that is left, in seconds.
Invoke = Callable[[Message, Metadata, float], Awaitable[Answered]]


class Breaker:
    """Refuses calls to a service for a moment after it has not answered several times in a row."""

    def __init__(
        self, *, failures: int = 5, seconds: float = 1.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = failures
        self._seconds = seconds
        self._clock = clock
        self._failed = 0
        self._closed_until = float("-inf")

    def admit(self) -> None:
        """Raise UnavailableError while the service is left alone; one call at a time may try afterwards."""
        if self._failed < self._most:
            return
        now = self._clock()
        if now < self._closed_until:
            raise UnavailableError(needed="service")
        self._closed_until = now + self._seconds

    def answered(self) -> None:
        """Note that the service is there."""
        self._failed = 0

    def silent(self) -> None:
        """Note that the service did not answer."""
        self._failed += 1
        if self._failed >= self._most:
            self._closed_until = self._clock() + self._seconds


class Upstream:
    """The channel to one service."""

    def __init__(self, name: str, target: str) -> None:
        self.name = name
        self.breaker = Breaker()
        self.budget = RetryBudget()
        self._channel = grpc.aio.insecure_channel(_address(target), options=OPTIONS) if target else None

    async def close(self) -> None:
        """Give up the channel."""
        if self._channel is not None:
            await self._channel.close(grace=0)

    def invoke(self, path: str, answer: type[Message], *, is_read: bool) -> Invoke:
        """Prepare the call of one method."""
        if self._channel is None:
            return self._absent
        call = self._channel.unary_unary(
            path,
            request_serializer=_serialize,
            response_deserializer=answer.FromString,
        )
        pauses = PAUSES if is_read else ()
        return self._calling(call, path.rpartition("/")[2], pauses)

    async def _absent(self, request: Message, metadata: Metadata, seconds: float) -> Answered:
        raise UnavailableError(needed=self.name)

    def _calling(self, call: Any, name: str, pauses: Sequence[float]) -> Invoke:
        breaker, budget, retries = self.breaker, self.budget, metrics.client_retries.labels(name)

        async def invoke(request: Message, metadata: Metadata, seconds: float) -> Answered:
            end = time.monotonic() + seconds
            for pause in (*pauses, None):
                breaker.admit()
                running = call(request, metadata=metadata, timeout=max(0.001, end - time.monotonic()))
                try:
                    answer = await running
                except grpc.aio.AioRpcError as error:
                    _note(breaker, error)
                    may_wait = pause is not None and pause < end - time.monotonic()
                    if error.code() in PASSING and budget.failed() and pause is not None and may_wait:
                        retries.inc()
                        await asyncio.sleep(pause)
                        continue
                    raise _translate(error) from None
                breaker.answered()
                budget.succeeded()
                return answer, _texts(await running.trailing_metadata())
            raise AssertionError("the last attempt returns or raises")

        return invoke


def invoker(upstreams: "dict[str, Upstream]", route: Route) -> Invoke:
    """Prepare the call behind a route."""
    return upstreams[route.target].invoke(
        route.full_method, GetMessageClass(route.method.output_type), is_read=route.is_read
    )


class HasTarget(Protocol):
    """Settings that know where services are."""

    def target(self, service: str) -> str: ...


def connect(settings: HasTarget, services: Sequence[str]) -> dict[str, Upstream]:
    """Make the channels; nothing is connected before the first call, and a service may be away."""
    return {name: Upstream(name, settings.target(name)) for name in services}


def _address(target: str) -> str:
    return target if "://" in target or target.startswith(("dns:", "ipv4:")) else f"dns:///{target}"


def _serialize(message: Message) -> bytes:
    return message.SerializeToString()


def _texts(metadata: Any) -> dict[str, str]:
    return {key: value for key, value in metadata or () if isinstance(value, str)}


def _note(breaker: Breaker, error: grpc.aio.AioRpcError) -> None:
    # A refusal with details is an answer of a living service.
    details = any(key == wire_errors.DETAILS for key, _ in error.trailing_metadata() or ())
    if error.code() in (*PASSING, grpc.StatusCode.DEADLINE_EXCEEDED) and not details:
        breaker.silent()
    else:
        breaker.answered()


def _translate(error: grpc.aio.AioRpcError) -> ServiceError:
    text = error.details() or ""
    if error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED and "larger than max" in text:
        # The transport of either side says it, without details of ours.
        return BodyTooLargeError() if text.startswith("Sent") else InternalError()
    if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
        return DeadlineExceededError()
    return wire_errors.from_rpc_error(error)
