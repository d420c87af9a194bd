"""A service running: everything its description asks for, started in order, drained and stopped in order.

A missing broker, sibling or issuer delays nothing; a missing database delays everything but the probes.
"""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import asyncpg
import sqlalchemy as sa
import structlog

from chassis import collector, eventlog, migrate, protojson, tracing
from chassis.applying import Applier
from chassis.broker import Broker
from chassis.calls import ServiceContext
from chassis.clock_servicer import ClockServicer
from chassis.copies import Copies, Copy
from chassis.database import UNREACHABLE
from chassis.follower import Follower
from chassis.grpc_client import Siblings, confirmation
from chassis.grpc_server import GrpcServer, Registration, registered
from chassis.interceptors import Gate
from chassis.ops_server import OpsServer
from chassis.process_runner import ProcessRunner
from chassis.process_servicer import ProcessServicer
from chassis.relay import Relay
from chassis.runtime import Service, open_context
from chassis.schedule import ScheduleRunner
from chassis.settings import Settings
from chassis.statements import query
from chassis.subject_servicer import SubjectServicer
from chassis.supervisor import Supervisor
from chassis.tokens import KeySet, TokenVerifier
from shuyuan.events.v1 import event_log_service_pb2_grpc

log = structlog.get_logger()

SIGNALS = (signal.SIGTERM, signal.SIGINT)
STOP_SECONDS = 5.0
FLUSH_SECONDS = 2.0
DATABASE_PAUSE_SECONDS = 0.5
PROBE_SECONDS = 1.0

_ONE = query(sa.text("SELECT 1"))


class UnsafeSettingsError(Exception):
    """Settings that production refuses, said in one line."""


def refuse_unsafe(settings: Settings) -> None:
    """Refuse, in production, an issuer or keys that would let anybody in."""
    if not settings.is_production:
        return
    for name in ("database_url", "issuer", "jwks_url", "identity_key"):
        if not getattr(settings, name):
            raise UnsafeSettingsError(f"SHUYUAN_{name.upper()} is not set")
    host = urlsplit(settings.issuer).hostname or ""
    if urlsplit(settings.issuer).scheme != "https" and host in ("localhost", "127.0.0.1", "::1"):
        raise UnsafeSettingsError("SHUYUAN_ISSUER is an issuer for development on this machine")


def followers_of(
    rows: list[Copy], context: ServiceContext, siblings: Siblings, broker: Broker | None
) -> list[Follower]:
    """One follower for each source that somebody hears."""

    def log_of(source: str) -> "Callable[[], event_log_service_pb2_grpc.EventLogServiceAsyncStub]":
        return lambda: event_log_service_pb2_grpc.EventLogServiceStub(
            siblings.channel(source, as_service=True)
        )

    sources = sorted({row.source for row in rows})
    return [
        Follower(
            Applier(context, source, [row for row in rows if row.source == source]),
            context.database,
            log_of(source),
            broker,
        )
        for source in sources
    ]


