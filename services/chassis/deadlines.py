"""How long anybody still waits: every call has an end, and what it calls gets what is left of it."""

import asyncio

# Nobody waits longer than this for one answer; long work is an operation of its own.
LONGEST_SECONDS = 30.0
# A call to a sibling where our own caller set no end.
DEFAULT_SECONDS = 5.0
# Kept back for rendering and the way home, so that we answer before our caller gives up.
RESERVE_SECONDS = 0.02


def limit(remaining: float | None) -> float:
    """Seconds that a handler may take, from what the caller said is left."""
    return LONGEST_SECONDS if remaining is None else max(0.0, min(remaining, LONGEST_SECONDS))


def budget(deadline: float | None, at_most: float = DEFAULT_SECONDS) -> float:
    """Seconds that a call to a sibling may take, given when our own caller stops waiting."""
    if deadline is None:
        return at_most
    left = deadline - asyncio.get_running_loop().time() - RESERVE_SECONDS
    return max(0.001, min(left, at_most))
