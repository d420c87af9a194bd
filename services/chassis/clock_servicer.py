"""Serves the business clock: read by anybody signed in, moved forward where the settings allow it."""

from datetime import UTC
from typing import TYPE_CHECKING, Any

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.calls import Call, answer, current
from chassis.clock import Clock
from shuyuan.clock.v1 import clock_service_pb2 as pb
from shuyuan.clock.v1 import clock_service_pb2_grpc as grpc_stubs

if TYPE_CHECKING:
    from datetime import datetime

    from grpc.aio import ServicerContext


class ClockServicer(grpc_stubs.ClockServiceServicer):
    """One clock per service; the gateway moves them all."""

    async def GetClock(
        self, request: pb.GetClockRequest, context: "ServicerContext[Any, Any]"
    ) -> pb.GetClockResponse:
        """The business time."""
        now, today = _read(current().clock)
        return pb.GetClockResponse(now_time=now, today=today)

    async def AdvanceClock(
        self, request: pb.AdvanceClockRequest, context: "ServicerContext[Any, Any]"
    ) -> pb.AdvanceClockResponse:
        """Move it forward."""
        call = current()
        return await answer(call, _advance(call, request.to_time.ToDatetime(tzinfo=UTC)), _advanced)


async def _advance(call: Call, to: "datetime") -> Clock:
    async with call.transaction() as work:
        await call.clock.advance(work, to)
        return work.answer(call.clock)


def _advanced(clock: Clock) -> pb.AdvanceClockResponse:
    now, today = _read(clock)
    return pb.AdvanceClockResponse(now_time=now, today=today)


def _read(clock: Clock) -> tuple[Timestamp, str]:
    stamp = Timestamp()
    stamp.FromDatetime(clock.now())
    return stamp, clock.today().isoformat()
