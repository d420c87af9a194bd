"""Running `python -m deploy.local` as a person would, for tests of the launcher itself."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import environment, ports
from deploy.local.child import family, is_alive
from deploy.local.layout import ROOT, Ports
from tests.support import folders

PATIENCE = 240.0


@contextlib.contextmanager
def data_folder() -> Iterator[Path]:
    """A folder that the database's own user can reach; pytest's are private."""
    folder = folders.make("shuyuan-local-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_base() -> int:
    """The first of a row of free ports, as many as a launcher takes."""
    span = max(port for name in ("evaluation",) for port in Ports.fixed(base=0).of(name)) + 1
    while True:
        base = ports.free_port()
        if all(ports.is_free(base + step) and ports.reserve(base + step) for step in range(1, span)):
            return base


def command(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "deploy.local", *arguments],
        cwd=ROOT,
        env=environment.python(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@dataclass
class Launcher:
    """A running `python -m deploy.local run`; its output is collected line by line."""

    folder: Path
    port: int = field(default_factory=ports.free_port)
    base: int = field(default_factory=free_base)

    lines: list[str] = field(default_factory=list)
    family_seen: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._news = threading.Condition()
        self.process: subprocess.Popen[str] | None = None

    @property
    def options(self) -> Sequence[str]:
        named = ("--data", str(self.folder), "--port", str(self.port), "--base-port", str(self.base))
        return (*named, "--demo", "none")

    def __enter__(self) -> "Launcher":
        self.process = subprocess.Popen(
            [sys.executable, "-m", "deploy.local", "run", *self.options],
            cwd=ROOT,
            env=environment.python(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._collect, args=(self.process,), daemon=True).start()
        return self

    def __exit__(self, *reason: object) -> None:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        wait_until_gone(self.family_seen)

    def _collect(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                with self._news:
                    self.lines.append(line.rstrip("\n"))
                    self._news.notify_all()

    def wait_for_line(self, words: str) -> str:
        """The first line with these words."""

        def found() -> str | None:
            return next((line for line in self.lines if words in line), None)

        with self._news:
            assert self._news.wait_for(lambda: found() is not None, PATIENCE), self.lines
        return found() or ""

    def wait_ready(self) -> None:
        """Wait for the screen, and note the processes that run then."""
        self.wait_for_line("make down")
        self.family_seen = self.family()

    def family(self) -> list[int]:
        """The launcher's children and theirs."""
        assert self.process is not None
        return family(self.process.pid)[1:]

    def send(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def wait(self, seconds: float = PATIENCE) -> int:
        assert self.process is not None
        return self.process.wait(seconds)


def wait_until_gone(pids: Sequence[int], seconds: float = 10.0) -> list[int]:
    """Those that still run after so many seconds; they are ended, so that no test leaves any behind."""
    deadline = time.monotonic() + seconds
    while (left := [pid for pid in pids if is_alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return left
