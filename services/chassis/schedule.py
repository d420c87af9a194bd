"""Timed work: a table of (name, cadence, operation), each slot of it claimed and done once in the service.

Days go by the business clock, intervals by system time. A slot that fails is tried again; one that an
operation `finish`es in its own unit of work has its effects exactly once, whoever dies when.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

import sqlalchemy as sa
import structlog

from chassis import idempotency, metrics
from chassis.calls import Call, ServiceContext, enter, system_call
from chassis.clock import Clock
from chassis.database import UnitOfWork
from chassis.days import CAMPUS
from chassis.errors import ServiceError
from chassis.statements import query

log = structlog.get_logger()

POLL_SECONDS = 1.0
LEASE = timedelta(minutes=5)
LONGEST_PAUSE_SECONDS = 300
KEPT_FOR = timedelta(days=90)

_CLAIM = query(
    sa.text(
        """INSERT INTO timed_run AS r (name, slot, attempts, due_at, leased_until)
           VALUES (:name, :slot, 1, now(), now() + CAST(:lease AS interval))
           ON CONFLICT (name, slot) DO UPDATE
              SET attempts = r.attempts + 1, leased_until = now() + CAST(:lease AS interval)
            WHERE r.finished_at IS NULL AND r.due_at <= now()
              AND (r.leased_until IS NULL OR r.leased_until <= now())
           RETURNING attempts"""
    )
)
_LAST = query(sa.text("SELECT max(slot) FROM timed_run WHERE name = :name AND finished_at IS NOT NULL"))
_IS_FINISHED = query(
    sa.text(
        "SELECT EXISTS (SELECT FROM timed_run WHERE name = :name AND slot = :slot AND finished_at IS NOT NULL)"
    )
)
_FINISH = query(
    sa.text(
        """UPDATE timed_run SET finished_at = now(), leased_until = NULL, last_error = NULL
            WHERE name = :name AND slot = :slot AND finished_at IS NULL RETURNING name"""
    )
)
_FAIL = query(
    sa.text(
        """UPDATE timed_run
              SET leased_until = NULL, last_error = :trouble,
                  due_at = now() + make_interval(secs => least(power(2, attempts), CAST(:most AS float8)))
            WHERE name = :name AND slot = :slot AND finished_at IS NULL RETURNING name"""
    )
)
# The newest finished slot of a name stays: it says where catching up begins. One that failed until its interval was
# over is never finished.
_PRUNE = query(
    sa.text(
        """DELETE FROM timed_run r
            WHERE coalesce(finished_at, due_at) < now() - CAST(:kept AS interval)
              AND slot < (SELECT max(slot) FROM timed_run WHERE name = r.name AND finished_at IS NOT NULL)
           RETURNING name"""
    )
)


@dataclass(frozen=True, slots=True)
class Slot:
    """One due time of one piece of timed work; `day` is the business day it stands for."""

    name: str
    key: str
    day: date

    async def finish(self, work: UnitOfWork) -> bool:
        """Mark the slot done in the unit of work that does it; False when it has been done before."""
        return await work.fetch_value(_FINISH, name=self.name, slot=self.key) is not None


class Cadence(Protocol):
    """When work is due."""

    def slots(self, clock: Clock, last: str | None) -> list[tuple[str, date]]:
        """The keys and days of the slots that are due after the last finished one, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Daily:
    """Once each business day from a time of day on, campus time.

    When the clock jumps over days, only the newest is done, unless every day counts (`catch_up`).
    """

    at: time = time(0, 5)
    catch_up: bool = False

    def slots(self, clock: Clock, last: str | None) -> list[tuple[str, date]]:
        """The days that are due."""
        now = clock.now().astimezone(CAMPUS)
        newest = now.date() if now.time() >= self.at else now.date() - timedelta(days=1)
        first = newest
        if self.catch_up and last is not None:
            first = date.fromisoformat(last) + timedelta(days=1)
        days = [first + timedelta(days=n) for n in range((newest - first).days + 1)]
        return [(day.isoformat(), day) for day in days]


