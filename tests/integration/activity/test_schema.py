"""The migrations give the schema that `tables` describes; alembic's own check sees neither checks nor defaults."""

import asyncio

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from activity.tables import metadata
from chassis.database import Database
from tests.support.databases import DatabaseServer
from tests.support.schema import described


async def test_migrations_and_tables_agree(postgres: DatabaseServer, database: Database) -> None:
    url = postgres.create_database("activity_tables")
    engine = create_async_engine(sa.make_url(url).set(drivername="postgresql+asyncpg"))
    async with engine.begin() as connection:
        await connection.execute(sa.text("CREATE EXTENSION btree_gist"))
        await connection.run_sync(metadata.create_all)
    await engine.dispose()
    tables = await Database.connect(url)
    try:
        by_tables, by_migrations = await asyncio.gather(described(tables), described(database))
    finally:
        await tables.close()

    assert by_tables == by_migrations
