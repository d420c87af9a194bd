"""The gRPC server of a service: port, options, health, reflection outside production, the interceptor."""

import sys
from collections.abc import Callable, Sequence
from typing import Any

import grpc
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import MethodDescriptor
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from chassis.interceptors import CallInterceptor, Gate
from chassis.settings import Settings

Registration = tuple[Callable[[Any, Any], None], Any]


def registered(*servicers: Any) -> list[Registration]:
    """Servicers, each with the generated function that adds it to a server."""
    return [(_adder(type(servicer)), servicer) for servicer in servicers]


def _adder(kind: type) -> Callable[[Any, Any], None]:
    # The generator writes it beside the base class of the service.
    for base in kind.__mro__:
        adder: Callable[[Any, Any], None] | None = getattr(
            sys.modules[base.__module__], f"add_{base.__name__}_to_server", None
        )
        if adder is not None:
            return adder
    raise TypeError(f"{kind.__name__} serves no service of the contract")


SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


class PortTakenError(Exception):
    """Something else listens on the port; said in one line instead of a traceback."""


class _Names:
    """Stands in for a server once, to learn which services a servicer registers."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def add_generic_rpc_handlers(self, handlers: Sequence[Any]) -> None:
        self.names.extend(handler.service_name() for handler in handlers)

    def add_registered_method_handlers(self, service_name: str, handlers: Any) -> None:
        """The same handlers in grpc's newer form; the name is known already."""


def service_names(servicers: Sequence[Registration]) -> list[str]:
    """Full names of the services that these registrations serve."""
    names = _Names()
    for add, servicer in servicers:
        add(servicer, names)
    return names.names


def methods_of(names: Sequence[str]) -> dict[str, MethodDescriptor]:
    """The descriptors of every method, by the path under which it is called."""
    pool = descriptor_pool.Default()
    return {
        f"/{name}/{method.name}": method for name in names for method in pool.FindServiceByName(name).methods
    }


class GrpcServer:
    """One server with its health service; started, drained and stopped by the runtime."""

    def __init__(self, settings: Settings, gate: Gate, servicers: Sequence[Registration]) -> None:
        self._settings = settings
        self.names = service_names(servicers)
        self._health = health.aio.HealthServicer()
        self._server = grpc.aio.server(
            interceptors=[CallInterceptor(gate, methods_of(self.names))],
            options=[
                # Otherwise a second process on a taken port starts silently and shares the calls.
                ("grpc.so_reuseport", 0),
                ("grpc.max_receive_message_length", settings.grpc_max_message_bytes),
                # Clients resolve again from time to time, so that new replicas get their share.
                ("grpc.max_connection_age_ms", 300_000),
                ("grpc.max_connection_age_grace_ms", 30_000),
                # Pings of idle clients are welcome, else long-lived channels die unnoticed.
                ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
                ("grpc.keepalive_permit_without_calls", 1),
            ],
        )
        for add, servicer in servicers:
            add(servicer, self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        if not settings.is_production:
            self._reflect()
        self.port = self._bind()

    def _reflect(self) -> None:
        from grpc_reflection.v1alpha import reflection

        names = [*self.names, health.SERVICE_NAME, reflection.SERVICE_NAME]
        reflection.enable_server_reflection(names, self._server)

    def _bind(self) -> int:
        address = f"{self._settings.grpc_host}:{self._settings.grpc_port}"
        try:
            port = int(self._server.add_insecure_port(address))
        except RuntimeError:
            port = 0
        if port == 0:
            raise PortTakenError(f"cannot listen on {address}: is the port taken?")
        return port

    async def start(self) -> None:
        """Answer calls; health says SERVING as a whole and for each service by name."""
        await self._server.start()
        await self._say(SERVING)

    async def turn_away(self) -> None:
        """Tell clients to go elsewhere while calls are still answered."""
        await self._say(NOT_SERVING)

    async def stop(self, grace: float) -> None:
        """Refuse new calls and let running ones end within `grace` seconds."""
        await self._server.stop(grace)

    async def _say(self, status: Any) -> None:
        for name in ("", *self.names):
            await self._health.set(name, status)
