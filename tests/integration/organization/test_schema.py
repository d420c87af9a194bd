"""The migrations give the schema that `tables` describes; alembic's own check sees neither checks nor defaults."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.database import Database
from organization.tables import metadata
from tests.integration.organization.world import World
from tests.support.databases import DatabaseServer
from tests.support.schema import described


async def test_migrations_and_tables_agree(postgres: DatabaseServer, world: World) -> None:
    url = postgres.create_database("organization_tables")
    engine = create_async_engine(sa.make_url(url).set(drivername="postgresql+asyncpg"))
    async with engine.begin() as connection:
        await connection.execute(sa.text("CREATE EXTENSION btree_gist"))
        await connection.run_sync(metadata.create_all)
    await engine.dispose()
    tables = await Database.connect(url)
    try:
        by_tables = await described(tables)
    finally:
        await tables.close()

    assert by_tables == await described(world.database)
