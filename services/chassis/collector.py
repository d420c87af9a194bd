"""Python's garbage collector, set for a process that has started and will serve for long."""

import gc

# Neither a page nor tens of thousands of rows in hand are a reason to look; cycles are rare, and errors make most.
_YOUNG, _MIDDLE, _OLD = 50_000, 20, 50


def settle() -> None:
    """Leave what start-up has made alone from now on: modules and descriptors would be looked at for ever."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
