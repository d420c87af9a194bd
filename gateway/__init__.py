"""The gateway: HTTP/JSON outside, gRPC inside, everything derived from the descriptors of the contract."""
