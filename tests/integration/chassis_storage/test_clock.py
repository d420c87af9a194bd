"""The business clock: forward only, kept, and fixed where the settings say so."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from chassis import calls
from chassis.clock import Clock, ClockFixedError
from chassis.clock_servicer import ClockServicer
from shuyuan.clock.v1 import clock_service_pb2 as pb
from tests.integration.chassis_storage.probe import Probe

FAR = datetime(2040, 1, 1, tzinfo=UTC)


async def test_it_moves_forward_and_stays_there(probe: Probe) -> None:
    clock = Clock(movable=True)
    await clock.advance(probe.database, FAR)
    restarted = Clock(movable=True)
    await restarted.load(probe.database)

    assert clock.now() >= FAR
    assert abs(restarted.now() - clock.now()) < timedelta(seconds=5)
    assert abs(clock.system_now() - datetime.now(UTC)) < timedelta(seconds=5)


async def test_it_never_moves_back(probe: Probe) -> None:
    clock = Clock(movable=True)
    await clock.advance(probe.database, FAR)
    await clock.advance(probe.database, FAR - timedelta(days=900))

    assert clock.now() >= FAR


async def test_a_fixed_clock_is_not_moved(probe: Probe) -> None:
    clock = Clock()
    with pytest.raises(ClockFixedError):
        await clock.advance(probe.database, FAR)


async def test_a_unit_of_work_keeps_its_instant(probe: Probe) -> None:
    probe.clock._movable = True
    async with probe.call().transaction() as work:
        before = work.now
        await probe.clock.advance(work, FAR)
        assert (work.now, work.today) == (before, work.today)
        work.answer(None)
    assert probe.clock.now() >= FAR


async def test_moving_it_is_audited_and_answers_the_new_day(probe: Probe) -> None:
    probe.clock._movable = True
    calls.enter(probe.call(method="/shuyuan.clock.v1.ClockService/AdvanceClock"))
    servicer: Any = ClockServicer()
    to = Timestamp()
    to.FromDatetime(FAR)

    answer = await servicer.AdvanceClock(pb.AdvanceClockRequest(to_time=to), None)
    read = await servicer.GetClock(pb.GetClockRequest(), None)
    assert answer.today == read.today == "2040-01-01"
    assert (await probe.audit())[0]["method"].endswith("AdvanceClock")
