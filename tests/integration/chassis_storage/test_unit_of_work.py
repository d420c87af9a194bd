"""What one commit writes, and what it never leaves behind."""

import asyncio

import asyncpg
import pytest
import sqlalchemy as sa

from chassis import database as databases
from chassis.calls import ANONYMOUS, Caller, answer
from chassis.errors import InternalError
from chassis.ids import new_id
from chassis.statements import Write, query
from tests.integration.chassis_storage.messages import Lamp, LampLit
from tests.integration.chassis_storage.probe import COUNT, INSERT, Probe

ONE = query(sa.text("SELECT 1"))
SLEEP = query(sa.text("SELECT pg_sleep(30)"))
SESSIONS_IN_TRANSACTION = query(
    sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
    )
)


class TestCommit:
    async def test_row_event_and_audit_are_written_together(self, probe: Probe) -> None:
        call = probe.call()
        lamp_id = await probe.light(call)

        (event,) = await probe.events()
        (row,) = await probe.audit()
        assert (event["noun"], event["verb"], event["resource_id"]) == ("lamp", "lit", lamp_id)
        assert (row["noun"], row["resource_id"], row["event_ids"]) == ("lamp", lamp_id, [event["event_id"]])
        assert call.last_event_id == event["event_id"]

    async def test_a_failure_leaves_nothing(self, probe: Probe) -> None:
        with pytest.raises(LookupError):
            async with probe.call().transaction() as work:
                await work.execute(INSERT, lamp_id=new_id(), label="a", version=1)
                probe.announce(work, new_id(), 1, LampLit)
                raise LookupError

        assert (await probe.lamps(), await probe.events(), await probe.audit()) == (0, [], [])

    async def test_a_call_without_access_check_commits_nothing(self, probe: Probe) -> None:
        call = probe.call()
        call.access.checked = False

        with pytest.raises(InternalError):
            await probe.light(call)
        assert await probe.lamps() == 0

    async def test_events_keep_the_order_of_emission(self, probe: Probe) -> None:
        lamps = [new_id() for _ in range(20)]
        async with probe.call().transaction() as work:
            for lamp_id in reversed(lamps):
                probe.announce(work, lamp_id, 1, LampLit)
            work.answer(None)

        assert [row["resource_id"] for row in await probe.events()] == lamps[::-1]

    async def test_events_written_before_the_commit_are_like_those_at_it(self, probe: Probe) -> None:
        lamps = [new_id() for _ in range(4)]
        call = probe.call()
        async with call.transaction() as work:
            probe.announce(work, lamps[3], 1, LampLit)
            probe.announce(work, lamps[2], 1, LampLit)
            await work.write_events()
            probe.announce(work, lamps[1], 1, LampLit)
            await work.write_events()
            await work.write_events()
            probe.announce(work, lamps[0], 1, LampLit)
            work.answer(None)

        found = await probe.events()
        (audited,) = await probe.audit()
        assert [row["resource_id"] for row in found] == lamps[::-1]
        assert len({(row["noun"], row["verb"], row["occurred_at"], row["actor_id"]) for row in found}) == 1
        assert audited["event_ids"] == [row["event_id"] for row in found]
        assert (audited["resource_id"], call.last_event_id) == (lamps[3], found[3]["event_id"])

    async def test_events_written_before_a_failure_are_not_there(self, probe: Probe) -> None:
        with pytest.raises(LookupError):
            async with probe.call().transaction() as work:
                probe.announce(work, new_id(), 1, LampLit)
                await work.write_events()
                raise LookupError

        assert await probe.events() == []

    async def test_a_cancelled_unit_of_work_leaves_no_open_transaction(self, probe: Probe) -> None:
        async def hang() -> None:
            async with probe.call().transaction() as work:
                await work.execute(INSERT, lamp_id=new_id(), label="a", version=1)
                started.set()
                await work.fetch_value(SLEEP)

        started = asyncio.Event()
        task = asyncio.create_task(hang())
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert await probe.lamps() == 0
        assert await probe.database.fetch_value(SESSIONS_IN_TRANSACTION) == 0

    async def test_listeners_hear_of_a_commit_and_not_of_a_rollback(self, probe: Probe) -> None:
        heard: list[str] = []
        probe.database.listen(databases.EVENTS, lambda: heard.append("commit"))

        with pytest.raises(LookupError):
            async with probe.call().transaction() as work:
                work.after_commit(lambda: heard.append("never"))
                raise LookupError
        await probe.light()
        assert heard == ["commit"]

    async def test_the_services_own_bookkeeping_is_not_audited(self, probe: Probe) -> None:
        async with probe.call(caller=Caller("system", service="probe")).transaction() as work:
            await work.execute(INSERT, lamp_id=new_id(), label="a", version=1)

        assert await probe.lamps() == 1
        assert await probe.audit() == []

    async def test_what_the_broker_would_refuse_is_not_announced(self, probe: Probe) -> None:
        with pytest.raises(RuntimeError, match="too large"):
            await probe.light(label="a" * 600_000)
        assert await probe.lamps() == 0


