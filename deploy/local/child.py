"""One child process: started in a session of its own, logged to a file, dying with its parent.

Linux sends the death signal when the starting *thread* ends; so every child is started by one thread that
lives as long as this process.
"""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.errors import NotReadyError

# A server that re-raises the signal after a clean drain ends by it: 143 in a shell, -15 here.
CLEAN_EXITS = frozenset({0, -signal.SIGTERM, 128 + signal.SIGTERM, -signal.SIGINT, 128 + signal.SIGINT})
POLL = 0.02

# No packages, no site: a child is there in a few milliseconds.
_TIE = (sys.executable, "-I", "-S", str(Path(__file__).with_name("tie.py")))
_requests: "queue.SimpleQueue[tuple[Callable[[], subprocess.Popen[bytes]], Future[subprocess.Popen[bytes]]]]"
_requests = queue.SimpleQueue()
_spawner: threading.Thread | None = None
_spawner_lock = threading.Lock()


def _spawn_for_ever() -> None:
    while True:
        make, result = _requests.get()
        try:
            result.set_result(make())
        except BaseException as error:  # the asking thread raises it
            result.set_exception(error)


def _spawn(make: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    global _spawner
    with _spawner_lock:
        if _spawner is None:
            _spawner = threading.Thread(target=_spawn_for_ever, name="spawner", daemon=True)
            _spawner.start()
    result: Future[subprocess.Popen[bytes]] = Future()
    _requests.put((make, result))
    return result.result()


def _stat(pid: int) -> tuple[str, int] | None:
    """State letter and parent of a process; nothing when it is gone or the system is not Linux."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace").rpartition(")")[2]
    except OSError:
        return None
    state, parent = after_name.split()[:2]
    return state, int(parent)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not yet collected does not."""
    stat = _stat(pid)
    return stat is not None and stat[0] != "Z"


def family(pid: int) -> list[int]:
    """A process and all below it, itself first."""
    parents = _parents()
    found = [pid]
    for each in found:
        found.extend(child for child, parent in parents.items() if parent == each)
    return found


def _parents() -> dict[int, int]:
    pids = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
    return {pid: stat[1] for pid in pids if (stat := _stat(pid)) is not None}


@dataclass
class Account:
    """The system user a child runs as."""

    uid: int
    gid: int


@dataclass
class Child:
    """A process of the stack; it can be stopped, killed and started again."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: str = "/"
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; does nothing while it runs."""
        if not self.running:
            self.process = _spawn(self._popen)

    def _popen(self) -> subprocess.Popen[bytes]:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        account = f"{self.account.uid}:{self.account.gid}" if self.account else "-"
        # Without a function to call in the child, and without a user to set there, nothing is forked.
        tied = [*_TIE, str(os.getpid()), str(int(self.stop_signal)), account]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [*tied, *self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(self.environment),
                cwd=self.folder,
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def exit_code(self) -> int | None:
        return None if self.process is None else self.process.poll()

    @property
    def ended_cleanly(self) -> bool:
        return self.exit_code in CLEAN_EXITS

    def ask_to_stop(self) -> None:
        """Send the stop signal; returns at once."""
        if self.process is not None and self.running:
            self.process.send_signal(self.stop_signal)

    def wait(self, timeout: float) -> bool:
        """Wait for its end; False when it still runs after `timeout` seconds."""
        if self.process is None:
            return True
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self, timeout: float = 10.0) -> bool:
        """Stop it; True when it ended by itself within `timeout`, else it is killed."""
        self.ask_to_stop()
        if self.wait(timeout):
            return True
        self.kill()
        return False

    def kill(self) -> None:
        """End it and the processes it started at once, as a power cut would (the machine's caches stay)."""
        if self.process is None:
            return
        members = self.family()
        for pid in members:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        # A database does not start while a backend of its last life still holds its memory.
        deadline = time.monotonic() + 2.0
        while any(is_alive(pid) for pid in members[1:]) and time.monotonic() < deadline:
            time.sleep(POLL)

    def family(self) -> list[int]:
        """It and the processes below it; PostgreSQL's are not in its process group."""
        return [] if self.process is None or not self.running else family(self.process.pid)

    def last_words(self, lines: int = 3) -> str:
        """The end of its log, on one line."""
        try:
            text = self.log.read_text("utf-8", errors="replace")
        except FileNotFoundError:
            return ""
        return " | ".join(line.strip() for line in text.splitlines()[-lines:] if line.strip())


def wait_until(child: Child, ready: Callable[[], bool], timeout: float) -> None:
    """Wait until `ready` says so; an early end or the deadline raises NotReadyError with the log's end."""
    deadline = time.monotonic() + timeout
    while not ready():
        if not child.running:
            raise NotReadyError(
                f"{child.name} ended with {child.exit_code} before it was ready (log {child.log}): {child.last_words()}"
            )
        if time.monotonic() > deadline:
            raise NotReadyError(
                f"{child.name} was not ready after {timeout:g} s (log {child.log}): {child.last_words()}"
            )
        time.sleep(POLL)
