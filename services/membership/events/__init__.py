"""What the membership service announces: domain values as the contract's resources, and the facts beside them."""
