"""One async function for each thing the membership service can do; the only rooms that open a unit of work."""
