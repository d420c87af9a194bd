"""The steps that bring the activity service's database to its schema, numbered one after another."""
