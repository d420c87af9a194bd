"""Heart-to-heart talks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from activity import tables
from activity.domain.talks import Talk, TalkCount, TalkKind
from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import insert, query

_COLUMNS = """t.talk_id, t.unit_id, t.kind, t.held_on, t.summary, t.created_at,
    ARRAY(SELECT p.person_id FROM talk_participant p WHERE p.talk_id = t.talk_id ORDER BY 1) AS person_ids"""
_ADD = query(insert(tables.talk, "talk_id", "unit_id", "kind", "held_on", "summary", "created_at"))
_FIND = query(sa.text(f"SELECT {_COLUMNS} FROM talk t WHERE t.talk_id = :talk_id"))
_LIST = query(
    sa.text(
        # From what the reader may read, never along all talks: most readers may read few.
        f"""SELECT {_COLUMNS} FROM talk t
             WHERE t.talk_id IN (
                    SELECT o.talk_id FROM talk_participant o WHERE o.person_id = CAST(:reader_id AS uuid)
                    UNION
                    SELECT h.talk_id FROM talk h WHERE h.unit_id = ANY (CAST(:units_held AS uuid[])))
               AND (CAST(:after_day AS date) IS NULL
                    OR (t.held_on, t.talk_id) < (CAST(:after_day AS date), CAST(:after_id AS uuid)))
               AND (CAST(:unit_id AS uuid) IS NULL OR t.unit_id = CAST(:unit_id AS uuid))
               AND (CAST(:person_id AS uuid) IS NULL OR EXISTS (
                    SELECT FROM talk_participant p
                     WHERE p.talk_id = t.talk_id AND p.person_id = CAST(:person_id AS uuid)))
               AND (CAST(:first_day AS date) IS NULL OR t.held_on >= CAST(:first_day AS date))
               AND (CAST(:end_day AS date) IS NULL OR t.held_on < CAST(:end_day AS date))
             ORDER BY t.held_on DESC, t.talk_id DESC LIMIT :size"""
    )
)
_COUNTS = query(
    sa.text(
        """SELECT p.person_id, count(*)::int AS total,
                  (count(*) FILTER (WHERE t.kind IN ('among_committee', 'committee_with_member')))::int
                      AS with_committee,
                  (count(*) FILTER (WHERE t.kind = 'among_members'))::int AS with_members
             FROM talk_participant p JOIN talk t ON t.talk_id = p.talk_id
            WHERE p.person_id = ANY (CAST(:person_ids AS uuid[]))
              AND t.held_on BETWEEN CAST(:first AS date) AND CAST(:last AS date)
            GROUP BY p.person_id"""
    )
)
_LAST = query(sa.text("SELECT max(held_on) FROM talk WHERE unit_id = :unit_id"))


@dataclass(frozen=True, slots=True)
class TalkFilter:
    """What a list of talks is narrowed to; None is no condition."""

    unit_id: UUID | None = None
    person_id: UUID | None = None
    first_day: date | None = None
    end_day: date | None = None


def _talk(row: Record) -> Talk:
    values = dict(row)
    return Talk(
        kind=TalkKind(values.pop("kind")),
        person_ids=tuple(values.pop("person_ids")),
        **values,
    )


async def add(work: UnitOfWork, talk: Talk) -> None:
    """Keep a talk with those who took part."""
    await work.execute(
        _ADD,
        talk_id=talk.talk_id,
        unit_id=talk.unit_id,
        kind=talk.kind.value,
        held_on=talk.held_on,
        summary=talk.summary,
        created_at=talk.created_at,
    )
    rows = [(talk.talk_id, person_id) for person_id in talk.person_ids]
    await work.copy(tables.talk_participant, ("talk_id", "person_id"), rows)


async def find(reader: Reader, talk_id: UUID) -> Talk | None:
    """The talk, None where there is none."""
    row = await reader.fetch_one(_FIND, talk_id=talk_id)
    return None if row is None else _talk(row)


async def list_page(
    reader: Reader,
    wanted: TalkFilter,
    *,
    after: tuple[date, UUID] | None,
    size: int,
    reader_id: UUID | None,
    units_held: Sequence[UUID],
) -> list[Talk]:
    """Talks of the very units held, and those in which the reader took part, the latest first."""
    rows = await reader.fetch(
        _LIST,
        after_day=after[0] if after else None,
        after_id=after[1] if after else None,
        unit_id=wanted.unit_id,
        person_id=wanted.person_id,
        first_day=wanted.first_day,
        end_day=wanted.end_day,
        units_held=list(units_held),
        reader_id=reader_id,
        size=size,
    )
    return [_talk(row) for row in rows]


async def counts(reader: Reader, person_ids: Sequence[UUID], year: int) -> list[TalkCount]:
    """How often each of the people talked in a year, in the order asked."""
    rows = await reader.fetch(
        _COUNTS, person_ids=list(person_ids), first=date(year, 1, 1), last=date(year, 12, 31)
    )
    found = {row["person_id"]: TalkCount(**dict(row)) for row in rows}
    return [found.get(person_id, TalkCount(person_id, 0, 0, 0)) for person_id in person_ids]


async def last_held(reader: Reader, unit_id: UUID) -> date | None:
    """The day of the last talk of the very unit."""
    found: date | None = await reader.fetch_value(_LAST, unit_id=unit_id)
    return found
