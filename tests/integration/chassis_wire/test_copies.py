"""Copies equal the ordered log, whatever the broker does with the events on their way."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import nats
import orjson
import pytest
import sqlalchemy as sa
from nats.aio.client import Client

from chassis import copy_store
from chassis.applying import Applier, is_passing
from chassis.broker import Broker
from chassis.calls import ServiceContext
from chassis.copies import Copies, Copy
from chassis.database import UnitOfWork
from chassis.errors import AfterEventNotSeenError, InvalidArgumentError
from chassis.follower import Follower
from chassis.ids import new_id
from chassis.received import ReceivedEvent
from chassis.statements import query
from chassis.supervisor import Supervisor
from tests.integration.chassis_wire.logs import Source
from tests.support.broker import NatsServer

CREATE = "CREATE TABLE lamp_copy (lamp_id uuid PRIMARY KEY, brightness int, version int, applied int)"
PUT = query(
    sa.text(
        """INSERT INTO lamp_copy (lamp_id, brightness, version, applied) VALUES (:lamp_id, :brightness, :version, 1)
           ON CONFLICT (lamp_id) DO UPDATE SET brightness = excluded.brightness, version = excluded.version,
                                               applied = lamp_copy.applied + 1"""
    )
)
ALL = query(sa.text("SELECT * FROM lamp_copy"))
EMPTY = query(sa.text("DELETE FROM lamp_copy"))


async def keep(work: UnitOfWork, event: ReceivedEvent) -> None:
    """The consumer: a brightness that is no number is a poison event."""
    lamp = event.resource
    await work.execute(
        PUT, lamp_id=UUID(lamp["lampId"]), brightness=int(lamp["brightness"]), version=event.version
    )


async def empty(work: UnitOfWork) -> None:
    await work.execute(EMPTY)


class Kept:
    """A service that keeps a copy of one source, its follower supervised as in a real process."""

    def __init__(self, context: ServiceContext, source: Source, broker: Broker | None) -> None:
        self.context = context
        self.source = source
        self.applier = Applier(context, source.name, [Copy(source.name, "lamp", keep, empty)])
        self.follower = Follower(self.applier, context.database, lambda: source, broker)
        self.copies = Copies([self.follower])
        self.supervisor = Supervisor()
        self.supervisor.add(f"copies-{source.name}", self.follower.run)

    async def rows(self) -> dict[UUID, tuple[int, int]]:
        found = await self.context.database.fetch(ALL)
        return {row["lamp_id"]: (row["brightness"], row["version"]) for row in found}

    async def applied(self) -> int:
        return sum(row["applied"] for row in await self.context.database.fetch(ALL))

    async def reaches(self, position: int, seconds: float = 10.0) -> None:
        async with asyncio.timeout(seconds):
            while (await copy_store.read(self.context.database, self.source.name)).position < position:
                await self.follower.moved(0.02)

    async def settles(self, seconds: float = 10.0) -> None:
        """Until no look at the log is due that was asked for before, as at the beginning of listening."""
        async with asyncio.timeout(seconds):
            while self.follower._look_at < time.monotonic():
                await self.follower.moved(0.02)


@pytest.fixture
async def lamps(context: ServiceContext) -> UUID:
    connection = await asyncpg.connect(context.settings.database_url)
    await connection.execute(CREATE)
    await connection.close()
    return new_id()


@pytest.fixture
def source() -> Source:
    # A name of its own: the session's broker is shared.
    return Source(f"lamps{new_id().hex[-12:]}")


@pytest.fixture
async def publish(nats_server: NatsServer) -> AsyncIterator[Client]:
    client = await nats.connect(nats_server.url, max_reconnect_attempts=1)
    yield client
    await client.close()


@pytest.fixture
async def kept(
    context: ServiceContext, source: Source, nats_server: NatsServer, lamps: UUID
) -> AsyncIterator[Kept]:
    """Following with a broker, caught up with an empty log."""
    broker = Broker(nats_server.url, "test")
    kept = Kept(context, source, broker)
    kept.supervisor.add("broker", broker.run)
    kept.supervisor.start()
    await broker.wait_until_up()
    yield kept
    await kept.supervisor.stop()


@pytest.fixture
async def kept_without_broker(context: ServiceContext, source: Source, lamps: UUID) -> AsyncIterator[Kept]:
    kept = Kept(context, source, None)
    yield kept
    await kept.supervisor.stop()


def fill(source: Source, events: int, lamps: int, seed: int) -> None:
    """Light `lamps` lamps `events` times."""
    chance = random.Random(seed)
    ids = [new_id() for _ in range(lamps)]
    for _ in range(events):
        source.light(chance.choice(ids), chance.randrange(100))


async def deliver(client: Client, messages: list[tuple[str, bytes]]) -> None:
    for subject, data in messages:
        await client.publish(subject, data)
    await client.flush()


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_shuffled_repeated_and_missing_deliveries_give_the_ordered_state(
    kept: Kept, source: Source, publish: Client, seed: int
) -> None:
    chance = random.Random(seed)
    fill(source, 400, 12, seed)
    messages = [message for message in source.messages() if chance.random() > 0.1]
    messages += chance.sample(messages, 100)
    chance.shuffle(messages)

    await deliver(publish, messages)
    await kept.reaches(400)

    assert await kept.rows() == source.truth()
    assert await kept.applied() == 400, "each event once"


async def test_events_in_order_need_no_log(kept: Kept, source: Source, publish: Client) -> None:
    first = source.light(new_id(), 1)
    await deliver(publish, [source.message(first)])
    await kept.reaches(1)
    # With the log away only the broker can bring the second one, from when it is listened to.
    source.away = True
    second = source.message(source.light(new_id(), 1))
    async with asyncio.timeout(10):
        while not await kept.follower.has_reached(source.epoch, 2):
            await deliver(publish, [second])
            await kept.follower.moved(0.05)
    source.away = False
    await kept.settles()
    asked = source.asked

    fill(source, 100, 5, 7)
    await deliver(publish, [source.message(each) for each in source.documents[2:]])
    await kept.reaches(102)

    assert source.asked == asked
    assert await kept.rows() == source.truth()


async def test_a_lost_tail_shows_by_the_announced_head(kept: Kept, source: Source, publish: Client) -> None:
    await deliver(publish, [source.message(source.light(new_id(), 1))])
    await kept.reaches(1)
    fill(source, 3, 2, 7)

    head = orjson.dumps({"epoch": 1, "position": 4})
    await deliver(publish, [(f"shuyuan.{source.name}.head", head)])
    await kept.reaches(4, seconds=3.0)

    assert await kept.rows() == source.truth()


async def test_the_log_is_asked_where_there_is_no_broker(kept_without_broker: Kept, source: Source) -> None:
    fill(source, 1200, 10, 3)
    kept_without_broker.supervisor.start()
    await kept_without_broker.reaches(1200)
    fill(source, 5, 2, 4)

    await kept_without_broker.reaches(1205, seconds=5.0)

    assert await kept_without_broker.rows() == source.truth()


async def test_a_poison_event_parks_its_resource_and_nothing_else(
    kept_without_broker: Kept, source: Source, context: ServiceContext
) -> None:
    bad, good = new_id(), new_id()
    source.light(bad, 1)
    source.light(good, 2)
    source.light(bad, "out of order")
    source.light(good, 3)
    source.light(bad, 4)
    kept_without_broker.supervisor.start()

    await kept_without_broker.reaches(5)

    assert await kept_without_broker.rows() == {bad: (1, 1), good: (3, 2)}
    parked = await copy_store.list_parked(context.database)
    assert [(row["resource_id"], row["position"]) for row in parked] == [(bad, 3), (bad, 5)]


async def test_replay_heals_a_parked_resource_in_order(
    kept_without_broker: Kept, source: Source, context: ServiceContext
) -> None:
    bad = new_id()
    source.light(bad, "out of order")
    source.light(bad, 4)
    kept_without_broker.supervisor.start()
    await kept_without_broker.reaches(2)
    assert await kept_without_broker.applier.replay(bad) == (0, False)
    await context.database.fetch(
        query(
            sa.text(
                "UPDATE parked_event SET document = jsonb_set(document, "
                "'{data,lamp,brightness}', '3') WHERE position = 1"
            )
        )
    )

    assert await kept_without_broker.applier.replay(bad) == (2, True)

    assert await kept_without_broker.rows() == source.truth() | {bad: (4, 2)}
    source.light(bad, 5)
    kept_without_broker.follower.expect(3)
    await kept_without_broker.reaches(3)
    assert (await kept_without_broker.rows())[bad] == (5, 3)


async def test_a_killed_connection_stops_nothing(
    kept_without_broker: Kept, source: Source, context: ServiceContext
) -> None:
    fill(source, 10, 3, 5)
    kept_without_broker.supervisor.start()
    await kept_without_broker.reaches(10)
    kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"

    connection = await asyncpg.connect(context.settings.database_url)
    await connection.execute(kill)
    await connection.close()
    fill(source, 10, 3, 6)
    # The log is asked each second; the lock's connection is looked at then.
    async with asyncio.timeout(10):
        while (await _position(kept_without_broker)) < 20:
            await kept_without_broker.follower.moved(0.05)

    assert await kept_without_broker.rows() == source.truth()
    assert await kept_without_broker.applied() == 20


async def _position(kept: Kept) -> int:
    try:
        return (await copy_store.read(kept.context.database, kept.source.name)).position
    except Exception as error:
        # The pool's killed connections fail in several ways, all of them passing.
        assert is_passing(error)
        return 0


async def test_two_followers_apply_each_event_once(
    context: ServiceContext, source: Source, lamps: UUID
) -> None:
    one, two = Kept(context, source, None), Kept(context, source, None)
    fill(source, 700, 5, 8)
    mark = copy_store.Watermark()
    pages = [source.documents[:300], source.documents[:300]]
    await one.applier.begin_again(mark, 1)
    begun = copy_store.Watermark(1, 0)

    results = await asyncio.gather(
        one.applier.apply(begun, pages[0]), two.applier.apply(begun, pages[1]), return_exceptions=True
    )

    assert sorted(type(result).__name__ for result in results) == ["OvertakenError", "Watermark"]
    assert await one.applied() == 300


async def test_a_new_life_of_the_log_is_applied_from_its_beginning(
    kept_without_broker: Kept, source: Source
) -> None:
    fill(source, 10, 3, 9)
    lost = new_id()
    source.light(lost, 1)
    kept_without_broker.supervisor.start()
    await kept_without_broker.reaches(11)

    del source.documents[10:]
    source.epoch = 2
    source.light(new_id(), 50)
    source.light(new_id(), 51)
    await kept_without_broker.reaches(12)

    assert await kept_without_broker.rows() == source.truth()


async def test_a_source_that_is_away_is_caught_up_with_later(
    kept_without_broker: Kept, source: Source
) -> None:
    source.away = True
    fill(source, 5, 2, 1)
    kept_without_broker.supervisor.start()
    await kept_without_broker.follower.moved(0.2)
    assert await kept_without_broker.rows() == {}

    source.away = False

    await kept_without_broker.reaches(5, seconds=3.0)
    assert all(kept_without_broker.supervisor.running().values())


class TestWaitFor:
    async def test_an_applied_event_is_there_at_once(
        self, kept: Kept, source: Source, publish: Client
    ) -> None:
        document = source.light(new_id(), 1)
        await deliver(publish, [source.message(document)])
        await kept.reaches(1)
        source.away = True

        await kept.copies.wait_for(source.name, UUID(document["id"]))

    async def test_an_event_the_broker_lost_is_fetched(self, kept: Kept, source: Source) -> None:
        source.light(new_id(), 1)
        kept.follower.expect(1)
        await kept.reaches(1)
        document = source.light(new_id(), 2)

        await kept.copies.wait_for(source.name, UUID(document["id"]))

        assert await kept.rows() == source.truth()

    async def test_an_event_that_does_not_come_is_said_in_time(
        self, kept_without_broker: Kept, source: Source
    ) -> None:
        document = source.light(new_id(), 1)

        with pytest.raises(AfterEventNotSeenError):
            await kept_without_broker.copies.wait_for(source.name, UUID(document["id"]), 0.1)

    async def test_an_unknown_event_is_a_wrong_argument(self, kept: Kept, source: Source) -> None:
        with pytest.raises(InvalidArgumentError):
            await kept.copies.wait_for(source.name, new_id())

    async def test_a_source_we_keep_nothing_of_needs_no_waiting(self, kept: Kept) -> None:
        await kept.copies.wait_for("elsewhere", new_id())
