"""What `make run`, `make up` and `make down` promise, with the processes this repository has."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.local import sql
from deploy.local.layout import Ports
from deploy.local.postgres import Postgres
from tests.support.launching import Launcher, command, data_folder, free_base, wait_until_gone


@pytest.fixture
def folder() -> Iterator[Path]:
    with data_folder() as made:
        yield made


@dataclass
class TwoLives:
    """What was seen of one data folder under a launcher that was killed, and under the next one."""

    told: str
    others_answered: bool
    left_by_killed: list[int]
    data_kept: bool
    stop_status: int
    stop_seconds: float
    left_by_stopped: list[int]


@pytest.fixture(scope="module")
def lives() -> Iterator[TwoLives]:
    """Starting everything is dear, so it is done twice for all tests of this module that look at it."""
    with data_folder() as folder:
        with Launcher(folder) as first:
            first.wait_ready()
            database = _database(first)
            sql.execute(database, "CREATE TABLE kept (value text)")
            victim = next(pid for pid in first.family_seen if b"nats-server" in _command_line(pid))
            os.kill(victim, signal.SIGKILL)
            told = first.wait_for_line("nats ended")
            others_answered = sql.answers(database)
            first.send(signal.SIGKILL)
            first.wait()
            left_by_killed = wait_until_gone(first.family_seen)
        with Launcher(folder, first.port, first.base) as second:
            second.wait_ready()
            data_kept = sql.value(database, "SELECT count(*) FROM kept") == 0
            began = time.monotonic()
            second.send(signal.SIGTERM)
            status = second.wait()
            seconds = time.monotonic() - began
            left_by_stopped = wait_until_gone(second.family_seen, 0)
        yield TwoLives(told, others_answered, left_by_killed, data_kept, status, seconds, left_by_stopped)


def _database(launcher: Launcher) -> str:
    where = Ports.fixed(launcher.port, launcher.base)
    return Postgres(launcher.folder / "postgres", launcher.folder / "log", port=where.postgres).url


def test_a_process_that_ends_is_told_and_the_others_go_on(lives: TwoLives) -> None:
    assert "nats ended with -9; the others go on." in lives.told
    assert lives.others_answered


def test_a_killed_launcher_leaves_no_process(lives: TwoLives) -> None:
    assert lives.left_by_killed == []


def test_the_next_start_finds_ports_free_and_data_kept(lives: TwoLives) -> None:
    assert lives.data_kept


def test_a_stop_takes_less_than_ten_seconds_and_leaves_no_process(lives: TwoLives) -> None:
    assert lives.stop_status == 0
    assert lives.stop_seconds < 10
    assert lives.left_by_stopped == []


def test_a_taken_port_is_said_in_one_line(folder: Path) -> None:
    base = free_base()
    with socket.create_server(("127.0.0.1", base + 1)):
        done = command("run", "--data", str(folder), "--base-port", str(base), "--port", str(base + 30))

    assert done.returncode == 1
    assert (
        done.stderr
        == f"shuyuan: Port {base + 1} of 127.0.0.1, wanted for nats, is taken by another program.\n"
    )


def test_a_folder_that_cannot_be_written_is_said_in_one_line() -> None:
    done = command("run", "--data", f"{__file__}/below")

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "cannot be written" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only for root does the database run as another user")
def test_a_folder_that_the_database_cannot_reach_is_said_in_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    base = str(free_base())

    done = command(
        "run", "--data", str(tmp_path / "data"), "--base-port", base, "--port", str(int(base) + 30)
    )

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "initdb" in done.stderr


def test_up_status_token_and_down(folder: Path) -> None:
    data = ("--data", str(folder))
    options = Launcher(folder).options

    up = command("up", *options)
    try:
        assert up.returncode == 0, up.stdout + up.stderr
        assert "is ready" in up.stdout
        assert command("up", *options).stdout.startswith("Shuyuan already runs")
        assert command("status", *data).returncode == 0
        assert command("token", *data).stdout.count(".") == 2
        refused = command("token", *data, "--role", "astronaut")
        assert "No demo person has the role astronaut" in refused.stderr
        second = command("run", *options)
        assert "already runs with the data" in second.stderr
    finally:
        down = command("down", *data)

    assert down.stdout == "Stopped. The data stays.\n"
    assert command("status", *data).returncode == 3
    assert command("down", *data).stdout == "Shuyuan is not running.\n"


def _command_line(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()
