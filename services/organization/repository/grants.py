"""SQL about grants."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.access import within
from chassis.bitemporal import History, Interval, interval_of
from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import insert, query
from organization import tables
from organization.domain.grants import ADMINISTRATOR, Basis, Grant
from organization.repository.beliefs import as_then

_TERM = History(tables.grant_term, ["grant_id"], [])

_COLUMNS = """
    g.grant_id, g.person_id, g.role, g.unit_id, g.basis, g.appointment_id, g.reason, g.created_at,
    g.updated_at, g.version
"""
_NOW = f"{_COLUMNS}, g.revoked, daterange(g.valid_from, g.valid_until) AS valid"
_GET = query(sa.text(f"SELECT {_NOW} FROM role_grant g WHERE g.grant_id = :grant_id"))
_LOCK = query(sa.text(f"SELECT {_NOW} FROM role_grant g WHERE g.grant_id = :grant_id FOR UPDATE"))
_OF_APPOINTMENT = query(
    sa.text(f"SELECT {_NOW} FROM role_grant g WHERE g.appointment_id = :appointment_id AND NOT g.revoked")
)
_ADMINISTRATORS = query(sa.text(f"SELECT {_NOW} FROM role_grant g WHERE g.role = '{ADMINISTRATOR}'"))
_OWN = query(
    sa.text(
        f"""SELECT {_NOW} FROM role_grant g
             WHERE g.person_id = :person_id AND NOT g.revoked AND g.valid_from <= CAST(:day AS date)
               AND (g.valid_until IS NULL OR g.valid_until > CAST(:day AS date))
             ORDER BY g.grant_id"""
    )
)
_TWIN = query(
    sa.text(
        """SELECT grant_id FROM role_grant
            WHERE person_id = :person_id AND role = :role AND unit_id = :unit_id AND NOT revoked
              AND appointment_id IS NULL
              AND daterange(valid_from, valid_until) && daterange(CAST(:starts AS date), CAST(:ends AS date))
            LIMIT 1"""
    )
)
_FILTERS = """
    (CAST(:person_id AS uuid) IS NULL OR g.person_id = :person_id)
    AND (CAST(:unit_id AS uuid) IS NULL OR g.unit_id = :unit_id)
    AND (CAST(:role AS text) IS NULL OR g.role = :role)
    AND (CAST(:after_id AS uuid) IS NULL OR g.grant_id < :after_id)
"""
_IN_FORCE = """
    AND (CAST(:day AS date) IS NULL OR (NOT g.revoked AND g.valid_from <= CAST(:day AS date)
         AND (g.valid_until IS NULL OR g.valid_until > CAST(:day AS date))))
"""


def _page(columns: str, source: str, filters: str) -> Any:
    return query(
        sa.select(sa.text(columns))
        .select_from(sa.text(source))
        .where(sa.text(filters), within(sa.literal_column("g.unit_id", sa.Uuid)))
        .order_by(sa.text("g.grant_id DESC"))
        .limit(sa.bindparam("most", type_=sa.Integer))
    )


_PAGE_NOW = _page(_NOW, "role_grant g", _FILTERS + _IN_FORCE)
# What was not yet taken back then is shown as not taken back.
_PAGE_THEN = _page(
    f"{_COLUMNS}, false AS revoked, t.valid",
    as_then("role_grant g JOIN role_grant_term t ON t.grant_id = g.grant_id AND {believed:t}"),
    f"{_FILTERS} AND (CAST(:day AS date) IS NULL OR t.valid @> CAST(:day AS date))",
)
_ADD = query(
    insert(
        tables.grant,
        "grant_id",
        "person_id",
        "role",
        "unit_id",
        "basis",
        "appointment_id",
        "reason",
        "revoked",
        "valid_from",
        "valid_until",
        "created_at",
        "updated_at",
        "version",
    )
)
_CHANGE = query(
    sa.text(
        """UPDATE role_grant
              SET revoked = :revoked, valid_from = :valid_from, valid_until = :valid_until, reason = :reason,
                  updated_at = :updated_at, version = :version
            WHERE grant_id = :grant_id"""
    )
)


def _read(row: Record) -> Grant:
    return Grant(
        grant_id=row["grant_id"],
        person_id=row["person_id"],
        role=row["role"],
        unit_id=row["unit_id"],
        days=interval_of(row["valid"]),
        revoked=row["revoked"],
        basis=Basis(row["basis"]),
        appointment_id=row["appointment_id"],
        reason=row["reason"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )


async def find(reader: Reader, grant_id: UUID) -> Grant | None:
    """The grant, if there is one."""
    row = await reader.fetch_one(_GET, grant_id=grant_id)
    return None if row is None else _read(row)


async def lock(work: UnitOfWork, grant_id: UUID) -> Grant | None:
    """The grant; nobody else changes it until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, grant_id=grant_id)
    return None if row is None else _read(row)


