"""Processes: each step is done once, whoever dies when; what they touch is frozen until they are over."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis import calls, process
from chassis.calls import Call, ServiceContext
from chassis.ids import new_id
from chassis.process import (
    DONE,
    WAIT,
    Outcome,
    Process,
    ProcessKind,
    ProcessNotFoundError,
    ProcessNotResumableError,
    ResourceFrozenError,
    Wait,
)
from chassis.process_runner import ProcessRunner
from chassis.process_servicer import ProcessServicer
from chassis.settings import Settings
from chassis.statements import query
from shuyuan.processes.v1 import process_service_pb2 as pb
from tests.integration.chassis_storage.messages import LampDimmed
from tests.integration.chassis_storage.probe import INSERT, Probe, until

DUE_NOW = query(sa.text("UPDATE process SET due_at = now()"))
LATE = query(sa.text("UPDATE process SET deadline_at = now() - interval '1 second', due_at = now()"))


@pytest.fixture
def context(probe: Probe) -> ServiceContext:
    return ServiceContext("probe", Settings(environment="test"), probe.database, probe.clock, probe.control)


async def begin(probe: Probe, kind: ProcessKind, *freezes: Any) -> Process:
    async with probe.call().transaction() as work:
        return work.answer(await process.begin(work, kind, state={"n": 1}, freezes=freezes))


async def current_of(probe: Probe, begun: Process) -> Process:
    return await process.get(probe.database, begun.process_id)


def does(outcome: Outcome) -> Callable[[Call, Process], Any]:
    async def step(call: Call, claimed: Process) -> Outcome:
        return outcome

    return step


async def fails(call: Call, claimed: Process) -> Outcome:
    raise ConnectionError


class TestRunning:
    async def test_steps_follow_one_another_until_it_is_done(
        self, probe: Probe, context: ServiceContext
    ) -> None:
        kind = ProcessKind("move", "ask", {"ask": does("apply"), "apply": does(DONE)})
        begun = await begin(probe, kind)
        runner = ProcessRunner(context, [kind])
        while await runner.run_one():
            pass

        ended = await current_of(probe, begun)
        assert (ended.status, ended.step) == ("done", DONE)
        assert ended.ended_at is not None

    async def test_it_begins_at_once_when_its_command_commits(
        self, probe: Probe, context: ServiceContext
    ) -> None:
        kind = ProcessKind("move", "ask", {"ask": does(DONE)})
        running = asyncio.create_task(ProcessRunner(context, [kind]).run())
        begun = await begin(probe, kind)

        async def is_done() -> bool:
            return (await current_of(probe, begun)).status == "done"

        await until(is_done)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running

    async def test_a_waiting_process_goes_on_by_an_event_once(
        self, probe: Probe, context: ServiceContext
    ) -> None:
        kind = ProcessKind("move", "ask", {"ask": does(WAIT), "apply": does(DONE)})
        begun = await begin(probe, kind)
        runner = ProcessRunner(context, [kind])
        await runner.run_one()
        assert not await runner.run_one()

        moved = []
        for _ in range(2):
            async with probe.call().transaction() as work:
                moved.append(await process.advance(work, begun.process_id, "apply", expected="ask"))
                work.answer(None)
        assert moved == [True, False]
        await runner.run_one()
        assert (await current_of(probe, begun)).status == "done"

    async def test_an_event_that_comes_before_the_step_is_over_is_not_lost(
        self, probe: Probe, context: ServiceContext
    ) -> None:
        async def ask(call: Call, claimed: Process) -> Outcome:
            async with probe.call().transaction() as work:
                await process.advance(work, claimed.process_id, "apply", expected="ask")
                work.answer(None)
            return WAIT

        kind = ProcessKind("move", "ask", {"ask": ask, "apply": does(DONE)})
        begun = await begin(probe, kind)
        runner = ProcessRunner(context, [kind])
        while await runner.run_one():
            pass

        assert (await current_of(probe, begun)).status == "done"

    async def test_a_step_may_ask_to_be_repeated_in_a_while(
        self, probe: Probe, context: ServiceContext
    ) -> None:
        kind = ProcessKind("move", "ask", {"ask": does(Wait(timedelta(hours=1)))})
        begun = await begin(probe, kind)
        runner = ProcessRunner(context, [kind])

        assert await runner.run_one()
        assert not await runner.run_one()
        assert (await current_of(probe, begun)).status == "running"

    async def test_what_a_step_asks_of_a_sibling_has_the_same_key_when_repeated(self, probe: Probe) -> None:
        kind = ProcessKind("move", "ask", {"ask": does(DONE)})
        begun = await begin(probe, kind)

        assert begun.key("a") == (await current_of(probe, begun)).key("a") != begun.key("b")


@pytest.mark.parametrize("killed_at", ["one", "two", "three"])
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_runner_killed_at_any_step_leaves_each_step_done_once(
    probe: Probe, context: ServiceContext, killed_at: str, moment: str
) -> None:
    """Cut before and after the step's own commit; another runner takes over when the lease is over."""
    reached = asyncio.Event()
    tripped: list[str] = []

    async def maybe_hang(name: str, now: str) -> None:
        if (name, now) == (killed_at, moment) and not tripped:
            tripped.append(name)
            reached.set()
            await asyncio.Event().wait()

    def step(name: str, following: str) -> Callable[[Call, Process], Any]:
        async def do(call: Call, claimed: Process) -> Outcome:
            await maybe_hang(name, "before")
            async with call.transaction() as work:
                await work.execute(INSERT, lamp_id=new_id(), label=name, version=1)
                probe.announce(work, claimed.process_id, claimed.version, LampDimmed)
                await process.advance(work, claimed.process_id, following, expected=name)
            await maybe_hang(name, "after")
            return following

        return do

    kind = ProcessKind(
        "move", "one", {"one": step("one", "two"), "two": step("two", "three"), "three": step("three", DONE)}
    )
    begun = await begin(probe, kind)
    lease = timedelta(seconds=0.4)
    killed = asyncio.create_task(ProcessRunner(context, [kind], lease=lease).run())
    await reached.wait()
    killed.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await killed
    runner = ProcessRunner(context, [kind], lease=lease)

    async def is_done() -> bool:
        await runner.run_one()
        return (await current_of(probe, begun)).status == "done"

    await until(is_done)
    labels = await probe.database.fetch(query(sa.text("SELECT label FROM lamp ORDER BY label")))
    assert [row["label"] for row in labels] == ["one", "three", "two"]
    assert len(await probe.events()) == 3