class TestLaterWrites:
    LIGHT = Write(
        "lit AS (INSERT INTO lamp (lamp_id, label, version) VALUES (CAST(:lamp_id AS uuid), :label, 1))"
    )

    async def test_they_go_with_the_commit(self, probe: Probe) -> None:
        lamp_id, sent = new_id(), []
        async with probe.call().transaction() as work:
            assert work._connection is not None
            work._connection.add_query_logger(lambda logged: sent.append(logged.query))
            await work.write_later(self.LIGHT, lamp_id=lamp_id, label="a")
            probe.announce(work, lamp_id, 1, LampLit)
            work.answer(None)

        (together,) = (text for text in sent if "INSERT INTO lamp" in text)
        assert "INSERT INTO event_log" in together
        assert (await probe.lamps(), len(await probe.events()), len(await probe.audit())) == (1, 1, 1)

    async def test_whoever_reads_in_between_sees_them(self, probe: Probe) -> None:
        async with probe.call().transaction() as work:
            await work.write_later(self.LIGHT, lamp_id=new_id(), label="a")
            seen = await work.fetch_value(COUNT)
            work.answer(None)

        assert (seen, await probe.lamps()) == (1, 1)

    async def test_the_same_write_may_come_twice(self, probe: Probe) -> None:
        async with probe.call().transaction() as work:
            await work.write_later(self.LIGHT, lamp_id=new_id(), label="a")
            await work.write_later(self.LIGHT, lamp_id=new_id(), label="b")
            work.answer(None)

        assert await probe.lamps() == 2

    async def test_bookkeeping_without_a_journal_keeps_them_too(self, probe: Probe) -> None:
        async with probe.call(caller=Caller("system", service="probe")).transaction() as work:
            await work.write_later(self.LIGHT, lamp_id=new_id(), label="a")

        assert (await probe.lamps(), await probe.audit()) == (1, [])

    async def test_what_the_database_refuses_leaves_nothing(self, probe: Probe) -> None:
        lamp_id = await probe.light(probe.call())
        before = len(await probe.audit())

        with pytest.raises(asyncpg.UniqueViolationError):
            async with probe.call().transaction() as work:
                await work.write_later(self.LIGHT, lamp_id=lamp_id, label="b")
                work.answer(None)

        assert (await probe.lamps(), len(await probe.audit())) == (1, before)

    async def test_a_failure_of_the_caller_leaves_nothing(self, probe: Probe) -> None:
        with pytest.raises(LookupError):
            async with probe.call().transaction() as work:
                await work.write_later(self.LIGHT, lamp_id=new_id(), label="a")
                raise LookupError

        assert await probe.lamps() == 0


class TestPrivacy:
    async def test_sensitive_fields_reach_neither_log_nor_audit(self, probe: Probe) -> None:
        await probe.light()

        (event,) = await probe.events()
        (row,) = await probe.audit()
        assert "13800000000" not in event["data"]
        assert row["changes"][0]["after"]["label"] == "a"
        assert set(row["changes"][0]["after"]["owner_phone"]) == {"digest"}

    async def test_equal_sensitive_values_show_as_equal(self, probe: Probe) -> None:
        await probe.light()
        await probe.light()

        first, second = [row["changes"][0]["after"]["owner_phone"] for row in await probe.audit()]
        assert first == second

    async def test_an_anonymous_act_leaves_no_trace_of_who(self, probe: Probe) -> None:
        await probe.light(
            probe.call(caller=ANONYMOUS, remote_address="10.0.0.9", traceparent="00-1-2-01", request_id="r")
        )

        (event,) = await probe.events()
        (row,) = await probe.audit()
        assert (event["actor_id"], event["traceparent"]) == (None, None)
        assert (row["person_id"], row["remote_address"], row["request_id"], row["traceparent"]) == (None,) * 4

    async def test_an_anonymous_act_that_announces_nothing_leaves_no_time_either(self, probe: Probe) -> None:
        async with probe.call(caller=ANONYMOUS).transaction() as work:
            work.answer(None)
        async with probe.call().transaction() as work:
            work.answer(None)

        (row,) = await probe.audit()
        assert row["person_id"] is not None


class TestSchemaChange:
    async def test_a_plan_made_stale_by_a_migration_is_healed_by_one_repetition(self, probe: Probe) -> None:
        lamp_id = await probe.light()
        read = query(sa.text("SELECT * FROM lamp WHERE lamp_id = :lamp_id"))
        for _ in range(8):
            async with probe.call().transaction() as work:
                await work.fetch_one(read, lamp_id=lamp_id)
                work.answer(None)
        await probe.database.fetch(query(sa.text("ALTER TABLE lamp ADD COLUMN colour text")))

        with pytest.raises(databases.RETRYABLE):
            async with probe.call().transaction() as work:
                await work.fetch_one(read, lamp_id=lamp_id)
        await probe.database.fetch(query(sa.text("ALTER TABLE lamp ADD COLUMN shade text")))
        row = await databases.run(probe.call(), lambda work: work.fetch_one(read, lamp_id=lamp_id))
        assert row is not None
        assert "shade" in row.keys()  # noqa: SIM118 - a record iterates over its values


class TestLocks:
    async def test_names_are_locked_in_one_order_whoever_asks(self, probe: Probe) -> None:
        async def both(*names: str) -> None:
            for _ in range(20):
                async with probe.call().transaction() as work:
                    await work.lock(*names)
                    work.answer(None)

        async with asyncio.timeout(20):
            await asyncio.gather(both("a", "b", "c"), both("c", "b", "a"), both("b", "c", "a"))

    async def test_bulk_copy_is_part_of_the_transaction(self, probe: Probe) -> None:
        from tests.integration.chassis_storage.probe import lamp

        with pytest.raises(asyncpg.UniqueViolationError):
            async with probe.call().transaction() as work:
                same = new_id()
                await work.copy(lamp, ["lamp_id", "label", "version"], [(same, "a", 1), (new_id(), "b", 1)])
                await work.execute(INSERT, lamp_id=same, label="a", version=1)
        assert await probe.lamps() == 0


async def test_what_the_servicer_answers_is_what_is_kept(probe: Probe) -> None:
    call = probe.call(key="k1")
    message = await answer(call, probe.light(call), lambda lamp_id: Lamp(lamp_id=str(lamp_id)))

    kept = await probe.database.fetch_value(query(sa.text("SELECT answer FROM idempotency_key")))
    assert kept == message.SerializeToString(deterministic=True)
