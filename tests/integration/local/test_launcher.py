"""What `make run`, `make up` and `make down` promise, with the processes this repository has."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import running, sql
from deploy.local.layout import Ports
from deploy.local.postgres import Postgres
from tests.support.launching import Launcher, command, data_folder, free_base, wait_until_gone


@pytest.fixture
def folder() -> Iterator[Path]:
    with data_folder() as made:
        yield made


def _database(launcher: Launcher) -> str:
    where = Ports.fixed(launcher.port, launcher.base)
    return Postgres(launcher.folder / "postgres", launcher.folder / "log", port=where.postgres).url


def test_a_stop_takes_less_than_ten_seconds_and_the_next_start_finds_its_data(folder: Path) -> None:
    with Launcher(folder) as first:
        first.wait_ready()
        sql.execute(_database(first), "CREATE TABLE kept (value text)")
        began = time.monotonic()
        first.send(signal.SIGTERM)
        status = first.wait()
        assert (status, wait_until_gone(first.family_seen, 0)) == (0, [])
        assert time.monotonic() - began < 10

    with Launcher(folder, first.port, first.base) as second:
        second.wait_ready()
        assert sql.value(_database(second), "SELECT count(*) FROM kept") == 0


def test_a_killed_launcher_leaves_no_process_and_its_ports_free(folder: Path) -> None:
    with Launcher(folder) as launcher:
        launcher.wait_ready()
        assert launcher.family_seen

        launcher.send(signal.SIGKILL)

        launcher.wait()
        assert wait_until_gone(launcher.family_seen) == []
    with Launcher(folder, launcher.port, launcher.base) as again:
        again.wait_ready()


def test_a_process_that_ends_is_told_and_the_others_go_on(folder: Path) -> None:
    with Launcher(folder) as launcher:
        launcher.wait_ready()
        state = running.read(folder)
        assert state is not None
        victim = next(pid for pid in launcher.family_seen if b"nats-server" in _command_line(pid))

        os.kill(victim, signal.SIGKILL)

        assert "the others go on" in launcher.wait_for_line("nats ended with -9")
        assert sql.answers(_database(launcher))


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
