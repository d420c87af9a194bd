"""Speaks gRPC: convert, operate, convert. No business decision is made here."""
