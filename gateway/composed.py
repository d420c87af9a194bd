"""
The calls that the gateway serves itself, by asking several services with the caller's own token.

It decides nothing: whoever may not ask a service is refused by that service.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from chassis.settings import SERVICES
from gateway.contract import GATEWAY, Route
from gateway.upstream import Answered, Invoke, Metadata, Upstream, invoker
from shuyuan.clock.v1 import clock_service_pb2
from shuyuan.events.v1 import event_log_service_pb2
from shuyuan.gateway.v1 import gateway_service_pb2
from shuyuan.processes.v1 import process_service_pb2

_EVENT_LOG = event_log_service_pb2.DESCRIPTOR.services_by_name["EventLogService"]
_CLOCK = clock_service_pb2.DESCRIPTOR.services_by_name["ClockService"]
_PROCESSES = process_service_pb2.DESCRIPTOR.services_by_name["ProcessService"]
_DEFAULT_PAGE = 50


class Composed:
    """The RPCs of `shuyuan.gateway.v1.GatewayService`, as calls of the same form as those of a service."""

    def __init__(self, upstreams: Mapping[str, Upstream]) -> None:
        def of_each(service: ServiceDescriptor, name: str, *, may_repeat: bool = True) -> dict[str, Invoke]:
            method = service.methods_by_name[name]
            path, answer = f"/{service.full_name}/{name}", GetMessageClass(method.output_type)
            return {
                each: upstream.invoke(path, answer, is_read=may_repeat)
                for each, upstream in upstreams.items()
            }

        self._events = of_each(_EVENT_LOG, "ListEvents")
        self._clocks = of_each(_CLOCK, "GetClock")
        # Moving to an instant already passed changes nothing, so it may be asked again like a read.
        self._advances = of_each(_CLOCK, "AdvanceClock")
        self._lists = of_each(_PROCESSES, "ListProcesses")
        self._gets = of_each(_PROCESSES, "GetProcess")
        self._resumes = of_each(_PROCESSES, "ResumeProcess", may_repeat=False)
        self._served: dict[str, Invoke] = {
            "ListServiceEvents": self._list_events,
            "GetClock": self._get_clock,
            "AdvanceClock": self._advance_clock,
            "ListProcesses": self._list_processes,
            "GetProcess": self._get_process,
            "ResumeProcess": self._resume_process,
        }

    def invoke(self, route: Route) -> Invoke:
        """Answer the call behind a route of the gateway itself."""
        return self._served[route.method.name]

    async def _list_events(self, request: Any, metadata: Metadata, seconds: float) -> Answered:
        asked = event_log_service_pb2.ListEventsRequest(
            after_position=request.after_position, page_size=request.page_size, noun=request.noun
        )
        answered, trailing = await self._events[request.service](asked, metadata, seconds)
        page: Any = answered
        return gateway_service_pb2.ListServiceEventsResponse(
            events=page.events, head_position=page.head_position, epoch=page.epoch
        ), trailing

    async def _get_clock(self, request: Message, metadata: Metadata, seconds: float) -> Answered:
        clocks = await _ask_all(self._clocks, clock_service_pb2.GetClockRequest(), metadata, seconds)
        return gateway_service_pb2.GetClockResponse(today=_earliest(clocks), services=clocks), {}

    async def _advance_clock(self, request: Any, metadata: Metadata, seconds: float) -> Answered:
        asked = clock_service_pb2.AdvanceClockRequest(to_time=request.to_time)
        clocks = await _ask_all(self._advances, asked, metadata, seconds)
        return gateway_service_pb2.AdvanceClockResponse(today=_earliest(clocks), services=clocks), {}

    async def _list_processes(self, request: Any, metadata: Metadata, seconds: float) -> Answered:
        at, inner = _position(request.page_token)
        wanted = request.page_size or _DEFAULT_PAGE
        page = gateway_service_pb2.ListProcessesResponse()
        while at < len(SERVICES) and len(page.processes) < wanted:
            service = SERVICES[at]
            asked = process_service_pb2.ListProcessesRequest(
                state=request.state,
                kind=request.kind,
                page_size=wanted - len(page.processes),
                page_token=inner,
            )
            answered, _ = await self._lists[service](asked, metadata, seconds)
            found: Any = answered
            for process in found.processes:
                page.processes.add(service=service, process=process)
            inner = found.next_page_token
            at += not inner
        if at < len(SERVICES):
            page.next_page_token = f"{SERVICES[at]}:{inner}"
        return page, {}

    async def _get_process(self, request: Any, metadata: Metadata, seconds: float) -> Answered:
        asked = process_service_pb2.GetProcessRequest(process_id=request.process_id)
        answered, trailing = await self._gets[request.service](asked, metadata, seconds)
        found: Any = answered
        return gateway_service_pb2.GetProcessResponse(process=found.process), trailing

    async def _resume_process(self, request: Any, metadata: Metadata, seconds: float) -> Answered:
        asked = process_service_pb2.ResumeProcessRequest(process_id=request.process_id)
        answered, trailing = await self._resumes[request.service](asked, metadata, seconds)
        found: Any = answered
        return gateway_service_pb2.ResumeProcessResponse(process=found.process), trailing


def _position(token: str) -> tuple[int, str]:
    # The token names the service whose turn it is, and that service's own token.
    if not token:
        return 0, ""
    service, _, inner = token.partition(":")
    return SERVICES.index(service), inner


async def _ask_all(
    calls: Mapping[str, Invoke], request: Message, metadata: Metadata, seconds: float
) -> list[gateway_service_pb2.ServiceClock]:
    asked = (calls[name](request, metadata, seconds) for name in SERVICES)
    # All are waited for, so that the rest has moved when one fails.
    answers = await asyncio.gather(*asked, return_exceptions=True)
    clocks = []
    for name, answer in zip(SERVICES, answers, strict=True):
        if isinstance(answer, BaseException):
            raise answer
        clock: Any = answer[0]
        clocks.append(
            gateway_service_pb2.ServiceClock(service=name, now_time=clock.now_time, today=clock.today)
        )
    return clocks


def _earliest(clocks: Sequence[gateway_service_pb2.ServiceClock]) -> str:
    return min(clock.today for clock in clocks)


def invoke_for(route: Route, upstreams: dict[str, Upstream], composed: Composed) -> Invoke:
    """Answer the call behind any route."""
    return composed.invoke(route) if route.target == GATEWAY else invoker(upstreams, route)
