"""What every source of PostgreSQL and NATS promises to the tests, whichever was chosen."""

import asyncpg
import nats

from deploy.local import sql
from tests.support.broker import NatsServer
from tests.support.databases import DatabaseServer


def test_postgresql_is_of_a_supported_version(postgres: DatabaseServer) -> None:
    version = int(sql.value(postgres.admin_url, "SHOW server_version_num"))

    assert 150000 <= version < 190000


async def test_each_database_is_new_and_speaks_chinese(postgres: DatabaseServer) -> None:
    first, second = postgres.create_database("contract"), postgres.create_database("contract")
    sql.execute(first, "CREATE TABLE unit (name text)", "INSERT INTO unit VALUES ('书院')")

    connection = await asyncpg.connect(second)
    try:
        assert await connection.fetchval("SELECT to_regclass('unit')") is None
        assert await connection.fetchval("SHOW server_encoding") == "UTF8"
    finally:
        await connection.close()
    assert sql.value(first, "SELECT name FROM unit") == "书院"


def test_a_database_can_be_copied_from_a_template(postgres: DatabaseServer) -> None:
    template = postgres.create_database("contract")
    sql.execute(template, "CREATE TABLE unit (name text)")

    copy = postgres.create_database("contract", template=template)

    assert sql.value(copy, "SELECT count(*) FROM unit") == 0


def test_a_services_extensions_can_be_created(postgres: DatabaseServer) -> None:
    url = postgres.create_database("contract")

    sql.execute(url, "CREATE EXTENSION btree_gist", "CREATE EXTENSION pg_trgm")

    assert sql.value(url, "SELECT count(*) FROM pg_extension WHERE extname IN ('btree_gist', 'pg_trgm')") == 2


def test_a_restart_keeps_address_and_data(own_postgres: DatabaseServer) -> None:
    url = own_postgres.create_database("contract")
    sql.execute(url, "CREATE TABLE unit (name text)")

    own_postgres.stop()
    own_postgres.start()

    assert sql.value(url, "SELECT count(*) FROM unit") == 0


async def test_nats_keeps_a_stream_over_a_kill_and_loses_it_by_a_wipe(own_nats: NatsServer) -> None:
    assert await _publish(own_nats.url) == 1

    own_nats.kill()
    own_nats.start()
    assert await _publish(own_nats.url) == 2

    own_nats.wipe()
    own_nats.start()
    assert await _publish(own_nats.url) == 1


async def _publish(url: str) -> int:
    client = await nats.connect(url)
    try:
        stream = client.jetstream()
        await stream.add_stream(name="CONTRACT", subjects=["contract.>"])
        return (await stream.publish("contract.x", b"x")).seq
    finally:
        await client.close()
