"""The steps that bring the evaluation service's database to its schema, numbered one after another."""
