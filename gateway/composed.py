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

from chassis.errors import ConflictError, DeadlineExceededError, UnavailableError
from chassis.settings import SERVICES
from gateway.contract import GATEWAY, Route
from gateway.streams import Pieces, Watch
from gateway.upstream import Answered, Invoke, Metadata, Upstream, invoker
from shuyuan.clock.v1 import clock_service_pb2
from shuyuan.events.v1 import event_log_service_pb2
from shuyuan.gateway.v1 import gateway_service_pb2
from shuyuan.processes.v1 import process_service_pb2

_EVENT_LOG = event_log_service_pb2.DESCRIPTOR.services_by_name["EventLogService"]
_CLOCK = clock_service_pb2.DESCRIPTOR.services_by_name["ClockService"]
_PROCESSES = process_service_pb2.DESCRIPTOR.services_by_name["ProcessService"]
_DEFAULT_PAGE = 50
# A stream asks again this often, so that a permission that was taken away ends it, and shows that it lives.
WAIT_SECONDS = 10
_ANSWER_SECONDS = 5.0
_AWAY_SECONDS = 1.0
_MOST_AT_ONCE = 200


class EventLogRestoredError(ConflictError):
    """The log that is watched has begun another life; what its positions mean may have changed."""

    reason = "EVENT_LOG_RESTORED"


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
        self._waits = of_each(_EVENT_LOG, "AwaitEvents")
        self._locates = of_each(_EVENT_LOG, "LocateEvent")
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
        self._streams: dict[str, Watch] = {"WatchServiceEvents": self._watch_events}

    def invoke(self, route: Route) -> Invoke:
        """Answer the call behind a route of the gateway itself."""
        return self._served[route.method.name]

    def watch(self, route: Route) -> Watch:
        """Answer what is streamed at a route of the gateway itself."""
        return self._streams[route.method.name]

    async def _list_events(self, request: Any, metadata: Metadata, seconds: float) -> Answered:
        asked = event_log_service_pb2.ListEventsRequest(
            after_position=request.after_position, page_size=request.page_size, noun=request.noun
        )
        answered, trailing = await self._events[request.service](asked, metadata, seconds)
        page: Any = answered
        return gateway_service_pb2.ListServiceEventsResponse(
            events=page.events, head_position=page.head_position, epoch=page.epoch
        ), trailing

    async def _watch_events(self, request: Any, metadata: Metadata) -> Pieces:
        wait = self._waits[request.service]
        asked = event_log_service_pb2.AwaitEventsRequest(
            after_position=await self._begin(request, metadata), page_size=_MOST_AT_ONCE, noun=request.noun
        )
        epoch = 0
        while True:
            try:
                answered, _ = await wait(asked, metadata, asked.wait_seconds + _ANSWER_SECONDS)
            except (UnavailableError, DeadlineExceededError):
                if not epoch:
                    raise
                yield ()
                await asyncio.sleep(_AWAY_SECONDS)
                continue
            page: Any = answered
            if epoch not in (0, page.epoch):
                raise EventLogRestoredError(epoch=page.epoch)
            epoch = page.epoch
            yield [gateway_service_pb2.WatchServiceEventsResponse(event=event) for event in page.events]
            if page.events:
                asked.after_position = page.events[-1].position
            # The first answer tells at once that the stream has begun.
            asked.wait_seconds = WAIT_SECONDS

    async def _begin(self, request: Any, metadata: Metadata) -> int:
        if not request.after_event_id:
            return int(request.after_position)
        asked = event_log_service_pb2.LocateEventRequest(event_id=request.after_event_id)
        answered, _ = await self._locates[request.service](asked, metadata, _ANSWER_SECONDS)
        located: Any = answered
        return int(located.position)

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
