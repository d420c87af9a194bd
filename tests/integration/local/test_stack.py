"""The stack as tests use it: single processes end and start while the others go on."""

import asyncio
import os
import signal

import asyncpg
import pytest

from deploy.local import databases, sql
from deploy.local.child import is_alive, wait_until
from deploy.local.postgres import Postgres
from deploy.local.stack import Stack
from deploy.local.tokens import TokenSource
from tests.support.launching import data_folder


async def test_every_process_is_ready_and_none_has_ended(stack: Stack) -> None:
    await stack.ready()

    assert all(stack.is_running(name) for name in stack.names)
    assert stack.ended() == []


def test_a_killed_process_is_started_again_alone_at_its_old_address(stack: Stack) -> None:
    before = {name: stack.child(name).process for name in stack.names}

    stack.kill("issuer")
    assert not stack.is_running("issuer")
    stack.start("issuer")

    assert TokenSource(stack.issuer_url).fresh("20210001")
    assert [name for name in stack.names if stack.child(name).process is not before[name]] == ["issuer"]


def test_a_process_that_ends_by_itself_is_reported(stack: Stack) -> None:
    process = stack.child("issuer").process
    assert process is not None

    os.kill(process.pid, signal.SIGKILL)
    process.wait()

    assert [child.name for child in stack.ended()] == ["issuer"]
    stack.start("issuer")
    assert stack.ended() == []


async def test_a_frozen_process_answers_again_once_it_is_thawed(stack: Stack) -> None:
    stack.freeze("issuer")
    try:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(_connected_and_answered(stack.ports.issuer), 0.3)
    finally:
        stack.thaw("issuer")

    assert await asyncio.wait_for(_connected_and_answered(stack.ports.issuer), 10)


async def _connected_and_answered(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
        return await reader.readline()
    finally:
        writer.close()


def test_tokens_stay_valid_over_a_restart_of_the_issuer(stack: Stack) -> None:
    token = stack.token("20210001")

    stack.kill("issuer")
    stack.start("issuer")

    assert stack.token("20210001") == token
    assert stack.tokens.fresh("20210001").split(".")[0] == token.split(".")[0]


def test_a_service_reaches_its_own_database_and_no_other() -> None:
    with data_folder() as folder:
        server = Postgres(folder / "data", folder / "log", durable=False)
        server.start()
        try:
            words = {"organization": "aa", "membership": "bb"}
            addresses = databases.prepare(server.url, words, words)
            again = databases.prepare(server.url, words, words)
            sql.execute(addresses["organization"], "CREATE EXTENSION btree_gist", "CREATE TABLE own (x int)")
            foreign = sql.with_database(server.url, "organization", user="membership", password="bb")

            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                sql.value(foreign, "SELECT 1")
            assert again == addresses
        finally:
            server.stop()


async def test_a_killed_database_takes_its_busy_backends_along_and_starts_again() -> None:
    with data_folder() as folder:
        server = Postgres(folder / "data", folder / "log", durable=False)
        server.start()
        connection = await asyncpg.connect(server.url)
        busy = asyncio.create_task(connection.execute("SELECT count(*) FROM generate_series(1, 1000000000)"))
        await asyncio.to_thread(_wait_for_query, server)
        family = server.child.family()
        try:
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)

            assert not any(is_alive(pid) for pid in family)
            assert sql.answers(server.url)
        finally:
            server.stop()
            with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
                await busy


def _wait_for_query(server: Postgres) -> None:
    counting = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%generate_series%'"
    # The asking query is one of them.
    wait_until(server.child, lambda: bool(sql.value(server.url, counting) == 2), 10)
