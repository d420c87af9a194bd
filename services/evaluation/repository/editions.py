"""SQL about editions and their published results."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import query
from chassis.table_statements import adding, changing, names, reading
from evaluation import tables
from evaluation.domain.awards import MissingScorePolicy, TieRule, criteria_of, records
from evaluation.domain.editions import Edition, EditionState, Evidence, Result
from evaluation.domain.ranking import Entry
from evaluation.domain.rules import from_records, to_records

_COLUMNS = ", ".join(names(tables.edition))
_ADD, _CHANGE = adding(tables.edition), changing(tables.edition)
_FIND, _LOCK = reading(tables.edition, "edition_id"), reading(tables.edition, "edition_id", locked=True)
_NUMBERS = query(
    sa.text("SELECT number FROM edition WHERE award_id = :award_id AND state <> 'cancelled' ORDER BY number")
)
_PAGE = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM edition
             WHERE (CAST(:award_id AS uuid) IS NULL OR award_id = :award_id)
               AND (CAST(:state AS text) IS NULL OR state = :state)
               AND (CAST(:year AS int) IS NULL OR year = :year)
               AND (CAST(:after_id AS uuid) IS NULL
                    OR (award_id, -number, edition_id)
                       > (CAST(:after_award AS uuid), -CAST(:after_number AS int), CAST(:after_id AS uuid)))
             ORDER BY award_id, number DESC, edition_id LIMIT CAST(:most AS int)"""
    )
)
# What an edition taken over from the past came to is known, its scores are not.
_ANNOUNCED = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM edition
             WHERE award_id = :award_id AND state IN ('notice', 'published') AND NOT imported
               AND (CAST(:below AS int) IS NULL OR number < CAST(:below AS int))
             ORDER BY number DESC LIMIT CAST(:most AS int)"""
    )
)
_ADD_RESULT = adding(tables.edition_result)
_RESULTS = query(
    sa.text(
        """SELECT unit_id, unit_name, winner, place, total FROM edition_result
            WHERE edition_id = :edition_id AND (winner OR NOT CAST(:winners_only AS boolean))
            ORDER BY place NULLS LAST, unit_name, line"""
    )
)


def _entry_record(entry: Entry) -> dict[str, Any]:
    return {
        "place": entry.place,
        "nomination_id": str(entry.nomination_id),
        "unit_id": str(entry.unit_id),
        "unit_name": entry.unit_name,
        "total": f"{entry.total:f}",
        "scores": [[key, None if score is None else f"{score:f}"] for key, score in entry.scores],
        "winner": entry.winner,
    }


def _entry(record: Mapping[str, Any]) -> Entry:
    return Entry(
        place=record["place"],
        nomination_id=UUID(record["nomination_id"]),
        unit_id=UUID(record["unit_id"]),
        unit_name=record["unit_name"],
        total=Decimal(record["total"]),
        scores=tuple((key, None if score is None else Decimal(score)) for key, score in record["scores"]),
        winner=record["winner"],
    )


def _read(row: Record) -> Edition:
    values = dict(row)
    policy, tie_rule = values.pop("policy"), values.pop("tie_rule")
    return Edition(
        state=EditionState(values.pop("state")),
        policy=MissingScorePolicy(policy) if policy else None,
        tie_rule=TieRule(tie_rule) if tie_rule else None,
        criteria=criteria_of(values.pop("criteria")),
        entries=tuple(_entry(record) for record in values.pop("entries")),
        evidence=tuple(Evidence(**record) for record in values.pop("evidence")),
        judgements=from_records(values.pop("judgements")),
        **values,
    )


def _row(edition: Edition) -> dict[str, Any]:
    plain = {name: getattr(edition, name) for name in names(tables.edition)}
    return {
        **plain,
        "criteria": records(edition.criteria),
        "entries": [_entry_record(entry) for entry in edition.entries],
        "evidence": [asdict(each) for each in edition.evidence],
        "judgements": to_records(edition.judgements),
    }


async def find(reader: Reader, edition_id: UUID) -> Edition | None:
    """The edition, if there is one."""
    row = await reader.fetch_one(_FIND, edition_id=edition_id)
    return None if row is None else _read(row)


async def lock(work: UnitOfWork, edition_id: UUID) -> Edition | None:
    """The edition; nobody else changes it, nominates or scores in it until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, edition_id=edition_id)
    return None if row is None else _read(row)


async def numbers(reader: Reader, award_id: UUID) -> list[int]:
    """The numbers that are taken."""
    return [row["number"] for row in await reader.fetch(_NUMBERS, award_id=award_id)]


async def page(
    reader: Reader,
    *,
    award_id: UUID | None,
    state: EditionState | None,
    year: int | None,
    after: tuple[UUID, int, UUID] | None,
    most: int,
) -> Sequence[Edition]:
    """Editions by award, the newest number first."""
    award, number, edition = after or (None, None, None)
    rows = await reader.fetch(
        _PAGE,
        award_id=award_id,
        state=state,
        year=year,
        after_award=award,
        after_number=number,
        after_id=edition,
        most=most,
    )
    return [_read(row) for row in rows]


async def announced(reader: Reader, award_id: UUID, *, below: int | None, most: int) -> list[Edition]:
    """Editions whose winners and scores are public, the newest number first."""
    rows = await reader.fetch(_ANNOUNCED, award_id=award_id, below=below, most=most)
    return [_read(row) for row in rows]


async def add(work: UnitOfWork, edition: Edition) -> None:
    """Keep a new edition."""
    await work.execute(_ADD, **_row(edition))


async def change(work: UnitOfWork, edition: Edition) -> None:
    """Keep the next state of an edition."""
    await work.execute(_CHANGE, **_row(edition))


async def add_results(work: UnitOfWork, edition_id: UUID, results: Iterable[Result]) -> None:
    """Keep what the units got."""
    await work.execute_many(
        _ADD_RESULT,
        [
            {
                "edition_id": edition_id,
                "line": line,
                "place": result.place,
                "unit_id": result.unit_id,
                "unit_name": result.unit_name,
                "winner": result.winner,
                "total": result.total,
            }
            for line, result in enumerate(results, 1)
        ],
    )


async def results(reader: Reader, edition_id: UUID, *, winners_only: bool) -> list[Result]:
    """What the units got: known places first, then by name."""
    rows = await reader.fetch(_RESULTS, edition_id=edition_id, winners_only=winners_only)
    return [Result(**dict(row)) for row in rows]
