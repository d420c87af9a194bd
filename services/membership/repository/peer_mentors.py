"""Peer mentors with whom they guide, and what they did."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.intervals import Interval
from chassis.statements import insert, query
from membership import tables
from membership.domain.peer_mentors import Entry, Ground, Mentee, PeerMentor, Rating
from membership.domain.verdicts import from_records, to_records
from rulebook import RuleSet

_NAMES = (
    "peer_mentor_id",
    "person_id",
    "unit_id",
    "cohort_year",
    "grounds",
    "valid_from",
    "valid_until",
    "reason",
    "rating",
    "pack_digest",
    "verdicts",
    "version",
    "created_at",
    "updated_at",
)
_CHANGING = ("valid_until", "reason", "rating", "version", "updated_at")
_COLUMNS = f"""{", ".join(f"p.{name}" for name in _NAMES)},
    (SELECT coalesce(array_agg(ROW(e.person_id, e.cohort_year, e.valid_from, e.valid_until)
                               ORDER BY e.valid_from, e.person_id), '{{}}')
       FROM peer_mentee e WHERE e.peer_mentor_id = p.peer_mentor_id) AS mentees"""
_FIND = query(sa.text(f"SELECT {_COLUMNS} FROM peer_mentor p WHERE p.peer_mentor_id = :peer_mentor_id"))
_LOCK = query(sa.text("SELECT 1 FROM peer_mentor WHERE peer_mentor_id = :peer_mentor_id FOR UPDATE"))
_OF_PERSON = query(sa.text(f"SELECT {_COLUMNS} FROM peer_mentor p WHERE p.person_id = :person_id"))
_GUIDES_OF = query(
    sa.text(
        """SELECT e.person_id, e.peer_mentor_id FROM peer_mentee e
            WHERE e.person_id = ANY (CAST(:person_ids AS uuid[])) AND e.peer_mentor_id <> :peer_mentor_id
              AND (e.valid_until IS NULL OR e.valid_until > CAST(:day AS date))
            ORDER BY e.person_id LIMIT 1"""
    )
)
_GUIDING = query(
    sa.text(
        """SELECT DISTINCT e.peer_mentor_id FROM peer_mentee e WHERE e.person_id = :person_id
              AND (e.valid_until IS NULL OR e.valid_until > CAST(:day AS date)) ORDER BY e.peer_mentor_id"""
    )
)
_IS_BELOW = query(
    sa.text(
        """SELECT EXISTS (SELECT FROM access_closure c
                           WHERE c.ancestor_id = :unit_id AND c.descendant_id = CAST(:branch_id AS uuid)
                             AND c.valid @> CAST(:day AS date) AND NOT c.reading_only)"""
    )
)
_ENTRY = (
    "occurred_on",
    "mentee_ids",
    "note",
    "rating",
    "recorded_at",
    "recorded_by",
    "pack_digest",
    "verdicts",
)
_ENTRIES = query(
    sa.text(
        f"""SELECT {", ".join(_ENTRY)} FROM peer_mentor_entry
             WHERE peer_mentor_id = :peer_mentor_id ORDER BY sequence"""
    )
)
_PUT = query(
    sa.text(
        f"""INSERT INTO peer_mentor ({", ".join(_NAMES)}) VALUES ({", ".join(f":{name}" for name in _NAMES)})
            ON CONFLICT (peer_mentor_id) DO UPDATE
               SET {", ".join(f"{name} = excluded.{name}" for name in _CHANGING)}"""
    )
)
_PUT_MENTEE = query(
    sa.text(
        """INSERT INTO peer_mentee (peer_mentor_id, person_id, valid_from, valid_until, cohort_year)
           VALUES (:peer_mentor_id, :person_id, :valid_from, :valid_until, :cohort_year)
           ON CONFLICT (peer_mentor_id, person_id, valid_from) DO UPDATE SET valid_until = excluded.valid_until"""
    )
)
_ADD_ENTRY = query(insert(tables.peer_mentor_entry, "peer_mentor_id", "sequence", *_ENTRY))
_LIST = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM peer_mentor p
             WHERE (CAST(:after AS uuid) IS NULL OR p.peer_mentor_id > CAST(:after AS uuid))
               AND (CAST(:person_id AS uuid) IS NULL OR p.person_id = CAST(:person_id AS uuid))
               AND (CAST(:mentee_person_id AS uuid) IS NULL OR EXISTS (
                    SELECT FROM peer_mentee e WHERE e.peer_mentor_id = p.peer_mentor_id
                       AND e.person_id = CAST(:mentee_person_id AS uuid)))
               AND (CAST(:as_of AS date) IS NULL OR (p.valid_from <= CAST(:as_of AS date)
                    AND (p.valid_until IS NULL OR p.valid_until > CAST(:as_of AS date))))
               AND (CAST(:unit_id AS uuid) IS NULL OR EXISTS (
                    SELECT FROM access_closure u WHERE u.ancestor_id = CAST(:unit_id AS uuid)
                       AND u.descendant_id = p.unit_id AND u.valid @> CAST(:access_day AS date)
                       AND NOT u.reading_only))
               AND (p.person_id = CAST(:self AS uuid)
                    OR EXISTS (SELECT FROM peer_mentee e WHERE e.peer_mentor_id = p.peer_mentor_id
                                  AND e.person_id = CAST(:self AS uuid))
                    OR EXISTS (SELECT FROM access_closure c
                                WHERE c.ancestor_id = ANY (CAST(:access_units AS uuid[]))
                                  AND c.descendant_id = p.unit_id AND c.valid @> CAST(:access_day AS date)
                                  AND (CAST(:access_reading AS boolean) OR NOT c.reading_only)))
             ORDER BY p.peer_mentor_id LIMIT :size"""
    )
)


