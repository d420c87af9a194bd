"""The schema of the membership service, in steps."""
