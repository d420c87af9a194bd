"""Runs the steps of processes: claims what is due, tries again what fails, gives up what needs a person."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import timedelta

import asyncpg
import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import ARRAY

from chassis import metrics, process
from chassis.calls import Call, ServiceContext, enter, system_call
from chassis.database import PROCESSES, UNREACHABLE
from chassis.errors import ServiceError
from chassis.process import Outcome, Process, ProcessKind, Wait, from_row
from chassis.statements import query
from chassis.tables import process as _P

log = structlog.get_logger()

POLL_SECONDS = 1.0
# A runner that died is replaced once its lease is over. A living one renews it, so that a short lease and a
# long step go together.
LEASE = timedelta(seconds=10)
RENEW_SHARE = 0.3
# A step that takes longer hangs; it fails and is tried again.
LONGEST_STEP_SECONDS = 300.0
LONGEST_PAUSE = timedelta(minutes=5)
WORKERS = 2

_NOW = sa.func.now()
_DUE = (
    sa.select(_P.c.process_id)
    .where(
        _P.c.status == sa.any_(sa.literal(["running", "waiting"], ARRAY(sa.Text))),
        _P.c.due_at <= _NOW,
        sa.or_(_P.c.leased_until.is_(None), _P.c.leased_until <= _NOW),
        _P.c.kind == sa.any_(sa.bindparam("kinds", type_=ARRAY(sa.Text))),
    )
    .order_by(_P.c.due_at)
    .limit(sa.literal(1, sa.Integer))
    .with_for_update(skip_locked=True)
)
_CLAIM = query(
    sa.update(_P)
    .where(_P.c.process_id == _DUE.scalar_subquery())
    .values(
        leased_until=_NOW + sa.bindparam("lease", type_=sa.Interval),
        attempts=_P.c.attempts + 1,
    )
    .returning(_P, (_P.c.deadline_at <= _NOW).label("is_late"))
)
_RENEW = query(
    sa.update(_P)
    .where(
        _P.c.process_id == sa.bindparam("of", type_=sa.Uuid),
        _P.c.version == sa.bindparam("seen", type_=sa.Integer),
        # Not after the step's own commit, which has given the lease back.
        _P.c.leased_until.is_not(None),
    )
    .values(leased_until=_NOW + sa.bindparam("lease", type_=sa.Interval))
    .returning(_P.c.process_id)
)
# Only if nobody advanced the process meanwhile: the step's own commit, or an event that came first.
_STILL = sa.and_(
    _P.c.process_id == sa.bindparam("of", type_=sa.Uuid),
    _P.c.version == sa.bindparam("seen", type_=sa.Integer),
    _P.c.status != "done",
)
_PAUSE = query(
    sa.update(_P)
    .where(_STILL)
    .values(
        status=sa.bindparam("to_status", type_=sa.Text),
        due_at=_NOW + sa.bindparam("pause", type_=sa.Interval),
        attempts=sa.bindparam("tried", type_=sa.Integer),
        last_error=sa.bindparam("trouble", type_=sa.Text),
        leased_until=None,
    )
    .returning(_P.c.process_id)
)
_SLEEP = query(
    sa.update(_P)
    .where(_STILL)
    .values(
        status="waiting",
        due_at=sa.func.coalesce(_P.c.deadline_at, sa.text("'infinity'::timestamptz")),
        attempts=0,
        last_error=None,
        leased_until=None,
    )
    .returning(_P.c.process_id)
)
_TO_UNDO = query(
    sa.update(_P)
    .where(_STILL)
    .values(
        status="running",
        step=sa.bindparam("to_step", type_=sa.Text),
        due_at=_NOW,
        deadline_at=None,
        attempts=0,
        leased_until=None,
        version=_P.c.version + 1,
    )
    .returning(_P.c.process_id)
)
_STUCK = query(sa.select(sa.func.count()).select_from(_P).where(_P.c.status == "stuck"))


class ProcessRunner:
    """One per replica; `run` is kept running by the supervisor."""

    def __init__(
        self, context: ServiceContext, kinds: Sequence[ProcessKind], *, lease: timedelta = LEASE
    ) -> None:
        self._context = context
        self._kinds = {kind.name: kind for kind in kinds}
        self._lease = lease
        self._wake = asyncio.Event()
        context.database.listen(PROCESSES, self._wake.set)

    async def run(self) -> None:
        """Work until cancelled; a step that is cut short is taken up again when its lease is over."""
        await self._count_stuck()
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(WORKERS):
                    group.create_task(self._work())
        except ExceptionGroup as group_error:
            # The supervisor's log line should name the cause, not the group.
            raise group_error.exceptions[0] from None

    async def _work(self) -> None:
        while True:
            self._wake.clear()
            while await self.run_one():
                pass
            try:
                async with asyncio.timeout(POLL_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def run_one(self) -> bool:
        """Do one step that is due; False when nothing is."""
        database = self._context.database
        row = await database.fetch_one(_CLAIM, kinds=list(self._kinds), lease=self._lease)
        if row is None:
            return False
        claimed = from_row(row)
        kind = self._kinds[claimed.kind]
        if row["is_late"]:
            await self._give_up(kind, claimed)
            return True
        call = system_call(self._context, f"process/{claimed.kind}/{claimed.step}")
        renewing = asyncio.create_task(self._keep(claimed))
        try:
            async with asyncio.timeout(LONGEST_STEP_SECONDS):
                outcome = await self._do(call, kind, claimed)
        except Exception as error:
            await self._failed(kind, claimed, error)
            return True
        finally:
            renewing.cancel()
        await self._settle(call, claimed, outcome)
        metrics.process_steps.labels(claimed.kind, "done").inc()
        return True

    async def _keep(self, claimed: Process) -> None:
        # A renewal that fails is left to the next; the database being away fails the step itself.
        while True:
            await asyncio.sleep(self._lease.total_seconds() * RENEW_SHARE)
            with contextlib.suppress(asyncpg.PostgresError, *UNREACHABLE):
                await self._context.database.fetch_value(
                    _RENEW, of=claimed.process_id, seen=claimed.version, lease=self._lease
                )

    async def _do(self, call: Call, kind: ProcessKind, claimed: Process) -> Outcome:
        step = kind.steps.get(claimed.step)
        if step is None:
            raise LookupError(f"process {kind.name} has no step {claimed.step}")
        enter(call)
        return await step(call, claimed)

    async def _settle(self, call: Call, claimed: Process, outcome: Outcome) -> None:
        if isinstance(outcome, Wait):
            await self._rest(claimed, outcome)
            return
        async with call.transaction() as work:
            seen = await process.get(work, claimed.process_id)
            # A step that advanced by itself has said everything.
            if seen.version == claimed.version:
                await process.advance(work, claimed.process_id, outcome, expected=claimed.step)

    async def _rest(self, claimed: Process, wait: Wait) -> None:
        database, of, seen = self._context.database, claimed.process_id, claimed.version
        if wait.again_in is None:
            await database.fetch_value(_SLEEP, of=of, seen=seen)
            return
        await database.fetch_value(
            _PAUSE, of=of, seen=seen, to_status="running", pause=wait.again_in, tried=0, trouble=None
        )

    async def _failed(self, kind: ProcessKind, claimed: Process, error: Exception) -> None:
        trouble = _name_of(error)
        is_over = claimed.attempts >= kind.most_attempts
        log.warning(
            "process.step_failed",
            process_id=str(claimed.process_id),
            kind=kind.name,
            step=claimed.step,
            attempt=claimed.attempts,
            stuck=is_over,
            error=trouble,
        )
        metrics.process_steps.labels(kind.name, "failed").inc()
        await self._context.database.fetch_value(
            _PAUSE,
            of=claimed.process_id,
            seen=claimed.version,
            to_status="stuck" if is_over else "running",
            pause=_pause(claimed.attempts),
            tried=claimed.attempts,
            trouble=trouble,
        )
        if is_over:
            await self._count_stuck()

    async def _give_up(self, kind: ProcessKind, claimed: Process) -> None:
        database, of, seen = self._context.database, claimed.process_id, claimed.version
        log.warning("process.late", process_id=str(of), kind=kind.name, step=claimed.step)
        if kind.at_deadline is not None:
            await database.fetch_value(_TO_UNDO, of=of, seen=seen, to_step=kind.at_deadline)
            return
        await database.fetch_value(
            _PAUSE,
            of=of,
            seen=seen,
            to_status="stuck",
            pause=timedelta(0),
            tried=claimed.attempts,
            trouble="late",
        )
        await self._count_stuck()

    async def _count_stuck(self) -> None:
        metrics.processes_stuck.set(await self._context.database.fetch_value(_STUCK))


def _pause(attempts: int) -> timedelta:
    """How long to wait after so many failures: doubling from half a second, never beyond five minutes."""
    return min(timedelta(seconds=0.5 * 2 ** min(attempts - 1, 12)), LONGEST_PAUSE)


def _name_of(error: Exception) -> str:
    # Texts of foreign errors may quote personal data; the kind of error never does.
    return (
        f"{type(error).__name__}:{error.reason}" if isinstance(error, ServiceError) else type(error).__name__
    )
