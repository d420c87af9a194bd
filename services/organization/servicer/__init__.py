"""Speaks gRPC for the organization service: convert, operate, convert; decides nothing."""
