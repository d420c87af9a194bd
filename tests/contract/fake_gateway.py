"""
A gateway in a process of its own, in front of services that answer every request with an empty message.

What it refuses it refuses by the document and the field rules alone, so fuzzing it compares the two.
"""

import asyncio
import socket
import sys

import grpc
import uvicorn
import uvloop

from chassis import logs
from chassis.settings import SERVICES
from gateway.server import ProblemProtocol, assemble
from gateway.settings import GatewaySettings
from gateway.upstream import connect
from tests.unit.gateway.conftest import FakeVerifier, Targets
from tests.unit.gateway.upstreams import FakeService


async def main() -> None:
    """Serve, after printing the address, until the process is ended."""
    settings = GatewaySettings(environment="test", log_level="error")
    logs.configure(settings, "gateway")
    services = grpc.aio.server(handlers=[FakeService()])
    port = services.add_insecure_port("127.0.0.1:0")
    await services.start()
    upstreams = connect(Targets(f"127.0.0.1:{port}"), SERVICES)
    app = assemble(settings, FakeVerifier(), upstreams, dict)
    listening = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"http://127.0.0.1:{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    config = uvicorn.Config(app, http=ProblemProtocol, ws="none", log_config=None)
    await uvicorn.Server(config).serve([listening])


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
