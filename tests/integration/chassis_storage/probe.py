"""A service of one table, as small as can be, that uses the frame the way real services do."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from chassis.access import AccessControl
from chassis.calls import Call, Caller
from chassis.clock import Clock
from chassis.database import Database, UnitOfWork
from chassis.events import Event
from chassis.ids import new_id
from chassis.statements import insert, query
from chassis.tables import new_metadata
from tests.integration.chassis_storage.messages import Lamp, LampDimmed, LampLit, RoomOpened

PERSON = Caller("person", person_id=UUID("018f0000-0000-7000-8000-000000000001"), issuer="test", subject="1")

lamp = sa.Table(
    "lamp",
    new_metadata(),
    sa.Column("lamp_id", sa.Uuid, primary_key=True),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)

INSERT = query(insert(lamp, "lamp_id", "label", "version"))
RAISE = query(
    sa.update(lamp)
    .where(lamp.c.lamp_id == sa.bindparam("of"))
    .values(version=lamp.c.version + 1)
    .returning(lamp.c.version)
)
COUNT = query(sa.select(sa.func.count()).select_from(lamp))
EVENTS = query(sa.text("SELECT * FROM event_log ORDER BY seq"))
AUDIT = query(sa.text("SELECT * FROM audit_log ORDER BY seq"))


async def until(holds: Callable[[], Awaitable[object]], seconds: float = 20) -> None:
    """Wait for what another task brings about; fails when it does not."""
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 - what is waited for happens in a database or broker
            await asyncio.sleep(0.01)


class Probe:
    """Makes calls and does what lamps need."""

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        self.database = database
        self.clock = clock or Clock()
        self.control = AccessControl(database, self.clock, {})

    async def create_tables(self) -> None:
        await self.database.fetch(
            query(
                sa.text(
                    "CREATE TABLE lamp (lamp_id uuid PRIMARY KEY, label text NOT NULL, version int NOT NULL)"
                )
            )
        )

    def call(self, *, caller: Caller = PERSON, key: str | None = None, **values: Any) -> Call:
        call = Call(
            service="probe",
            method="/shuyuan.probe.v1.LampService/LightLamp",
            caller=caller,
            access=self.control.access_for(caller),
            database=self.database,
            clock=self.clock,
            idempotency_key=key,
            request_hash=b"hash",
            respond=lambda lamp_id: Lamp(lamp_id=str(lamp_id)),
        )
        call.access.checked = True
        return replace(call, **values)

    async def light(self, call: Call | None = None, *, label: str = "a") -> UUID:
        """Create a lamp: entity, event, audit and, with a key, the kept answer."""
        async with (call or self.call()).transaction() as work:
            lamp_id = new_id()
            await work.execute(INSERT, lamp_id=lamp_id, label=label, version=1)
            self.announce(work, lamp_id, 1, LampLit, label=label)
            work.audit_change(
                "lamp",
                lamp_id,
                None,
                {"label": label, "owner_phone": "13800000000"},
                sensitive={"owner_phone"},
            )
            return work.answer(lamp_id)

    async def dim(self, lamp_id: UUID, call: Call | None = None) -> int:
        """Change a lamp: its row is locked until the commit, so that versions queue."""
        async with (call or self.call()).transaction() as work:
            version: int = await work.fetch_value(RAISE, of=lamp_id)
            self.announce(work, lamp_id, version, LampDimmed)
            return work.answer(version)

    async def open_room(self) -> UUID:
        async with self.call().transaction() as work:
            room_id = new_id()
            self.announce(work, room_id, 1, RoomOpened)
            return work.answer(room_id)

    def announce(self, work: UnitOfWork, lamp_id: UUID, version: int, kind: Any, *, label: str = "a") -> None:
        body = Lamp(lamp_id=str(lamp_id), version=version, label=label, owner_phone="13800000000")
        work.emit(Event(lamp_id, version, kind(lamp=body)))

    async def events(self) -> list[asyncpg.Record]:
        return await self.database.fetch(EVENTS)

    async def audit(self) -> list[asyncpg.Record]:
        return await self.database.fetch(AUDIT)

    async def lamps(self) -> int:
        count: int = await self.database.fetch_value(COUNT)
        return count
