"""What happens to every call between the socket and the servicer, in one place and one order.

Parse, trace, deadline, authenticate, idempotency, what the contract alone can decide about access, the
handler, "was a check made", errors, metrics and one log line. Parsing is ours because grpc answers a
malformed message with the text of an exception.
"""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn, cast
from uuid import UUID

import grpc
import structlog
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import DecodeError, Message

from chassis import audit, calls, deadlines, idempotency, metrics, tracing, wire_errors
from chassis.access import Access
from chassis.calls import ANONYMOUS, Call, Caller, Language, ServiceContext
from chassis.contract import MethodAccess, access_of
from chassis.database import RETRYABLE
from chassis.errors import (
    InternalError,
    InvalidArgumentError,
    ResourceExhaustedError,
    ServiceError,
    UnauthenticatedError,
)
from chassis.ids import number_key
from chassis.logs import failure
from chassis.tokens import Claims, TokenVerifier
from chassis.violations import Violation

log = structlog.get_logger()

Context = grpc.aio.ServicerContext[Any, Any]


class UncheckedError(InternalError):
    """A handler finished without asking whether the caller may: a defect, so nothing is answered."""


class MalformedError(InvalidArgumentError):
    """The bytes are no message of the request's type."""

    reason = "MESSAGE_MALFORMED"


@dataclass(slots=True)
class Gate:
    """What the interceptor needs of the service; hooks that are None are simply not there."""

    context: ServiceContext
    verifier: TokenVerifier
    check: Callable[[Message], list[Violation]]
    # Waits until our copies include an event (`<source>`, id), or raises.
    after_event: Callable[[str, UUID], Awaitable[None]] | None = None


@dataclass(slots=True, eq=False)
class Method:
    """A method prepared once: everything about it that does not change from call to call."""

    path: str
    access: MethodAccess | None
    request: type[Message]
    handler: Any
    serialize: Callable[[Any], bytes]
    _timers: dict[str, Any] = field(default_factory=dict)

    def observe(self, status: str, seconds: float) -> None:
        """Count the call under its status."""
        timer = self._timers.get(status)
        if timer is None:
            timer = self._timers[status] = metrics.rpc_seconds.labels(self.path, status)
        timer.observe(seconds)

    @property
    def is_public(self) -> bool:
        """Whether anybody may call it: then nothing about the caller is looked at or kept."""
        return self.access is not None and self.access.scope == "PUBLIC"


def language_of(header: str | None) -> Language:
    """The first language of Accept-Language that we speak; Chinese otherwise."""
    for item in (header or "").lower().split(","):
        tag = item.strip()
        if tag.startswith("en"):
            return "en"
        if tag.startswith("zh"):
            break
    return "zh-CN"


def scope_unit(message: Message, access: MethodAccess) -> UUID | None:
    """The unit on which a SCOPE_UNIT permission is checked; None (the university) when the field is empty."""
    value: Any = message
    for name in access.scope_field:
        value = getattr(value, name)
    return calls.parse_uuid(value, field_name=".".join(access.scope_field)) if value else None