@dataclass(frozen=True, slots=True)
class Every:
    """Once in each interval of system time; what was missed is not made up."""

    interval: timedelta

    def slots(self, clock: Clock, last: str | None) -> list[tuple[str, date]]:
        """The interval we are in."""
        seconds = self.interval.total_seconds()
        begin = int(clock.system_now().timestamp() // seconds * seconds)
        key = datetime.fromtimestamp(begin, tz=CAMPUS).isoformat()
        return [(key, clock.today())]


@dataclass(frozen=True, slots=True)
class Timed:
    """A row of a service's schedule.

    Work that somebody waits for names a topic: after a commit here that touched it the operation runs at once, and
    not only when its next slot is due. It must itself hold what it works on; the slots do what a crash left.
    """

    name: str
    cadence: Cadence
    operation: Callable[[Call, Slot], Awaitable[object]]
    topic: str | None = None


class ScheduleRunner:
    """One per replica; `run` is kept running by the supervisor."""

    def __init__(
        self, context: ServiceContext, schedule: Sequence[Timed], *, lease: timedelta = LEASE
    ) -> None:
        self._context = context
        self._schedule = [*schedule, *CHORES]
        names = [timed.name for timed in self._schedule]
        if len(names) != len(set(names)):
            raise ValueError(f"two pieces of timed work have one name: {sorted(names)}")
        self._lease = lease
        # The newest slot known to be done, so that a quiet second costs no query.
        self._done: dict[str, str] = {}
        self._woken = {timed.name: asyncio.Event() for timed in self._schedule}
        for timed in self._schedule:
            if timed.topic is not None:
                context.database.listen(timed.topic, self._woken[timed.name].set)

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._follow_clock())
                for timed in self._schedule:
                    group.create_task(self._keep_time(timed))
        except ExceptionGroup as group_error:
            # The supervisor's log line should name the cause, not the group.
            raise group_error.exceptions[0] from None

    async def _follow_clock(self) -> None:
        while True:
            # Another replica may have moved the business clock.
            await self._context.clock.load(self._context.database)
            await asyncio.sleep(POLL_SECONDS)

    async def _keep_time(self, timed: Timed) -> None:
        woken = self._woken[timed.name]
        while True:
            await self.run_due(timed)
            # Not `wait_for`: until Python 3.12 it may swallow that the task is to end.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await woken.wait()
            if woken.is_set():
                woken.clear()
                await self._run_at_once(timed)

    async def _run_at_once(self, timed: Timed) -> None:
        clock = self._context.clock
        slot = Slot(timed.name, clock.system_now().isoformat(), clock.today())
        try:
            await self._operate(timed, slot)
        except Exception as error:
            # The next slot tries again.
            self._note(slot, error)

    async def _operate(self, timed: Timed, slot: Slot) -> None:
        call = system_call(self._context, f"timed/{timed.name}")
        enter(call)
        async with asyncio.timeout(self._lease.total_seconds()):
            await timed.operation(call, slot)

    async def run_due(self, timed: Timed) -> int:
        """Do the slots of one row that are due and nobody does; answers how many were done."""
        count = 0
        last = self._done.get(timed.name)
        if last is None:
            last = await self._context.database.fetch_value(_LAST, name=timed.name)
        for key, day in timed.cadence.slots(self._context.clock, last):
            if key == last:
                continue
            if not await self._run_slot(timed, Slot(timed.name, key, day)):
                break
            count += 1
        return count

    async def _run_slot(self, timed: Timed, slot: Slot) -> bool:
        database = self._context.database
        if await database.fetch_value(_CLAIM, name=slot.name, slot=slot.key, lease=self._lease) is None:
            # Done by another replica, or being done, or resting after a failure.
            if not await database.fetch_value(_IS_FINISHED, name=slot.name, slot=slot.key):
                return False
            self._done[timed.name] = slot.key
            return True
        try:
            await self._operate(timed, slot)
        except Exception as error:
            await self._failed(slot, error)
            return False
        await database.fetch_value(_FINISH, name=slot.name, slot=slot.key)
        self._done[timed.name] = slot.key
        metrics.timed_runs.labels(timed.name, "done").inc()
        return True

    @staticmethod
    def _note(slot: Slot, error: Exception) -> str:
        # Texts of foreign errors may quote personal data; the kind of error never does.
        trouble = error.reason if isinstance(error, ServiceError) else type(error).__name__
        log.warning("timed.failed", name=slot.name, slot=slot.key, error=trouble)
        metrics.timed_runs.labels(slot.name, "failed").inc()
        return trouble

    async def _failed(self, slot: Slot, error: Exception) -> None:
        trouble = self._note(slot, error)
        await self._context.database.fetch_value(
            _FAIL, name=slot.name, slot=slot.key, trouble=trouble, most=LONGEST_PAUSE_SECONDS
        )


async def _forget_answers(call: Call, slot: Slot) -> None:
    await idempotency.remove_expired(call.database)


async def _prune(call: Call, slot: Slot) -> None:
    await call.database.fetch(_PRUNE, kept=KEPT_FOR)


# What the frame itself has to do in every service.
CHORES: tuple[Timed, ...] = (
    Timed("chassis.forget-answers", Every(timedelta(hours=1)), _forget_answers),
    Timed("chassis.prune-timed-runs", Every(timedelta(hours=24)), _prune),
)
