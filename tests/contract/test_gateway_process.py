"""The gateway as a process: what it answers before any route is looked for, and how it ends."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """A gateway with no service and no issuer behind it."""
    settings = {
        "SHUYUAN_ENVIRONMENT": "test",
        "SHUYUAN_HTTP_PORT": "0",
        "SHUYUAN_JWKS_URL": "http://127.0.0.1:9/jwks",
        "SHUYUAN_DRAIN_SECONDS": "0",
    }
    command = [sys.executable, "-m", "gateway", "serve"]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | settings, stdout=subprocess.PIPE) as running:
        yield running
        running.kill()


def port_of(process: subprocess.Popen[bytes]) -> int:
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(rb'"port":(\d+)', line):
            return int(found[1])
    raise AssertionError("the gateway ended before it listened")


def ask(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return answer


@pytest.mark.parametrize(
    "request_bytes", [b"GET /\xe4 HTTP/1.1\r\nhost: x\r\n\r\n", b"nonsense\r\n\r\n", b"GET / HTTP/9\r\n\r\n"]
)
def test_bytes_that_are_no_http_are_answered_with_a_problem(
    process: subprocess.Popen[bytes], request_bytes: bytes
) -> None:
    head, _, body = ask(port_of(process), request_bytes).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 400")
    assert b"application/problem+json" in head
    assert json.loads(body)["reason"] == "HTTP_MALFORMED"


def test_it_serves_without_anything_behind_it_and_ends_well(process: subprocess.Popen[bytes]) -> None:
    port = port_of(process)
    alive = ask(port, b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    ready = ask(port, b"GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")

    process.send_signal(signal.SIGTERM)

    assert alive.startswith(b"HTTP/1.1 200")
    assert ready.startswith(b"HTTP/1.1 503")
    assert process.wait(timeout=20) == 0


def test_a_taken_port_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = {"SHUYUAN_HTTP_PORT": str(taken.getsockname()[1]), "SHUYUAN_ENVIRONMENT": "test"}
        done = subprocess.run(
            [sys.executable, "-m", "gateway", "serve"],
            cwd=ROOT,
            env=os.environ | settings,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert done.returncode == 1
    assert done.stderr.startswith("gateway: cannot listen on 127.0.0.1:")
    assert len(done.stderr.splitlines()) == 1
