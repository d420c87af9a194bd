"""What the organization service can do: one async function each, which opens the one unit of work."""
