"""The consumers of docs/integrating.md, beside the story's stack: they end equal to the log, whatever the broker loses.

It stands last in its folder, so that the log it reads holds the story.
"""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from tests.contract.workspace import ROOT, Compiled, compile_or_skip
from tests.support.http import Api

CONSUMER = ROOT / "docs" / "examples" / "consumer.py"
TIMEOUT = 60.0


def said(log: Path) -> str:
    """What a consumer has printed so far."""
    return log.read_text("utf-8")


@contextlib.asynccontextmanager
async def running(*command: str, given: Mapping[str, str], log: Path) -> AsyncIterator[None]:
    """A consumer as a process; what it says goes to the log."""
    with log.open("a") as output:
        # A session of its own: `node` may be a script that starts the real one.
        process = await asyncio.create_subprocess_exec(
            *command, env=given, stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield
        assert process.returncode is None, said(log)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        await process.wait()


def kept_in_sqlite(path: Path) -> dict[str, Any]:
    """The copy of the consumer in Python."""
    if not path.exists():
        return {}
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        try:
            return {
                row[0]: json.loads(row[1]) for row in database.execute("SELECT id, document FROM resource")
            }
        except sqlite3.OperationalError:
            # It is still making its tables.
            return {}


def kept_in_json(path: Path) -> dict[str, Any]:
    """The copy of the consumer in TypeScript."""
    if not path.exists():
        return {}
    kept = json.loads(path.read_text("utf-8"))
    return {resource_id: each["document"] for resource_id, each in kept["resources"].items()}


async def in_log(admin: Api) -> dict[str, Any]:
    """Every unit as its last event in the log describes it."""
    found: dict[str, Any] = {}
    after = 0
    while True:
        answer = await admin.get("/v1/organization/events", afterPosition=after, noun="unit", pageSize=1000)
        page = answer.json()
        for logged in page["events"]:
            found[logged["cloudEvent"]["subject"]] = logged["cloudEvent"]["data"]["unit"]
            after = logged["position"]
        if len(page["events"]) < 1000:
            return found


async def wait_until_equal(wanted: Mapping[str, Any], read: Callable[[], dict[str, Any]], log: Path) -> None:
    try:
        async with asyncio.timeout(TIMEOUT):
            while read() != wanted:  # noqa: ASYNC110 - what is waited for happens in another process
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"the copy never became equal to the log\n{said(log)[-3000:]}") from None


class University:
    """Makes units and renames them, so that there is something to hear."""

    def __init__(self, admin: Api, root: str) -> None:
        self._admin = admin
        self._root = root

    @classmethod
    async def find(cls, admin: Api) -> Self:
        """The university of a stack."""
        listed = await admin.get("/v1/units", kind="KIND_UNIVERSITY")
        return cls(admin, listed.json()["units"][0]["unitId"])

    async def change(self) -> str:
        """Two events; answers the unit's name."""
        name = f"学院 {uuid4()}"
        unit = {"kind": "KIND_SCHOOL", "name": f"新{name}"}
        made = await self._admin.post("/v1/units", {"parentUnitId": self._root, "unit": unit})
        assert made.is_success, made.text
        path = f"/v1/units/{made.json()['unitId']}"
        renamed = await self._admin.patch(path, {"name": name}, etag=made.json()["etag"])
        assert renamed.is_success, renamed.text
        return name


@dataclass(frozen=True)
class Consumer:
    """One of the documented programs, with the copy it keeps."""

    command: tuple[str, ...]
    copy: Path
    read: Callable[[Path], dict[str, Any]]

    @property
    def log(self) -> Path:
        return self.copy.with_suffix(".log")

    def start(self, given: Mapping[str, str]) -> AbstractAsyncContextManager[None]:
        arguments = ("organization", "unit", str(self.copy))
        return running(*self.command, *arguments, given=given, log=self.log)

    def applied(self) -> list[tuple[str, str]]:
        """Each position that it says it has applied, and from where."""
        lines = [line for line in said(self.log).splitlines() if " from the " in line]
        return [(line.partition(" ")[0], line.rpartition(" ")[2]) for line in lines]


def documented(compiled: Compiled, folder: Path) -> list[Consumer]:
    node = shutil.which("node", path=compiled.workspace.environment["PATH"]) or "node"
    script = str(compiled.workspace.folder / "out" / "consumer.js")
    return [
        Consumer((sys.executable, str(CONSUMER)), folder / "python.sqlite", kept_in_sqlite),
        Consumer((node, script), folder / "typescript.json", kept_in_json),
    ]


@pytest.mark.covers("F84")
async def test_consumers_end_equal_to_the_log_whatever_the_broker_loses(
    theatre: Stack, tmp_path: Path
) -> None:
    compiled = compile_or_skip()
    assert compiled.complaints.get("src/consumer.ts", []) == []
    token = tmp_path / "token"
    token.write_text(theatre.token())
    where = {"NATS_URL": theatre.nats_url, "GATEWAY": theatre.gateway_url, "TOKEN_FILE": str(token)}
    given = {**compiled.workspace.environment, **where}
    consumers = documented(compiled, tmp_path)
    await theatre.ready()
    async with Api(theatre.gateway_url, theatre.token()) as admin, AsyncExitStack() as processes:

        async def all_equal() -> None:
            wanted = await in_log(admin)
            for each in consumers:
                await wait_until_equal(wanted, partial(each.read, each.copy), each.log)

        university = await University.find(admin)
        await university.change()
        for each in consumers:
            await processes.enter_async_context(each.start(given))
        await all_equal()
        await university.change()
        await all_equal()

        await asyncio.to_thread(theatre.wipe_broker)
        await university.change()
        await asyncio.to_thread(theatre.start, "nats")
        await university.change()
        await all_equal()

    for each in consumers:
        positions = [position for position, _ in each.applied()]
        assert len(positions) == len(set(positions)), "an event was applied twice"
        assert {source for _, source in each.applied()} == {"log", "broker"}