class CallInterceptor(grpc.aio.ServerInterceptor):
    """Wraps every method of the service once, when it is first called."""

    def __init__(self, gate: Gate, methods: dict[str, MethodDescriptor]) -> None:
        self._gate = gate
        self._descriptors = methods
        self._wrapped: dict[str, Any] = {}
        self._running = 0
        self._most = gate.context.settings.grpc_max_concurrent

    async def intercept_service(self, continuation: Any, handler_call_details: Any) -> Any:
        """Answer grpc's question for the handler of a method."""
        path = handler_call_details.method
        handler = self._wrapped.get(path)
        if handler is None:
            inner = await continuation(handler_call_details)
            descriptor = self._descriptors.get(path)
            if inner is None or descriptor is None:
                # Unknown methods, and health and reflection, which speak for themselves.
                return inner
            handler = self._wrapped[path] = self._wrap(path, inner, descriptor)
        return handler

    def _wrap(self, path: str, inner: Any, descriptor: MethodDescriptor) -> Any:
        if inner.request_streaming:
            raise TypeError(f"{path}: streams of requests are not served")
        # The generated class of the request is what its deserializer is bound to.
        request = cast(type[Message], inner.request_deserializer.__self__)
        handler = inner.unary_stream if inner.response_streaming else inner.unary_unary
        method = Method(path, access_of(descriptor), request, handler, inner.response_serializer)
        if inner.response_streaming:
            return grpc.unary_stream_rpc_method_handler(self._stream(method))
        return grpc.unary_unary_rpc_method_handler(self._unary(method))

    def _unary(self, method: Method) -> Any:
        async def serve(data: bytes, context: Context) -> bytes:
            began = time.perf_counter()
            served = Served(self._gate, method, context)
            self._running += 1
            try:
                if self._running > self._most:
                    metrics.rpc_refused.inc()
                    raise ResourceExhaustedError()
                with tracing.span(method.path, served.traceparent):
                    async with asyncio.timeout(served.limit):
                        answer = await served.answer(data)
            except asyncio.CancelledError:
                served.finish("CANCELLED", began)
                raise
            except Exception as error:  # the one place that turns any failure into a status
                raised = error
            else:
                served.finish("OK", began)
                return answer
            finally:
                self._running -= 1
            await served.fail(raised, began)
            return b""  # never reached: failing raises

        return serve

    def _stream(self, method: Method) -> Any:
        async def serve(data: bytes, context: Context) -> AsyncIterator[bytes]:
            began = time.perf_counter()
            served = Served(self._gate, method, context)
            try:
                async for piece in served.stream(data):
                    yield piece
            except (asyncio.CancelledError, GeneratorExit):
                served.finish("CANCELLED", began)
                raise
            except Exception as error:  # the one place that turns any failure into a status
                raised = error
            else:
                served.finish("OK", began)
                return
            await served.fail(raised, began)

        return serve


