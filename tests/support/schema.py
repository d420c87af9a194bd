"""A database's schema as a set of facts, so that two can be compared: columns, defaults, indexes, constraints."""

import sqlalchemy as sa

from chassis.database import Database
from chassis.statements import query

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
    """Everything of the public schema but alembic's own table."""
    found: set[tuple[object, ...]] = set()
    for statement in (COLUMNS, INDEXES, CONSTRAINTS):
        found |= {tuple(row) for row in await database.fetch(statement)}
    return {row for row in found if "alembic_version" not in str(row)}
