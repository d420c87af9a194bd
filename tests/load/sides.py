"""The two sides of the comparison: this system's gateway and organization, and the usual application.

Both keep the same units in the same PostgreSQL server and serve them with two processes each.
"""

import contextlib
import datetime as dt
import http.client
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import asyncpg
import orjson
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from deploy.local import ports
from deploy.local.stack import Stack
from tests.load.driver import Load

_DIALECT: Any = postgresql.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped
NUMBER = "admin"
UNITS = 200
# As many as serve a request of the system: the gateway and the service.
PROCESSES = 2


@dataclass(frozen=True)
class Side:
    """Where one side listens, which processes serve it, and the three requests that are compared."""

    name: str
    ports: tuple[int, ...]
    pids: list[int]
    row: Load
    page: Load
    write: Load


def request(port: int, method: str, path: str, token: str, body: object = None) -> dict[str, object]:
    """One request outside the measurement; a refusal ends the benchmark with its text."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        connection.request(method, path, orjson.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        text = answer.read()
    if answer.status >= 300:
        raise SystemExit(f"bench: {method} {path} answered {answer.status}: {text.decode()[:300]}")
    found: dict[str, object] = orjson.loads(text)
    return found


def of_system(stack: Stack) -> Side:
    """The gateway before organization, with units established through it."""
    token, port = stack.token(NUMBER), stack.ports.gateway
    listed = request(port, "GET", "/v1/units?kind=KIND_UNIVERSITY", token)["units"]
    assert isinstance(listed, list)
    root = listed[0]["unitId"]
    ids = [
        str(request(port, "POST", "/v1/units", token, _new_unit(root, f"职能部处{number}"))["unitId"])
        for number in range(UNITS)
    ]
    chosen = iter(lambda: uuid.uuid4().int % UNITS, None)
    headers = {"Authorization": f"Bearer {token}"}
    return Side(
        "shuyuan",
        (port,),
        [pid for name in ("gateway", "organization") for pid in stack.child(name).family()],
        row=Load("GET", lambda: f"/v1/units/{ids[next(chosen)]}", headers),
        page=Load("GET", lambda: "/v1/units?pageSize=50", headers),
        write=Load(
            "POST",
            lambda: "/v1/units",
            headers,
            body=lambda: orjson.dumps(_new_unit(root, f"部处{uuid.uuid4().hex}")),
            fresh_headers=lambda: {"Idempotency-Key": uuid.uuid4().hex},
        ),
    )


def _new_unit(parent: str, name: str) -> dict[str, object]:
    unit = {"kind": "KIND_DEPARTMENT", "name": name, "function": "FUNCTION_OTHER"}
    return {"parentUnitId": parent, "unit": unit, "establishedOn": "2020-09-01"}


@contextlib.contextmanager
def monolith(stack: Stack, database_url: str) -> Iterator[Side]:
    """The usual application in two processes, as long as the block runs.

    Each has a port of its own: workers that share one leave it to chance which of them gets the connections.
    """
    token = stack.token(NUMBER)
    listening = tuple(ports.free_port() for _ in range(PROCESSES))
    # Its lines go to a file, as those of the services do.
    with stack.log("monolith").open("ab") as log:
        processes = [_start(port, stack, database_url, log) for port in listening]
    try:
        _wait_for(listening[1], token)
        ids = _wait_for(listening[0], token)
        chosen = iter(lambda: uuid.uuid4().int % len(ids), None)
        headers = {"Authorization": f"Bearer {token}"}
        new = {"kind": "KIND_DEPARTMENT", "form": "", "establishedOn": "2020-09-01", "parentUnitId": ids[0]}
        yield Side(
            "monolith",
            listening,
            [process.pid for process in processes],
            row=Load("GET", lambda: f"/units/{ids[next(chosen)]}", headers),
            page=Load("GET", lambda: "/units?pageSize=50", headers),
            write=Load(
                "POST",
                lambda: "/units",
                headers,
                body=lambda: orjson.dumps(new | {"name": f"部处{uuid.uuid4().hex}"}),
            ),
        )
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(10)


def _start(port: int, stack: Stack, database_url: str, log: BinaryIO) -> "subprocess.Popen[bytes]":
    environment = dict(os.environ) | {
        "MONOLITH_DATABASE_URL": database_url.replace("postgresql://", "postgresql+asyncpg://"),
        "MONOLITH_JWKS_URL": f"{stack.issuer_url}/jwks.json",
    }
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "uvicorn", "tests.load.monolith.app:app", "--port", str(port)),
            *("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"),
        ],
        cwd=Path(__file__).parents[2],
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
    )


def _wait_for(port: int, token: str) -> list[str]:
    deadline = time.monotonic() + 30
    while True:
        with contextlib.suppress(OSError, SystemExit):
            units = request(port, "GET", "/units?pageSize=200", token)["units"]
            assert isinstance(units, list)
            return [unit["unitId"] for unit in units]
        if time.monotonic() > deadline:
            raise SystemExit("bench: the usual application did not start")
        time.sleep(0.1)


async def fill_monolith(database_url: str) -> None:
    """The same number of units, all below one, and a grant over them."""
    # The module opens its engine when it is imported: only its tables are wanted here.
    os.environ.setdefault(
        "MONOLITH_DATABASE_URL", database_url.replace("postgresql://", "postgresql+asyncpg://")
    )
    from tests.load.monolith.app import Base

    connection = await asyncpg.connect(database_url)
    for table in Base.metadata.sorted_tables:
        await connection.execute(str(CreateTable(table).compile(dialect=_DIALECT)))
        for index in table.indexes:
            columns = ", ".join(column.name for column in index.columns)
            await connection.execute(f"CREATE INDEX ON {table.name} ({columns})")
    root, now = uuid.uuid4(), dt.datetime.now(dt.UTC)
    ids = [root, *(uuid.uuid4() for _ in range(UNITS))]
    rest = ("KIND_DEPARTMENT", "", "", "ACTIVE", 0, "", dt.date(2020, 9, 1), now, now, 1)
    rows = [
        (unit_id, None if unit_id == root else root, f"职能部处{number}", *rest)
        for number, unit_id in enumerate(ids)
    ]
    await connection.copy_records_to_table("unit", records=rows)
    await connection.copy_records_to_table("closure", records=[(root, unit_id) for unit_id in ids])
    await connection.copy_records_to_table("granted", records=[(NUMBER, root)])
    await connection.execute("ANALYZE")
    await connection.close()
