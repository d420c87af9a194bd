"""The migrations give the schema that `tables` describes; alembic's own check sees neither checks nor defaults."""

import asyncio

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.database import Database
from chassis.statements import query
from evaluation.tables import metadata
from tests.support.databases import DatabaseServer

COLUMNS = query(
    sa.text(
        """SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
                  pg_get_expr(d.adbin, d.adrelid)
             FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
             LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
              AND NOT a.attisdropped"""
    )
)
INDEXES = query(sa.text("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"))
CONSTRAINTS = query(
    sa.text(
        """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace AND contype <> 'n'"""
    )
)


async def described(database: Database) -> set[tuple[object, ...]]:
    found: set[tuple[object, ...]] = set()
    for statement in (COLUMNS, INDEXES, CONSTRAINTS):
        found |= {tuple(row) for row in await database.fetch(statement)}
    return {row for row in found if "alembic_version" not in str(row)}


async def test_migrations_and_tables_agree(postgres: DatabaseServer, database: Database) -> None:
    url = postgres.create_database("evaluation_tables")
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
