"""The embedded stack: PostgreSQL, NATS and every process of Shuyuan on one machine, without containers.

Never imports grpc: a process with a gRPC channel cannot start children quietly.
"""
