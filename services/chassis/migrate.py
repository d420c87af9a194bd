"""Brings a service's database to the schema of its code; runs before the service starts, never inside it.

A service keeps its steps in `<service>/migrations/versions/NNNN_verb_what.py`, numbered one after another;
there is one environment for all, here.
"""

import asyncio
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from chassis.database import Reader, lock_number
from chassis.statements import query

log = structlog.get_logger()

# A step that waits longer for a table would hold up every writer behind it; better to try again.
LOCK_TIMEOUT = "3s"
TRIES = 20
PAUSE_SECONDS = 1.0
_LOCK_NOT_AVAILABLE = "55P03"

_VERSION = query(sa.text("SELECT version_num FROM alembic_version"))
_HAS_VERSION = query(sa.text("SELECT to_regclass('alembic_version') IS NOT NULL"))


def folder_of(package: str) -> Path:
    """Where a service keeps its migrations."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"there is no package {package}")
    return Path(spec.origin).parent / "migrations"


def _scripts(folder: Path) -> ScriptDirectory:
    return ScriptDirectory(str(folder), version_locations=[str(folder / "versions")])


def head(folder: Path) -> str:
    """The newest step the code knows; empty where there is none."""
    return _scripts(folder).get_current_head() or ""


async def upgrade(url: str, folder: Path, *, to: str = "head") -> str:
    """Run the missing steps, each in the one transaction of all; answers the step now reached.

    Replicas that start together take turns. A table that is in use for long is waited for, a little at a time.
    """
    for attempt in range(1, TRIES + 1):
        try:
            return await _upgrade(url, folder, to)
        except sa.exc.DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE or attempt == TRIES:
                raise
            log.warning("migrate.table_in_use", attempt=attempt)
            await asyncio.sleep(PAUSE_SECONDS)
    raise AssertionError("the loop returns or raises")


async def _upgrade(url: str, folder: Path, to: str) -> str:
    engine = create_async_engine(_engine_url(url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            # The lock is the session's: it must outlive the transactions of the steps.
            await connection.execute(sa.text(f"SELECT pg_advisory_lock({lock_number('migrate')})"))
            await connection.execute(sa.text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
            await connection.commit()
            await connection.run_sync(_run_steps, _scripts(folder), to)
            await connection.commit()
            reached = await connection.scalar(sa.text("SELECT max(version_num) FROM alembic_version"))
            return str(reached or "")
    finally:
        await engine.dispose()


def _engine_url(url: str) -> sa.URL:
    return sa.make_url(url).set(drivername="postgresql+asyncpg")


def _run_steps(connection: sa.Connection, scripts: ScriptDirectory, to: str) -> None:
    def steps(revision: Any, _: Any) -> Any:
        return scripts._upgrade_revs(to, revision)

    with EnvironmentContext(Config(), scripts, fn=steps, destination_rev=to) as environment:
        environment.configure(connection=connection)
        with environment.begin_transaction():
            environment.run_migrations()


async def is_current(reader: Reader, folder: Path) -> bool:
    """Whether the schema suits this code: its own step, or a later one of the release that follows."""
    if not await reader.fetch_value(_HAS_VERSION):
        return False
    version = await reader.fetch_value(_VERSION)
    return version is not None and version >= head(folder)
