"""Every SQL statement of the activity service, by noun; rows go in and domain values come out."""