async def brought_by(reader: Reader, appointment_id: UUID) -> list[Grant]:
    """The grants that an appointment brings."""
    return [_read(row) for row in await reader.fetch(_OF_APPOINTMENT, appointment_id=appointment_id)]


async def administrators(reader: Reader) -> list[Grant]:
    """Every grant of the role that administers the system."""
    return [_read(row) for row in await reader.fetch(_ADMINISTRATORS)]


async def own(reader: Reader, person_id: UUID, *, on: date) -> list[Grant]:
    """The grants of a person in force on a day."""
    return [_read(row) for row in await reader.fetch(_OWN, person_id=person_id, day=on)]


async def twin(reader: Reader, *, person_id: UUID, role: str, unit_id: UUID, days: Interval) -> UUID | None:
    """A grant, not brought by an appointment, of the same role over the same unit on some of the days."""
    found: UUID | None = await reader.fetch_value(
        _TWIN, person_id=person_id, role=role, unit_id=unit_id, starts=days.start, ends=days.end
    )
    return found


async def page(
    reader: Reader,
    scope: dict[str, Any],
    *,
    person_id: UUID | None,
    unit_id: UUID | None,
    role: str | None,
    on: date | None,
    known_at: datetime | None,
    after_id: UUID | None,
    most: int,
) -> list[Grant]:
    """Grants that the caller may see, newest first."""
    rows = await reader.fetch(
        _PAGE_NOW if known_at is None else _PAGE_THEN,
        person_id=person_id,
        unit_id=unit_id,
        role=role,
        day=on,
        after_id=after_id,
        most=most,
        **({} if known_at is None else {"known_at": known_at}),
        **scope,
    )
    return [_read(row) for row in rows]


async def add(work: UnitOfWork, grant: Grant) -> None:
    """Keep a new grant."""
    await work.execute(
        _ADD,
        grant_id=grant.grant_id,
        person_id=grant.person_id,
        role=grant.role,
        unit_id=grant.unit_id,
        basis=grant.basis,
        appointment_id=grant.appointment_id,
        reason=grant.reason,
        revoked=grant.revoked,
        valid_from=grant.days.start,
        valid_until=grant.days.end,
        created_at=grant.created_at,
        updated_at=grant.updated_at,
        version=grant.version,
    )
    await _TERM.begin_many(work, [({"grant_id": grant.grant_id}, grant.days, {})])


async def change(work: UnitOfWork, before: Grant, after: Grant, *, in_force: Interval | None) -> None:
    """Keep the next version of a grant; `in_force` are the days on which it holds, None when it never does."""
    subject = {"grant_id": after.grant_id}
    if in_force is None:
        await _TERM.record(work, subject, before.days, None)
    elif in_force != before.days:
        await _TERM.record(work, subject, before.days, None)
        await _TERM.record(work, subject, in_force, {})
    await work.execute(
        _CHANGE,
        grant_id=after.grant_id,
        revoked=after.revoked,
        valid_from=after.days.start,
        valid_until=after.days.end,
        reason=after.reason,
        updated_at=after.updated_at,
        version=after.version,
    )
