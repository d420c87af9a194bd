"""A migrated database of the activity service for each test."""

from collections.abc import AsyncIterator

import pytest

from chassis import migrate
from chassis.database import Database
from tests.integration.activity.desk import Desk
from tests.support.databases import DatabaseServer


@pytest.fixture(scope="session")
async def migrated_activity(postgres: DatabaseServer) -> str:
    """A migrated database to copy from; nobody stays connected to it."""
    url = postgres.create_database("activity_template")
    await migrate.upgrade(url, migrate.folder_of("activity"))
    return url


@pytest.fixture
async def database(postgres: DatabaseServer, migrated_activity: str) -> AsyncIterator[Database]:
    url = postgres.create_database("activity", template=migrated_activity)
    database = await Database.connect(url, digest_key=b"0123456789abcdef")
    yield database
    await database.close()


@pytest.fixture
async def desk(database: Database) -> Desk:
    desk = Desk(database)
    await desk.furnish()
    return desk
