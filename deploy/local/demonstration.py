"""Loading the demonstration university through the gateway, once, if this repository has one.

The package `deploy.local.demo` offers `load`, as `Loader` says; it may be called again after an interrupted
load, so it names its writes by idempotency keys of its own.
"""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn, Protocol, cast

from tqdm import tqdm

from deploy.local import logins
from deploy.local.logins import Login

PACKAGE = "deploy.local.demo"
# What a progress report says: the stage, how much of it is done, how much there is.
Progress = Callable[[str, int, int], None]


class Loader(Protocol):
    """Fills an empty university and answers its demo people; `token_source` gives a token for a campus number."""

    def __call__(
        self, gateway_url: str, token_source: Callable[[str], str], size: str, progress: Progress
    ) -> Sequence[Login]: ...


def loader() -> Loader | None:
    """The demonstration's `load`, if there is one."""
    if find_spec(PACKAGE) is None:
        return None
    return cast("Loader", import_module(PACKAGE).load)


def load(folder: Path, gateway_url: str, token_source: Callable[[str], str], size: str) -> bool:
    """Load it unless it was loaded before; answers whether anything was done."""
    load_university = loader()
    if load_university is None or size == "none" or logins.are_known(folder):
        return False
    bar = _Bar()
    try:
        people = load_university(gateway_url, token_source, size, bar.show)
    finally:
        bar.close()
    logins.save(folder, people)
    return True


class _Bar:
    """A bar on a terminal, a line for each stage elsewhere."""

    def __init__(self) -> None:
        self._stage = ""
        self._bar: tqdm[NoReturn] | None = None

    def show(self, stage: str, done: int, total: int) -> None:
        if stage != self._stage:
            self.close()
            self._stage = stage
            if sys.stdout.isatty():
                self._bar = tqdm(total=total, desc=stage, file=sys.stdout, leave=True)
            else:
                print(f"  {stage} ({total})", flush=True)
        if self._bar is not None:
            self._bar.total = total
            self._bar.update(done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
