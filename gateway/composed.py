"""
The calls that the gateway serves itself, by asking several services with the caller's own token.

It decides nothing: whoever may not ask a service is refused by that service.
"""

import asyncio
from collections.abc import Mapping

from chassis.errors import UnavailableError
from chassis.settings import SERVICES
from google.protobuf.message import Message
from shuyuan.clock.v1 import clock_service_pb2
from shuyuan.events.v1 import event_log_service_pb2
from shuyuan.gateway.v1 import gateway_service_pb2

from gateway.contract import GATEWAY, Route
from gateway.upstream import Answered, Invoke, Metadata, Upstream, invoker

_EVENT_LOG = event_log_service_pb2.DESCRIPTOR.services_by_name["EventLogService"].full_name
_CLOCK = clock_service_pb2.DESCRIPTOR.services_by_name["ClockService"].full_name


class Composed:
    """The RPCs of `shuyuan.gateway.v1.GatewayService`, as calls of the same form as those of a service."""

    def __init__(self, upstreams: Mapping[str, Upstream]) -> None:
        self._events = {
            name: upstream.invoke(
                f"/{_EVENT_LOG}/ListEvents", event_log_service_pb2.ListEventsResponse, is_read=True
            )
            for name, upstream in upstreams.items()
        }
        self._clocks = {
            name: upstream.invoke(f"/{_CLOCK}/GetClock", clock_service_pb2.GetClockResponse, is_read=True)
            for name, upstream in upstreams.items()
        }
        # Moving to an instant already passed changes nothing, so it may be asked again like a read.
        self._advances = {
            name: upstream.invoke(
                f"/{_CLOCK}/AdvanceClock", clock_service_pb2.AdvanceClockResponse, is_read=True
            )
            for name, upstream in upstreams.items()
        }

    def invoke(self, route: Route) -> Invoke:
        """Answer the call behind a route of the gateway itself."""
        served: dict[str, Invoke] = {
            "ListServiceEvents": self.list_service_events,
            "GetClock": self.get_clock,
            "AdvanceClock": self.advance_clock,
        }
        return served[route.method.name]

    async def list_service_events(self, request: Message, metadata: Metadata, seconds: float) -> Answered:
        """Ask the service named in the path for its log."""
        assert isinstance(request, gateway_service_pb2.ListServiceEventsRequest)
        asked = event_log_service_pb2.ListEventsRequest(
            after_position=request.after_position, page_size=request.page_size, noun=request.noun
        )
        page, trailing = await self._events[request.service](asked, metadata, seconds)
        assert isinstance(page, event_log_service_pb2.ListEventsResponse)
        answer = gateway_service_pb2.ListServiceEventsResponse(
            head_position=page.head_position, epoch=page.epoch
        )
        answer.events.MergeFrom(page.events)
        return answer, trailing

    async def get_clock(self, request: Message, metadata: Metadata, seconds: float) -> Answered:
        """Ask every service for its time."""
        clocks = await _ask_all(self._clocks, clock_service_pb2.GetClockRequest(), metadata, seconds)
        return gateway_service_pb2.GetClockResponse(today=_earliest(clocks), services=clocks), {}

    async def advance_clock(self, request: Message, metadata: Metadata, seconds: float) -> Answered:
        """Ask every service to move its clock."""
        assert isinstance(request, gateway_service_pb2.AdvanceClockRequest)
        asked = clock_service_pb2.AdvanceClockRequest(to_time=request.to_time)
        clocks = await _ask_all(self._advances, asked, metadata, seconds)
        return gateway_service_pb2.AdvanceClockResponse(today=_earliest(clocks), services=clocks), {}


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
        clock = answer[0]
        if not isinstance(clock, clock_service_pb2.GetClockResponse | clock_service_pb2.AdvanceClockResponse):
            raise UnavailableError(needed=name)
        clocks.append(
            gateway_service_pb2.ServiceClock(service=name, now_time=clock.now_time, today=clock.today)
        )
    return clocks


def _earliest(clocks: list[gateway_service_pb2.ServiceClock]) -> str:
    return min(clock.today for clock in clocks)


def invoke_for(route: Route, upstreams: dict[str, Upstream], composed: Composed) -> Invoke:
    """Answer the call behind any route."""
    return composed.invoke(route) if route.target == GATEWAY else invoker(upstreams, route)
