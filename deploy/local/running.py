"""Whether a launcher runs on a data folder, and what it runs: one lock and one file, for the other commands."""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from deploy.local.errors import FolderError, LocalStackError

POLL = 0.05
# A launcher that was killed leaves its children a moment to end.
PATIENCE = 2.0


@dataclass(frozen=True)
class Running:
    """What a launcher tells the other commands about itself."""

    pid: int
    gateway_url: str
    issuer_url: str
    nats_url: str
    # The first port of each process.
    processes: dict[str, int]
    ready: bool


def _lock_file(folder: Path) -> Path:
    return folder / "launcher.lock"


def _state_file(folder: Path) -> Path:
    return folder / "running.json"


def _open_lock(folder: Path) -> IO[str]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _lock_file(folder).open("a")
    except OSError as error:
        raise FolderError(f"The folder {folder} cannot be written: {error.strerror}.") from error


@contextlib.contextmanager
def only_launcher(folder: Path) -> Iterator[None]:
    """Hold the folder; a second launcher on it is refused in one line."""
    with _open_lock(folder) as lock:
        deadline = time.monotonic() + PATIENCE
        while not _take(lock, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise LocalStackError(
                    f"Shuyuan already runs with the data in {folder}: stop it by `make down`."
                )
            time.sleep(POLL)
        try:
            yield
        finally:
            _state_file(folder).unlink(missing_ok=True)


def _take(lock: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def is_held(folder: Path) -> bool:
    """Whether a launcher runs on the folder; a process id alone may belong to somebody else by now."""
    if not _lock_file(folder).exists():
        return False
    with _open_lock(folder) as lock:
        # Shared, so that two who look do not take each other for a launcher.
        return not _take(lock, fcntl.LOCK_SH)


def write(folder: Path, state: Running) -> None:
    """Tell the other commands; written whole or not at all."""
    fresh = _state_file(folder).with_suffix(".new")
    fresh.write_text(json.dumps(asdict(state), indent=2), "utf-8")
    fresh.replace(_state_file(folder))


def read(folder: Path) -> Running | None:
    """What the folder's launcher told; nothing when none runs."""
    if not is_held(folder):
        return None
    try:
        return Running(**json.loads(_state_file(folder).read_text("utf-8")))
    except FileNotFoundError:
        return None


def this_process(gateway_url: str, issuer_url: str, nats_url: str, processes: dict[str, int]) -> Running:
    """The state of a launcher that has just begun."""
    return Running(os.getpid(), gateway_url, issuer_url, nats_url, processes, ready=False)
