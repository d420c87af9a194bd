"""Pledges, and what was done for them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import insert, query
from membership import tables
from membership.domain.pledges import Act, Evidence, Item, Pledge, Review, State
from membership.domain.verdicts import to_records

_NAMES = (
    "pledge_id",
    "person_id",
    "unit_id",
    "year",
    "items",
    "state",
    "badge",
    "published_on",
    "reason",
    "reviewed_on",
    "reviewed_by",
    "kept",
    "opinion",
    "pack_digest",
    "verdicts",
    "version",
    "created_at",
    "updated_at",
)
_CHANGING = _NAMES[4:16] + _NAMES[17:]
_COLUMNS = ", ".join(f"p.{name}" for name in _NAMES)
_FIND = query(sa.text(f"SELECT {_COLUMNS} FROM pledge p WHERE p.pledge_id = :pledge_id"))
_LOCK = query(sa.text(f"SELECT {_COLUMNS} FROM pledge p WHERE p.pledge_id = :pledge_id FOR UPDATE"))
_OF_YEAR = query(
    sa.text(
        """SELECT p.pledge_id FROM pledge p
            WHERE p.person_id = :person_id AND p.year = :year AND p.state <> 'withdrawn'"""
    )
)
_LAST_BADGE = query(sa.text("SELECT coalesce(max(p.badge), 0) FROM pledge p WHERE p.year = :year"))
_EVIDENCE_NAMES = ("act", "occurred_on", "note", "reference", "recorded_at", "recorded_by")
_EVIDENCE = query(
    sa.text(
        f"""SELECT {", ".join(_EVIDENCE_NAMES)} FROM pledge_evidence
             WHERE pledge_id = :pledge_id ORDER BY sequence"""
    )
)
_PUT = query(
    sa.text(
        f"""INSERT INTO pledge ({", ".join(_NAMES)}) VALUES ({", ".join(f":{name}" for name in _NAMES)})
            ON CONFLICT (pledge_id) DO UPDATE
               SET {", ".join(f"{name} = excluded.{name}" for name in _CHANGING)}"""
    )
)
_ADD_EVIDENCE = query(insert(tables.pledge_evidence, "pledge_id", "sequence", *_EVIDENCE_NAMES))
# What is not shown yet, or no longer, is read by the member and by whoever may write for others.
_LIST = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM pledge p
             WHERE (CAST(:after AS uuid) IS NULL OR p.pledge_id > CAST(:after AS uuid))
               AND (CAST(:person_id AS uuid) IS NULL OR p.person_id = CAST(:person_id AS uuid))
               AND (CAST(:year AS integer) IS NULL OR p.year = CAST(:year AS integer))
               AND (CAST(:state AS text) IS NULL OR p.state = CAST(:state AS text))
               AND (CAST(:unit_id AS uuid) IS NULL OR EXISTS (
                    SELECT FROM access_closure u WHERE u.ancestor_id = CAST(:unit_id AS uuid)
                       AND u.descendant_id = p.unit_id AND u.valid @> CAST(:access_day AS date)
                       AND NOT u.reading_only))
               AND (p.person_id = CAST(:self AS uuid) OR EXISTS (
                    SELECT FROM access_closure c
                     WHERE c.descendant_id = p.unit_id AND c.valid @> CAST(:access_day AS date)
                       AND ((c.ancestor_id = ANY (CAST(:access_units AS uuid[]))
                             AND (CAST(:access_reading AS boolean) OR NOT c.reading_only)
                             AND p.state IN ('published', 'reviewed'))
                            OR (c.ancestor_id = ANY (CAST(:writing_units AS uuid[])) AND NOT c.reading_only))))
             ORDER BY p.pledge_id LIMIT :size"""
    )
)


@dataclass(frozen=True, slots=True)
class PledgeFilter:
    """Which pledges a list shows."""

    unit_id: UUID | None = None
    person_id: UUID | None = None
    year: int | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A pledge as it is kept: what the rules said has no words yet."""

    pledge: Pledge
    verdicts: Sequence[Any]


def _kept(row: Record) -> Kept:
    values = dict(row)
    verdicts = values.pop("verdicts")
    day, by = values.pop("reviewed_on"), values.pop("reviewed_by")
    kept, opinion = tuple(Act(act) for act in values.pop("kept")), values.pop("opinion")
    pledge = Pledge(
        **values
        | {
            "items": tuple(Item(Act(item["act"]), item["text"]) for item in values["items"]),
            "state": State(values["state"]),
            "review": None if day is None else Review(day, kept, opinion, by),
        }
    )
    return Kept(pledge, verdicts)


async def find(reader: Reader, pledge_id: UUID) -> Kept | None:
    """The pledge, None where there is none."""
    row = await reader.fetch_one(_FIND, pledge_id=pledge_id)
    return None if row is None else _kept(row)


async def lock(work: UnitOfWork, pledge_id: UUID) -> Kept | None:
    """The pledge, held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, pledge_id=pledge_id)
    return None if row is None else _kept(row)


async def of_year(reader: Reader, person_id: UUID, year: int) -> UUID | None:
    """The pledge of a member for a year."""
    found: UUID | None = await reader.fetch_value(_OF_YEAR, person_id=person_id, year=year)
    return found


async def last_badge(work: UnitOfWork, year: int) -> int:
    """The highest number that was given in a year; the caller holds the year."""
    found: int = await work.fetch_value(_LAST_BADGE, year=year)
    return found


async def evidence(reader: Reader, pledge_id: UUID) -> tuple[Evidence, ...]:
    """What was done for a pledge, in the order of recording."""
    rows = await reader.fetch(_EVIDENCE, pledge_id=pledge_id)
    return tuple(Evidence(**dict(row) | {"act": Act(row["act"])}) for row in rows)


async def save(work: UnitOfWork, pledge: Pledge, *, kept_evidence: int) -> None:
    """Write a pledge, and the evidence that came after what is kept."""
    review = pledge.review
    values = {name: getattr(pledge, name) for name in _NAMES if hasattr(pledge, name)}
    await work.execute(
        _PUT,
        **values
        | {
            "items": [{"act": item.act.value, "text": item.text} for item in pledge.items],
            "reviewed_on": None if review is None else review.reviewed_on,
            "reviewed_by": None if review is None else review.reviewed_by,
            "kept": [] if review is None else [act.value for act in review.kept],
            "opinion": "" if review is None else review.opinion,
            "verdicts": to_records(pledge.judgements),
        },
    )
    rows = [
        {name: getattr(each, name) for name in _EVIDENCE_NAMES}
        | {"pledge_id": pledge.pledge_id, "sequence": sequence}
        for sequence, each in enumerate(pledge.evidence, start=1)
        if sequence > kept_evidence
    ]
    await work.execute_many(_ADD_EVIDENCE, rows)


async def page(
    reader: Reader,
    *,
    scope: Mapping[str, Any],
    writing_units: Sequence[UUID],
    wanted: PledgeFilter,
    self_id: UUID | None,
    after: UUID | None,
    size: int,
) -> list[Pledge]:
    """Pledges that the caller may see, in the order of their ids."""
    rows = await reader.fetch(
        _LIST,
        after=after,
        size=size,
        self=self_id,
        writing_units=list(writing_units),
        **asdict(wanted),
        **scope,
    )
    return [_kept(row).pledge for row in rows]
