"""The benchmark: the system beside the usual single-process application doing the same work."""
