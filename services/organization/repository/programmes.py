"""SQL about programmes, who takes part in them, and who answers for them; assessments are next door."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.access import within
from chassis.bitemporal import History, Interval
from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import Query, insert, query
from organization import tables
from organization.domain.posts import PostKind
from organization.domain.programmes import Level, Line, Participation, Programme, Status
from organization.repository.beliefs import as_now, as_then, beliefs

_TERM = History(tables.programme_term, ["programme_id", "unit_id"], ["batch", "status"])

# No part outlasts its programme, whatever days it was given.
_PROGRAMME = """
    g.programme_id, g.unit_id, g.code, g.name, g.issuer, g.first_responsible_id, g.leader_in_charge_id,
    g.valid_from, g.valid_until, g.created_at, g.updated_at, g.version,
    ARRAY(SELECT jsonb_build_array(t.unit_id, t.batch, t.status, lower(x.days), upper(x.days))
            FROM programme_term t, LATERAL (SELECT t.valid * daterange(g.valid_from, g.valid_until)) x (days)
           WHERE t.programme_id = g.programme_id AND {believed:t} AND NOT isempty(x.days)
             AND (CAST(:day AS date) IS NULL OR x.days @> CAST(:day AS date))
           ORDER BY t.batch, lower(x.days), t.unit_id) AS participations
"""
_GET = beliefs(f"SELECT {_PROGRAMME} FROM programme g WHERE g.programme_id = :programme_id")
_LOCK = query(sa.text("SELECT 1 FROM programme WHERE programme_id = :programme_id FOR UPDATE"))
_NAMESAKE = query(sa.text("SELECT programme_id FROM programme WHERE code = :code"))


def reaches() -> "sa.ColumnElement[bool]":
    """The condition that the caller may look at the unit that carries a programme, or at one that takes part."""
    taking = (
        sa.select(sa.text("1"))
        .select_from(sa.text("programme_term r"))
        .where(
            sa.text("r.programme_id = g.programme_id AND r.recorded_until IS NULL"),
            within(sa.literal_column("r.unit_id", sa.Uuid)),
        )
    )
    return sa.or_(within(sa.literal_column("g.unit_id", sa.Uuid)), taking.exists())


_VISIBLE = query(
    sa.select(sa.text("1"))
    .select_from(sa.text("programme g"))
    .where(sa.text("g.programme_id = :programme_id"), reaches())
)
_FILTERS = """
    (CAST(:unit_id AS uuid) IS NULL OR g.unit_id = :unit_id)
    AND (CAST(:text AS text) IS NULL OR strpos(lower(g.code || ' ' || g.name), lower(:text)) > 0)
    AND (CAST(:day AS date) IS NULL OR daterange(g.valid_from, g.valid_until) @> CAST(:day AS date))
    AND (CAST(:participant_id AS uuid) IS NULL AND CAST(:status AS text) IS NULL
         OR EXISTS (SELECT FROM programme_term t WHERE t.programme_id = g.programme_id AND {believed:t}
                       AND (CAST(:participant_id AS uuid) IS NULL OR t.unit_id = :participant_id)
                       AND (CAST(:status AS text) IS NULL OR t.status = :status)
                       AND (CAST(:day AS date) IS NULL OR t.valid @> CAST(:day AS date))))
    AND (CAST(:after_id AS uuid) IS NULL OR g.programme_id > :after_id)
"""


def _page(columns: str, filters: str) -> Query:
    return query(
        sa.select(sa.text(columns))
        .select_from(sa.text("programme g"))
        .where(sa.text(filters), reaches())
        .order_by(sa.text("g.programme_id"))
        .limit(sa.bindparam("most", type_=sa.Integer)),
        planned_anew=True,
    )


_PAGE_NOW = _page(as_now(_PROGRAMME), as_now(_FILTERS))
_PAGE_THEN = _page(as_then(_PROGRAMME), as_then(_FILTERS))
# A bound seat is held by whoever holds the post that it follows.
_CHAIN = beliefs(
    """
    SELECT l.level, l.unit_id, l.post_id, l.kind,
           ARRAY(SELECT a.person_id FROM appointment a
                   JOIN appointment_term x ON x.appointment_id = a.appointment_id AND {believed:x}
                  WHERE a.post_id = COALESCE(l.bound_post_id, l.post_id) AND x.valid @> CAST(:day AS date)
                  ORDER BY lower(x.valid), a.person_id) AS person_ids
      FROM (SELECT 1 AS place, 'first_responsible' AS level, o.unit_id, o.post_id, o.kind, o.bound_post_id
              FROM programme g JOIN post o ON o.post_id = g.first_responsible_id
             WHERE g.programme_id = CAST(:programme_id AS uuid)
            UNION ALL
            SELECT 2, 'leader_in_charge', o.unit_id, o.post_id, o.kind, o.bound_post_id
              FROM programme g JOIN post o ON o.post_id = g.leader_in_charge_id
             WHERE g.programme_id = CAST(:programme_id AS uuid)
            UNION ALL
            SELECT 3, 'participant', t.unit_id, o.post_id, o.kind, o.bound_post_id
              FROM programme_term t JOIN unit u ON u.unit_id = t.unit_id
                   LEFT JOIN post o ON o.unit_id = t.unit_id AND o.kind = ANY ('{head,secretary,chair}')
                         AND daterange(o.valid_from, o.valid_until) @> CAST(:day AS date)
             WHERE t.programme_id = CAST(:programme_id AS uuid) AND {believed:t} AND t.valid @> CAST(:day AS date)
               AND daterange(u.established_on, u.dissolved_on) @> CAST(:day AS date)) l
     ORDER BY l.place, l.unit_id, l.kind, l.post_id
    """
)
_ADD = query(
    insert(
        tables.programme,
        "programme_id",
        "unit_id",
        "code",
        "name",
        "issuer",
        "first_responsible_id",
        "leader_in_charge_id",
        "valid_from",
        "valid_until",
        "created_at",
        "updated_at",
        "version",
    )
)
_CHANGE = query(
    sa.text(
        """UPDATE programme SET name = :name, issuer = :issuer, first_responsible_id = :first_responsible_id,
                  leader_in_charge_id = :leader_in_charge_id, valid_until = :valid_until, updated_at = :now,
                  version = :version
            WHERE programme_id = :programme_id"""
    )
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a page of programmes is asked for; None asks for any."""

    unit_id: UUID | None = None
    participant_id: UUID | None = None
    status: Status | None = None
    text: str | None = None
    day: date | None = None


