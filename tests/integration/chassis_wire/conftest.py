"""A migrated database for each test, and the context that a running service would have on it."""

from collections.abc import AsyncIterator

import pytest

from chassis import migrate
from chassis.access import AccessControl
from chassis.calls import ServiceContext
from chassis.clock import Clock
from chassis.database import Database
from chassis.settings import Settings
from tests.integration.chassis_storage.conftest import MIGRATIONS
from tests.support.databases import DatabaseServer

ROLES = {
    "ROLE_ADMINISTRATOR": ("lamps.*",),
    "ROLE_KEEPER": ("lamps.lamp.read", "lamps.lamp.dim"),
    "ROLE_VISITOR": ("lamps.lamp.read",),
}


@pytest.fixture(scope="session")
async def migrated_wire(postgres: DatabaseServer) -> str:
    """A migrated database to copy from; nobody stays connected to it."""
    url = postgres.create_database("wire_template")
    await migrate.upgrade(url, MIGRATIONS)
    return url


@pytest.fixture
def database_url(postgres: DatabaseServer, migrated_wire: str) -> str:
    return postgres.create_database("wire", template=migrated_wire)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = await Database.connect(database_url)
    yield database
    await database.close()


@pytest.fixture
def context(database: Database, database_url: str) -> ServiceContext:
    settings = Settings(environment="test", database_url=database_url, issuer="https://issuer.test")
    clock = Clock(movable=True)
    return ServiceContext("lamps", settings, database, clock, AccessControl(database, clock, ROLES))
