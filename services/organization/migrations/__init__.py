"""The steps by which the database of the organization service came to its present schema."""