class Serving:
    """A service between its first probe and its last answer."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._settings = service.settings
        self._stop = asyncio.Event()
        self._started = asyncio.Event()
        self._supervisor = Supervisor()
        self._context: ServiceContext | None = None
        self._keys = KeySet(self._settings.jwks_url)
        self._ops = OpsServer(self._settings.ops_host, self._settings.ops_port, self._ready)
        self.server: GrpcServer | None = None
        self._relay: Relay | None = None

    async def run(self) -> int:
        """Serve until SIGTERM or SIGINT; answers the exit code."""
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._stop.set)
        provider = tracing.configure(self._settings, self._service.name)
        await self._ops.start()
        try:
            context = await self._connect()
            if context is not None:
                await self._serve(context)
        finally:
            await self._ops.stop()
            for number in SIGNALS:
                loop.remove_signal_handler(number)
            if provider is not None:
                await asyncio.to_thread(provider.shutdown)
        log.info("service.stopped")
        return 0

    async def _serve(self, context: ServiceContext) -> None:
        assert self._service.siblings is not None
        try:
            await self._start(context)
            await self._stop.wait()
            await self._drain()
        finally:
            await self._supervisor.stop()
            await self._service.siblings.close()
            await context.database.close()

    async def started(self) -> ServiceContext:
        """Wait until calls are answered; for whoever runs the service inside another process."""
        await self._started.wait()
        assert self._context is not None
        return self._context

    @property
    def ops_port(self) -> int:
        """The port of the probes."""
        return self._ops.port

    def stop(self) -> None:
        """The same as SIGTERM, for whoever runs the service inside another process."""
        self._stop.set()

    async def _connect(self) -> ServiceContext | None:
        """Wait for the database; None when we are told to stop first."""
        told = False
        while not self._stop.is_set():
            try:
                context = await open_context(self._service)
                break
            except UNREACHABLE as error:
                if not told:
                    log.warning("database.away", error=type(error).__name__)
                    told = True
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), DATABASE_PAUSE_SECONDS)
        else:
            return None
        self._context = context
        return context

    async def _start(self, context: ServiceContext) -> None:
        assert self._service.siblings is not None
        siblings = self._service.siblings
        if self._service.name != "organization" and self._settings.organization_target:
            context.control.confirm = confirmation(siblings)
        broker = Broker(self._settings.nats_url, self._service.name) if self._settings.nats_url else None
        followers = followers_of(self._service.copy_rows, context, siblings, broker)
        gate = Gate(
            context, TokenVerifier(self._settings, self._keys), protojson.check, Copies(followers).wait_for
        )
        self.server = GrpcServer(self._settings, gate, self._registrations(context))
        self._relay = Relay(context.database, broker, self._service.name)
        self._supervise(context, broker, followers)
        with contextlib.suppress(*UNREACHABLE, asyncpg.UndefinedTableError):
            await context.clock.load(context.database)
        await self._keys.refresh()
        await self.server.start()
        self._supervisor.start()
        collector.settle()
        self._started.set()
        log.info("service.started", grpc_port=self.server.port, ops_port=self._ops.port)

    def _registrations(self, context: ServiceContext) -> list[Registration]:
        frame = registered(eventlog.EventLogServicer(context.name), ClockServicer(), ProcessServicer())
        if self._service.holdings is not None:
            frame += registered(SubjectServicer(self._service.holdings))
        return [*self._service.servicers, *frame]

    def _supervise(self, context: ServiceContext, broker: Broker | None, followers: list[Follower]) -> None:
        assert self._relay is not None
        add = self._supervisor.add
        if broker is not None:
            add("broker", broker.run)
        add("relay", self._relay.run)
        for follower in followers:
            add(f"copies-{follower.source}", follower.run)
        add("processes", ProcessRunner(context, self._service.processes).run)
        add("schedule", ScheduleRunner(context, self._service.schedule).run)
        add("key-set", self._keys.keep_fresh)
        for name, body in self._service.tasks.items():
            add(name, _bound(body, context))

    async def _ready(self) -> dict[str, bool]:
        return {
            "database": await self._answers(),
            "schema": await self._schema_is_right(),
            "key_set": self._keys.loaded,
        }

    async def _answers(self) -> bool:
        if self._context is None or self.server is None:
            return False
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                return bool(await self._context.database.fetch_value(_ONE) == 1)
        except (TimeoutError, *UNREACHABLE):
            return False

    async def _schema_is_right(self) -> bool:
        if self._context is None:
            return False
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                return await migrate.is_current(self._context.database, self._service.migrations_folder)
        except (TimeoutError, *UNREACHABLE):
            return False

    async def _drain(self) -> None:
        """Turn clients away, let running calls end, send what is committed, hang up."""
        assert self.server is not None and self._relay is not None
        log.info("service.draining")
        self._ops.draining = True
        await self.server.turn_away()
        await asyncio.sleep(self._settings.drain_wait)
        await self._supervisor.stop("processes", "schedule", *self._service.tasks)
        await self.server.stop(STOP_SECONDS)
        with contextlib.suppress(TimeoutError, *UNREACHABLE):
            async with asyncio.timeout(FLUSH_SECONDS + 1):
                await self._relay.flush(FLUSH_SECONDS)


def _bound(
    body: Callable[[ServiceContext], Awaitable[None]], context: ServiceContext
) -> Callable[[], Awaitable[None]]:
    return lambda: body(context)


async def serve(service: Service) -> int:
    """Run a service until it is told to stop."""
    try:
        refuse_unsafe(service.settings)
        return await Serving(service).run()
    except UnsafeSettingsError as error:
        log.error("service.refused", why=str(error))
        return 2
