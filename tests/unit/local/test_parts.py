"""Ports, secrets, logins and settings of the embedded stack."""

import random
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from deploy.local import demonstration, environment, keys, layout, logins, ports, sql
from deploy.local.errors import LocalStackError, PortTakenError
from deploy.local.layout import Ports
from deploy.local.logins import Login

BRANCH_SECRETARY = Login("branch_secretary", "20210001", "王明", "信息学院第一党支部")


def test_a_taken_port_is_named_with_what_it_was_for() -> None:
    with socket.create_server((ports.LOOPBACK, 0)) as server:
        port = server.getsockname()[1]

        with pytest.raises(PortTakenError, match=f"Port {port} of 127.0.0.1, wanted for NATS, is taken"):
            ports.claim(port, "NATS", patience=0)


def test_free_ports_are_given_out_once() -> None:
    given = [ports.free_port() for _ in range(20)]

    assert len(set(given)) == 20
    assert all(ports.is_free(port) for port in given)


def test_a_port_that_another_process_was_given_is_not_given_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ports.free_port()
    monkeypatch.setattr(ports, "FIRST", first)
    monkeypatch.setattr(ports, "LAST", first + 1)
    monkeypatch.setattr(random, "sample", lambda among, _: list(among))
    code = "import sys; from deploy.local import ports; print(ports.reserve(int(sys.argv[1])))"
    other = [sys.executable, "-c", code, str(first)]

    with pytest.raises(LocalStackError, match="No free port"):
        ports.free_port()
    assert subprocess.check_output(other, cwd=layout.ROOT, text=True).strip() == "False"


def test_no_two_processes_share_a_fixed_port() -> None:
    where = Ports.fixed()

    taken = [port for name in layout.PROCESSES for port in where.of(name)]
    assert len(taken) == len(set(taken))


def test_only_services_with_a_main_are_present(tmp_path: Path) -> None:
    for name in ("activity", "organization"):
        (tmp_path / "services" / name).mkdir(parents=True)
        (tmp_path / "services" / name / "main.py").touch()

    assert layout.present_services(tmp_path) == ("organization", "activity")


def test_secrets_are_made_once_and_private(tmp_path: Path) -> None:
    first = keys.keep(tmp_path, "http://127.0.0.1:1")

    assert keys.keep(tmp_path, "http://127.0.0.1:2") == first
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


def test_each_service_has_a_password_of_its_own(tmp_path: Path) -> None:
    made = keys.keep(tmp_path, "http://127.0.0.1:1")

    assert len(set(made.database_passwords.values())) == len(layout.SERVICES)


def test_the_administrator_is_known_before_a_demonstration_is_loaded(tmp_path: Path) -> None:
    assert logins.number_of(tmp_path, "ROLE_SYSTEM_ADMINISTRATOR") == logins.ADMINISTRATOR_NUMBER
    assert not logins.are_known(tmp_path)


def test_demo_people_are_found_by_role(tmp_path: Path) -> None:
    logins.save(tmp_path, [BRANCH_SECRETARY])

    assert logins.number_of(tmp_path, "branch_secretary") == "20210001"
    assert logins.number_of(tmp_path, "astronaut") is None
    assert [login.role for login in logins.load(tmp_path)] == ["system_administrator", "branch_secretary"]


def test_the_demonstration_is_loaded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def load(
        gateway_url: str, token_source: object, size: str, progress: demonstration.Progress
    ) -> Sequence[Login]:
        calls.append((gateway_url, size))
        progress("people", 1, 1)
        return [BRANCH_SECRETARY]

    monkeypatch.setattr(demonstration, "loader", lambda: load)

    assert demonstration.load(tmp_path, "http://gateway", str, "small") is True
    assert demonstration.load(tmp_path, "http://gateway", str, "small") is False
    assert calls == [("http://gateway", "small")]
    assert logins.number_of(tmp_path, "branch_secretary") == "20210001"


def test_no_demonstration_is_loaded_when_none_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demonstration, "loader", lambda: pytest.fail)

    assert demonstration.load(tmp_path, "http://gateway", str, "none") is False


def test_a_service_gets_its_own_settings_and_nothing_of_the_callers_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHUYUAN_DATABASE_URL", "postgresql://somebody/elses")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not for a service")
    where, made = Ports.fixed(), keys.keep(tmp_path, "http://127.0.0.1:1")

    given = environment.of_service(
        "activity",
        made,
        where,
        "embedded",
        ["activity", "membership"],
        database_url="postgresql://own",
        nats_url="n",
    )

    assert given["SHUYUAN_DATABASE_URL"] == "postgresql://own"
    assert given["SHUYUAN_MEMBERSHIP_TARGET"] == f"127.0.0.1:{where.grpc['membership']}"
    assert "SHUYUAN_ORGANIZATION_TARGET" not in given
    assert "AWS_SECRET_ACCESS_KEY" not in given


def test_another_database_of_the_same_server_is_addressed_with_its_own_user() -> None:
    url = sql.with_database("postgresql://root:pw@h:5/postgres", "书院", user="a", password="p@w")

    assert url == "postgresql://a:p%40w@h:5/%E4%B9%A6%E9%99%A2"
