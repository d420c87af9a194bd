"""The frame's own schema, in steps that services call from their migrations."""
