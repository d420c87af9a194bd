"""Target lists and who is on them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from activity import tables
from activity.domain.selections import Entry, Quota, Roster, RosterState, SeatOutcome, Selector
from chassis.access import within_text
from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import query
from chassis.table_statements import adding, changing, names, reading

_COLUMNS = ", ".join(f"r.{name}" for name in names(tables.selection_roster))
_ADD, _CHANGE = adding(tables.selection_roster), changing(tables.selection_roster)
_FIND = reading(tables.selection_roster, "roster_id")
_LOCK = reading(tables.selection_roster, "roster_id", locked=True)
_PAGE = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM selection_roster r
             WHERE (CAST(:unit_id AS uuid) IS NULL OR r.unit_id = :unit_id)
               AND (CAST(:state AS text) IS NULL OR r.state = :state)
               AND (CAST(:after AS uuid) IS NULL OR r.roster_id > CAST(:after AS uuid))
               AND {within_text("r.unit_id")}
             ORDER BY r.roster_id LIMIT :most"""
    ),
    planned_anew=True,
)
_DRAFTS_WITH = query(
    sa.text(
        """SELECT r.* FROM selection_roster r
            WHERE r.state = 'draft' AND EXISTS (
                  SELECT FROM selection_entry e WHERE e.roster_id = r.roster_id AND e.consent_id = :consent_id)
            ORDER BY r.roster_id FOR UPDATE"""
    )
)
_ENTRIES = query(
    sa.text(
        "SELECT * FROM selection_entry WHERE roster_id = ANY (CAST(:roster_ids AS uuid[])) ORDER BY position"
    )
)
_ENTRY_PAGE = query(
    sa.text(
        """SELECT * FROM selection_entry
            WHERE roster_id = :roster_id AND position > :after
              AND (CAST(:outcome AS text) IS NULL OR outcome = :outcome)
            ORDER BY position LIMIT :most"""
    ).bindparams(sa.bindparam("after", type_=sa.Integer))
)
_CLEAR = query(sa.text("DELETE FROM selection_entry WHERE roster_id = :roster_id"))


def _read(row: Record) -> Roster:
    values = dict(row)
    quotas = tuple(Quota(Selector(name), *numbers) for name, *numbers in values.pop("quotas"))
    return Roster(state=RosterState(values.pop("state")), quotas=quotas, **values)


def _row(roster: Roster) -> dict[str, Any]:
    columns = [name for name in names(tables.selection_roster) if name != "quotas"]
    quotas = [[each.selector, each.seats, each.candidates, each.chosen] for each in roster.quotas]
    return {name: getattr(roster, name) for name in columns} | {"quotas": quotas}


def _entry(row: Record) -> Entry:
    values = dict(row)
    del values["roster_id"]
    return Entry(
        selector=Selector(values.pop("selector")), outcome=SeatOutcome(values.pop("outcome")), **values
    )


async def add(work: UnitOfWork, roster: Roster, entries: Sequence[Entry]) -> None:
    """Keep a new list with its people."""
    await work.execute(_ADD, **_row(roster))
    await _put(work, roster, entries)


async def save(work: UnitOfWork, roster: Roster, entries: Sequence[Entry]) -> None:
    """Keep a list and its people as they stand now."""
    await work.execute(_CHANGE, **_row(roster))
    await work.execute(_CLEAR, roster_id=roster.roster_id)
    await _put(work, roster, entries)


async def _put(work: UnitOfWork, roster: Roster, entries: Sequence[Entry]) -> None:
    columns = names(tables.selection_entry)
    rows = [
        (roster.roster_id, *(getattr(entry, name) for name in columns if name != "roster_id"))
        for entry in entries
    ]
    await work.copy(tables.selection_entry, columns, rows)


async def find(reader: Reader, roster_id: UUID) -> Roster | None:
    """The list, None where there is none."""
    row = await reader.fetch_one(_FIND, roster_id=roster_id)
    return None if row is None else _read(row)


async def lock(work: UnitOfWork, roster_id: UUID) -> Roster | None:
    """The list, its row held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, roster_id=roster_id)
    return None if row is None else _read(row)


async def drafts_with(work: UnitOfWork, consent_id: UUID) -> list[Roster]:
    """The lists, not confirmed, on which somebody is by a consent; their rows held."""
    return [_read(row) for row in await work.fetch(_DRAFTS_WITH, consent_id=consent_id)]


async def entries_of(reader: Reader, roster_ids: Sequence[UUID]) -> dict[UUID, list[Entry]]:
    """Who is on each of these lists."""
    found: dict[UUID, list[Entry]] = {roster_id: [] for roster_id in roster_ids}
    for row in await reader.fetch(_ENTRIES, roster_ids=list(roster_ids)):
        found[row["roster_id"]].append(_entry(row))
    return found


async def page(
    reader: Reader,
    scope: dict[str, Any],
    *,
    unit_id: UUID | None,
    state: RosterState | None,
    after: UUID | None,
    most: int,
) -> list[Roster]:
    """Lists that the caller may see, by id."""
    rows = await reader.fetch(_PAGE, unit_id=unit_id, state=state, after=after, most=most, **scope)
    return [_read(row) for row in rows]


async def entry_page(
    reader: Reader, roster_id: UUID, *, outcome: SeatOutcome | None, after: int, most: int
) -> list[Entry]:
    """Who is on a list, in the order of the groups and the lot."""
    rows = await reader.fetch(_ENTRY_PAGE, roster_id=roster_id, outcome=outcome, after=after, most=most)
    return [_entry(row) for row in rows]
