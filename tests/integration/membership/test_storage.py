"""The schema as migrated is the schema as declared, and copies never go back to an older state."""

import asyncio
from datetime import date
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from chassis import tables as frame
from membership import tables
from membership.repository import units
from tests.integration.chassis_storage.test_migrate import schema_of
from tests.integration.membership.office import Office
from tests.support.databases import DatabaseServer


async def test_the_migrated_schema_is_the_declared_one(postgres: DatabaseServer, migrated: str) -> None:
    declared = postgres.create_database("membership_declared")
    engine = create_async_engine(sa.make_url(declared).set(drivername="postgresql+asyncpg"))
    async with engine.begin() as connection:
        await connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS btree_gist"))
        for metadata in (frame.metadata, tables.metadata):
            await connection.run_sync(metadata.create_all)
    await engine.dispose()

    made = await asyncio.gather(*(asyncio.to_thread(schema_of, url) for url in (migrated, declared)))

    # SQLAlchemy declares no triggers: those that guard the histories are the migration's alone.
    guarded = {statement.split()[2] for statement in made[0] - made[1]}
    assert guarded == {
        f"{name}_guard" for name, table in tables.metadata.tables.items() if "recorded_until" in table.c
    }
    assert made[1] - made[0] == set()


async def test_an_older_state_of_a_unit_changes_nothing(office: Office) -> None:
    unit_id = uuid4()
    await office.unit("branch", form="staff", unit_id=unit_id, version=3, until=date(2025, 1, 1))
    await office.unit("branch", form="staff", unit_id=unit_id, version=2)

    found = await units.find(office.real_database, unit_id)

    assert found is not None
    assert found.dissolved_on == date(2025, 1, 1)
