"""Migrations: once, together, and to the schema the code declares."""

import asyncio
import re
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from chassis import migrate, tables
from chassis.database import Database
from chassis.statements import query
from deploy.local.postgres import binaries
from tests.integration.chassis_storage.conftest import MIGRATIONS
from tests.support.databases import DatabaseServer

# What migrations make and table declarations cannot say.
_BESIDE = re.compile(r"^(CREATE EXTENSION|COMMENT ON EXTENSION|CREATE FUNCTION|SET |SELECT )")


def schema_of(url: str) -> set[str]:
    """The statements that make a database's tables, indexes and constraints."""
    dumped = subprocess.run(
        [str(binaries() / "pg_dump"), "--schema-only", "--no-owner", "--exclude-table=alembic_version", url],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    kept = "\n".join(line for line in dumped.splitlines() if line and not line.startswith(("--", "\\")))
    return {one for one in re.split(r";\n(?=[A-Z])", kept) if not _BESIDE.match(one)}


async def test_running_it_again_changes_nothing(postgres: DatabaseServer) -> None:
    url = postgres.create_database()

    assert [await migrate.upgrade(url, MIGRATIONS) for _ in range(2)] == ["0001", "0001"]


async def test_replicas_that_start_together_take_turns(postgres: DatabaseServer) -> None:
    url = postgres.create_database()

    assert await asyncio.gather(*(migrate.upgrade(url, MIGRATIONS) for _ in range(3))) == ["0001"] * 3


async def test_a_database_is_current_only_when_migrated(postgres: DatabaseServer) -> None:
    url = postgres.create_database()
    database = await Database.connect(url)

    before = await migrate.is_current(database, MIGRATIONS)
    await migrate.upgrade(url, MIGRATIONS)
    assert (before, await migrate.is_current(database, MIGRATIONS)) == (False, True)
    await database.close()


async def test_a_later_release_may_have_migrated_already(database: Database) -> None:
    await database.fetch(query(sa.text("UPDATE alembic_version SET version_num = '0002'")))

    assert await migrate.is_current(database, MIGRATIONS)


async def test_the_tables_declared_are_the_tables_migrated(postgres: DatabaseServer) -> None:
    migrated, declared = postgres.create_database(), postgres.create_database()
    await migrate.upgrade(migrated, MIGRATIONS)
    engine = create_async_engine(sa.make_url(declared).set(drivername="postgresql+asyncpg"))
    async with engine.begin() as connection:
        await connection.run_sync(tables.metadata.create_all)
    await engine.dispose()

    made = await asyncio.gather(*(asyncio.to_thread(schema_of, url) for url in (migrated, declared)))
    assert made[0] == made[1]


async def test_a_service_that_does_not_exist_has_no_migrations() -> None:
    with pytest.raises(ModuleNotFoundError):
        migrate.folder_of("nowhere")
    assert migrate.folder_of("chassis") == Path(migrate.__file__).parent / "migrations"
