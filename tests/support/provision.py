"""Where tests take PostgreSQL and NATS from: a named server, a container engine that answers, or embedded binaries.

Imports testcontainers only once an engine has answered: its failed client leaves a socket open, and that
warning would fail a later test.
"""

import http.client
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

Source = Literal["named", "container", "embedded"]

DATABASE_VARIABLE = "SHUYUAN_TEST_DATABASE_URL"
NATS_VARIABLE = "SHUYUAN_TEST_NATS_URL"
POSTGRES_IMAGE_VARIABLE = "SHUYUAN_TEST_POSTGRES_IMAGE"
NATS_IMAGE_VARIABLE = "SHUYUAN_TEST_NATS_IMAGE"
DEFAULT_IMAGES = {POSTGRES_IMAGE_VARIABLE: "postgres:18", NATS_IMAGE_VARIABLE: "nats:2.15"}

SOCKETS = (Path("/var/run/docker.sock"), Path("/run/podman/podman.sock"))


@dataclass(frozen=True)
class Choice:
    """What is used, and why, as printed in the head of a test run."""

    source: Source
    reason: str
    # A server's address, or an image's name; nothing for the embedded binaries.
    place: str = ""


def engine(environment: Mapping[str, str]) -> str | None:
    """The address of a container engine that answers, if there is one."""
    named = environment.get("DOCKER_HOST")
    for address in [named] if named else [f"unix://{path}" for path in SOCKETS]:
        if _answers(address):
            return address
    return None


def _answers(address: str) -> bool:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection("localhost", timeout=2)
    try:
        if parts.scheme == "unix":
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.settimeout(2)
            connection.sock.connect(parts.path)
        else:
            connection.sock = socket.create_connection((parts.hostname, parts.port or 2375), timeout=2)
        connection.request("GET", "/_ping")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def choose(
    url_variable: str,
    image_variable: str,
    environment: Mapping[str, str] = os.environ,
    find_engine: Callable[[Mapping[str, str]], str | None] = engine,
) -> Choice:
    """Named server first, then a container, then the embedded binaries."""
    if url := environment.get(url_variable):
        return Choice("named", f"{url_variable} is set", url)
    address = find_engine(environment)
    if address is None:
        return Choice("embedded", f"{url_variable} is not set and no container engine answers")
    image = environment.get(image_variable) or DEFAULT_IMAGES[image_variable]
    return Choice("container", f"a container engine answers at {address}; image {image}", image)


def without_image(choice: Choice, trouble: str) -> Choice:
    """What is used instead of a container whose image cannot be had."""
    return Choice("embedded", f"{choice.place} could not be started ({trouble})")
