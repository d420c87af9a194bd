"""Every SQL statement of evaluation, by noun; answers domain values."""