def _read(row: Record) -> Programme:
    return Programme(
        programme_id=row["programme_id"],
        unit_id=row["unit_id"],
        code=row["code"],
        name=row["name"],
        issuer=row["issuer"],
        first_responsible_id=row["first_responsible_id"],
        leader_in_charge_id=row["leader_in_charge_id"],
        days=Interval(row["valid_from"], row["valid_until"]),
        participations=tuple(_participation(*each) for each in row["participations"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )


def _participation(unit_id: str, batch: int, status: str, start: str, end: str | None) -> Participation:
    days = Interval(date.fromisoformat(start), None if end is None else date.fromisoformat(end))
    return Participation(UUID(unit_id), batch, Status(status), days)


async def find(
    reader: Reader, programme_id: UUID, *, day: date | None = None, known_at: datetime | None = None
) -> Programme | None:
    """The programme with who takes part on a day, on any day when it is None."""
    statement, belief = _GET.of(known_at)
    row = await reader.fetch_one(statement, programme_id=programme_id, day=day, **belief)
    return None if row is None else _read(row)


async def lock(work: UnitOfWork, programme_id: UUID) -> Programme | None:
    """The programme; nobody else changes it or who takes part until the end of the unit of work."""
    await work.fetch_value(_LOCK, programme_id=programme_id)
    return await find(work, programme_id)


async def is_visible(reader: Reader, programme_id: UUID, scope: dict[str, Any]) -> bool:
    """Whether the caller may look at the unit that carries the programme, or at one that takes part."""
    return await reader.fetch_value(_VISIBLE, programme_id=programme_id, **scope) is not None


async def coded(reader: Reader, code: str) -> UUID | None:
    """The programme that has the code."""
    found: UUID | None = await reader.fetch_value(_NAMESAKE, code=code)
    return found


async def page(
    reader: Reader,
    scope: dict[str, Any],
    wanted: Filter,
    *,
    known_at: datetime | None,
    after_id: UUID | None,
    most: int,
) -> list[Programme]:
    """Programmes that the caller may see, by id."""
    rows = await reader.fetch(
        _PAGE_NOW if known_at is None else _PAGE_THEN,
        unit_id=wanted.unit_id,
        participant_id=wanted.participant_id,
        status=wanted.status,
        text=wanted.text,
        day=wanted.day,
        after_id=after_id,
        most=most,
        **({} if known_at is None else {"known_at": known_at}),
        **scope,
    )
    return [_read(row) for row in rows]


async def chain(reader: Reader, programme_id: UUID, *, day: date, known_at: datetime | None) -> list[Line]:
    """Who answers for a programme on a day, from the top."""
    statement, belief = _CHAIN.of(known_at)
    rows = await reader.fetch(statement, programme_id=programme_id, day=day, **belief)
    return [
        Line(
            level=Level(row["level"]),
            unit_id=row["unit_id"],
            post_id=row["post_id"],
            post_kind=PostKind(row["kind"]) if row["kind"] else None,
            person_ids=tuple(row["person_ids"]),
        )
        for row in rows
    ]


async def add(work: UnitOfWork, programme: Programme) -> None:
    """Keep a new programme."""
    await work.execute(
        _ADD,
        programme_id=programme.programme_id,
        unit_id=programme.unit_id,
        code=programme.code,
        name=programme.name,
        issuer=programme.issuer,
        first_responsible_id=programme.first_responsible_id,
        leader_in_charge_id=programme.leader_in_charge_id,
        valid_from=programme.days.start,
        valid_until=programme.days.end,
        created_at=programme.created_at,
        updated_at=programme.updated_at,
        version=programme.version,
    )


async def change(work: UnitOfWork, programme: Programme) -> None:
    """Keep the next version of a programme; who takes part is kept apart."""
    await work.execute(
        _CHANGE,
        programme_id=programme.programme_id,
        name=programme.name,
        issuer=programme.issuer,
        first_responsible_id=programme.first_responsible_id,
        leader_in_charge_id=programme.leader_in_charge_id,
        valid_until=programme.days.end,
        now=programme.updated_at,
        version=programme.version,
    )


async def set_participation(work: UnitOfWork, programme_id: UUID, new: Participation) -> None:
    """Believe from now on that the unit takes part so on the days."""
    values = {"batch": new.batch, "status": new.status}
    await _TERM.record(work, {"programme_id": programme_id, "unit_id": new.unit_id}, new.days, values)


async def end_participation(work: UnitOfWork, programme_id: UUID, unit_id: UUID, on: date) -> None:
    """Believe from now on that the unit does not take part from the day on."""
    await _TERM.record(work, {"programme_id": programme_id, "unit_id": unit_id}, Interval(on), None)
