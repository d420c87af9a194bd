"""Administration statements from code that is not asynchronous: databases, roles, versions."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in a thread of its own; the caller may be inside a running loop."""
    results: list[T] = []
    failures: list[BaseException] = []

    def work() -> None:
        try:
            results.append(asyncio.run(coroutine))
        except BaseException as error:  # raised again in the asking thread
            failures.append(error)

    thread = threading.Thread(target=work, name="sql")
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    return results[0]


async def _execute(url: str, statements: tuple[str, ...]) -> None:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close(timeout=5)


async def _value(url: str, statement: str, arguments: tuple[Any, ...]) -> Any:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        return await connection.fetchval(statement, *arguments)
    finally:
        await connection.close(timeout=5)


def execute(url: str, *statements: str) -> None:
    """Run each statement by itself, outside a transaction."""
    run(_execute(url, statements))


def value(url: str, statement: str, *arguments: Any) -> Any:
    """The first column of the first row."""
    return run(_value(url, statement, arguments))


def answers(url: str) -> bool:
    """Whether the database accepts a connection and a query; an open port alone is not enough."""
    try:
        return bool(value(url, "SELECT 1") == 1)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False


def quoted(identifier: str) -> str:
    """An identifier in double quotes."""
    return '"' + identifier.replace('"', '""') + '"'


def with_database(url: str, database: str, *, user: str | None = None, password: str | None = None) -> str:
    """The same server's address for another database, and for another user if one is named."""
    parts = urlsplit(url)
    place = parts.netloc
    if user is not None:
        host = place.rpartition("@")[2]
        place = f"{quote(user, safe='')}:{quote(password or '', safe='')}@{host}"
    return urlunsplit((parts.scheme, place, "/" + quote(database, safe=""), parts.query, parts.fragment))
