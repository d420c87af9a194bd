"""PostgreSQL: autocommit reads from a pool, and the only place that commits.

The pool resets nothing between users, which makes a read three times cheaper than through an engine.
Therefore nothing may set session state on it: `SET LOCAL` inside a unit of work only, and session locks on
a connection of their own (`connect_alone`).
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self, TypeVar
from uuid import UUID

import asyncpg
import orjson
import sqlalchemy as sa

from chassis import journal
from chassis.days import campus_day
from chassis.errors import IdempotencyInFlightError, InternalError
from chassis.events import Event, Rendered
from chassis.statements import Query, Write, joined
from chassis.tables import event_log

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy
    from asyncpg.transaction import Transaction

    from chassis.calls import Call

    Connection = asyncpg.Connection[asyncpg.Record]
else:
    Connection = asyncpg.Connection

T = TypeVar("T")
Record = asyncpg.Record

ROLLBACK_SECONDS = 1.0

# What a listener in the process is told about after a commit.
EVENTS, PROCESSES = "events", "processes"

# A unit of work that met one of these may simply be done again, once: a plan made stale by a migration
# beside us (0A000 inside a transaction), a serialization failure, a deadlock.
RETRYABLE = (
    asyncpg.InvalidCachedStatementError,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
)
# The database cannot be reached, or has hung up.
UNREACHABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # What a connection says whose server has gone while it waited.
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    OSError,
)


class Reader(Protocol):
    """What a repository needs in order to read: the database itself or a unit of work."""

    async def fetch(self, statement: Query, /, **params: Any) -> list[Record]:
        """Every row."""
        ...

    async def fetch_one(self, statement: Query, /, **params: Any) -> Record | None:
        """The first row, None when there is none."""
        ...

    async def fetch_value(self, statement: Query, /, **params: Any) -> Any:
        """The first column of the first row, None when there is none."""
        ...


def _to_json(value: object) -> bytes:
    return orjson.dumps(value, default=str)


def _to_jsonb(value: object) -> bytes:
    return b"\x01" + orjson.dumps(value, default=str)


def _from_jsonb(data: bytes) -> Any:
    return orjson.loads(data[1:])


async def _prepare(connection: "Connection | PoolConnectionProxy[Record]") -> None:
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=_to_jsonb, decoder=_from_jsonb, format="binary"
    )
    await connection.set_type_codec(
        "json", schema="pg_catalog", encoder=_to_json, decoder=orjson.loads, format="binary"
    )


async def _keep(connection: object) -> None:
    """Leave a returned connection as it is; see the module's first lines."""


# A service has a few hundred statements; each stays prepared on each connection.
_CONNECT: dict[str, Any] = {
    "statement_cache_size": 2000,
    "max_cached_statement_lifetime": 0,
    "server_settings": {"jit": "off"},
}
_CONNECT_PLANNING: dict[str, Any] = {
    **_CONNECT,
    "server_settings": {"jit": "off", "plan_cache_mode": "force_custom_plan"},
}
# Pages are a part of what a service answers, and the server's connections are few.
_MOST_PLANNING = 4


