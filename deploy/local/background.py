"""`up`, `down` and `status`: the same launcher without a terminal."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from deploy.local import environment, ports, running
from deploy.local.errors import LocalStackError
from deploy.local.launcher import screen
from deploy.local.layout import ROOT

POLL = 0.1
# The demonstration university is loaded within this time too.
UP_TIMEOUT = 900.0
DOWN_TIMEOUT = 15.0
NOT_RUNNING = 3


def up(folder: Path, arguments: Sequence[str]) -> int:
    """Start a launcher that outlives this process; returns when it is ready."""
    if (state := running.read(folder)) is not None:
        print(f"Shuyuan already runs at {state.gateway_url}.")
        return 0
    log = folder / "logs" / "launcher.log"
    with running.only_launcher(folder):
        log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.local", "run", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env={**environment.python(), **environment.passed_on()},
            start_new_session=True,
        )
    return _follow(folder, log, process)


def _follow(folder: Path, log: Path, process: "subprocess.Popen[bytes]") -> int:
    deadline = time.monotonic() + UP_TIMEOUT
    with log.open(encoding="utf-8", errors="replace") as lines:
        while time.monotonic() < deadline:
            ended = process.poll() is not None
            state = running.read(folder)
            ready = state is not None and state.ready and state.pid == process.pid
            print(lines.read(), end="", flush=True)
            if ended:
                return process.returncode or 1
            if ready:
                return 0
            time.sleep(POLL)
    raise LocalStackError(f"Shuyuan was not ready after {UP_TIMEOUT:g} s; it goes on starting (log {log}).")


def down(folder: Path) -> int:
    """Stop the launcher in the background, and with it everything."""
    state = running.read(folder)
    if state is None:
        print("Shuyuan is not running.")
        return 0
    os.kill(state.pid, signal.SIGTERM)
    deadline = time.monotonic() + DOWN_TIMEOUT
    while running.is_held(folder):
        if time.monotonic() > deadline:
            # What it started dies with it.
            os.kill(state.pid, signal.SIGKILL)
            raise LocalStackError(f"Shuyuan did not stop within {DOWN_TIMEOUT:g} s and was killed.")
        time.sleep(POLL)
    print("Stopped. The data stays.")
    return 0


def status(folder: Path) -> int:
    """Say what runs; exit status 0 when everything does, 3 when nothing does."""
    state = running.read(folder)
    if state is None:
        print("Shuyuan is not running.")
        return NOT_RUNNING
    answering = {name: ports.answers(port) for name, port in state.processes.items()}
    for name, answers in answering.items():
        print(f"  {name:<14}{'answers' if answers else 'does not answer'} on {state.processes[name]}")
    if state.ready and all(answering.values()):
        print(screen(folder, state.gateway_url, folder / "logs"))
        return 0
    print("Some do not answer." if state.ready else "It is still starting.")
    return 1
