"""SQL about duties: the matrix, its changes, and the sign-offs."""

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
from organization.domain.duties import Assignment, Duty, Part, SignOff
from organization.repository.beliefs import as_now, as_then, beliefs

_TERM = History(tables.duty_term, ["duty_id", "unit_id", "part"], ["share"])

# No part outlasts its duty, whatever days it was given.
_DUTY = """
    d.duty_id, d.unit_id, d.title, d.description, d.joint, d.due_on, d.valid_from, d.valid_until, d.fulfilled_on,
    d.created_at, d.updated_at, d.version,
    ARRAY(SELECT jsonb_build_array(t.unit_id, t.part, t.share, lower(x.days), upper(x.days))
            FROM duty_term t, LATERAL (SELECT t.valid * daterange(d.valid_from, d.valid_until)) x (days)
           WHERE t.duty_id = d.duty_id AND {believed:t} AND NOT isempty(x.days)
             AND (CAST(:day AS date) IS NULL OR x.days @> CAST(:day AS date))
           ORDER BY t.part, lower(x.days), t.unit_id) AS assignments,
    ARRAY(SELECT jsonb_build_array(s.unit_id, s.person_id, s.signed_on, s.note)
            FROM duty_sign_off s WHERE s.duty_id = d.duty_id ORDER BY s.signed_on, s.unit_id) AS sign_offs
"""
_GET = beliefs(f"SELECT {_DUTY} FROM duty d WHERE d.duty_id = :duty_id")
_LOCK = query(sa.text("SELECT 1 FROM duty WHERE duty_id = :duty_id FOR UPDATE"))


def _reaches() -> "sa.ColumnElement[bool]":
    """The condition that the caller may look at the unit that published a duty, or at one with a part in it."""
    taken = sa.select(sa.text("1")).select_from(sa.text("duty_term r"))
    mine = taken.where(
        sa.text("r.duty_id = d.duty_id AND r.recorded_until IS NULL"),
        within(sa.literal_column("r.unit_id", sa.Uuid)),
    )
    return sa.or_(within(sa.literal_column("d.unit_id", sa.Uuid)), mine.exists())


_IS_OPEN = sa.select(sa.text("1")).select_from(sa.text("duty d"))
_VISIBLE = query(_IS_OPEN.where(sa.text("d.duty_id = :duty_id"), _reaches()))
_FILTERS = """
    (CAST(:unit_id AS uuid) IS NULL OR d.unit_id = :unit_id)
    AND (CAST(:joint AS boolean) IS NULL OR d.joint = :joint)
    AND (CAST(:text AS text) IS NULL OR strpos(lower(d.title || ' ' || d.description), lower(:text)) > 0)
    AND (CAST(:overdue_on AS date) IS NULL
         OR (d.due_on < CAST(:overdue_on AS date)
             AND (d.fulfilled_on IS NULL OR d.fulfilled_on >= CAST(:overdue_on AS date))
             AND (d.valid_until IS NULL OR d.valid_until >= CAST(:overdue_on AS date))))
    AND (CAST(:day AS date) IS NULL OR daterange(d.valid_from, d.valid_until) @> CAST(:day AS date))
    AND (CAST(:assigned_id AS uuid) IS NULL AND CAST(:part AS text) IS NULL
         OR EXISTS (SELECT FROM duty_term t WHERE t.duty_id = d.duty_id AND {believed:t}
                       AND (CAST(:assigned_id AS uuid) IS NULL OR t.unit_id = :assigned_id)
                       AND (CAST(:part AS text) IS NULL OR t.part = :part)
                       AND (CAST(:day AS date) IS NULL OR t.valid @> CAST(:day AS date))))
    AND (CAST(:after_id AS uuid) IS NULL OR d.duty_id > :after_id)
"""


def _page(columns: str, filters: str) -> Query:
    return query(
        sa.select(sa.text(columns))
        .select_from(sa.text("duty d"))
        .where(sa.text(filters), _reaches())
        .order_by(sa.text("d.duty_id"))
        .limit(sa.bindparam("most", type_=sa.Integer)),
        planned_anew=True,
    )


