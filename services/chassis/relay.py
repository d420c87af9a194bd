"""Carries events from the log to the broker: number, publish, mark, each committed before the next.

One relay of a service is active, by a session lock on a connection of its own; all numbering runs on that
connection, so that whoever loses it numbers nothing more. Without a broker it numbers on, because siblings
can read the log.
"""

import asyncio
import time
from typing import Any

import nats.errors
import orjson
import sqlalchemy as sa
import structlog

from chassis import audit, eventlog, metrics
from chassis.broker import Broker
from chassis.database import EVENTS, Database, LoneConnection, Reader
from chassis.errors import UnavailableError
from chassis.statements import query
from chassis.stream import Outgoing, PublishRefusedError, Stream, StreamState
from chassis.supervisor import is_wanted

log = structlog.get_logger()

LOCK = "relay"
# In-process wakes are the rule; the poll finds what another process of the service has committed.
POLL_SECONDS = 0.05
# Numbering costs as much for ten events as for one: under load they are taken together. A first one never waits.
PACE_SECONDS = 0.01
# The chain of the audit is for later readers: it need not keep step with the events.
CHAIN_SECONDS = 0.25
STANDBY_SECONDS = 0.5
BATCH = 1_000
HEAD_SECONDS = 5.0
RETRY_SECONDS = 0.25
FIRST_RETRY_SECONDS = 0.01
HELD_SECONDS = 1.0
# How long numbering waits at its start for the broker to show whether a restore has happened.
FIRST_LOOK_SECONDS = 1.0

_PENDING = query(sa.text('SELECT EXISTS (SELECT FROM event_log WHERE "position" IS NULL)'))
# Versions of a resource keep their order even where their sequence numbers do not. Never limited: a limit
# before the window would invert versions.
_NUMBER = query(
    sa.text(
        """
        WITH pending AS (
            SELECT event_id, noun, seq, resource_version,
                   max(seq) OVER (PARTITION BY noun, resource_id ORDER BY resource_version) AS settled
              FROM event_log WHERE "position" IS NULL
        ), head AS (
            SELECT coalesce(max("position"), 0) AS "position" FROM event_log WHERE "position" IS NOT NULL
        ), head_of_noun AS (
            SELECT n.noun, coalesce((SELECT max(e."position") FROM event_log e
                                      WHERE e.noun = n.noun AND e."position" IS NOT NULL), 0) AS "position"
              FROM (SELECT DISTINCT noun FROM pending) n
        ), numbered AS (
            SELECT p.event_id, p.noun,
                   (h."position" + row_number() OVER (ORDER BY settled, resource_version, seq))::int AS "position"
              FROM pending p CROSS JOIN head h
        ), linked AS (
            SELECT n.event_id, n."position",
                   coalesce(lag(n."position") OVER (PARTITION BY n.noun ORDER BY n."position"),
                            h."position") AS previous
              FROM numbered n JOIN head_of_noun h ON h.noun = n.noun
        ), done AS (
            UPDATE event_log e
               SET "position" = l."position", previous_position = l.previous,
                   epoch = (SELECT max(epoch) FROM epoch)
              FROM linked l WHERE e.event_id = l.event_id
            RETURNING e."position"
        )
        SELECT max("position") FROM done
        """
    )
)
_STATE = query(
    sa.text(
        """SELECT r.published_position AS published, r.replay_until, e.epoch, e.after_position,
                  coalesce((SELECT max("position") FROM event_log WHERE "position" IS NOT NULL), 0) AS head,
                  EXISTS (SELECT FROM event_log WHERE "position" IS NULL)
                      OR EXISTS (SELECT FROM audit_log WHERE number IS NULL) AS pending
             FROM relay_state r, (SELECT * FROM epoch ORDER BY epoch DESC LIMIT 1) e"""
    )
)
_UNSENT = query(
    sa.text(
        f"""SELECT {eventlog.COLUMNS}, (SELECT published_position FROM relay_state) AS published_position,
                   (SELECT replay_until FROM relay_state) AS replay_until
              FROM event_log WHERE "position" > (SELECT published_position FROM relay_state)
             ORDER BY "position" LIMIT CAST(:most AS int)"""
    )
)
# Only from where the batch began: an operator may have set the mark back meanwhile. It does not wait for the
# disk: a mark that is lost with the machine is found again at the stream's end.
_MARK = query(
    sa.text(
        """UPDATE relay_state SET published_position = CAST(:upto AS int)
            WHERE published_position = CAST(:since AS int)
              AND set_config('synchronous_commit', 'off', true) IS NOT NULL RETURNING id"""
    )
)
_REPLAY = query(
    sa.text(
        """UPDATE relay_state
              SET replay_until = greatest(replay_until, published_position),
                  published_position = least(published_position, CAST(:after AS int))
           RETURNING replay_until - published_position"""
    )
)