@dataclass(frozen=True, slots=True)
class PeerMentorFilter:
    """Which mentors a list shows."""

    unit_id: UUID | None = None
    person_id: UUID | None = None
    mentee_person_id: UUID | None = None
    as_of: date | None = None


def _mentor(row: Record) -> PeerMentor:
    values = dict(row)
    values.pop("verdicts")
    days = Interval(values.pop("valid_from"), values.pop("valid_until"))
    mentees = tuple(Mentee(person, year, Interval(*span)) for person, year, *span in values.pop("mentees"))
    return PeerMentor(
        **values
        | {
            "grounds": tuple(Ground(name) for name in values["grounds"]),
            "rating": _rating(values["rating"]),
            "days": days,
            "mentees": mentees,
        }
    )


def _rating(name: str | None) -> Rating | None:
    return None if name is None else Rating(name)


async def find(reader: Reader, peer_mentor_id: UUID) -> PeerMentor | None:
    """The mentor with the mentees, None where there is none."""
    row = await reader.fetch_one(_FIND, peer_mentor_id=peer_mentor_id)
    return None if row is None else _mentor(row)


async def records(reader: Reader, peer_mentor_id: UUID) -> tuple[Sequence[Any], Sequence[Record]]:
    """What the rules said of the selection, and the entries, as they are kept."""
    row = await reader.fetch_one(_FIND, peer_mentor_id=peer_mentor_id)
    entries = await reader.fetch(_ENTRIES, peer_mentor_id=peer_mentor_id)
    return ([] if row is None else row["verdicts"]), entries


def entries_of(rows: Sequence[Record], rules: Mapping[str, RuleSet]) -> tuple[Entry, ...]:
    """The entries with the words of their rules."""
    return tuple(_entry(row, rules) for row in rows)


def _entry(row: Record, rules: Mapping[str, RuleSet]) -> Entry:
    values = dict(row)
    found, digest = values.pop("verdicts"), values["pack_digest"]
    judged = () if digest is None else from_records(rules[digest], found)
    return Entry(
        **values | {"mentee_ids": tuple(values["mentee_ids"]), "rating": _rating(values["rating"])},
        judgements=judged,
    )


