"""Pure decisions about units, posts, grants and reorganisations; nothing here reads or writes anything."""
