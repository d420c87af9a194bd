"""A migrated, empty database for each test, and calls as the interceptor would make them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from chassis import migrate, tables
from chassis.database import Database
from chassis.statements import query
from tests.integration.chassis_storage.probe import Probe
from tests.support.databases import DatabaseServer

MIGRATIONS = Path(__file__).parent / "migrations"
# As the first migration leaves it: making a database anew for each test costs more than most tests do.
_EMPTY = (
    "DROP TABLE IF EXISTS lamp, posting",
    f"TRUNCATE {', '.join(table.name for table in tables.metadata.sorted_tables)} RESTART IDENTITY",
    "INSERT INTO epoch (epoch, after_position, reason) VALUES (1, 0, 'installed')",
    "INSERT INTO relay_state (id) VALUES (1)",
    "UPDATE alembic_version SET version_num = '0001'",
)


@pytest.fixture(scope="session")
async def migrated(postgres: DatabaseServer) -> str:
    """The one database of these tests."""
    url = postgres.create_database("chassis")
    await migrate.upgrade(url, MIGRATIONS)
    return url


@pytest.fixture
async def database(migrated: str) -> AsyncIterator[Database]:
    database = await Database.connect(migrated, digest_key=b"0123456789abcdef")
    for statement in _EMPTY:
        await database.fetch(query(sa.text(statement)))
    yield database
    await database.close()


@pytest.fixture
async def probe(database: Database) -> Probe:
    """A tiny service on the database: lamps that are lit and dimmed."""
    probe = Probe(database)
    await probe.create_tables()
    return probe