async def test_a_living_runner_keeps_its_step_beyond_the_lease(probe: Probe, context: ServiceContext) -> None:
    """The lease is renewed while the step runs; nobody else begins it meanwhile."""
    begun_times: list[str] = []
    may_end = asyncio.Event()

    async def slow(call: Call, claimed: Process) -> Outcome:
        begun_times.append(claimed.step)
        await may_end.wait()
        return DONE

    kind = ProcessKind("move", "one", {"one": slow})
    begun = await begin(probe, kind)
    lease = timedelta(seconds=0.3)
    living = asyncio.create_task(ProcessRunner(context, [kind], lease=lease).run_one())
    other = ProcessRunner(context, [kind], lease=lease)
    leased_until = query(sa.text("SELECT leased_until FROM process"))
    leases: list[Any] = []

    async def is_renewed_often() -> bool:
        leases.append(await probe.database.fetch_value(leased_until))
        known = [each for each in leases if each is not None]
        return bool(known) and known[-1] > known[0] + 2 * lease

    await until(is_renewed_often)
    assert not await other.run_one()
    may_end.set()
    await living
    assert begun_times == ["one"]
    assert (await current_of(probe, begun)).status == "done"


class TestTrouble:
    async def test_what_fails_too_often_is_stuck_and_can_be_resumed(
        self, probe: Probe, context: ServiceContext
    ) -> None:
        kind = ProcessKind("move", "ask", {"ask": fails}, most_attempts=2)
        begun = await begin(probe, kind)
        runner = ProcessRunner(context, [kind])
        for _ in range(2):
            await probe.database.fetch(DUE_NOW)
            await runner.run_one()

        stuck = await current_of(probe, begun)
        assert (stuck.status, stuck.attempts, stuck.last_error) == ("stuck", 2, "ConnectionError")
        async with probe.call().transaction() as work:
            resumed = work.answer(await process.resume(work, begun.process_id))
        assert (resumed.status, resumed.attempts) == ("running", 0)
        assert (await probe.audit())[-1]["noun"] == "process"

    async def test_a_failure_is_not_tried_again_at_once(self, probe: Probe, context: ServiceContext) -> None:
        kind = ProcessKind("move", "ask", {"ask": fails})
        await begin(probe, kind)
        runner = ProcessRunner(context, [kind])

        assert [await runner.run_one(), await runner.run_one()] == [True, False]

    async def test_only_a_stuck_process_can_be_resumed(self, probe: Probe) -> None:
        begun = await begin(probe, ProcessKind("move", "ask", {"ask": fails}))

        with pytest.raises(ProcessNotResumableError):
            async with probe.call().transaction() as work:
                await process.resume(work, begun.process_id)
        with pytest.raises(ProcessNotFoundError):
            async with probe.call().transaction() as work:
                await process.resume(work, new_id())

    async def test_at_its_deadline_it_is_undone(self, probe: Probe, context: ServiceContext) -> None:
        kind = ProcessKind(
            "move", "ask", {"ask": does(WAIT), "undo": does(DONE)}, timedelta(days=1), at_deadline="undo"
        )
        begun = await begin(probe, kind)
        runner = ProcessRunner(context, [kind])
        await runner.run_one()
        await probe.database.fetch(LATE)
        assert await runner.run_one()
        assert (await current_of(probe, begun)).step == "undo"

        await runner.run_one()
        assert (await current_of(probe, begun)).status == "done"

    async def test_at_its_deadline_without_a_way_back_it_is_stuck(
        self, probe: Probe, context: ServiceContext
    ) -> None:
        kind = ProcessKind("move", "ask", {"ask": does(WAIT)}, timedelta(days=1))
        begun = await begin(probe, kind)
        runner = ProcessRunner(context, [kind])
        await runner.run_one()
        await probe.database.fetch(LATE)
        await runner.run_one()

        assert (await current_of(probe, begun)).last_error == "late"


