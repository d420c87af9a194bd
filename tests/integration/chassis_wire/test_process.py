"""A service as a process: its commands, its exit, and what it does without what it needs."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx2
import orjson
import pytest

from tests.support.databases import DatabaseServer

Start = Callable[..., Awaitable[Process]]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts `python -m …house` with settings; what still runs at the end is killed."""
    started: list[Process] = []

    async def start(*arguments: str, **settings: str) -> Process:
        environment = {f"SHUYUAN_{name.upper()}": value for name, value in settings.items()}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.integration.chassis_wire.house",
            *arguments,
            stdout=PIPE,
            stderr=PIPE,
            env={**os.environ, "SHUYUAN_ENVIRONMENT": "test", **environment},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def said(process: Process) -> tuple[int | None, str, str]:
    out, error = await process.communicate()
    return process.returncode, out.decode(), error.decode()


async def line(process: Process, event: str) -> dict[str, object]:
    """The next line of the log about an event."""
    assert process.stdout is not None
    async with asyncio.timeout(20):
        while found := await process.stdout.readline():
            entry: dict[str, object] = orjson.loads(found)
            if entry["event"] == event:
                return entry
    raise AssertionError(f"the process ended without {event}")


async def test_it_migrates_serves_and_ends_cleanly(postgres: DatabaseServer, start: Start) -> None:
    url = postgres.create_database("house")
    code, out, _ = await said(await start("migrate", database_url=url))
    assert code == 0
    assert out.startswith("lamps: schema 0")

    process = await start("serve", database_url=url, drain_seconds="0")
    await line(process, "service.started")
    process.send_signal(signal.SIGTERM)

    code, _, error = await said(process)
    assert (code, error) == (0, "")


async def test_it_waits_for_its_database_and_stops_all_the_same(start: Start) -> None:
    port = free_port()
    away = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    process = await start("serve", database_url=away, ops_port=str(port))
    await line(process, "database.away")

    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        alive, ready = await client.get("/healthz"), await client.get("/readyz")
    process.send_signal(signal.SIGTERM)

    assert (alive.status_code, ready.status_code) == (200, 503)
    assert (await said(process))[0] == 0


async def test_a_broker_that_is_away_keeps_it_from_nothing(database_url: str, start: Start) -> None:
    nobody = f"nats://127.0.0.1:{free_port()}"
    process = await start("serve", database_url=database_url, nats_url=nobody, drain_seconds="0")

    await line(process, "service.started")
    process.send_signal(signal.SIGTERM)

    assert (await said(process))[0] == 0


async def test_a_taken_port_is_one_line(database_url: str, start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, _, error = await said(await start("serve", database_url=database_url, grpc_port=port))

    assert code == 1
    assert error == f"lamps: cannot listen on 127.0.0.1:{port}: is the port taken?\n"


async def test_production_refuses_settings_for_development(database_url: str, start: Start) -> None:
    process = await start("serve", database_url=database_url, environment="production")

    code, out, _ = await said(process)

    assert code == 2
    assert "SHUYUAN_ISSUER is not set" in out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["parked", "list"], "0 parked\n"),
        (["parked", "replay"], "0 applied, 0 resources still parked\n"),
        (["processes", "list"], "0 processes\n"),
        (["audit", "verify"], f"whole: 0 rows, newest hash {'00' * 32}\n"),
        (["events", "replay"], "0 events will be published again by the active relay\n"),
    ],
)
async def test_its_commands_answer(
    database_url: str, start: Start, arguments: list[str], expected: str
) -> None:
    assert (await said(await start(*arguments, database_url=database_url)))[:2] == (0, expected)


async def test_a_command_without_a_database_is_one_line(start: Start) -> None:
    away = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"

    code, _, error = await said(await start("parked", "list", database_url=away))

    assert code == 1
    assert error.startswith("lamps: the database cannot be reached")
    assert error.count("\n") == 1
