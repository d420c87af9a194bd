"""The stack's processes: their names, the ports each listens on, and which of them this repository has."""

from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import ports

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("organization", "membership", "activity", "evaluation")
INFRASTRUCTURE = ("postgres", "nats", "issuer")
GATEWAY = "gateway"
# A campus system that may send people; the demonstration's and the tests'.
CAMPUS_CLIENT = "campus-demo"
PROCESSES = (*INFRASTRUCTURE, *SERVICES, GATEWAY)

DEFAULT_GATEWAY_PORT = 8000
# Below the range from which free ports are drawn for tests.
DEFAULT_BASE_PORT = 17400


def present_services(root: Path = ROOT) -> tuple[str, ...]:
    """The services that this source tree has; others are left out of the stack."""
    return tuple(name for name in SERVICES if (root / "services" / name / "main.py").exists())


def has_gateway(root: Path = ROOT) -> bool:
    return (root / "gateway" / "__main__.py").exists()


@dataclass(frozen=True)
class Ports:
    """Where each process listens: gRPC and operations for a service, HTTP for the gateway."""

    postgres: int
    nats: int
    issuer: int
    gateway: int
    grpc: dict[str, int] = field(default_factory=dict)
    ops: dict[str, int] = field(default_factory=dict)

    @classmethod
    def free(cls) -> "Ports":
        """Ports that nobody uses now, for tests."""
        return cls(
            postgres=ports.free_port(),
            nats=ports.free_port(),
            issuer=ports.free_port(),
            gateway=ports.free_port(),
            grpc={name: ports.free_port() for name in SERVICES},
            ops={name: ports.free_port() for name in SERVICES},
        )

    @classmethod
    def fixed(cls, gateway: int = DEFAULT_GATEWAY_PORT, base: int = DEFAULT_BASE_PORT) -> "Ports":
        """The gateway where it is wanted, the others one after another from `base`."""
        return cls(
            postgres=base,
            nats=base + 1,
            issuer=base + 2,
            gateway=gateway,
            grpc={name: base + 10 + 2 * index for index, name in enumerate(SERVICES)},
            ops={name: base + 11 + 2 * index for index, name in enumerate(SERVICES)},
        )

    def of(self, name: str) -> tuple[int, ...]:
        """The ports a process listens on."""
        if name in SERVICES:
            return self.grpc[name], self.ops[name]
        return (int(getattr(self, name)),)
