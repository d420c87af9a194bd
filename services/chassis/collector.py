"""Python's garbage collector, set for a process that has started and will serve for long."""

import gc

# What a page of fifty allocates should not set off a collection; cycles are rare here, and errors make most.
_YOUNG, _MIDDLE, _OLD = 20_000, 20, 20


def settle() -> None:
    """Leave what start-up has made alone from now on: modules and descriptors would be looked at for ever."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
