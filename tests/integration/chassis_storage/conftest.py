"""A migrated database for each test, and calls as the interceptor would make them."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from chassis import migrate
from chassis.database import Database

from tests.integration.chassis_storage.probe import Probe
from tests.support.databases import DatabaseServer

MIGRATIONS = Path(__file__).parent / "migrations"
PERSON = UUID("018f0000-0000-7000-8000-000000000001")


@pytest.fixture(scope="session")
async def migrated(postgres: DatabaseServer) -> str:
    """A migrated database to copy from; nobody stays connected to it."""
    url = postgres.create_database("chassis_template")
    await migrate.upgrade(url, MIGRATIONS)
    return url


@pytest.fixture
async def database(postgres: DatabaseServer, migrated: str) -> AsyncIterator[Database]:
    database = await Database.connect(
        postgres.create_database("chassis", template=migrated), digest_key=b"0123456789abcdef"
    )
    yield database
    await database.close()


@pytest.fixture
async def probe(database: Database) -> Probe:
    """A tiny service on the database: lamps that are lit and dimmed."""
    probe = Probe(database)
    await probe.create_tables()
    return probe
