"""SQL about terms of office."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.access import within
from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import Query, insert, query
from organization import tables
from organization.domain.terms import Term

# What a dissolved unit left running ended with it.
_COLUMNS = """
    t.term_id, t.unit_id, t.number, t.started_on, t.ends_on, t.election_due_on, t.reminder_on, t.reminded_on,
    coalesce(t.ended_on, u.dissolved_on) AS ended_on, t.shift_reason,
    t.shift_document_number, t.document_number, t.override_reason, t.created_at, t.updated_at, t.version
"""
_FROM = "term_of_office t JOIN unit u ON u.unit_id = t.unit_id"
_RUNS = "t.ended_on IS NULL AND (u.dissolved_on IS NULL OR u.dissolved_on > CAST(:day AS date))"
_GET = query(sa.text(f"SELECT {_COLUMNS} FROM {_FROM} WHERE t.term_id = :term_id"))
_LOCK = query(sa.text(f"SELECT {_COLUMNS} FROM {_FROM} WHERE t.term_id = :term_id FOR UPDATE OF t"))
_RUNNING = query(
    sa.text(
        f"SELECT {_COLUMNS} FROM {_FROM} WHERE t.unit_id = :unit_id AND t.ended_on IS NULL FOR UPDATE OF t"
    )
)
_BEFORE = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM {_FROM} WHERE t.unit_id = :unit_id AND t.ended_on IS NOT NULL
             ORDER BY t.started_on DESC LIMIT 1 FOR UPDATE OF t"""
    )
)
_OF_UNITS = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM {_FROM} WHERE t.unit_id = ANY (CAST(:unit_ids AS uuid[]))
             ORDER BY t.unit_id, t.started_on"""
    )
)
_TO_REMIND = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM {_FROM}
             WHERE t.reminded_on IS NULL AND t.reminder_on <= CAST(:day AS date) AND {_RUNS}
             ORDER BY t.term_id FOR UPDATE OF t"""
    )
)
_FILTERS = {
    "unit_id": "t.unit_id = CAST(:unit_id AS uuid)",
    "below_id": """t.unit_id IN (
         SELECT c.descendant_id FROM access_closure c
          WHERE c.ancestor_id = CAST(:below_id AS uuid) AND NOT c.reading_only AND c.valid @> CAST(:day AS date))""",
    "campus_id": """EXISTS (
         SELECT FROM unit_description c
          WHERE c.unit_id = t.unit_id AND c.campus_id = CAST(:campus_id AS uuid) AND c.recorded_until IS NULL
            AND c.valid @> CAST(:day AS date))""",
    "due_by": "t.election_due_on <= CAST(:due_by AS date)",
    "after_id": "(t.election_due_on, t.term_id) > (CAST(:after_day AS date), CAST(:after_id AS uuid))",
}
_ADD = query(insert(tables.term_of_office, *(column.name for column in tables.term_of_office.c)))
_KEEP = query(
    sa.text(
        """UPDATE term_of_office
              SET number = :number, started_on = :started_on, ends_on = :ends_on,
                  document_number = :document_number, election_due_on = :election_due_on, reminder_on = :reminder_on, reminded_on = :reminded_on,
                  ended_on = :ended_on, shift_reason = :shift_reason,
                  shift_document_number = :shift_document_number, updated_at = :updated_at, version = :version
            WHERE term_id = :term_id"""
    )
)


def _read(row: Record, day: date) -> Term:
    return Term(day=day, **dict(row))


async def find(reader: Reader, term_id: UUID, *, day: date) -> Term | None:
    """The term, if there is one."""
    row = await reader.fetch_one(_GET, term_id=term_id)
    return None if row is None else _read(row, day)


async def lock(work: UnitOfWork, term_id: UUID) -> Term | None:
    """The term; nobody else changes it until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, term_id=term_id)
    return None if row is None else _read(row, work.today)


async def running(work: UnitOfWork, unit_id: UUID) -> Term | None:
    """The term that no other has followed; nobody else changes it until the end of the unit of work."""
    row = await work.fetch_one(_RUNNING, unit_id=unit_id)
    return None if row is None else _read(row, work.today)


async def before_running(work: UnitOfWork, unit_id: UUID) -> Term | None:
    """The last term that another has followed; nobody else changes it until the end of the unit of work."""
    row = await work.fetch_one(_BEFORE, unit_id=unit_id)
    return None if row is None else _read(row, work.today)


async def of_units(reader: Reader, unit_ids: Iterable[UUID], *, day: date) -> dict[UUID, tuple[Term, ...]]:
    """Every term of these units, the oldest first."""
    found: dict[UUID, list[Term]] = {}
    for row in await reader.fetch(_OF_UNITS, unit_ids=list(unit_ids)):
        found.setdefault(row["unit_id"], []).append(_read(row, day))
    return {unit_id: tuple(terms) for unit_id, terms in found.items()}


async def to_remind(work: UnitOfWork, day: date) -> list[Term]:
    """The running terms of whose election nobody has been reminded in time."""
    return [_read(row, work.today) for row in await work.fetch(_TO_REMIND, day=day)]


@cache
def _page_query(given: tuple[str, ...], *, ended: bool) -> Query:
    conditions = [*(_FILTERS[name] for name in given), *([] if ended else [_RUNS])]
    return query(
        sa.select(sa.text(_COLUMNS))
        .select_from(sa.text(_FROM))
        .where(*(sa.text(each) for each in conditions), within(sa.literal_column("t.unit_id", sa.Uuid)))
        .order_by(sa.text("t.election_due_on, t.term_id"))
        .limit(sa.bindparam("most", type_=sa.Integer)),
        planned_anew=True,
    )


async def page(
    reader: Reader,
    scope: dict[str, Any],
    *,
    unit_id: UUID | None,
    below_id: UUID | None,
    campus_id: UUID | None,
    due_by: date | None,
    include_ended: bool,
    after: tuple[date, UUID] | None,
    most: int,
    day: date,
) -> list[Term]:
    """Terms of units that the caller may read, by the day on which the next election is due."""
    asked = {"unit_id": unit_id, "below_id": below_id, "campus_id": campus_id, "due_by": due_by}
    given: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    statement = _page_query((*given, *(["after_id"] if after else [])), ended=include_ended)
    if after:
        given |= {"after_day": after[0], "after_id": after[1]}
    if below_id is not None or campus_id is not None or not include_ended:
        given["day"] = day
    return [_read(row, day) for row in await reader.fetch(statement, most=most, **given, **scope)]


def _columns(term: Term) -> dict[str, Any]:
    return {column.name: getattr(term, column.name) for column in tables.term_of_office.c}


async def add(work: UnitOfWork, term: Term) -> None:
    """Keep a new term."""
    await work.execute(_ADD, **_columns(term))


_KEPT = (
    "term_id",
    "number",
    "started_on",
    "ends_on",
    "document_number",
    "election_due_on",
    "reminder_on",
    "reminded_on",
    "ended_on",
    "shift_reason",
    "shift_document_number",
    "updated_at",
    "version",
)


async def keep(work: UnitOfWork, terms: Iterable[Term]) -> None:
    """Keep the next version of terms."""
    await work.execute_many(_KEEP, [{name: getattr(term, name) for name in _KEPT} for term in terms])
