"""`run`: start everything, load the demonstration, print one screen, stop cleanly when told to."""

import signal
import sys
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import NoReturn

from deploy.local import demonstration, environment, logins, running
from deploy.local.errors import LocalStackError
from deploy.local.layout import Ports
from deploy.local.logins import Login
from deploy.local.stack import Stack

WATCH = 0.5


class _StopError(BaseException):
    """Somebody asked the launcher to stop; no ordinary handler may swallow it."""


def _ask_to_stop(number: int, frame: FrameType | None) -> NoReturn:
    raise _StopError


def _listen() -> None:
    # Set also where a shell started us with SIGINT ignored, as `command &` in a script does.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _ask_to_stop)


def _kill_on_second_request(stack: Stack) -> None:
    def kill(number: int, frame: FrameType | None) -> None:
        for name in stack.names:
            if stack.is_running(name):
                stack.kill(name)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, kill)


def run(folder: Path, where: Ports, *, size: str) -> int:
    """Run until told to stop; answers the exit status."""
    _listen()
    try:
        with running.only_launcher(folder):
            return _run(Stack(folder, where, settings=environment.passed_on()), size)
    except LocalStackError as error:
        print(f"shuyuan: {error}", file=sys.stderr, flush=True)
        return 1
    except _StopError:
        return 0


def _run(stack: Stack, size: str) -> int:
    began = time.monotonic()
    try:
        _start(stack, size)
        print(
            screen(stack.folder, stack.gateway_url, stack.logs, f"{time.monotonic() - began:.1f} s"),
            flush=True,
        )
        _watch(stack)
    except _StopError:
        print("\nStopping …", flush=True)
    finally:
        _kill_on_second_request(stack)
        late = stack.stop()
    if late:
        print(f"Had to be killed: {', '.join(late)}.", flush=True)
    print("Stopped. The data stays.", flush=True)
    return 0


def _start(stack: Stack, size: str) -> None:
    state = running.this_process(
        stack.gateway_url,
        stack.issuer_url,
        stack.nats_url,
        {name: stack.ports.of(name)[0] for name in stack.names},
    )
    running.write(stack.folder, state)
    stack.start(say=lambda text: print(f"Starting {text} …", flush=True))
    if demonstration.loader() is not None and size != "none" and not logins.are_known(stack.folder):
        print("Loading the demonstration university …", flush=True)
        demonstration.load(stack.folder, stack.gateway_url, stack.tokens, size)
    running.write(stack.folder, replace(state, ready=True))


def _watch(stack: Stack) -> NoReturn:
    told: set[int] = set()
    while True:
        for child in stack.ended():
            if child.process is not None and child.process.pid not in told:
                told.add(child.process.pid)
                print(
                    f"{child.name} ended with {child.exit_code}; the others go on. Log: {child.log}",
                    flush=True,
                )
        time.sleep(WATCH)


def screen(folder: Path, gateway_url: str, logs: Path, took: str = "") -> str:
    """What a person needs to begin with."""
    head = f"Shuyuan 书院 is ready{f' after {took}' if took else ''}."
    lines = [
        "",
        head,
        "",
        f"  Gateway     {gateway_url}",
        f"  API pages   {gateway_url}/docs",
        f"  OpenAPI     {gateway_url}/openapi.json",
        f"  Logs        {logs}",
        "",
        "  A token     make token ROLE=<role>, or NUMBER=<number>; then",
        f'              curl -H "Authorization: Bearer $(make -s token ROLE={logins.ADMINISTRATOR_ROLE})" '
        f"{gateway_url}/v1/units",
        "",
        *_table(logins.load(folder)),
        "",
        "  Ctrl-C stops everything (`make down` if it was started by `make up`); the data stays.",
    ]
    return "\n".join(lines)


def _table(people: Sequence[Login]) -> list[str]:
    rows = [("role", "number", "name", "unit")]
    rows += [(login.role, login.number, login.name, login.unit) for login in people]
    widths = [max(_width(row[column]) for row in rows) for column in range(4)]
    return [
        "  "
        + "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    # A Chinese character takes two columns of a terminal.
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
