"""Follows one source: the broker for immediacy, the source's log for everything that the broker lost.

Positions are dense, so that a duplicate is what lies at or below the watermark and a hole shows at once. A
head announcement shows a lost tail. Without a broker the log is asked each second. One follower of a source
is active among the replicas, by a session lock on a connection of its own.
"""

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

import structlog
from nats.aio.client import Client

from chassis import copy_store, metrics, received
from chassis.applying import Applier, OvertakenError
from chassis.broker import Broker
from chassis.copy_store import Watermark
from chassis.database import Database
from chassis.errors import ServiceError
from chassis.received import UnreadableEventError
from chassis.supervisor import is_wanted
from shuyuan.events.v1 import event_log_service_pb2 as pb

log = structlog.get_logger()

BATCH = 500
# Deliveries that wait to be applied; what does not fit is fetched from the log later.
MOST_WAITING = 20_000
STANDBY_SECONDS = 0.5
POLL_SECONDS = 1.0
# With a broker the log is still compared now and then, whatever the announcements say.
COMPARE_SECONDS = 10.0
LOG_AWAY_SECONDS = 0.5
MOST_RECENT = 10_000

Document = Mapping[str, Any]


class EventLog(Protocol):
    """The source's log as its gRPC stub offers it."""

    async def ListEvents(self, request: pb.ListEventsRequest) -> pb.ListEventsResponse:
        """Numbered events after a position."""
        ...

    async def LocateEvent(self, request: pb.LocateEventRequest) -> pb.LocateEventResponse:
        """Where one event stands."""
        ...


