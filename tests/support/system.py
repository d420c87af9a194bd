"""The stack for tests: own embedded servers where they are the choice, else the chosen ones."""

import contextlib
import os
import shutil
from collections.abc import Iterator

import pytest

from deploy.local.stack import NOWHERE_ELSE, Elsewhere, Stack
from tests.support import folders
from tests.support.provision import (
    DATABASE_VARIABLE,
    NATS_IMAGE_VARIABLE,
    NATS_VARIABLE,
    POSTGRES_IMAGE_VARIABLE,
    choose,
)


@contextlib.contextmanager
def running(
    request: pytest.FixtureRequest, prefix: str, *, durable: bool, elsewhere: Elsewhere = NOWHERE_ELSE
) -> Iterator[Stack]:
    """A stack in a folder of its own; a failing run leaves its logs and says where they are."""
    folder = folders.make(prefix)
    before = request.session.testsfailed
    stack = Stack(folder, mode="test", durable=durable, elsewhere=elsewhere)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()
        if request.session.testsfailed > before or not stack.was_ready:
            shutil.rmtree(folder / "postgres", ignore_errors=True)
            print(f"\nLogs of the stack: {stack.logs}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def serve(request: pytest.FixtureRequest) -> contextlib.AbstractContextManager[Stack]:
    """The stack that a session's tests share."""
    return running(request, "shuyuan-stack-", durable=False, elsewhere=_elsewhere(request))


def _elsewhere(request: pytest.FixtureRequest) -> Elsewhere:
    database, nats = None, None
    if choose(DATABASE_VARIABLE, POSTGRES_IMAGE_VARIABLE).source != "embedded":
        database = request.getfixturevalue("postgres").admin_url
    if choose(NATS_VARIABLE, NATS_IMAGE_VARIABLE).source != "embedded":
        nats = request.getfixturevalue("nats_server").url
    return Elsewhere(database, f"stack_{os.getpid()}_", nats)
