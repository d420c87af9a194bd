"""The tests' NATS server with JetStream: named, contained or embedded, all used the same way."""

import contextlib
import shutil
import socket
import time
from collections.abc import Iterator
from typing import Protocol

import pytest

from deploy.local import ports
from deploy.local.errors import NotReadyError
from deploy.local.nats import Nats
from tests.support import folders
from tests.support.provision import NATS_IMAGE_VARIABLE, NATS_VARIABLE, Choice, choose, without_image


class Power(Protocol):
    """How a server is started, stopped and made to forget; none for a server that is not ours."""

    def start(self) -> None: ...

    def stop(self) -> object: ...

    def kill(self) -> None: ...

    def wipe(self) -> None: ...


class NatsServer:
    """The session's server. Tests that share it use subjects and streams of their own."""

    def __init__(self, url: str, choice: Choice, power: Power | None) -> None:
        self.url = url
        self.choice = choice
        self._power = power

    @property
    def power(self) -> Power:
        if self._power is None:
            pytest.skip("the test stops NATS, and a named server is not ours to stop")
        return self._power

    def stop(self) -> None:
        """Stop the server, keeping its store."""
        self.power.stop()

    def kill(self) -> None:
        """SIGKILL the server, keeping its store."""
        self.power.kill()

    def wipe(self) -> None:
        """The broker loses everything; it is left stopped."""
        self.power.wipe()

    def start(self) -> None:
        """Start it again at the same address."""
        self.power.start()


@contextlib.contextmanager
def embedded(choice: Choice) -> Iterator[NatsServer]:
    """A server from the wheel."""
    folder = folders.make("shuyuan-nats-")
    server = Nats(folder / "data", folder / "nats.log", durable=False)
    try:
        server.start()
        yield NatsServer(server.url, choice, server)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


class _ContainerPower:
    def __init__(self, container: object, host: str, port: int) -> None:
        self._container = container
        self._host = host
        self._port = port

    def start(self) -> None:
        self._container.get_wrapped_container().start()  # type: ignore[attr-defined]
        wait_for(self._host, self._port)

    def stop(self) -> None:
        self._container.get_wrapped_container().stop(timeout=10)  # type: ignore[attr-defined]

    def kill(self) -> None:
        self._container.get_wrapped_container().kill("SIGKILL")  # type: ignore[attr-defined]
        self._container.get_wrapped_container().wait()  # type: ignore[attr-defined]

    def wipe(self) -> None:
        # The container is left stopped, so the store goes when it is made anew at the same port.
        self._container.stop()  # type: ignore[attr-defined]
        self._container._container = None  # type: ignore[attr-defined]
        self._container.start()  # type: ignore[attr-defined]
        self.stop()


def wait_for(host: str, port: int, timeout: float = 60.0) -> None:
    """Wait until the server greets with JetStream on."""
    deadline = time.monotonic() + timeout
    while not _greets(host, port):
        if time.monotonic() > deadline:
            raise NotReadyError(f"NATS did not answer within {timeout:g} s.")
        time.sleep(0.1)


def _greets(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1.0) as connection:
            return b'"jetstream":true' in connection.recv(4096).replace(b" ", b"")
    except OSError:
        return False


@contextlib.contextmanager
def contained(choice: Choice) -> Iterator[NatsServer]:
    """A container, at a port of our choosing so that a restart keeps the address."""
    # The library's own NatsContainer warns when it is imported.
    from testcontainers.core.container import DockerContainer

    port = ports.free_port()
    container = DockerContainer(choice.place).with_command("-js").with_bind_ports(4222, port)
    try:
        container.start()
        host = container.get_container_host_ip()
        wait_for(host, port)
        yield NatsServer(f"nats://{host}:{port}", choice, _ContainerPower(container, host, port))
    finally:
        container.stop()


@contextlib.contextmanager
def serve() -> Iterator[NatsServer]:
    """The session's server, by choice of what this machine has."""
    choice = choose(NATS_VARIABLE, NATS_IMAGE_VARIABLE)
    with contextlib.ExitStack() as held:
        if choice.source == "named":
            yield NatsServer(choice.place, choice, None)
        elif choice.source == "embedded":
            yield held.enter_context(embedded(choice))
        else:
            yield _contained_or_embedded(choice, held)


def _contained_or_embedded(choice: Choice, held: contextlib.ExitStack) -> NatsServer:
    from docker.errors import DockerException

    try:
        return held.enter_context(contained(choice))
    except DockerException as error:
        return held.enter_context(embedded(without_image(choice, type(error).__name__)))
