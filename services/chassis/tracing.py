"""Traces over services and events, in the W3C form; exported by OTLP over HTTP when an endpoint is set.

Without an endpoint no OpenTelemetry code runs: the trace id is passed on so that logs of one request can be
found, and that is all. Sampling keeps the cost away from most requests.
"""

import re
import secrets
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

    from chassis.settings import Settings

_FORM = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)
_propagator = TraceContextTextMapPropagator()
_tracer: "Tracer | None" = None
_traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)


def configure(settings: "Settings", service: str) -> "TracerProvider | None":
    """Start exporting spans; answers the provider to shut down at the end, None when nothing is exported."""
    global _tracer
    if not settings.otlp_endpoint:
        return None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

    provider = TracerProvider(
        resource=Resource.create({"service.name": service}),
        sampler=ParentBased(TraceIdRatioBased(settings.trace_ratio)),
    )
    endpoint = settings.otlp_endpoint.rstrip("/") + "/v1/traces"
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    _tracer = provider.get_tracer("shuyuan")
    return provider


def accept(traceparent: str | None) -> str:
    """The caller's trace context if it is well formed, else a fresh one that is not sampled."""
    if traceparent is not None and _FORM.fullmatch(traceparent):
        return traceparent
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"


def trace_id(traceparent: str | None) -> str | None:
    """The id under which logs and the caller find the request."""
    return traceparent[3:35] if traceparent is not None else None


@contextmanager
def span(name: str, traceparent: str | None = None) -> Iterator[str | None]:
    """Work inside one span; yields the trace context to hand on."""
    if _tracer is None:
        token = _traceparent.set(traceparent or _traceparent.get())
        try:
            yield _traceparent.get()
        finally:
            _traceparent.reset(token)
        return
    parent = _propagator.extract({"traceparent": traceparent}) if traceparent else otel_context.get_current()
    with _tracer.start_as_current_span(name, context=parent):
        yield current_traceparent()


def current_traceparent() -> str | None:
    """The trace context of the work being done."""
    if _tracer is None:
        return _traceparent.get()
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get("traceparent") or _traceparent.get()


def inject(headers: MutableMapping[str, str]) -> None:
    """Write the trace context into the headers of a message (NATS) or a call."""
    traceparent = current_traceparent()
    if traceparent is not None:
        headers["traceparent"] = traceparent


def failed(error: BaseException) -> None:
    """Note on the present span that the work failed, without the exception's text."""
    if _tracer is not None:
        trace.get_current_span().set_status(trace.Status(trace.StatusCode.ERROR, type(error).__name__))
