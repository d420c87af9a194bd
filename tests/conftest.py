"""Fixtures of every test: the event loop, and the session's real PostgreSQL and NATS, started when first used."""

from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import uvloop

from deploy.local.stack import Stack
from tests.support import broker, databases, provision, system, workers
from tests.support.broker import NatsServer
from tests.support.databases import DatabaseServer
from tests.support.http import Api

_used: dict[str, str] = {}


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> dict[str, Callable[[], AbstractEventLoop]]:
    """Tests run on the loop that the services run on."""
    del config, item
    return {"uvloop": uvloop.new_event_loop}


def _described(choice: provision.Choice) -> str:
    return f"{choice.source} ({choice.reason})"


def pytest_report_header() -> list[str]:
    """Which PostgreSQL and NATS will be used, and why."""
    database = provision.choose(provision.DATABASE_VARIABLE, provision.POSTGRES_IMAGE_VARIABLE)
    nats = provision.choose(provision.NATS_VARIABLE, provision.NATS_IMAGE_VARIABLE)
    return [f"PostgreSQL: {_described(database)}", f"NATS: {_described(nats)}"]


def pytest_xdist_auto_num_workers() -> int:
    """What `-n auto` is."""
    return workers.worker_count()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> workers.Scheduling:
    return workers.Scheduling(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: workers.rank(item.nodeid))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker has no terminal."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["used"] = _used


def pytest_testnodedown(node: Any) -> None:
    _used.update(getattr(node, "workeroutput", {}).get("used", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was used in the end: an image that cannot be had is replaced by the embedded binaries."""
    for name, choice in _used.items():
        terminalreporter.write_line(f"{name} used: {choice}")


@pytest.fixture(scope="session")
def postgres() -> Iterator[DatabaseServer]:
    with databases.serve() as server:
        _used["PostgreSQL"] = _described(server.choice)
        yield server


@pytest.fixture(scope="session")
def nats_server() -> Iterator[NatsServer]:
    with broker.serve() as server:
        _used["NATS"] = _described(server.choice)
        yield server


@pytest.fixture
def own_postgres() -> Iterator[DatabaseServer]:
    """A server of the test's own, which it may stop and kill without hurting its neighbours."""
    with databases.serve() as server:
        yield server


@pytest.fixture
def own_nats() -> Iterator[NatsServer]:
    """A server of the test's own, which it may stop, kill and wipe without hurting its neighbours."""
    with broker.serve() as server:
        yield server


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    """The whole system as processes, started at the first test that wants it; `await stack.ready()` first.

    A test that kills a process starts it again before it ends.
    """
    with system.serve(request) as running:
        yield running


@pytest.fixture
async def api_as(stack: Stack) -> AsyncIterator[Callable[[str], Api]]:
    """Clients of the gateway by campus number or role: `await api_as("admin").get("/v1/units")`."""
    opened: dict[str, Api] = {}

    def open_as(who: str) -> Api:
        if who not in opened:
            opened[who] = Api(stack.gateway_url, stack.token(who))
        return opened[who]

    await stack.ready()
    yield open_as
    for api in opened.values():
        await api.close()
