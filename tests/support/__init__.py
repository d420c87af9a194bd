"""What tests of more than one service share: the real PostgreSQL and NATS, the stack, an HTTP client."""
