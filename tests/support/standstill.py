"""Stops a running stack at a chosen point: locks that hold a service back, and questions until a process is there."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import asyncpg

from deploy.local import sql
from deploy.local.stack import Stack


@contextlib.asynccontextmanager
async def held(stack: Stack, service: str, statement: str, *values: object) -> AsyncIterator[None]:
    """Another session of the service's database holds what the statement locks, while the block runs."""
    connection = await asyncpg.connect(stack.database_url(service))
    try:
        async with connection.transaction():
            await connection.execute(statement, *values)
            yield
    finally:
        await connection.close()


def deaf(stack: Stack, service: str, source: str) -> contextlib.AbstractAsyncContextManager[None]:
    """The service hears nothing of the source while the block runs: its watermark cannot move."""
    return held(stack, service, "SELECT 1 FROM copy_watermark WHERE source = $1 FOR UPDATE", source)


async def until(stack: Stack, service: str, question: str, *values: object) -> None:
    """Until the service's database answers the question with yes."""
    async with asyncio.timeout(60):
        # Another process's database tells nobody here; looking again is the only way.
        while not await asyncio.to_thread(sql.value, stack.database_url(service), question, *values):  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.05)


async def stands_at(stack: Stack, service: str, step: str) -> None:
    """Until a process of the service has come to this step."""
    await until(stack, service, "SELECT count(*) > 0 FROM process WHERE step = $1 AND ended_at IS NULL", step)
