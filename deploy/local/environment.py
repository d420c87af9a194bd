"""The settings each process of the stack is started with: nothing else of the caller's environment reaches it."""

import os
from collections.abc import Iterable

from deploy.local.keys import Keys
from deploy.local.layout import GATEWAY, ROOT, Ports
from deploy.local.ports import LOOPBACK

# What a person may set for all processes of a stack.
PASSED_ON = (
    "SHUYUAN_LOG_LEVEL",
    "SHUYUAN_LOG_FORMAT",
    "SHUYUAN_OTLP_ENDPOINT",
    "SHUYUAN_TRACE_RATIO",
    "SHUYUAN_DATABASE_POOL_SIZE",
)


def passed_on() -> dict[str, str]:
    """Those settings that the caller has set."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}


def python() -> dict[str, str]:
    """What a Python process of this repository needs to find its packages."""
    folders = (ROOT, ROOT / "services", ROOT / "protos" / "gen")
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(str(folder) for folder in folders),
        "PYTHONUNBUFFERED": "1",
    }


def _common(name: str, keys: Keys, ports: Ports, environment: str, services: Iterable[str]) -> dict[str, str]:
    issuer = f"http://{LOOPBACK}:{ports.issuer}"
    targets = {f"SHUYUAN_{each.upper()}_TARGET": f"{LOOPBACK}:{ports.grpc[each]}" for each in services}
    return {
        **python(),
        **targets,
        "SHUYUAN_ENVIRONMENT": environment,
        "SHUYUAN_ISSUER": keys.issuer,
        "SHUYUAN_JWKS_URL": f"{issuer}/jwks.json",
        "SHUYUAN_AUDIENCE": "shuyuan",
        "SHUYUAN_TOKEN_URL": f"{issuer}/token",
        "SHUYUAN_CLIENT_ID": name,
        "SHUYUAN_CLIENT_SECRET": keys.client_secrets[name],
    }


def of_service(
    name: str,
    keys: Keys,
    ports: Ports,
    environment: str,
    services: Iterable[str],
    *,
    database_url: str,
    nats_url: str,
) -> dict[str, str]:
    """Settings of a service."""
    return {
        **_common(name, keys, ports, environment, services),
        "SHUYUAN_DATABASE_URL": database_url,
        "SHUYUAN_NATS_URL": nats_url,
        "SHUYUAN_GRPC_HOST": LOOPBACK,
        "SHUYUAN_GRPC_PORT": str(ports.grpc[name]),
        "SHUYUAN_OPS_HOST": LOOPBACK,
        "SHUYUAN_OPS_PORT": str(ports.ops[name]),
        "SHUYUAN_IDENTITY_KEY": keys.identity_key,
        "SHUYUAN_FIELD_KEYS": keys.field_keys,
    }


def of_gateway(keys: Keys, ports: Ports, environment: str, services: Iterable[str]) -> dict[str, str]:
    """Settings of the gateway: it has no database and no broker."""
    return {
        **_common(GATEWAY, keys, ports, environment, services),
        "SHUYUAN_HTTP_HOST": LOOPBACK,
        "SHUYUAN_HTTP_PORT": str(ports.gateway),
    }


def of_issuer(environment: str) -> dict[str, str]:
    """Settings of the development issuer."""
    return {**python(), "SHUYUAN_ENVIRONMENT": environment}
