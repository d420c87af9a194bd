"""
Compares what two calls cost, so that neighbours on the same machine do not decide it.

Absolute times are not for here: they differ from machine to machine.
"""

import sys
import timeit
from collections.abc import Callable
from types import FrameType
from typing import Any

_ROUNDS = 40


def steps(call: Callable[[], object]) -> int:
    """The interpreter's instructions that a call takes: the same number on every machine and in every run."""
    taken = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal taken
        frame.f_trace_opcodes = True
        taken += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return taken


def share(call: Callable[[], object], other: Callable[[], object], *, below: float, number: int = 5) -> float:
    """
    The time of a call as a share of the other's, by the quickest of each.

    Both are timed in turn until the share is below what is asked for: a round in which a neighbour took the
    processor says nothing, and a call that is really dearer stays so in all of them.
    """
    quickest, others = float("inf"), float("inf")
    for _ in range(_ROUNDS):
        quickest = min(quickest, timeit.timeit(call, number=number))
        others = min(others, timeit.timeit(other, number=number))
        if quickest / others < below:
            break
    return quickest / others
