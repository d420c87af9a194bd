"""Row coverage: which rows of docs/rows.yaml the tests have shown."""
