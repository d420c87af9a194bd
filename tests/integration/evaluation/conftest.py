"""A migrated database of the evaluation service for each test."""

from collections.abc import AsyncIterator

import pytest

from chassis import migrate
from chassis.database import Database
from tests.integration.evaluation.desk import Desk
from tests.support.databases import DatabaseServer


@pytest.fixture(scope="session")
async def migrated_evaluation(postgres: DatabaseServer) -> str:
    """A migrated database to copy from; nobody stays connected to it."""
    url = postgres.create_database("evaluation_template")
    await migrate.upgrade(url, migrate.folder_of("evaluation"))
    return url


@pytest.fixture
async def database(postgres: DatabaseServer, migrated_evaluation: str) -> AsyncIterator[Database]:
    url = postgres.create_database("evaluation", template=migrated_evaluation)
    database = await Database.connect(url, digest_key=b"0123456789abcdef")
    yield database
    await database.close()


@pytest.fixture
async def desk(database: Database) -> Desk:
    desk = Desk(database)
    await desk.furnish()
    return desk
