"""What the contract tests share: everything in TypeScript, compiled once."""

import pytest

from tests.contract.workspace import Compiled, Workspace, compile_or_skip


@pytest.fixture(scope="session")
def compiled() -> Compiled:
    """The sample, the consumer and the blocks of docs/frontend.md, compiled together."""
    return compile_or_skip()


@pytest.fixture(scope="session")
def workspace(compiled: Compiled) -> Workspace:
    """Node's packages and the generated client."""
    return compiled.workspace
