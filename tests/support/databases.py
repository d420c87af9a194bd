"""The tests' PostgreSQL: fresh databases on a named, contained or embedded server, all used the same way."""

import contextlib
import itertools
import os
import shutil
import time
from collections.abc import Iterator
from typing import Protocol

import pytest

from deploy.local import ports, sql
from deploy.local.errors import NotReadyError
from deploy.local.postgres import Postgres
from tests.support import folders
from tests.support.provision import (
    DATABASE_VARIABLE,
    POSTGRES_IMAGE_VARIABLE,
    Choice,
    choose,
    without_image,
)

_numbers = itertools.count(1)
# A copy of a template is one test's, and weighs some fifteen mebibytes: a whole run's would fill the memory. Dropped
# many at once, because each drop by itself waits for a checkpoint of its own.
_MOST_COPIES, _DROPPED_AT_ONCE = 64, 48


class Power(Protocol):
    """How a server is started and stopped; none for a server that is not ours."""

    def start(self) -> None: ...

    def stop(self) -> object: ...

    def kill(self) -> None: ...


class DatabaseServer:
    """The session's server. Each test takes a database of its own; those of tests long over are dropped."""

    def __init__(self, admin_url: str, choice: Choice, power: Power | None) -> None:
        self.admin_url = admin_url
        self.choice = choice
        self._power = power
        self._made: list[str] = []
        self._copies: list[str] = []

    def create_database(self, prefix: str = "test", *, template: str | None = None) -> str:
        """A fresh database's address; `template` is the address of one to copy, for instance a migrated one.

        Nobody may be connected to the template meanwhile.
        """
        name = f"{prefix}_{os.getpid()}_{next(_numbers)}"
        # Copied as files: by way of the log, as usual, a copy takes twice the time and its weight again there.
        copied = f" TEMPLATE {sql.quoted(template.rpartition('/')[2])} STRATEGY file_copy" if template else ""
        sql.execute(self.admin_url, f"CREATE DATABASE {sql.quoted(name)}{copied}")
        self._made.append(name)
        if template:
            self._make_room_for(name)
        return self.url(name)

    def _make_room_for(self, copy: str) -> None:
        self._copies.append(copy)
        if len(self._copies) > _MOST_COPIES:
            over, self._copies = self._copies[:_DROPPED_AT_ONCE], self._copies[_DROPPED_AT_ONCE:]
            for name in over:
                self.drop_database(self.url(name))

    def url(self, database: str) -> str:
        return sql.with_database(self.admin_url, database)

    def drop_database(self, url: str) -> None:
        """Drop a database, ending what is connected to it."""
        name = url.rpartition("/")[2]
        sql.execute(self.admin_url, f"DROP DATABASE IF EXISTS {sql.quoted(name)} WITH (FORCE)")
        with contextlib.suppress(ValueError):
            self._made.remove(name)

    @property
    def power(self) -> Power:
        if self._power is None:
            pytest.skip("the test stops PostgreSQL, and a named server is not ours to stop")
        return self._power

    def stop(self) -> None:
        """Stop the server, ending every connection."""
        self.power.stop()

    def kill(self) -> None:
        """SIGKILL the server."""
        self.power.kill()

    def start(self) -> None:
        """Start it again, at the same address with the same data."""
        self.power.start()

    def clean_up(self) -> None:
        # Ours vanishes as a whole; on a server that stays, nothing of us may stay.
        if self._power is None:
            for name in list(self._made):
                self.drop_database(self.url(name))


@contextlib.contextmanager
def embedded(choice: Choice) -> Iterator[DatabaseServer]:
    """A server from the wheel in a folder that the user `nobody` can reach (pytest's own is private)."""
    folder = folders.make("shuyuan-pg-")
    server = Postgres(folder / "data", folder / "postgres.log", durable=False)
    try:
        server.start()
        yield DatabaseServer(server.url, choice, server)
    finally:
        # Its folder is thrown away: a clean stop would write a hundred databases out first.
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def named(choice: Choice) -> Iterator[DatabaseServer]:
    """Somebody's server; the user in its address may create databases."""
    server = DatabaseServer(choice.place, choice, None)
    try:
        yield server
    finally:
        server.clean_up()


class _ContainerPower:
    def __init__(self, container: object, admin_url: str) -> None:
        self._container = container
        self._admin_url = admin_url

    def start(self) -> None:
        self._container.get_wrapped_container().start()  # type: ignore[attr-defined]
        wait_for(self._admin_url)

    def stop(self) -> None:
        self._container.get_wrapped_container().kill("SIGINT")  # type: ignore[attr-defined]
        self._container.get_wrapped_container().wait()  # type: ignore[attr-defined]

    def kill(self) -> None:
        self._container.get_wrapped_container().kill("SIGKILL")  # type: ignore[attr-defined]
        self._container.get_wrapped_container().wait()  # type: ignore[attr-defined]


def wait_for(url: str, timeout: float = 60.0) -> None:
    """Wait until the server answers queries."""
    deadline = time.monotonic() + timeout
    while not sql.answers(url):
        if time.monotonic() > deadline:
            raise NotReadyError(f"PostgreSQL did not answer within {timeout:g} s.")
        time.sleep(0.1)


@contextlib.contextmanager
def contained(choice: Choice) -> Iterator[DatabaseServer]:
    """A container, at a port of our choosing so that a restart keeps the address."""
    from testcontainers.community.postgres import PostgresContainer

    port = ports.free_port()
    container = PostgresContainer(
        choice.place, username="postgres", password="tests", dbname="postgres", driver=None
    )
    container.with_bind_ports(5432, port).with_command("postgres -c fsync=off -c max_connections=300")
    try:
        container.start()
        url = f"postgresql://postgres:tests@{container.get_container_host_ip()}:{port}/postgres"
        wait_for(url)
        yield DatabaseServer(url, choice, _ContainerPower(container, url))
    finally:
        container.stop()


@contextlib.contextmanager
def serve() -> Iterator[DatabaseServer]:
    """The session's server, by choice of what this machine has."""
    choice = choose(DATABASE_VARIABLE, POSTGRES_IMAGE_VARIABLE)
    with contextlib.ExitStack() as held:
        if choice.source == "named":
            yield held.enter_context(named(choice))
        elif choice.source == "embedded":
            yield held.enter_context(embedded(choice))
        else:
            yield _contained_or_embedded(choice, held)


def _contained_or_embedded(choice: Choice, held: contextlib.ExitStack) -> DatabaseServer:
    from docker.errors import DockerException

    try:
        return held.enter_context(contained(choice))
    except DockerException as error:
        return held.enter_context(embedded(without_image(choice, type(error).__name__)))
