"""Every SQL statement of the organization service, one module for each noun; rows never leave it."""