class Follower:
    """Keeps the copies of one source up to date; `run` is supervised."""

    def __init__(self, applier: Applier, database: Database, log_of: Any, broker: Broker | None) -> None:
        self.source = applier.source
        self._applier = applier
        self._database = database
        # Answers the stub when it is first needed: channels belong to the running loop.
        self._log_of = log_of
        self._broker = broker
        self._mark = Watermark()
        self._active = False
        self._waiting: dict[int, Document] = {}
        self._wake = asyncio.Event()
        self._moved = asyncio.Event()
        self._recent: OrderedDict[UUID, None] = OrderedDict()
        self._head = 0
        self._look_at = 0.0
        self._log_away_until = 0.0
        self._trouble: str | None = None
        if broker is not None:
            broker.listen(self._look_now)

    # What readers ask -----------------------------------------------------------------------------------

    def has_applied(self, event_id: UUID) -> bool:
        """Whether this process has applied the event a moment ago."""
        return event_id in self._recent

    async def has_reached(self, epoch: int, position: int) -> bool:
        """Whether the copies include what stands at a position of the source's log."""
        mark = self._mark if self._active else await copy_store.read(self._database, self.source)
        # An event of an earlier life keeps its position in the present one.
        return mark.position >= position and mark.epoch >= epoch

    def expect(self, position: int) -> None:
        """Say that the log holds this position, so that it is fetched now."""
        if self._active and position > self._head:
            self._head = position
            self._look_now()

    def _look_now(self) -> None:
        self._look_at = 0.0
        self._wake.set()

    async def moved(self, seconds: float) -> None:
        """Wait until something has been applied, or a moment."""
        self._moved.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._moved.wait()

    async def locate(self, event_id: UUID) -> tuple[int, int]:
        """Epoch and position of an event in the source's log."""
        answer = await self._log.LocateEvent(pb.LocateEventRequest(event_id=str(event_id)))
        return answer.epoch, answer.position

    @property
    def _log(self) -> EventLog:
        stub: EventLog = self._log_of()
        return stub

    # The task ---------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Wait for the lock, then follow until the connection that holds it is lost."""
        connection = await self._database.connect_alone()
        listener: asyncio.Task[None] | None = None
        try:
            while not await connection.try_lock(f"copies|{self.source}"):  # noqa: ASYNC110 - another process holds it
                await asyncio.sleep(STANDBY_SECONDS)
            if self._broker is not None:
                # Before the watermark is read, so that nothing is announced unheard in between.
                listener = asyncio.create_task(self._listen(self._broker))
            await self._load()
            self._active = True
            log.info("copy.following", source=self.source, position=self._mark.position)
            while True:
                await self._step()
                if listener is not None and listener.done():
                    listener.result()
                # Asked again only to see that the connection, and with it the lock, still lives.
                await connection.try_lock(f"copies|{self.source}")
        finally:
            self._active = False
            if listener is not None:
                listener.cancel()
            await connection.close()

    async def _load(self) -> None:
        self._mark = await copy_store.read(self._database, self.source)
        self._waiting.clear()
        self._head = self._mark.position
        self._look_at = 0.0
        self._show()
        await self._count_parked()

    async def _listen(self, broker: Broker) -> None:
        while is_wanted():
            await broker.wait_until_up()
            if (client := broker.client) is not None:
                await self._listen_on(client)

    async def _listen_on(self, client: Client) -> None:
        # Plain subscriptions: what they miss shows as a hole, and the library renews them by itself.
        events = await client.subscribe(f"shuyuan.{self.source}.v1.>", cb=self._heard)
        heads = await client.subscribe(f"shuyuan.{self.source}.head", cb=self._announced)
        self._look_now()
        try:
            while not client.is_closed:  # noqa: ASYNC110 - the library tells nobody
                await asyncio.sleep(POLL_SECONDS)
        finally:
            for subscription in (events, heads):
                with contextlib.suppress(
                    Exception
                ):  # the connection may be gone, and the subscription with it
                    await asyncio.shield(subscription.unsubscribe())

    async def _heard(self, message: Any) -> None:
        try:
            document = received.parse(message.data)
            position, epoch = int(document["position"]), int(document["epoch"])
        except (UnreadableEventError, KeyError, TypeError, ValueError):
            log.warning("copy.unreadable_message", source=self.source, subject=message.subject)
            return
        if epoch != self._mark.epoch:
            # Another life of the log: only the log itself can say how to go on.
            self._look_at = 0.0
        elif position <= self._mark.position:
            metrics.copy_duplicates.labels(self.source).inc()
            return
        elif len(self._waiting) < MOST_WAITING:
            self._waiting[position] = document
        self._head = max(self._head, position)
        self._wake.set()

    async def _announced(self, message: Any) -> None:
        try:
            head = received.parse(message.data)
            position, epoch = int(head["position"]), int(head["epoch"])
        except (UnreadableEventError, KeyError, TypeError, ValueError):
            return
        if epoch != self._mark.epoch or position > self._mark.position:
            self._head = max(self._head, position)
            self._look_now()

    async def _step(self) -> None:
        """Apply what is there, then wait for more."""
        self._wake.clear()
        try:
            if await self._apply_heard() or await self._apply_logged():
                return
        except OvertakenError:
            log.warning("copy.overtaken", source=self.source)
            await self._load()
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience()):
                await self._wake.wait()

    def _patience(self) -> float:
        hole = self._head > self._mark.position
        at = self._log_away_until if hole else max(self._look_at, self._log_away_until)
        connected = self._broker is not None and self._broker.client is not None
        most = COMPARE_SECONDS if connected else POLL_SECONDS
        return max(0.02, min(most, at - time.monotonic()))

    async def _apply_heard(self) -> bool:
        """Apply what the broker delivered, as far as it follows the watermark without a hole."""
        batch: list[Document] = []
        position = self._mark.position
        while len(batch) < BATCH and (document := self._waiting.pop(position + 1, None)) is not None:
            batch.append(document)
            position += 1
        if not batch:
            return False
        await self._apply(self._mark, batch)
        return True

    async def _apply_logged(self) -> bool:
        """Ask the log when there is reason to; answers whether something was applied."""
        now = time.monotonic()
        hole = self._head > self._mark.position
        if now < self._log_away_until or not (hole or now >= self._look_at):
            return False
        self._waiting = {key: value for key, value in self._waiting.items() if key > self._mark.position}
        if self._waiting:
            metrics.copy_holes.labels(self.source).inc()
        try:
            page = await self._log.ListEvents(
                pb.ListEventsRequest(after_position=self._mark.position, page_size=BATCH)
            )
        except ServiceError as error:
            self._note_trouble(error.reason)
            return False
        self._trouble = None
        return await self._apply_page(page)

    async def _apply_page(self, page: pb.ListEventsResponse) -> bool:
        connected = self._broker is not None and self._broker.client is not None
        self._look_at = time.monotonic() + (COMPARE_SECONDS if connected else POLL_SECONDS)
        if page.epoch != self._mark.epoch and not await self._enter_epoch(page.epoch):
            return True
        if page.head_position < self._mark.position:
            # The source went back without opening a new epoch: nothing to do until somebody does.
            self._note_trouble("source_behind_copy")
            self._head = self._mark.position
            return False
        self._head = page.head_position
        metrics.copy_head.labels(self.source).set(self._head)
        documents: list[Document] = [received.parse(event.cloud_event) for event in page.events]
        if not documents:
            # A quiet moment; an operator may have replayed or dropped some from a process of their own.
            await self._count_parked()
            return False
        await self._apply(self._mark, documents)
        return True

    async def _enter_epoch(self, epoch: int) -> bool:
        """Go over to another life of the log; answers whether the page in hand is still of use."""
        if self._mark.position > 0:
            log.warning("copy.begin_again", source=self.source, epoch=epoch)
        self._waiting.clear()
        useful = self._mark.position == 0
        self._mark = await self._applier.begin_again(self._mark, epoch)
        self._look_at = 0.0
        return useful

    async def _apply(self, since: Watermark, documents: list[Document]) -> None:
        # If it raises, some of them may be applied: the task begins anew from what the database says.
        self._mark = await self._applier.apply(since, documents)
        for document in documents:
            self._recent[UUID(document["id"])] = None
        while len(self._recent) > MOST_RECENT:
            self._recent.popitem(last=False)
        self._show()
        self._moved.set()

    def _show(self) -> None:
        metrics.copy_position.labels(self.source).set(self._mark.position)

    async def _count_parked(self) -> None:
        parked = await copy_store.count_parked(self._database, self.source)
        metrics.copy_parked.labels(self.source).set(parked)

    def _note_trouble(self, reason: str) -> None:
        self._log_away_until = time.monotonic() + LOG_AWAY_SECONDS
        if reason != self._trouble:
            log.warning("copy.log_away", source=self.source, reason=reason)
            self._trouble = reason
