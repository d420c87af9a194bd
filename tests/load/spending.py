"""What it costs: seconds that pass, and seconds of processor time that each process of the system uses meanwhile.

The machine is shared, so that one number without the other says little.
"""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from deploy.local.stack import Stack

Found = TypeVar("Found")


@dataclass(frozen=True)
class Spent:
    """Seconds that passed, and seconds of processor time by process."""

    wall: float
    processor: dict[str, float]

    def __str__(self) -> str:
        parts = ", ".join(
            f"{name} {seconds:.1f}" for name, seconds in self.processor.items() if seconds >= 0.1
        )
        return f"{self.wall:.1f} s, of processor time {sum(self.processor.values()):.1f} s ({parts})"


class Meter:
    """Looks at the processes of a stack before and after."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def spend(self, act: Callable[[], Found]) -> tuple[Found, Spent]:
        """Do it, and say what it took."""
        names = [name for name in self._stack.names if name != "issuer"]
        before = {name: self._processor_seconds(name) for name in names}
        began = time.monotonic()
        found = act()
        wall = time.monotonic() - began
        # Whoever was killed begins again at nothing.
        after = {name: self._processor_seconds(name) for name in names}
        return found, Spent(wall, {name: max(after[name] - before[name], 0.0) for name in names})

    def _processor_seconds(self, name: str) -> float:
        """What a process, those below it and those that have ended below it have used so far."""
        ticks = 0
        for pid in self._stack.child(name).family():
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += sum(map(int, fields[11:15]))
        return ticks / 100