class Database:
    """The pool of a service's own database. Reads here commit by themselves and see what is committed."""

    def __init__(
        self,
        url: str,
        pool: "asyncpg.Pool[Record]",
        planning: "asyncpg.Pool[Record]",
        digest_key: bytes | None,
    ) -> None:
        self._url = url
        self._pool = pool
        # The connections that serve `planned_anew`; opened when the first such statement comes.
        self._planning = planning
        # Sensitive fields stand in the audit as digests under this key; without it, as names alone.
        self.digest_key = digest_key
        self._listeners: dict[str, list[Callable[[], None]]] = {}

    @classmethod
    async def connect(cls, url: str, *, size: int = 8, digest_key: bytes | None = None) -> "Database":
        """Open the pool; raises one of UNREACHABLE when the database is away."""
        pool = await asyncpg.create_pool(
            url, min_size=1, max_size=size, init=_prepare, reset=_keep, timeout=10, **_CONNECT
        )
        planning = await asyncpg.create_pool(
            url,
            min_size=0,
            max_size=min(size, _MOST_PLANNING),
            init=_prepare,
            reset=_keep,
            timeout=10,
            **_CONNECT_PLANNING,
        )
        return cls(url, pool, planning, digest_key)

    async def connect_alone(self) -> "LoneConnection":
        """A connection outside the pool, for whoever must hold a session lock."""
        connection: Connection = await asyncpg.connect(self._url, timeout=10, **_CONNECT)
        await _prepare(connection)
        return LoneConnection(connection)

    async def close(self) -> None:
        """Close the pools, waiting a moment for what runs."""
        try:
            await asyncio.wait_for(asyncio.gather(self._pool.close(), self._planning.close()), 5)
        except TimeoutError:
            self._pool.terminate()
            self._planning.terminate()

    async def fetch(self, statement: Query, /, **params: Any) -> list[Record]:
        """Every row."""
        pool = self._planning if statement.is_planned_anew else self._pool
        return await pool.fetch(statement.sql, *statement.bind(params))

    async def fetch_one(self, statement: Query, /, **params: Any) -> Record | None:
        """The first row, None when there is none."""
        return await self._pool.fetchrow(statement.sql, *statement.bind(params))

    async def fetch_value(self, statement: Query, /, **params: Any) -> Any:
        """The first column of the first row, None when there is none."""
        return await self._pool.fetchval(statement.sql, *statement.bind(params))

    def transaction(self, call: "Call") -> "UnitOfWork":
        """The unit of work of a call; `call.transaction()` is the way to it."""
        return UnitOfWork(self, self._pool, call)

    def listen(self, topic: str, callback: Callable[[], None]) -> None:
        """Have `callback` called in this process after each commit that touched the topic."""
        self._listeners.setdefault(topic, []).append(callback)

    def wake(self, topic: str) -> None:
        """Tell the listeners of a topic that something is committed."""
        for callback in self._listeners.get(topic, ()):
            callback()


class LoneConnection:
    """A connection outside the pool: whoever holds it may take session locks, which end with it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def fetch(self, statement: Query, /, **params: Any) -> list[Record]:
        """Every row."""
        return await self._connection.fetch(statement.sql, *statement.bind(params))

    async def fetch_one(self, statement: Query, /, **params: Any) -> Record | None:
        """The first row, None when there is none."""
        return await self._connection.fetchrow(statement.sql, *statement.bind(params))

    async def fetch_value(self, statement: Query, /, **params: Any) -> Any:
        """The first column of the first row, None when there is none."""
        return await self._connection.fetchval(statement.sql, *statement.bind(params))

    def transaction(self) -> "Transaction":
        """A transaction on this connection, for machinery that is not a call; commands use a unit of work."""
        return self._connection.transaction()

    async def try_lock(self, name: str) -> bool:
        """Take the session lock behind a name if nobody has it; it ends with the connection."""
        taken = await self._connection.fetchval("SELECT pg_try_advisory_lock($1)", lock_number(name))
        return bool(taken)

    async def close(self) -> None:
        """Hang up; the server then ends the locks."""
        try:
            await self._connection.close(timeout=1)
        except (TimeoutError, asyncio.CancelledError, *UNREACHABLE):
            self._connection.terminate()


def lock_number(name: str) -> int:
    """The advisory lock behind a name: 64 bits of its hash, so that two names hardly ever meet."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


def _locks(wanted: Sequence[tuple[int, bool]]) -> str:
    """The statement that takes locks in their order; their numbers stand in it, so that it may go with others."""
    numbers = ",".join(str(number) for number, _ in wanted)
    shared = ",".join(str(is_shared) for _, is_shared in wanted)
    return f"""
        SELECT CASE WHEN is_shared THEN pg_advisory_xact_lock_shared(n) ELSE pg_advisory_xact_lock(n) END
          FROM (SELECT n, is_shared
                  FROM unnest('{{{numbers}}}'::bigint[], '{{{shared}}}'::boolean[])
                       WITH ORDINALITY AS l (n, is_shared, place)
                 ORDER BY place) locks"""