_PAGE_NOW = _page(as_now(_DUTY), as_now(_FILTERS))
_PAGE_THEN = _page(as_then(_DUTY), as_then(_FILTERS))
_ADD = query(
    insert(
        tables.duty,
        "duty_id",
        "unit_id",
        "title",
        "description",
        "joint",
        "due_on",
        "valid_from",
        "valid_until",
        "created_at",
        "updated_at",
        "version",
    )
)
_CHANGE = query(
    sa.text(
        """UPDATE duty SET title = :title, description = :description, due_on = :due_on, valid_until = :valid_until,
                  fulfilled_on = :fulfilled_on, updated_at = :now, version = :version
            WHERE duty_id = :duty_id"""
    )
)
_SIGN = query(
    insert(tables.duty_sign_off, "duty_id", "unit_id", "person_id", "signed_on", "note", "recorded_at")
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a page of duties is asked for; None asks for any."""

    unit_id: UUID | None = None
    assigned_id: UUID | None = None
    part: Part | None = None
    text: str | None = None
    joint: bool | None = None
    overdue_on: date | None = None
    day: date | None = None


def _read(row: Record) -> Duty:
    return Duty(
        duty_id=row["duty_id"],
        unit_id=row["unit_id"],
        title=row["title"],
        description=row["description"],
        joint=row["joint"],
        due_on=row["due_on"],
        days=Interval(row["valid_from"], row["valid_until"]),
        fulfilled_on=row["fulfilled_on"],
        assignments=tuple(_assignment(*each) for each in row["assignments"]),
        sign_offs=tuple(_sign_off(*each) for each in row["sign_offs"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )


def _assignment(unit_id: str, part: str, share: int | None, start: str, end: str | None) -> Assignment:
    days = Interval(date.fromisoformat(start), None if end is None else date.fromisoformat(end))
    return Assignment(UUID(unit_id), Part(part), share, days)


def _sign_off(unit_id: str, person_id: str, signed_on: str, note: str) -> SignOff:
    return SignOff(UUID(unit_id), UUID(person_id), date.fromisoformat(signed_on), note)


async def find(
    reader: Reader, duty_id: UUID, *, day: date | None = None, known_at: datetime | None = None
) -> Duty | None:
    """The duty with the parts of a day, of any day when it is None."""
    statement, belief = _GET.of(known_at)
    row = await reader.fetch_one(statement, duty_id=duty_id, day=day, **belief)
    return None if row is None else _read(row)


async def lock(work: UnitOfWork, duty_id: UUID) -> Duty | None:
    """The duty; nobody else changes it or its parts until the end of the unit of work."""
    await work.fetch_value(_LOCK, duty_id=duty_id)
    return await find(work, duty_id)


async def is_visible(reader: Reader, duty_id: UUID, scope: dict[str, Any]) -> bool:
    """Whether the caller may look at the unit that published the duty, or at one with a part in it."""
    return await reader.fetch_value(_VISIBLE, duty_id=duty_id, **scope) is not None


async def page(
    reader: Reader,
    scope: dict[str, Any],
    wanted: Filter,
    *,
    known_at: datetime | None,
    after_id: UUID | None,
    most: int,
) -> list[Duty]:
    """Duties that the caller may see, by id."""
    rows = await reader.fetch(
        _PAGE_NOW if known_at is None else _PAGE_THEN,
        unit_id=wanted.unit_id,
        assigned_id=wanted.assigned_id,
        part=wanted.part,
        text=wanted.text,
        joint=wanted.joint,
        overdue_on=wanted.overdue_on,
        day=wanted.day,
        after_id=after_id,
        most=most,
        **({} if known_at is None else {"known_at": known_at}),
        **scope,
    )
    return [_read(row) for row in rows]


async def add(work: UnitOfWork, duty: Duty) -> None:
    """Keep a new duty with the parts in it."""
    await work.execute(
        _ADD,
        duty_id=duty.duty_id,
        unit_id=duty.unit_id,
        title=duty.title,
        description=duty.description,
        joint=duty.joint,
        due_on=duty.due_on,
        valid_from=duty.days.start,
        valid_until=duty.days.end,
        created_at=duty.created_at,
        updated_at=duty.updated_at,
        version=duty.version,
    )
    if duty.assignments:
        await _TERM.begin_many(
            work,
            [(_subject(duty.duty_id, each), each.days, {"share": each.share}) for each in duty.assignments],
        )


async def change(work: UnitOfWork, duty: Duty) -> None:
    """Keep the next version of a duty; its parts and sign-offs are kept apart."""
    await work.execute(
        _CHANGE,
        duty_id=duty.duty_id,
        title=duty.title,
        description=duty.description,
        due_on=duty.due_on,
        valid_until=duty.days.end,
        fulfilled_on=duty.fulfilled_on,
        now=duty.updated_at,
        version=duty.version,
    )


async def assign(work: UnitOfWork, duty_id: UUID, new: Assignment) -> None:
    """Believe from now on that the unit has the part."""
    await _TERM.record(work, _subject(duty_id, new), new.days, {"share": new.share})


async def unassign(work: UnitOfWork, duty_id: UUID, over: Assignment, days: Interval) -> None:
    """Believe from now on that the unit has no such part on the days."""
    await _TERM.record(work, _subject(duty_id, over), days, None)


async def sign(work: UnitOfWork, duty_id: UUID, signed: SignOff) -> None:
    """Keep the word of a unit."""
    await work.execute(
        _SIGN,
        duty_id=duty_id,
        unit_id=signed.unit_id,
        person_id=signed.person_id,
        signed_on=signed.signed_on,
        note=signed.note,
        recorded_at=work.now,
    )


def _subject(duty_id: UUID, assignment: Assignment) -> dict[str, Any]:
    return {"duty_id": duty_id, "unit_id": assignment.unit_id, "part": assignment.part}