class Served:
    """One call on its way through the steps."""

    __slots__ = ("call", "context", "gate", "limit", "metadata", "method", "traceparent")

    def __init__(self, gate: Gate, method: Method, context: Context) -> None:
        self.gate = gate
        self.method = method
        self.context = context
        self.metadata: dict[str, Any] = dict(context.invocation_metadata() or ())
        self.limit = deadlines.limit(context.time_remaining())
        # A public call may be a ballot: nothing that could lead back to a person is taken or kept.
        public = method.is_public
        self.traceparent = tracing.accept(None if public else self.metadata.get("traceparent"))
        self.call = self._open(public)

    def _open(self, public: bool) -> Call:
        get = (lambda _: None) if public else self.metadata.get
        context = self.gate.context
        # The answer kept under a key would tell again what is told once.
        told_once = self.method.access is not None and self.method.access.told_once
        access = Access(context.control, ANONYMOUS, self.method.access)
        return Call(
            service=context.name,
            method=self.method.path,
            caller=ANONYMOUS,
            access=access,
            database=context.database,
            clock=context.clock,
            language=language_of(self.metadata.get("accept-language")),
            if_match=get("if-match"),
            idempotency_key=None if told_once else get("idempotency-key"),
            deadline=asyncio.get_running_loop().time() + self.limit,
            traceparent=None if public else self.traceparent,
            request_id=get("x-request-id"),
            remote_address=None if public else (get("x-forwarded-for") or self.context.peer()),
        )

    async def answer(self, data: bytes) -> bytes:
        """The answer's bytes of a unary method."""
        request = await self._admit(data)
        kept = await self._kept_answer(data)
        if kept is not None:
            return kept
        try:
            response = await self.method.handler(request, self.context)
        except RETRYABLE:
            metrics.rpc_retried.labels(self.method.path).inc()
            response = await self.method.handler(request, self.context)
        self._must_be_checked()
        self._announce()
        return self.method.serialize(response)

    async def stream(self, data: bytes) -> AsyncIterator[bytes]:
        """The pieces of a server-streaming method."""
        request = await self._admit(data)
        async for response in self.method.handler(request, self.context):
            self._must_be_checked()
            yield self.method.serialize(response)

    async def _admit(self, data: bytes) -> Message:
        calls.enter(self.call)
        try:
            request = self.method.request.FromString(data)
        except DecodeError:
            raise MalformedError() from None
        if not self.method.is_public:
            await self._authenticate()
        violations = self.gate.check(request)
        if violations:
            raise InvalidArgumentError(violations)
        await self._wait_for_event()
        access = self.method.access
        await self.call.access.precheck(lambda: scope_unit(request, cast(MethodAccess, access)))
        return request

    async def _authenticate(self) -> None:
        header = self.metadata.get("authorization", "")
        if not header:
            return
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise UnauthenticatedError()
        claims = await self.gate.verifier.verify(token)
        if claims.service is not None:
            caller = Caller("service", None, claims.service, claims.issuer, claims.subject, token)
        else:
            key = claims.account_key or self._key_of(claims)
            person = await self.gate.context.control.person_of(claims.issuer, key)
            caller = Caller("person", person, None, claims.issuer, claims.subject, token, claims.account_key)
        self.call.caller = self.call.access.caller = caller

    def _key_of(self, claims: Claims) -> str:
        # For verifiers that do not know the key themselves.
        secret = self.gate.context.settings.identity_key_bytes
        return number_key(secret, claims.issuer, claims.subject)

    async def _wait_for_event(self) -> None:
        wanted = self.metadata.get("after-event")
        if wanted is None or self.gate.after_event is None or self.method.is_public:
            return
        source, _, event = wanted.rpartition("/")
        event_id = calls.parse_uuid(event, field_name="after_event")
        # Our own events are in our own database before anybody hears their id.
        if source != self.call.service:
            await self.gate.after_event(source, event_id)

    async def _kept_answer(self, data: bytes) -> bytes | None:
        if self.call.idempotency_key is None:
            return None
        self.call.request_hash = hashlib.sha256(data).digest()
        kept = await idempotency.find(self.call.database, self.call)
        if kept is None:
            return None
        self.call.last_event_id = kept.event_id
        self._announce()
        return kept.answer

    def _must_be_checked(self) -> None:
        if not self.call.access.checked:
            metrics.rpc_unchecked.labels(self.method.path).inc()
            raise UncheckedError()

    def _announce(self) -> None:
        if self.call.last_event_id is not None:
            self.context.set_trailing_metadata(
                (("event-id", f"{self.call.service}/{self.call.last_event_id}"),)
            )

    async def fail(self, error: Exception, began: float) -> NoReturn:
        """Answer the failure as a status with details; an unknown one says nothing about itself."""
        known = wire_errors.classify(error)
        if known is None or known.status == "INTERNAL":
            log.error("rpc.failed", method=self.method.path, trace_id=self._trace_id(), **failure(error))
            known = known or InternalError()
        tracing.failed(error)
        if known.status == "PERMISSION_DENIED":
            await self._note_refusal(known)
        status = wire_errors.to_status(known, self.call.service, self.call.language)
        self.finish(known.status, began, reason=known.reason)
        trailing = ((wire_errors.DETAILS, status.SerializeToString()),)
        await self.context.abort(wire_errors.CODES[known.status], status.message, trailing)

    async def _note_refusal(self, error: ServiceError) -> None:
        metrics.access_denials.labels(self.method.path).inc()
        try:
            await audit.record_refusal(self.call.database, self.call, error.metadata.get("permission", ""))
        except Exception as lost:  # the caller is refused whether or not the note could be kept
            log.error("audit.refusal_lost", method=self.method.path, **failure(lost))

    def finish(self, status: str, began: float, *, reason: str | None = None) -> None:
        """Metrics and the one line in the log."""
        seconds = time.perf_counter() - began
        self.method.observe(status, seconds)
        details: dict[str, Any] = {} if reason is None else {"reason": reason}
        if not self.method.is_public:
            details["caller"] = self.call.caller.principal
            details["trace_id"] = self._trace_id()
            if self.call.request_id is not None:
                details["request_id"] = self.call.request_id
        log.info(
            "rpc.answered", method=self.method.path, status=status, ms=round(seconds * 1000, 2), **details
        )

    def _trace_id(self) -> str | None:
        return tracing.trace_id(self.traceparent)