class TestFreezing:
    async def test_a_frozen_resource_is_refused_naming_the_process(self, probe: Probe) -> None:
        resource = new_id()
        begun = await begin(probe, ProcessKind("move", "ask", {"ask": fails}), resource)

        with pytest.raises(ResourceFrozenError) as refused:
            async with probe.call().transaction() as work:
                await process.ensure_free(work, new_id(), resource)
        assert refused.value.metadata["process_id"] == str(begun.process_id)
        assert refused.value.metadata["kind"] == "move"

    async def test_two_processes_cannot_hold_one_resource(self, probe: Probe) -> None:
        resource = new_id()
        kind = ProcessKind("move", "ask", {"ask": fails})
        results = await asyncio.gather(
            *(begin(probe, kind, resource) for _ in range(4)), return_exceptions=True
        )

        assert sorted(type(result).__name__ for result in results) == [
            "Process",
            *["ResourceFrozenError"] * 3,
        ]

    async def test_what_is_over_holds_nothing(self, probe: Probe, context: ServiceContext) -> None:
        resource = new_id()
        kind = ProcessKind("move", "ask", {"ask": does(DONE)})
        await begin(probe, kind, resource)
        await ProcessRunner(context, [kind]).run_one()

        async with probe.call().transaction() as work:
            await process.ensure_free(work, resource)
            work.answer(None)

    async def test_a_process_waits_for_the_commands_that_run_on_its_resources(self, probe: Probe) -> None:
        resource = new_id()
        kind = ProcessKind("move", "ask", {"ask": fails})
        async with probe.call().transaction() as work:
            await process.ensure_free(work, resource)
            beginning = asyncio.create_task(begin(probe, kind, resource))
            waits = query(
                sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            )
            await until(lambda: probe.database.fetch_value(waits))
            assert not beginning.done()
            work.answer(None)
        assert (await beginning).status == "running"


class TestServicer:
    async def test_pages_hold_every_process_once_the_newest_first(self, probe: Probe) -> None:
        kind = ProcessKind("move", "ask", {"ask": fails})
        begun = [str((await begin(probe, kind, new_id())).process_id) for _ in range(5)]
        calls.enter(probe.call())
        servicer: Any = ProcessServicer()

        seen, token = [], ""
        while True:
            page = await servicer.ListProcesses(pb.ListProcessesRequest(page_size=2, page_token=token), None)
            seen += [one.process_id for one in page.processes]
            token = page.next_page_token
            if not token:
                break
        assert seen == begun[::-1]

    async def test_a_process_shows_what_it_holds(self, probe: Probe) -> None:
        resource = new_id()
        begun = await begin(probe, ProcessKind("move", "ask", {"ask": fails}), resource)
        calls.enter(probe.call())
        servicer: Any = ProcessServicer()

        answer = await servicer.GetProcess(pb.GetProcessRequest(process_id=str(begun.process_id)), None)
        assert answer.process.state == pb.Process.STATE_RUNNING
        assert list(answer.process.frozen_resource_ids) == [str(resource)]
        assert answer.process.begun_by_person_id == str(probe.call().person_id)
