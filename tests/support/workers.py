"""How `make test` spreads the tests over processes (pytest-xdist), each with servers and a stack of its own.

A file's tests stay together, for what they share; so do the files of `TOGETHER`. The folders are taken in the order of
`FIRST_TO_LAST`: what takes long goes first, so that the workers end together.
"""

from pathlib import PurePosixPath
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from tests.support.provision import NATS_IMAGE_VARIABLE, NATS_VARIABLE, choose

# Most of a run is waiting, for answers and for processes that start: two workers fill two cores.
WORKERS = 2
FIRST_TO_LAST = ("e2e", "contract", "deploy", "integration", "unit")
# The stage is the stack `theatre`, whose clock only these tests move; those in TypeScript share the folder that one
# of them compiles in, and one of them plays on the stage too.
TOGETHER = {
    f"tests/{file}": "stage"
    for file in (
        "e2e/test_kills.py",
        "e2e/test_story.py",
        "e2e/test_subscribers.py",
        "e2e/test_twenty_years.py",
        "e2e/test_watching.py",
        "contract/test_examples.py",
        "contract/test_typescript.py",
    )
}


def worker_count() -> int:
    """One where a NATS server is named: two stacks would use the same streams of it."""
    return 1 if choose(NATS_VARIABLE, NATS_IMAGE_VARIABLE).source == "named" else WORKERS


def group_of(test: str) -> str:
    """What must run in one worker, one after another."""
    file = test.partition("::")[0]
    return TOGETHER.get(file, file)


def rank(test: str) -> int:
    """The place of the test's folder in the order, the last for one that is not named there."""
    folder = PurePosixPath(test).parts[1]
    return FIRST_TO_LAST.index(folder) if folder in FIRST_TO_LAST else len(FIRST_TO_LAST)


class Scheduling(LoadFileScheduling):  # type: ignore[misc] # xdist has no types
    """Hands groups out in the order of collection."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
