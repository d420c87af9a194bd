"""The whole system as processes of one machine; the launcher and the tests start it by this one class.

It restarts nothing: when a process ends the others go on, and the one that ended can be started again.
"""

import asyncio
import contextlib
import functools
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from deploy.local import databases, environment, keys, layout, logins, ports
from deploy.local.child import Child, wait_until
from deploy.local.errors import FolderError, LocalStackError, NotReadyError
from deploy.local.layout import GATEWAY, INFRASTRUCTURE, PROCESSES, ROOT, Ports
from deploy.local.nats import Nats
from deploy.local.postgres import Postgres
from deploy.local.tokens import TokenSource, fetch

# Generous: a busy machine starts five Python processes at once, and one that fails ends by itself.
READY_TIMEOUT = 150.0
COMMAND_TIMEOUT = 300.0
ADMINISTRATOR_TIMEOUT = 90.0
PROBE_TIMEOUT = 2.0
POLL = 0.05
# Services drain first, then what they stand on; together within ten seconds.
SERVICE_STOP_TIMEOUT = 6.0
INFRASTRUCTURE_STOP_TIMEOUT = 3.0
UNIVERSITY = "示范大学"

Say = Callable[[str], None]


def _silent(text: str) -> None:
    del text


@dataclass(frozen=True)
class Elsewhere:
    """Servers that are not the stack's own to start and stop; it makes databases with the prefix there."""

    database_url: str | None = None
    database_prefix: str = ""
    nats_url: str | None = None


NOWHERE_ELSE = Elsewhere()


