"""The frame every service is bolted to: what two services need and no noun of the domain is in."""

import os

# gRPC's C core writes lines of its own form to standard error; it reads this once, when it is imported.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")