class StreamAheadError(Exception):
    """The stream holds events that the log does not: the database was restored to an earlier moment."""


class Relay:
    """One per replica; `run` is kept running by the supervisor, which starts it again when it raises."""

    def __init__(self, database: Database, broker: Broker | None, service: str) -> None:
        self._database = database
        self._service = service
        self._broker = broker
        self._stream = Stream(broker, service) if broker is not None else None
        self._wake = asyncio.Event()
        self._numbered = asyncio.Event()
        self._looked = asyncio.Event()
        self._held = False
        self._in_step = False
        self._announced = 0.0
        self._chained = 0.0
        self._trouble: str | None = None
        database.listen(EVENTS, self._wake.set)

    @property
    def is_held(self) -> bool:
        """Whether nothing is numbered, because the stream is ahead of the log."""
        return self._held

    async def run(self) -> None:
        """Wait for the lock, then number and publish until the connection is lost."""
        connection = await self._database.connect_alone()
        try:
            while not await connection.try_lock(LOCK):  # noqa: ASYNC110 - the lock is the server's
                await asyncio.sleep(STANDBY_SECONDS)
            log.info("relay.active", service=self._service)
            metrics.relay_active.set(1)
            # Another relay may have led meanwhile, or the database may have been restored: look again first.
            self._in_step = False
            self._looked.clear()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._number_forever(connection))
                if self._stream is not None:
                    group.create_task(self._publish_forever(self._stream))
        except ExceptionGroup as group_error:
            # The supervisor's log line should name the cause, not the group.
            raise group_error.exceptions[0] from None
        finally:
            metrics.relay_active.set(0)
            await connection.close()

    async def flush(self, seconds: float = 2.0) -> bool:
        """Wait until everything committed is numbered and, with a broker, published; False when time runs out."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            state = await self._state(self._database)
            reachable = self._broker is not None and self._broker.client is not None
            if not state["pending"] and (not reachable or state["published"] >= state["head"]):
                return True
            self._chained = 0.0
            self._wake.set()
            await asyncio.sleep(0.02)
        return False

    async def _number_forever(self, connection: LoneConnection) -> None:
        if self._stream is not None:
            await _wait(self._looked, FIRST_LOOK_SECONDS)
        while is_wanted():
            woken = self._wake.is_set()
            self._wake.clear()
            if not self._held and (woken or await connection.fetch_value(_PENDING)):
                await self._number(connection)
                await asyncio.sleep(PACE_SECONDS)
            if not self._held and time.monotonic() - self._chained >= CHAIN_SECONDS:
                await audit.chain_pending(connection)
                self._chained = time.monotonic()
            await _wait(self._wake, POLL_SECONDS)

    async def _number(self, connection: LoneConnection) -> None:
        # One statement, so one transaction.
        head = await connection.fetch_value(_NUMBER)
        if head is not None:
            metrics.relay_head.set(head)
            self._numbered.set()

    async def _publish_forever(self, stream: Stream) -> None:
        assert self._broker is not None
        while is_wanted():
            await self._broker.wait_until_up()
            self._numbered.clear()
            try:
                if not self._in_step:
                    await self._get_in_step(stream)
                sent = await self._publish_batch(stream)
                await self._announce_head()
            except StreamAheadError as error:
                self._hold(error)
                await asyncio.sleep(HELD_SECONDS)
                continue
            except PublishRefusedError as error:
                # Another relay has published meanwhile, or a batch was half lost: look where the stream ends.
                await asyncio.sleep(FIRST_RETRY_SECONDS if self._note_trouble(error) else RETRY_SECONDS)
                continue
            except (UnavailableError, nats.errors.Error, TimeoutError, OSError) as error:
                self._note_trouble(error)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            # What was numbered while we published has set it again.
            if sent < BATCH:
                await _wait(self._numbered, HELD_SECONDS)

    async def _publish_batch(self, stream: Stream) -> int:
        rows = await self._database.fetch(_UNSENT, most=BATCH)
        if not rows:
            return 0
        since = rows[0]["published_position"]
        is_replay = rows[0]["replay_until"] > since
        count, error = await stream.publish([self._outgoing(row) for row in rows], strict=not is_replay)
        if is_replay:
            self._in_step = False
        if count:
            upto = rows[count - 1]["position"]
            await self._database.fetch_value(_MARK, since=since, upto=upto)
            metrics.relay_published.set(upto)
        if error is not None:
            raise error
        self._trouble = None
        return count

    def _outgoing(self, row: Any) -> Outgoing:
        subject = eventlog.subject_of(self._service, row["noun"], row["verb"])
        return Outgoing(row["position"], row["event_id"], subject, eventlog.render(self._service, row))

    async def _get_in_step(self, stream: Stream) -> None:
        """Compare the stream's end with the log, and take the mark to where the stream really ends."""
        found = await stream.open()
        state = await self._state(self._database)
        ends_at = await self._position_in_log(found, state)
        if ends_at is not None:
            published: int = state["published"]
            # Acknowledged and lost: sent again. Sent and not marked: marked, unless an operator replays.
            if ends_at < published or (ends_at > published and state["replay_until"] <= published):
                await self._database.fetch_value(_MARK, since=published, upto=ends_at)
                log.info("relay.mark_moved", service=self._service, since=published, to=ends_at)
        self._in_step = True
        self._held = False
        metrics.relay_held.set(0)
        self._looked.set()

    async def _position_in_log(self, found: StreamState, state: Any) -> int | None:
        if found.is_new:
            return 0
        tail = found.tail
        if tail is None:
            return None
        row = await self._database.fetch_one(eventlog.LOCATE, event_id=tail.event_id)
        position: int | None = row["position"] if row is not None else None
        if tail.epoch < state["epoch"]:
            # Of an earlier life: what a restore lost is followed by what the new life began with.
            return position if position is not None else int(state["after_position"])
        if tail.epoch > state["epoch"] or position != tail.position:
            raise StreamAheadError(f"epoch {tail.epoch}, position {tail.position}")
        return position

    def _hold(self, error: StreamAheadError) -> None:
        if not self._held:
            log.error(
                "relay.held", service=self._service, stream_at=str(error), remedy="events restore-finish"
            )
        self._held = True
        metrics.relay_held.set(1)
        self._looked.set()

    def _note_trouble(self, error: Exception) -> bool:
        """Count and log it; answers whether it is a new one."""
        self._in_step = False
        name = type(error).__name__
        metrics.relay_troubles.labels(name).inc()
        # One line for each kind of trouble, not for each attempt.
        is_new = name != self._trouble
        if is_new:
            log.warning("relay.trouble", service=self._service, error=name)
            self._trouble = name
        return is_new

    async def _announce_head(self) -> None:
        if self._broker is None or time.monotonic() - self._announced < HEAD_SECONDS:
            return
        self._announced = time.monotonic()
        epoch, position = await eventlog.head(self._database)
        newest = await audit.head(self._database)
        document = {
            "epoch": epoch,
            "position": position,
            "auditnumber": newest.number,
            "audithash": newest.hash.hex(),
        }
        await self._broker.require().publish(f"shuyuan.{self._service}.head", orjson.dumps(document))

    async def _state(self, reader: Reader) -> Any:
        state = await reader.fetch_one(_STATE)
        assert state is not None
        return state


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


async def replay(reader: Reader, *, after: int) -> int:
    """Have the active relay publish everything after a position again; answers how many events that are."""
    return int(await reader.fetch_value(_REPLAY, after=after))
