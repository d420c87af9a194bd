"""Timed work is done once per slot, however many runners there are and whoever dies."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from chassis import calls, schedule
from chassis.calls import Call, ServiceContext
from chassis.clock import Clock
from chassis.ids import new_id
from chassis.schedule import Daily, ScheduleRunner, Slot, Timed
from chassis.settings import Settings
from chassis.statements import query
from tests.integration.chassis_storage.probe import INSERT, Probe, until

DUE_AGAIN = query(sa.text("UPDATE timed_run SET due_at = now()"))
RUNS = query(sa.text("SELECT * FROM timed_run ORDER BY slot"))

RAN = query(
    sa.text(
        """INSERT INTO timed_run (name, slot, due_at, finished_at)
           VALUES ('nightly', :slot, now() - CAST(:age AS interval),
                   CASE WHEN CAST(:is_finished AS boolean) THEN now() - CAST(:age AS interval) END)"""
    )
)


@pytest.fixture
def context(probe: Probe) -> ServiceContext:
    return ServiceContext("probe", Settings(environment="test"), probe.database, probe.clock, probe.control)


def work_of(probe: Probe, name: str = "nightly") -> Timed:
    async def do(call: Call, slot: Slot) -> None:
        async with call.transaction() as work:
            await work.execute(INSERT, lamp_id=new_id(), label=slot.key, version=1)

    return Timed(name, Daily(), do)


async def test_a_slot_is_done_once_by_many_runners(probe: Probe, context: ServiceContext) -> None:
    timed = work_of(probe)
    counts = await asyncio.gather(*(ScheduleRunner(context, [timed]).run_due(timed) for _ in range(6)))

    assert await probe.lamps() == 1
    assert 1 <= sum(counts) <= 6
    (run,) = await probe.database.fetch(RUNS)
    assert run["finished_at"] is not None


async def test_the_next_business_day_is_another_slot(probe: Probe, context: ServiceContext) -> None:
    timed = work_of(probe)
    runner = ScheduleRunner(context, [timed])
    context.clock = Clock(movable=True)
    await runner.run_due(timed)
    await context.clock.advance(probe.database, context.clock.now() + timedelta(days=3))
    assert await runner.run_due(timed) == 1
    assert await runner.run_due(timed) == 0

    assert await probe.lamps() == 2


async def test_a_failed_slot_is_tried_again_later(probe: Probe, context: ServiceContext) -> None:
    attempts = []

    async def fail_once(call: Call, slot: Slot) -> None:
        attempts.append(slot.key)
        if len(attempts) == 1:
            raise ConnectionError

    timed = Timed("shaky", Daily(), fail_once)
    runner = ScheduleRunner(context, [timed])
    assert [await runner.run_due(timed), await runner.run_due(timed)] == [0, 0]
    assert (await probe.database.fetch(RUNS))[0]["last_error"] == "ConnectionError"
    await probe.database.fetch(DUE_AGAIN)
    assert await runner.run_due(timed) == 1
    assert len(attempts) == 2


async def test_work_that_finishes_its_slot_has_its_effect_once_though_its_runner_dies(
    probe: Probe, context: ServiceContext
) -> None:
    reached = asyncio.Event()

    async def do(call: Call, slot: Slot) -> None:
        async with call.transaction() as work:
            await work.execute(INSERT, lamp_id=new_id(), label=slot.key, version=1)
            assert await slot.finish(work)
        reached.set()
        await asyncio.Event().wait()

    timed = Timed("nightly", Daily(), do)
    killed = asyncio.create_task(ScheduleRunner(context, [timed]).run_due(timed))
    await reached.wait()
    killed.cancel()
    await asyncio.wait([killed])
    runner = ScheduleRunner(context, [timed], lease=timedelta(0))

    await runner.run_due(timed)
    assert await probe.lamps() == 1


async def test_the_frames_own_chores_run(probe: Probe, context: ServiceContext) -> None:
    running = asyncio.create_task(ScheduleRunner(context, []).run())
    finished = query(sa.text("SELECT count(*) FROM timed_run WHERE finished_at IS NOT NULL"))

    async def are_done() -> bool:
        return bool(await probe.database.fetch_value(finished) == len(schedule.CHORES))

    await until(are_done)
    running.cancel()
    await asyncio.wait([running])


async def test_a_commit_that_touches_its_topic_has_work_done_at_once(
    probe: Probe, context: ServiceContext
) -> None:
    done: list[str] = []

    async def do(call: Call, slot: Slot) -> None:
        done.append(slot.key)
        if len(done) == 2:
            raise ConnectionError

    async def are(count: int) -> None:
        async def hold() -> bool:
            return len(done) == count

        await until(hold)

    async def touch(topic: str) -> None:
        async with probe.call().transaction() as work:
            await work.execute(INSERT, lamp_id=new_id(), label="", version=1)
            work.touch(topic)

    running = asyncio.create_task(
        ScheduleRunner(context, [Timed("entering", Daily(), do, topic="waiting")]).run()
    )
    await are(1)
    await touch("waiting")
    await are(2)
    # One that failed is no reason not to do the next.
    await touch("waiting")
    await are(3)
    runs = await probe.database.fetch(query(sa.text("SELECT slot FROM timed_run WHERE name = 'entering'")))
    assert [run["slot"] for run in runs] == done[:1]
    running.cancel()
    await asyncio.wait([running])


async def test_two_pieces_of_work_cannot_share_a_name(context: ServiceContext) -> None:
    async def nothing(call: Call, slot: Slot) -> None:
        """Do nothing."""

    timed = Timed("same", Daily(), nothing)
    with pytest.raises(ValueError, match="one name"):
        ScheduleRunner(context, [timed, timed])


async def test_slots_that_nobody_finishes_any_more_are_forgotten_like_finished_ones(
    probe: Probe, context: ServiceContext
) -> None:
    old, recent = schedule.KEPT_FOR + timedelta(days=1), schedule.KEPT_FOR - timedelta(days=1)
    for slot, age, is_finished in (
        ("2026-01-01", old, True),
        ("2026-01-02", old, False),
        ("2026-01-03", old, True),
        ("2026-01-04", recent, False),
    ):
        await probe.database.fetch(RAN, slot=slot, age=age, is_finished=is_finished)

    await schedule._prune(calls.system_call(context, "test"), Slot("test", "now", context.clock.today()))

    # The newest finished one says where catching up begins.
    assert [run["slot"] for run in await probe.database.fetch(RUNS)] == ["2026-01-03", "2026-01-04"]