async def lock(work: UnitOfWork, peer_mentor_id: UUID) -> None:
    """Let nobody else change the mentor until the end of the unit of work."""
    await work.fetch_value(_LOCK, peer_mentor_id=peer_mentor_id)


async def of_person(reader: Reader, person_id: UUID) -> list[PeerMentor]:
    """Every mentorship of a person."""
    return [_mentor(row) for row in await reader.fetch(_OF_PERSON, person_id=person_id)]


async def other_guide(
    reader: Reader, peer_mentor_id: UUID, person_ids: Sequence[UUID], *, day: date
) -> tuple[UUID, UUID] | None:
    """Somebody among these whom another mentor guides on the day or later, and that mentor."""
    row = await reader.fetch_one(
        _GUIDES_OF, peer_mentor_id=peer_mentor_id, person_ids=list(person_ids), day=day
    )
    return None if row is None else (row["person_id"], row["peer_mentor_id"])


async def guides_of(reader: Reader, person_id: UUID, *, day: date) -> list[UUID]:
    """The mentorships that guide somebody on a day or later."""
    return [row["peer_mentor_id"] for row in await reader.fetch(_GUIDING, person_id=person_id, day=day)]


async def is_below(reader: Reader, unit_id: UUID, branch_id: UUID | None, *, day: date) -> bool:
    """Whether the branch is the unit or stands below it on the day."""
    found: bool = await reader.fetch_value(_IS_BELOW, unit_id=unit_id, branch_id=branch_id, day=day)
    return found


async def save(work: UnitOfWork, mentor: PeerMentor, *, before: PeerMentor | None) -> None:
    """Write a mentor, the mentees that changed, and the entries that came after those that are kept."""
    await work.execute(
        _PUT,
        peer_mentor_id=mentor.peer_mentor_id,
        person_id=mentor.person_id,
        unit_id=mentor.unit_id,
        cohort_year=mentor.cohort_year,
        grounds=[ground.value for ground in mentor.grounds],
        valid_from=mentor.days.start,
        valid_until=mentor.days.end,
        reason=mentor.reason,
        rating=mentor.rating,
        pack_digest=mentor.pack_digest,
        verdicts=to_records(mentor.judgements),
        version=mentor.version,
        created_at=mentor.created_at,
        updated_at=mentor.updated_at,
    )
    kept = frozenset(() if before is None else before.mentees)
    mentees = [
        {
            "peer_mentor_id": mentor.peer_mentor_id,
            "person_id": each.person_id,
            "valid_from": each.days.start,
            "valid_until": each.days.end,
            "cohort_year": each.cohort_year,
        }
        for each in mentor.mentees
        if each not in kept
    ]
    await work.execute_many(_PUT_MENTEE, mentees)
    first = 0 if before is None else len(before.entries)
    rows = [
        _entry_values(entry) | {"peer_mentor_id": mentor.peer_mentor_id, "sequence": sequence}
        for sequence, entry in enumerate(mentor.entries, start=1)
        if sequence > first
    ]
    await work.execute_many(_ADD_ENTRY, rows)


def _entry_values(entry: Entry) -> dict[str, Any]:
    """An entry as its row has it."""
    values = {name: getattr(entry, name) for name in _ENTRY if name != "verdicts"}
    return values | {"mentee_ids": list(entry.mentee_ids), "verdicts": to_records(entry.judgements)}


async def page(
    reader: Reader,
    *,
    scope: Mapping[str, Any],
    wanted: PeerMentorFilter,
    self_id: UUID | None,
    after: UUID | None,
    size: int,
) -> list[PeerMentor]:
    """Mentors of the caller's scope and those the caller has a part in, in the order of their ids."""
    rows = await reader.fetch(_LIST, after=after, size=size, self=self_id, **asdict(wanted), **scope)
    return [_mentor(row) for row in rows]
