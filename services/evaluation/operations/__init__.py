"""What the evaluation service can do: one function each; the unit of work lives here."""
