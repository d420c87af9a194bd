"""The log as siblings and integrators read it."""

import asyncio
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from chassis import calls, eventlog
from chassis.errors import InvalidArgumentError
from chassis.eventlog import EventLogServicer, EventNotFoundError, EventNotNumberedError, Tail
from chassis.ids import new_id
from chassis.relay import Relay
from chassis.statements import query
from shuyuan.events.v1 import event_log_service_pb2 as pb
from tests.integration.chassis_storage.probe import Probe

# What a client takes in one answer where nobody has told it otherwise.
MESSAGE_BYTES = 4 * 1024 * 1024


@pytest.fixture
def servicer(probe: Probe) -> Any:
    calls.enter(probe.call())
    return EventLogServicer("probe")


async def number(probe: Probe) -> None:
    """One numbering step of a relay, without its loop."""
    connection = await probe.database.connect_alone()
    await Relay(probe.database, None, "probe")._number(connection)
    await connection.close()


class TestListEvents:
    async def test_pages_hold_every_numbered_event_in_order(self, probe: Probe, servicer: Any) -> None:
        for _ in range(7):
            await probe.light()
        await number(probe)
        await probe.light()

        seen: list[int] = []
        while True:
            page = await servicer.ListEvents(
                pb.ListEventsRequest(after_position=seen[-1] if seen else 0, page_size=3), None
            )
            if not page.events:
                break
            seen += [event.position for event in page.events]
        assert seen == [1, 2, 3, 4, 5, 6, 7]
        assert (page.head_position, page.epoch) == (7, 1)

    @pytest.mark.parametrize("noun", ["", "lamp"])
    async def test_a_page_of_long_events_still_fits_into_one_message(
        self, probe: Probe, servicer: Any, noun: str
    ) -> None:
        for _ in range(12):
            await probe.light(label="长" * 150_000)
        await number(probe)

        seen: list[int] = []
        while len(seen) < 12:
            page = await servicer.ListEvents(
                pb.ListEventsRequest(after_position=seen[-1] if seen else 0, page_size=12, noun=noun), None
            )
            assert page.events and page.ByteSize() < MESSAGE_BYTES
            assert page.head_position == 12
            seen += [event.position for event in page.events]
        assert seen == list(range(1, 13))

    async def test_one_noun_is_linked_by_its_previous_positions(self, probe: Probe, servicer: Any) -> None:
        for _ in range(3):
            await probe.light()
            await probe.open_room()
        await number(probe)

        page = await servicer.ListEvents(pb.ListEventsRequest(noun="room"), None)
        assert [(event.previous_position, event.position) for event in page.events] == [
            (0, 2),
            (2, 4),
            (4, 6),
        ]

    async def test_listing_again_gives_the_same_bytes(self, probe: Probe, servicer: Any) -> None:
        await probe.light()
        await number(probe)

        first, second = [await servicer.ListEvents(pb.ListEventsRequest(), None) for _ in range(2)]
        assert first == second
        event = orjson.loads(first.events[0].cloud_event)
        assert event["id"] == first.events[0].event_id
        assert event["type"] == "shuyuan.probe.v1.LampLit"

    @pytest.mark.parametrize(
        "request_",
        [pb.ListEventsRequest(page_size=1001), pb.ListEventsRequest(after_position=2**31)],
        ids=str,
    )
    async def test_what_is_out_of_range_is_refused(self, servicer: Any, request_: Any) -> None:
        with pytest.raises(InvalidArgumentError):
            await servicer.ListEvents(request_, None)


class TestLocateEvent:
    async def test_an_event_is_found_once_it_is_numbered(self, probe: Probe, servicer: Any) -> None:
        call = probe.call()
        await probe.light(call)
        request = pb.LocateEventRequest(event_id=str(call.last_event_id))

        with pytest.raises(EventNotNumberedError):
            await servicer.LocateEvent(request, None)
        await number(probe)
        assert (await servicer.LocateEvent(request, None)).position == 1

    async def test_an_unknown_event_is_not_found(self, servicer: Any) -> None:
        with pytest.raises(EventNotFoundError):
            await servicer.LocateEvent(pb.LocateEventRequest(event_id=str(new_id())), None)


async def test_rendering_survives_a_session_in_another_time_zone(probe: Probe, servicer: Any) -> None:
    await probe.light()
    await number(probe)
    name = await probe.database.fetch_value(query(sa.text("SELECT current_database()")))
    before = await servicer.ListEvents(pb.ListEventsRequest(), None)
    await probe.database.fetch(query(sa.text(f"ALTER DATABASE {name} SET timezone = 'Asia/Shanghai'")))
    connection = await probe.database.connect_alone()
    rows = await eventlog.list_events(connection, after=0, most=1)
    await connection.close()
    await probe.database.fetch(query(sa.text(f"ALTER DATABASE {name} RESET timezone")))

    assert eventlog.render("probe", rows[0]).decode() == before.events[0].cloud_event


class TestAwaitEvents:
    async def test_what_is_there_is_answered_at_once(self, probe: Probe, servicer: Any) -> None:
        await probe.light()
        await number(probe)

        answer = await servicer.AwaitEvents(pb.AwaitEventsRequest(wait_seconds=25), None)

        assert [event.position for event in answer.events] == [1]
        assert (answer.head_position, answer.epoch) == (1, 1)

    async def test_without_a_time_to_wait_nothing_is_answered_at_once(self, servicer: Any) -> None:
        answer = await servicer.AwaitEvents(pb.AwaitEventsRequest(), None)

        assert (list(answer.events), answer.head_position) == ([], 0)

    async def test_all_who_wait_are_answered_when_an_event_of_theirs_is_numbered(
        self, probe: Probe, servicer: Any
    ) -> None:
        async with asyncio.TaskGroup() as group:
            every = group.create_task(servicer.AwaitEvents(pb.AwaitEventsRequest(wait_seconds=25), None))
            rooms = group.create_task(
                servicer.AwaitEvents(pb.AwaitEventsRequest(wait_seconds=25, noun="room"), None)
            )
            await probe.light()
            await number(probe)
            lamp = (await every).events
            assert not rooms.done()
            await probe.open_room()
            await number(probe)

        assert [event.position for event in lamp] == [1]
        assert [event.position for event in rooms.result().events] == [2]

    async def test_who_waits_is_answered_before_its_own_caller_gives_up(self, probe: Probe) -> None:
        call = probe.call()
        call.deadline = asyncio.get_running_loop().time() + 0.3
        calls.enter(call)

        servicer: Any = EventLogServicer("probe")
        answer = await servicer.AwaitEvents(pb.AwaitEventsRequest(wait_seconds=25), None)

        assert not answer.events
        assert asyncio.get_running_loop().time() < call.deadline

    async def test_many_who_wait_look_at_the_log_as_often_as_one(
        self, probe: Probe, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        looks = 0

        async def counted(reader: Any) -> tuple[int, int]:
            nonlocal looks
            looks += 1
            return 1, 0

        monkeypatch.setattr(eventlog, "head", counted)
        tail = Tail()

        await asyncio.gather(*(tail.next_look(probe.database) for _ in range(50)))

        assert looks == 1
