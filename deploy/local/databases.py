"""One database for each service, owned by a role of its own: none can reach another's."""

from collections.abc import Iterable, Mapping

from deploy.local import sql


def prepare(admin_url: str, services: Iterable[str], passwords: Mapping[str, str]) -> dict[str, str]:
    """Make what is missing; answers each service's address."""
    addresses = {}
    for name in services:
        role = sql.quoted(name)
        if not sql.value(admin_url, "SELECT 1 FROM pg_roles WHERE rolname = $1", name):
            # Hexadecimal, made by us: nothing to escape.
            sql.execute(admin_url, f"CREATE ROLE {role} LOGIN PASSWORD '{passwords[name]}'")
        if not _exists(admin_url, name):
            sql.execute(
                admin_url,
                f"CREATE DATABASE {role} OWNER {role}",
                f"REVOKE CONNECT ON DATABASE {role} FROM PUBLIC",
            )
        addresses[name] = sql.with_database(admin_url, name, user=name, password=passwords[name])
    return addresses


def prepare_elsewhere(admin_url: str, services: Iterable[str], prefix: str) -> dict[str, str]:
    """The same on a server that is not the stack's, where roles may not be ours to make."""
    addresses = {}
    for service in services:
        name = f"{prefix}{service}"
        if not _exists(admin_url, name):
            sql.execute(admin_url, f"CREATE DATABASE {sql.quoted(name)}")
        addresses[service] = sql.with_database(admin_url, name)
    return addresses


def _exists(admin_url: str, database: str) -> bool:
    return bool(sql.value(admin_url, "SELECT 1 FROM pg_database WHERE datname = $1", database))
