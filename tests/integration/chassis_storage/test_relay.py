"""From the log to the broker: dense, in order, once under one position, whatever dies meanwhile."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import nats
import orjson
import pytest
import sqlalchemy as sa
from nats.aio.client import Client

from chassis import audit, eventlog, restore
from chassis import relay as relays
from chassis.broker import Broker
from chassis.database import Database
from chassis.ids import new_id
from chassis.relay import Relay
from chassis.statements import query
from chassis.stream import Outgoing, Stream, name_of
from chassis.supervisor import Supervisor
from tests.integration.chassis_storage.messages import LampLit
from tests.integration.chassis_storage.probe import Probe, until
from tests.support.broker import NatsServer
from tests.support.databases import DatabaseServer

HEAD = query(sa.text('SELECT max("position") FROM event_log'))
KILL_RELAY = query(
    sa.text(
        """SELECT count(pg_terminate_backend(pid)) FROM pg_locks
            WHERE locktype = 'advisory' AND granted
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
    )
)
CHAINED = query(sa.text("SELECT max(number) FROM audit_log"))
SET_BACK = query(sa.text("UPDATE relay_state SET published_position = 0"))


class Running:
    """A relay under the supervisor, with the broker it publishes to."""

    def __init__(self, database: Database, url: str, service: str) -> None:
        self.service = service
        self.database = database
        self.broker = Broker(url, service)
        self.relay = Relay(database, self.broker, service)
        self.supervisor = Supervisor()
        self.supervisor.add("broker", self.broker.run)
        self.supervisor.add("relay", self.relay.run)

    async def restart_relay(self) -> None:
        await self.supervisor.stop("relay")
        self.supervisor.add("relay", self.relay.run)

    async def published(self) -> None:
        """Until the broker has everything that is committed."""
        await until(self._is_published)

    async def _is_published(self) -> bool:
        return self.broker.client is not None and await self.relay.flush(5)


@pytest.fixture
async def client(nats_server: NatsServer) -> AsyncIterator[Client]:
    client = await nats.connect(nats_server.url)
    yield client
    await client.close()


@pytest.fixture
def service() -> str:
    """A name of its own, because the tests share the server."""
    return f"probe{new_id().hex}"


@pytest.fixture
async def running(database: Database, nats_server: NatsServer, service: str) -> AsyncIterator[Running]:
    running = Running(database, nats_server.url, service)
    running.supervisor.start()
    yield running
    await running.supervisor.stop()


async def messages(client: Client, service: str) -> list[Any]:
    """Every message of the service's stream, in the stream's order."""
    js = client.jetstream()
    info = await js.stream_info(name_of(service))
    return [await js.get_msg(name_of(service), seq=n) for n in range(1, info.state.last_seq + 1)]


async def messages_left(client: Client, service: str) -> list[Any]:
    """What a purged stream holds again."""
    js = client.jetstream()
    state = (await js.stream_info(name_of(service))).state
    return [await js.get_msg(name_of(service), seq=n) for n in range(state.first_seq, state.last_seq + 1)]


def documents(found: list[Any]) -> list[dict[str, Any]]:
    return [orjson.loads(message.data) for message in found]


async def write_much(probe: Probe, writers: int = 8, changes: int = 25) -> None:
    lamps = [await probe.light() for _ in range(5)]

    async def change(n: int) -> None:
        for m in range(changes):
            await probe.dim(lamps[(n + m) % len(lamps)])
            if m % 5 == 0:
                await probe.open_room()

    await asyncio.gather(*(change(n) for n in range(writers)))


def assert_in_order(events: list[dict[str, Any]]) -> None:
    """Dense positions, previous positions per noun, versions rising by one for each resource."""
    assert [event["position"] for event in events] == list(range(1, len(events) + 1))
    last_of_noun: dict[str, int] = {}
    last_version: dict[str, int] = {}
    for event in events:
        noun = "room" if event["type"].endswith("RoomOpened") else "lamp"
        assert event["previousposition"] == last_of_noun.get(noun, 0)
        assert event["resourceversion"] == last_version.get(event["subject"], 0) + 1
        last_of_noun[noun] = event["position"]
        last_version[event["subject"]] = event["resourceversion"]


