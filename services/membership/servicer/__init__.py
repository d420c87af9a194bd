"""Speaks gRPC: converts, operates, converts. No business rule is decided here."""
