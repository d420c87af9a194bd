"""A stack of the story's own: the story moves the business clock by years and kills what it stands on."""

import contextlib
from collections.abc import Iterator

import pytest

from deploy.local.stack import Stack
from deploy.local.story.asking import Gateway
from deploy.local.story.stage import Stage
from tests.rows import touched
from tests.support import system


@pytest.fixture(scope="package")
def theatre(request: pytest.FixtureRequest) -> Iterator[Stack]:
    """The whole system with its own embedded servers, which a test may kill and must start again."""
    # Durable: a killed PostgreSQL must keep what it has committed, as a real one does.
    with system.running(request, "shuyuan-e2e-", durable=True) as stack:
        yield stack


@contextlib.contextmanager
def stage_of(stack: Stack, *, patience: float = 30.0) -> Iterator[Stage]:
    """A stage in a stack, whose requests are noted for the row coverage."""
    gateway = Gateway(stack.gateway_url, stack.tokens, patience=patience, observe=touched.note_path)
    try:
        yield Stage(gateway)
    finally:
        gateway.close()