class TestDelivery:
    async def test_everything_committed_by_many_writers_arrives_in_order(
        self, probe: Probe, running: Running, client: Client
    ) -> None:
        await write_much(probe)
        await running.published()

        events = documents(await messages(client, running.service))
        assert len(events) == len(await probe.events()) == 5 + 8 * 25 + 8 * 5
        assert_in_order(events)

    async def test_the_log_lists_what_the_stream_holds_byte_by_byte(
        self, probe: Probe, running: Running, client: Client
    ) -> None:
        lamp_id = await probe.light(probe.call(traceparent="00-" + "1" * 32 + "-" + "2" * 16 + "-01"))
        await probe.dim(lamp_id)
        await running.published()

        streamed = [message.data for message in await messages(client, running.service)]
        rows = await eventlog.list_events(probe.database, after=0, most=10)
        assert [eventlog.render(running.service, row) for row in rows] == streamed

    async def test_a_message_names_its_event(self, probe: Probe, running: Running, client: Client) -> None:
        lamp_id = await probe.light()
        await running.published()

        (message,) = await messages(client, running.service)
        (row,) = await probe.events()
        assert message.subject == f"shuyuan.{running.service}.v1.lamp.lit"
        assert message.headers["Nats-Msg-Id"] == str(row["event_id"])
        event = orjson.loads(message.data)
        assert (event["specversion"], event["source"], event["subject"]) == (
            "1.0",
            running.service,
            str(lamp_id),
        )
        assert event["actor"] == str(probe.call().caller.person_id)
        assert event["data"]["lamp"] == {"lampId": str(lamp_id), "version": 1, "label": "a"}

    async def test_an_idle_relay_announces_its_head(
        self, probe: Probe, client: Client, running: Running, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(relays, "HEAD_SECONDS", 0.0)
        heads = await client.subscribe(f"shuyuan.{running.service}.head")
        await probe.light()
        await running.published()

        async def is_announced() -> bool:
            head = orjson.loads((await heads.next_msg(timeout=10)).data)
            return bool((head["epoch"], head["position"], head["auditnumber"]) == (1, 1, 1))

        await until(is_announced)


class TestFaults:
    async def test_a_lost_connection_of_the_relay_loses_nothing(
        self, probe: Probe, running: Running, client: Client
    ) -> None:
        await probe.light()
        await running.published()
        for _ in range(3):
            assert await probe.database.fetch_value(KILL_RELAY) >= 1
            await probe.light()
            await running.published()

        events = documents(await messages(client, running.service))
        assert_in_order(events)
        assert len(events) == 4

    async def test_a_relay_killed_between_publishing_and_marking_gives_no_position_twice(
        self, probe: Probe, running: Running, client: Client
    ) -> None:
        for _ in range(5):
            await probe.light()
        await running.published()
        await running.supervisor.stop("relay")
        await probe.database.fetch(SET_BACK)
        await probe.light()
        running.supervisor.add("relay", running.relay.run)
        await running.published()

        found = await messages(client, running.service)
        assert_in_order(documents(found))
        assert len({message.headers["Nats-Msg-Id"] for message in found}) == len(found) == 6

    async def test_the_broker_takes_an_event_once_within_its_window(
        self, probe: Probe, running: Running, client: Client
    ) -> None:
        """Even a relay that does not look at the stream's end first publishes nothing twice."""
        await probe.light()
        await running.published()
        row = (await eventlog.list_events(probe.database, after=0, most=1))[0]
        again = Outgoing(
            1,
            row["event_id"],
            eventlog.subject_of(running.service, "lamp", "lit"),
            eventlog.render(running.service, row),
        )
        stream = Stream(running.broker, running.service)

        assert await stream.publish([again], strict=False) == (1, None)
        assert len(await messages(client, running.service)) == 1

    async def test_it_stops_though_the_broker_swallowed_that_it_should(
        self, running: Running, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The client library may answer at the very moment of the cancellation, and forget it."""
        asked = asyncio.Event()
        really = Stream.open

        async def deaf(stream: Stream) -> Any:
            asked.set()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            return await really(stream)

        monkeypatch.setattr(Stream, "open", deaf)
        await asked.wait()

        async with asyncio.timeout(10):
            await running.supervisor.stop("relay")

    async def test_only_one_of_two_relays_is_active(
        self, probe: Probe, running: Running, nats_server: NatsServer, client: Client
    ) -> None:
        second = Running(probe.database, nats_server.url, running.service)
        second.supervisor.start()
        await write_much(probe, writers=4, changes=10)
        await running.restart_relay()
        await write_much(probe, writers=4, changes=10)
        await running.published()
        await second.supervisor.stop()

        assert_in_order(documents(await messages(client, running.service)))

    async def test_events_are_numbered_while_the_broker_is_away(
        self, probe: Probe, database: Database, service: str
    ) -> None:
        running = Running(database, "nats://127.0.0.1:9", service)
        running.supervisor.start()
        await probe.light()
        await until(lambda: database.fetch_value(HEAD))
        await running.supervisor.stop()

    async def test_a_broker_that_stops_and_starts_gets_everything(
        self, probe: Probe, database: Database, own_nats: NatsServer, service: str
    ) -> None:
        running = Running(database, own_nats.url, service)
        running.supervisor.start()
        await probe.light()
        await running.published()
        await asyncio.to_thread(own_nats.kill)
        await write_much(probe, writers=4, changes=10)
        await asyncio.to_thread(own_nats.start)
        await running.published()

        client = await nats.connect(own_nats.url)
        assert_in_order(documents(await messages(client, service)))
        await client.close()
        await running.supervisor.stop()

    async def test_a_broker_that_lost_everything_is_filled_from_the_log(
        self, probe: Probe, database: Database, own_nats: NatsServer, service: str
    ) -> None:
        running = Running(database, own_nats.url, service)
        running.supervisor.start()
        await write_much(probe, writers=2, changes=5)
        await running.published()
        await asyncio.to_thread(own_nats.wipe)
        await asyncio.to_thread(own_nats.start)
        await probe.light()
        await running.published()

        client = await nats.connect(own_nats.url)
        events = documents(await messages(client, service))
        assert_in_order(events)
        assert len(events) == len(await probe.events())
        await client.close()
        await running.supervisor.stop()

    async def test_a_database_that_is_killed_and_started_loses_no_committed_event(
        self, own_postgres: DatabaseServer, nats_server: NatsServer, client: Client, service: str
    ) -> None:
        from chassis import migrate
        from tests.integration.chassis_storage.conftest import MIGRATIONS

        url = own_postgres.create_database()
        await migrate.upgrade(url, MIGRATIONS)
        database = await Database.connect(url)
        probe = Probe(database)
        await probe.create_tables()
        running = Running(database, nats_server.url, service)
        running.supervisor.start()
        await write_much(probe, writers=2, changes=5)
        await asyncio.to_thread(own_postgres.stop)
        with contextlib.suppress(asyncpg.PostgresError, OSError, asyncpg.InterfaceError):
            await probe.light()
        await asyncio.to_thread(own_postgres.start)
        await probe.light()
        await running.published()

        assert_in_order(documents(await messages(client, service)))
        await running.supervisor.stop()
        await database.close()


class TestNumbering:
    async def test_versions_keep_their_order_where_sequence_numbers_do_not(
        self, probe: Probe, running: Running, client: Client
    ) -> None:
        await running.supervisor.stop("relay")
        lamp_id = await probe.light()
        await probe.dim(lamp_id)
        await probe.database.fetch(
            query(sa.text("""UPDATE event_log SET seq = DEFAULT WHERE resource_version = 1"""))
        )
        running.supervisor.add("relay", running.relay.run)
        await running.published()

        assert_in_order(documents(await messages(client, running.service)))

    async def test_a_reader_by_insertion_order_would_lose_events(self, probe: Probe) -> None:
        """The control: what the relay avoids does happen when rows are read by `seq` alone."""
        after = query(sa.text("SELECT seq, event_id FROM event_log WHERE seq > :after ORDER BY seq"))
        seen: set[Any] = set()
        last = 0
        async with probe.call().transaction() as slow:
            slow.answer(None)
            probe.announce(slow, new_id(), 1, LampLit)
            await slow._write_journal()
            await probe.light()
            for row in await probe.database.fetch(after, after=last):
                seen.add(row["event_id"])
                last = row["seq"]
            slow._entries = type(slow._entries)()
            slow.answer(None)
        for row in await probe.database.fetch(after, after=last):
            seen.add(row["event_id"])

        assert len(seen) < len(await probe.events())


class TestRestore:
    async def test_a_log_behind_its_stream_numbers_nothing(
        self, probe: Probe, running: Running, client: Client
    ) -> None:
        for _ in range(3):
            await probe.light()
        await running.published()
        await running.supervisor.stop("relay")
        await probe.database.fetch(query(sa.text('DELETE FROM event_log WHERE "position" = 3')))
        await probe.light()
        running.supervisor.add("relay", running.relay.run)
        await until(lambda: asyncio.sleep(0, running.relay.is_held))

        await probe.light()
        assert await probe.database.fetch_value(HEAD) == 2
        assert len(await messages(client, running.service)) == 3

    async def test_a_new_epoch_lists_what_was_lost_and_goes_on(
        self, probe: Probe, running: Running, client: Client
    ) -> None:
        for _ in range(4):
            await probe.light()
        await running.published()
        await running.supervisor.stop("relay")
        await probe.database.fetch(query(sa.text('DELETE FROM event_log WHERE "position" > 2')))
        await probe.light()
        running.supervisor.add("relay", running.relay.run)
        await until(lambda: asyncio.sleep(0, running.relay.is_held))

        restored = await restore.restore_finish(probe.database, client.jetstream(), running.service)
        await running.published()
        assert (restored.epoch, restored.kept_position) == (2, 2)
        assert [event.position for event in restored.lost] == [3, 4]
        last = documents(await messages(client, running.service))[-1]
        assert (last["epoch"], last["position"], last["previousposition"]) == (2, 3, 2)

    async def test_a_relay_that_starts_in_a_new_epoch_goes_on(
        self, probe: Probe, running: Running, client: Client
    ) -> None:
        for _ in range(2):
            await probe.light()
        await running.published()
        await restore.restore_finish(probe.database, client.jetstream(), running.service)
        await running.restart_relay()
        await probe.light()
        await running.published()

        events = documents(await messages(client, running.service))
        assert [(event["epoch"], event["position"]) for event in events] == [(1, 1), (1, 2), (2, 3)]


class TestAudit:
    async def test_rows_are_numbered_and_the_chain_is_whole(self, probe: Probe, running: Running) -> None:
        await write_much(probe, writers=2, changes=5)
        await running.published()

        assert (await audit.head(probe.database)).number == len(await probe.audit())
        assert await audit.verify(probe.database) is None

    @pytest.mark.parametrize(
        ("statement", "number"),
        [
            ("UPDATE audit_log SET method = 'x' WHERE number = 3", 3),
            ("UPDATE audit_log SET changes = '[]' WHERE number = 4", 4),
            ("UPDATE audit_log SET recorded_at = recorded_at + interval '1 second' WHERE number = 2", 2),
            ("UPDATE audit_log SET person_id = NULL WHERE number = 1", 1),
            ("DELETE FROM audit_log WHERE number = 3", 3),
            ("UPDATE audit_log SET number = -number WHERE number IN (2, 3)", 2),
        ],
    )
    async def test_tampering_is_found_at_its_first_row(
        self, probe: Probe, running: Running, statement: str, number: int
    ) -> None:
        for _ in range(5):
            await probe.light()
        await running.published()
        await probe.database.fetch(query(sa.text(statement)))

        assert await audit.verify(probe.database) == number

    async def test_a_cut_tail_is_found_by_an_announced_head(self, probe: Probe, running: Running) -> None:
        for _ in range(3):
            await probe.light()
        await running.published()
        announced = await audit.head(probe.database)
        await probe.database.fetch(query(sa.text("DELETE FROM audit_log WHERE number = 3")))

        assert await audit.verify(probe.database) is None
        assert await audit.verify(probe.database, announced=announced) == 3

    async def test_a_refusal_is_part_of_the_chain(self, probe: Probe, running: Running) -> None:
        await audit.record_refusal(probe.database, probe.call(), "PERMISSION_DENIED")
        await running.relay.flush()
        await until(lambda: probe.database.fetch_value(CHAINED))

        (row,) = await probe.audit()
        assert (row["outcome"], row["reason"]) == ("refused", "PERMISSION_DENIED")


async def test_replaying_publishes_a_tail_again(probe: Probe, running: Running, client: Client) -> None:
    js = client.jetstream()
    for _ in range(4):
        await probe.light()
    await running.published()
    config = (await js.stream_info(name_of(running.service))).config
    await js.delete_stream(name_of(running.service))
    await js.add_stream(config, first_seq=10)

    assert await relays.replay(probe.database, after=1) == 3
    await running.published()
    positions = [event["position"] for event in documents(await messages_left(client, running.service))]
    assert positions == [2, 3, 4]