class Stack:
    """PostgreSQL, NATS, the token issuer, the services this repository has, and the gateway.

    `settings` overrides settings of all services and of the gateway.
    """

    def __init__(
        self,
        folder: Path,
        where: Ports | None = None,
        *,
        mode: str = "embedded",
        durable: bool = True,
        settings: Mapping[str, str] | None = None,
        elsewhere: Elsewhere = NOWHERE_ELSE,
    ) -> None:
        self.folder = folder.absolute()
        self.ports = where if where is not None else Ports.free()
        self.mode = mode
        self.settings = dict(settings or {})
        self.services = layout.present_services()
        self.logs = self.folder / "logs"
        self.tokens = TokenSource(self.issuer_url)
        self._elsewhere = elsewhere
        self._addresses: dict[str, str] = {}
        self._wanted: set[str] = set()
        self.was_ready = False
        self._stopping = False
        self._children: dict[str, Child] = {}
        self._servers: dict[str, Postgres | Nats] = {}
        if elsewhere.database_url is None:
            self._servers["postgres"] = Postgres(
                self.folder / "postgres", self.log("postgres"), port=self.ports.postgres, durable=durable
            )
        if elsewhere.nats_url is None:
            self._servers["nats"] = Nats(
                self.folder / "nats", self.log("nats"), port=self.ports.nats, durable=durable
            )
        present = {*self._servers, "issuer", *self.services, *((GATEWAY,) if layout.has_gateway() else ())}
        self.names = tuple(name for name in PROCESSES if name in present)

    # ── addresses ────────────────────────────────────────────────────────────────────────────────────────

    @property
    def gateway_url(self) -> str:
        return f"http://{ports.LOOPBACK}:{self.ports.gateway}"

    @property
    def issuer_url(self) -> str:
        """Where the issuer listens; the name in its tokens is `issuer_name`."""
        return f"http://{ports.LOOPBACK}:{self.ports.issuer}"

    @property
    def issuer_name(self) -> str:
        return self._keys.issuer

    @property
    def nats_url(self) -> str:
        return self._elsewhere.nats_url or f"nats://{ports.LOOPBACK}:{self.ports.nats}"

    @property
    def database_admin_url(self) -> str:
        """The superuser's address."""
        return self._elsewhere.database_url or self._server("postgres").url

    def database_url(self, service: str) -> str:
        """The address of a service's own database, as that service uses it."""
        return self._addresses[service]

    def target(self, service: str) -> str:
        """A service's gRPC address, host:port."""
        return f"{ports.LOOPBACK}:{self.ports.grpc[service]}"

    def ops_url(self, service: str) -> str:
        """Where a service answers /metrics, /healthz and /readyz."""
        return f"http://{ports.LOOPBACK}:{self.ports.ops[service]}"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def token(self, who: str = logins.ADMINISTRATOR_ROLE) -> str:
        """A token of the person with this campus number, or of the first demo person with this role."""
        return self.tokens(logins.number_of(self.folder, who) or who)

    def client_token(self, client: str) -> str:
        """A token of a service or campus system, by its own secret."""
        form = {"client_id": client, "client_secret": self._keys.client_secrets[client]}
        return fetch(self.issuer_url, {"grant_type": "client_credentials", **form})

    def settings_of(self, name: str) -> dict[str, str]:
        """The environment a process is started with."""
        if name == GATEWAY:
            made = environment.of_gateway(self._keys, self.ports, self.mode, self.services)
        else:
            made = environment.of_service(
                name,
                self._keys,
                self.ports,
                self.mode,
                self.services,
                database_url=self.database_url(name),
                nats_url=self.nats_url,
            )
        return {**made, **self.settings}

    @functools.cached_property
    def _keys(self) -> keys.Keys:
        return keys.keep(self.folder, self.issuer_url)

    # ── starting ─────────────────────────────────────────────────────────────────────────────────────────

    def start(self, name: str | None = None, say: Say = _silent) -> None:
        """Start everything, or one process again; returns when it is ready. A failure leaves nothing running."""
        self._stopping = False
        if name is not None:
            self._start_one(name)
            return
        self._make_folders()
        for each in self.names:
            if not self.is_running(each):
                for port in self.ports.of(each):
                    ports.claim(port, each)
        try:
            self._start_all(say)
        except BaseException:
            self.stop()
            raise

    def _make_folders(self) -> None:
        try:
            self.logs.mkdir(parents=True, exist_ok=True)
            probe = self.folder / ".writable"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise FolderError(f"The folder {self.folder} cannot be written: {error.strerror}.") from error
        # Made by one thread, before several need them.
        self.settings_of(GATEWAY)

    def _start_all(self, say: Say) -> None:
        say("PostgreSQL, NATS, token issuer")
        self._together(self._start_one, [name for name in self.names if name in INFRASTRUCTURE])
        self._prepare_databases()
        above = [name for name in self.names if name not in INFRASTRUCTURE]
        say(", ".join(["databases", *above]))
        self._together(self._migrate_and_start, above)
        self._bootstrap(say)
        self.was_ready = True

    def _together(self, work: Callable[[str], None], names: Sequence[str]) -> None:
        if not names:
            return
        pool = ThreadPoolExecutor(len(names), thread_name_prefix="stack")
        try:
            for future in [pool.submit(work, name) for name in names]:
                future.result()
        finally:
            # After a failure or Ctrl-C the others are not waited for: they end when their process is stopped.
            pool.shutdown(wait=False, cancel_futures=True)

    def _prepare_databases(self) -> None:
        if self._elsewhere.database_url:
            self._addresses = databases.prepare_elsewhere(
                self.database_admin_url, self.services, self._elsewhere.database_prefix
            )
        else:
            self._addresses = databases.prepare(
                self.database_admin_url, self.services, self._keys.database_passwords
            )

    def _migrate_and_start(self, name: str) -> None:
        if name != GATEWAY:
            self.command(name, "migrate")
        self._start_one(name)

    def _start_one(self, name: str) -> None:
        if self._stopping:
            raise LocalStackError(f"{name} is not started: the stack is being stopped.")
        self._wanted.add(name)
        if name in self._servers:
            self._servers[name].start()
            return
        child = self._child(name)
        if not child.running:
            for port in self.ports.of(name):
                ports.claim(port, name)
            child.start()
        wait_until(child, lambda: self._is_ready(name), READY_TIMEOUT)

    def _child(self, name: str) -> Child:
        if name not in self._children:
            self._children[name] = Child(
                name=name,
                command=self._command_of(name),
                log=self.log(name),
                environment=environment.of_issuer(self.mode) if name == "issuer" else self.settings_of(name),
                folder=str(ROOT),
            )
        return self._children[name]

    def _command_of(self, name: str) -> list[str]:
        if name != "issuer":
            return [sys.executable, "-m", name, "serve"]
        clients = self.folder / "issuer" / "clients.json"
        clients.parent.mkdir(parents=True, exist_ok=True)
        clients.touch(mode=0o600)
        clients.write_text(json.dumps(self._keys.client_secrets), "utf-8")
        options = {
            "--port": str(self.ports.issuer),
            "--name": self._keys.issuer,
            "--keys": str(clients.with_name("keys.json")),
            "--clients": str(clients),
        }
        return [
            sys.executable,
            "-m",
            "deploy.local.issuer",
            *(word for pair in options.items() for word in pair),
        ]

    def _bootstrap(self, say: Say) -> None:
        # The first administrator, once: everybody else is made through the gateway.
        number = ("--number", logins.ADMINISTRATOR_NUMBER)
        steps = {"membership": number, "organization": (*number, "--name-zh", UNIVERSITY)}
        missing = [name for name in steps if name in self.services and not self._mark(name).exists()]
        if not missing:
            return
        say("first administrator")

        def bootstrap(name: str) -> None:
            self.command(name, "bootstrap", *steps[name])
            self._mark(name).touch()

        self._together(bootstrap, missing)
        if GATEWAY in self.names and set(steps) <= set(self.services):
            self._wait_for_administrator()

    def _mark(self, service: str) -> Path:
        return self.folder / f"{service}.bootstrapped"

    def _wait_for_administrator(self) -> None:
        # The account and the grant reach the other services as events; until then they know nobody.
        headers = {"Authorization": f"Bearer {self.token()}"}
        deadline = time.monotonic() + ADMINISTRATOR_TIMEOUT
        while (status := _status(self.ports.gateway, "/v1/units?pageSize=1", headers)) != http.client.OK:
            if time.monotonic() > deadline:
                raise NotReadyError(f"The first administrator is still answered {status} at the gateway.")
            time.sleep(POLL)

    def command(self, service: str, *arguments: str) -> str:
        """Run a command of a service, `python -m <service> <arguments>`, with its settings; answers its output."""
        done = subprocess.run(
            [sys.executable, "-m", service, *arguments],
            env=self.settings_of(service),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT,
            check=False,
        )
        with self.log(f"{service}-commands").open("a", encoding="utf-8") as log:
            log.write(done.stdout + done.stderr)
        if done.returncode != 0:
            words = (done.stderr or done.stdout).strip().splitlines()[-1:]
            raise LocalStackError(
                f"`{service} {' '.join(arguments)}` ended with {done.returncode}: {' '.join(words)}"
                f" (log {self.log(f'{service}-commands')})"
            )
        return done.stdout

    # ── readiness ────────────────────────────────────────────────────────────────────────────────────────

    def _is_ready(self, name: str) -> bool:
        if name in self._servers:
            return self.is_running(name) and ports.answers(self.ports.of(name)[0])
        return _status(self.ports.of(name)[-1], "/readyz") == http.client.OK

    def wait_ready(self, timeout: float = READY_TIMEOUT) -> None:
        """Wait until every process that should run says it is ready."""
        deadline = time.monotonic() + timeout
        while waiting := [name for name in self._wanted if not self._is_ready(name)]:
            if time.monotonic() > deadline:
                raise NotReadyError(f"Not ready after {timeout:g} s: {', '.join(sorted(waiting))}.")
            time.sleep(POLL)

    async def ready(self) -> None:
        """`wait_ready` for a test that is inside a running loop."""
        await asyncio.to_thread(self.wait_ready)

    # ── what runs, and ending it ─────────────────────────────────────────────────────────────────────────

    def _server(self, name: str) -> Postgres | Nats:
        if name not in self._servers:
            raise LocalStackError(f"{name} is not a process of this stack.")
        return self._servers[name]

    def child(self, name: str) -> Child:
        """A process of the stack that was started."""
        if name in self._children:
            return self._children[name]
        return self._server(name).child

    def is_running(self, name: str) -> bool:
        return (name in self._children or name in self._servers) and self.child(name).running

    def ended(self) -> list[Child]:
        """The processes that ended although nobody stopped them."""
        return [self.child(name) for name in self.names if name in self._wanted and not self.is_running(name)]

    def stop(self, name: str | None = None) -> list[str]:
        """Stop one process or everything, cleanly; answers the names of those that had to be killed."""
        if name is not None:
            self._wanted.discard(name)
            return [] if self.child(name).stop(SERVICE_STOP_TIMEOUT) else [name]
        self._stopping = True
        self._wanted.clear()
        above = [each for each in self.names if each not in INFRASTRUCTURE]
        below = [each for each in self.names if each in INFRASTRUCTURE]
        return [
            *self._stop_together(above, SERVICE_STOP_TIMEOUT),
            *self._stop_together(below, INFRASTRUCTURE_STOP_TIMEOUT),
        ]

    def _stop_together(self, names: Sequence[str], timeout: float) -> list[str]:
        running = [name for name in names if self.is_running(name)]
        for name in running:
            self.child(name).ask_to_stop()
        deadline = time.monotonic() + timeout
        late = [name for name in running if not self.child(name).wait(max(0.0, deadline - time.monotonic()))]
        for name in late:
            self.child(name).kill()
        return late

    def kill(self, name: str) -> None:
        """SIGKILL one process."""
        self._wanted.discard(name)
        self.child(name).kill()

    def wipe_broker(self) -> None:
        """NATS loses everything; it is left stopped."""
        server = self._server("nats")
        self._wanted.discard("nats")
        if isinstance(server, Nats):
            server.wipe()

    def freeze(self, name: str) -> None:
        """Stop one process in its tracks (SIGSTOP), as a hung machine would."""
        self._signal(name, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Let a frozen process go on."""
        self._signal(name, signal.SIGCONT)

    def _signal(self, name: str, number: signal.Signals) -> None:
        for pid in self.child(name).family():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def _status(port: int, path: str, headers: Mapping[str, str] | None = None) -> int | None:
    """The status of a GET; nothing when nobody answers."""
    connection = http.client.HTTPConnection(ports.LOOPBACK, port, timeout=PROBE_TIMEOUT)
    with contextlib.closing(connection):
        try:
            connection.request("GET", path, headers=dict(headers or {}))
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
