"""A university on a database of its own for each test, copied from one that was built once."""

import copy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import pytest

from chassis import migrate
from chassis.database import Database
from tests.integration.organization.world import Campus, World
from tests.support.databases import DatabaseServer


@dataclass(frozen=True)
class Built:
    """A database with a university in it; nobody stays connected to it."""

    url: str
    root: UUID
    admin: UUID
    campus: Campus


@asynccontextmanager
async def serving(url: str) -> AsyncIterator[World]:
    database = await Database.connect(url, size=4, digest_key=b"0123456789abcdef")
    world = World(database, url)
    await world.start()
    yield world
    await world.stop()
    await database.close()


@pytest.fixture(scope="session")
async def built_organization(postgres: DatabaseServer) -> Built:
    url = postgres.create_database("organization_template")
    await migrate.upgrade(url, migrate.folder_of("organization"))
    async with serving(url) as world:
        await world.set_up()
        return Built(url, world.root, world.admin, await Campus.build(world))


@pytest.fixture
async def world(postgres: DatabaseServer, built_organization: Built) -> AsyncIterator[World]:
    async with serving(postgres.create_database("organization", template=built_organization.url)) as world:
        world.root, world.admin = built_organization.root, built_organization.admin
        yield world


@pytest.fixture
def campus(built_organization: Built) -> Campus:
    return copy.copy(built_organization.campus)
