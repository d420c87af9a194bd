"""A migrated database for each test, and an office on it."""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from chassis import migrate
from chassis.database import Database
from tests.integration.membership.campus import Campus
from tests.integration.membership.office import Office
from tests.support.databases import DatabaseServer


@pytest.fixture(scope="session")
async def migrated(postgres: DatabaseServer) -> str:
    """A migrated database to copy from; nobody stays connected to it."""
    url = postgres.create_database("membership_template")
    await migrate.upgrade(url, migrate.folder_of("membership"))
    return url


@pytest.fixture
async def database(postgres: DatabaseServer, migrated: str) -> AsyncIterator[Database]:
    database = await Database.connect(
        postgres.create_database("membership", template=migrated), digest_key=b"0123456789abcdef"
    )
    yield database
    await database.close()


@pytest.fixture
async def office(database: Database) -> Office:
    return Office(database, date(2024, 10, 8))


@pytest.fixture
async def campus(office: Office) -> Campus:
    return await Campus.found(office)
