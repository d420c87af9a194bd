"""Every SQL statement of the membership service, by noun; rows go in and domain values come out."""