class Lock(NamedTuple):
    """A lock by its name; those who share it keep out only whoever wants it alone."""

    name: str
    is_shared: bool = False


class UnitOfWork:
    """One transaction of one call: `async with call.transaction() as work:`.

    Leaving the block commits; an exception rolls back. The commit writes, by one statement, the events, one
    audit row and the answer kept under the idempotency key. Never hold it across a call to another service.
    """

    def __init__(self, database: Database, pool: "asyncpg.Pool[Record]", call: "Call") -> None:
        self.call = call
        self.database = database
        self.now: datetime = call.clock.now()
        self._pool = pool
        self._connection: PoolConnectionProxy[Record] | None = None
        # How the transaction is begun; None when it is. It waits for the first statement, to go with it if it can.
        self._opening: str | None = self._how_to_begin()
        self._entries = journal.Entries()
        self._after: list[Callable[[], None]] = []
        self._topics: set[str] = set()
        self._locks: set[tuple[int, bool]] = set()
        self._later: list[tuple[Write, list[Any]]] = []

    @property
    def today(self) -> date:
        """The business day on campus on which this unit of work began."""
        return campus_day(self.now)

    async def fetch(self, statement: Query, /, **params: Any) -> list[Record]:
        """Every row."""
        return await (await self._begun()).fetch(statement.sql, *statement.bind(params))

    async def fetch_one(self, statement: Query, /, **params: Any) -> Record | None:
        """The first row, None when there is none."""
        return await (await self._begun()).fetchrow(statement.sql, *statement.bind(params))

    async def fetch_value(self, statement: Query, /, **params: Any) -> Any:
        """The first column of the first row, None when there is none."""
        return await (await self._begun()).fetchval(statement.sql, *statement.bind(params))

    async def execute(self, statement: Query, /, **params: Any) -> int:
        """Run a statement; answers how many rows it touched."""
        status = await (await self._begun()).execute(statement.sql, *statement.bind(params))
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def execute_many(self, statement: Query, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run a statement for each row, pipelined."""
        await (await self._begun()).executemany(statement.sql, [statement.bind(row) for row in rows])

    async def write_later(self, write: Write, **params: Any) -> None:
        """Have it written before the next statement, or by the statement of the commit: a round trip less.

        What the database refuses of it is heard there.
        """
        if any(not write.names.isdisjoint(other.names) for other, _ in self._later):
            await self._write_now()
        self._later.append((write, write.alone.bind(params)))

    async def copy(self, table: sa.Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Bring many rows in at once, by COPY."""
        await (await self._begun()).copy_records_to_table(table.name, records=rows, columns=list(columns))

    async def lock(self, *names: str) -> None:
        """Take the locks behind these names until the end; always in the same order, whoever asks."""
        await self._take(sorted({(lock_number(name), False) for name in names}))

    async def share(self, *names: str) -> None:
        """Take the locks together with others who share them, likewise."""
        await self._take(sorted({(lock_number(name), True) for name in names}))

    async def lock_in_turn(self, *locks: Lock) -> None:
        """Take locks of different kinds in the given order, in one round trip; what is held already costs none."""
        await self._take([(lock_number(name), is_shared) for name, is_shared in locks])

    async def _take(self, wanted: Sequence[tuple[int, bool]]) -> None:
        held = self._locks
        # Whoever has a lock alone shares it too.
        missing = [
            (number, shared)
            for number, shared in wanted
            if (number, False) not in held and (number, shared) not in held
        ]
        if not missing:
            return
        locks = _locks(missing)
        if self._opening is not None:
            await self._begin(locks)
        else:
            await self._conn.execute(locks)
        held.update(missing)

    def emit(self, event: Event | Rendered) -> None:
        """Announce a fact; it is written at the commit, after everything else."""
        self._entries.emit(event)

    async def write_events(self) -> None:
        """Write what was announced so far: of tens of thousands of events each part goes with its rows."""
        rows = self._entries.taken_out(self.call, self.now)
        await self.copy(event_log, journal.EVENT_COLUMNS, rows)

    def audit_change(
        self,
        noun: str,
        resource_id: UUID,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any] | None,
        *,
        sensitive: Iterable[str] = (),
    ) -> None:
        """Record what changed; the fields named in `sensitive` are kept as digests only."""
        self._entries.change(noun, resource_id, before, after, frozenset(sensitive), self.database.digest_key)

    def answer(self, value: T) -> T:
        """Say what the operation answers, so that a repetition of the request gets the same."""
        self._entries.answer(value)
        return value

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Have `callback` called once it is committed; it must not fail and cannot wait."""
        self._after.append(callback)

    def touch(self, topic: str) -> None:
        """Wake the listeners of a topic after the commit."""
        self._topics.add(topic)

    def _how_to_begin(self) -> str:
        call = self.call
        if call.idempotency_key is None:
            return "BEGIN"
        # A lock that somebody holds divides by zero.
        number = lock_number(f"idempotency|{call.caller.principal}|{call.method}|{call.idempotency_key}")
        return f"BEGIN; SELECT 1 / pg_try_advisory_xact_lock({number})::int"

    async def _begin(self, *at_once: str) -> None:
        assert self._opening is not None, "a unit of work begins once"
        opening, self._opening = self._opening, None
        try:
            await self._conn.execute("; ".join((opening, *at_once)))
        except asyncpg.DivisionByZeroError:
            raise IdempotencyInFlightError(key=str(self.call.idempotency_key)) from None

    async def _begun(self) -> "PoolConnectionProxy[Record]":
        if self._opening is not None:
            await self._begin()
        if self._later:
            await self._write_now()
        return self._conn

    async def _write_now(self) -> None:
        if self._opening is not None:
            await self._begin()
        later, self._later = self._later, []
        for write, params in later:
            await self._conn.execute(write.alone.sql, *params)

    @property
    def _conn(self) -> "PoolConnectionProxy[Record]":
        assert self._connection is not None, "a unit of work is used inside its block only"
        return self._connection

    async def __aenter__(self) -> Self:
        self._connection = await self._pool.acquire()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            await self._abandon()
            return
        try:
            written = await self._write_journal()
            if self._opening is None:
                await self._conn.execute("COMMIT")
        except BaseException:
            await self._abandon()
            raise
        await self._release()
        self._tell(written)

    async def _write_journal(self) -> journal.Written:
        if not self.call.access.checked:
            raise InternalError(cause="no access check was made")
        statement, params, written = self._entries.statement(self.call, self.now)
        if statement is None:
            if self._later:
                await self._write_now()
        else:
            if self._later:
                later, self._later = self._later, []
                statement = joined(statement, len(params), tuple(write for write, _ in later))
                for _, more in later:
                    params += more
            kept = await (await self._begun()).fetchval(statement, *params)
            if self.call.idempotency_key is not None and not kept:
                # Another request with the key committed between our caller's look-up and our lock.
                raise IdempotencyInFlightError(key=self.call.idempotency_key)
        return written

    def _tell(self, written: journal.Written) -> None:
        if written.last_event_id is not None:
            self.call.last_event_id = written.last_event_id
        for callback in self._after:
            callback()
        if written.anything:
            self._topics.add(EVENTS)
        for topic in self._topics:
            self.database.wake(topic)

    async def _abandon(self) -> None:
        if self._opening is not None:
            await self._release()
            return
        connection = self._conn
        try:
            # A frozen server must not keep the caller beyond its deadline, nor leave the connection half done.
            async with asyncio.timeout(ROLLBACK_SECONDS):
                await connection.execute("ROLLBACK")
        except (TimeoutError, asyncpg.PostgresError, *UNREACHABLE):
            connection.terminate()
        except asyncio.CancelledError:
            connection.terminate()
            raise
        finally:
            await self._release()

    async def _release(self) -> None:
        connection, self._connection = self._conn, None
        await self._pool.release(connection)


async def run(call: "Call", body: Callable[[UnitOfWork], Awaitable[T]]) -> T:
    """Do `body` in a unit of work, and once more when the database asks for it (see RETRYABLE)."""
    try:
        async with call.transaction() as work:
            return await body(work)
    except RETRYABLE:
        async with call.transaction() as work:
            return await body(work)
