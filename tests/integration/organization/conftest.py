"""A university on a database of its own for each test."""

from collections.abc import AsyncIterator

import pytest
from chassis import migrate
from chassis.database import Database

from tests.integration.organization.world import Campus, World
from tests.support.databases import DatabaseServer


@pytest.fixture(scope="session")
async def migrated_organization(postgres: DatabaseServer) -> str:
    """A migrated database to copy from; nobody stays connected to it."""
    url = postgres.create_database("organization_template")
    await migrate.upgrade(url, migrate.folder_of("organization"))
    return url


@pytest.fixture
async def world(postgres: DatabaseServer, migrated_organization: str) -> AsyncIterator[World]:
    url = postgres.create_database("organization", template=migrated_organization)
    database = await Database.connect(url, size=4, digest_key=b"0123456789abcdef")
    world = World(database, url)
    await world.start()
    yield world
    await world.stop()
    await database.close()


@pytest.fixture
async def campus(world: World) -> Campus:
    return await Campus.build(world)
