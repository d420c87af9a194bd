"""SQL about campaigns and who has done their part."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.bitemporal import History, Interval, interval_of
from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import query
from organization import tables
from organization.domain.campaigns import Campaign, Contribution
from organization.repository.beliefs import beliefs

_TERM = History(tables.campaign_term, ["programme_id", "person_id"], ["unit_id", "topic"])
_GET = beliefs(
    """SELECT c.target, c.topics, c.version,
              (SELECT coalesce(jsonb_object_agg(n.topic, n.count), '{}')
                 FROM (SELECT t.topic, count(*) AS count FROM campaign_term t
                        WHERE t.programme_id = c.programme_id AND t.valid @> CAST(:day AS date) AND {believed:t}
                        GROUP BY t.topic) n) AS counts
         FROM campaign c WHERE c.programme_id = :programme_id"""
)
_PUT = query(
    sa.text(
        """INSERT INTO campaign (programme_id, target, topics, created_at, updated_at, version)
           VALUES (:programme_id, :target, CAST(:topics AS text[]), :now, :now, 1)
           ON CONFLICT (programme_id) DO UPDATE
              SET target = excluded.target, topics = excluded.topics, updated_at = excluded.updated_at,
                  version = campaign.version + 1"""
    )
)
_TOUCH = query(
    sa.text("UPDATE campaign SET version = version + 1, updated_at = :now WHERE programme_id = :programme_id")
)
_DONE = query(
    sa.text(
        """SELECT person_id, unit_id, topic, valid FROM campaign_term
            WHERE programme_id = :programme_id AND person_id = ANY (CAST(:person_ids AS uuid[]))
              AND recorded_until IS NULL"""
    )
)
_PAGE = beliefs(
    """SELECT t.person_id, t.unit_id, t.topic, t.valid FROM campaign_term t
        WHERE t.programme_id = :programme_id AND t.valid @> CAST(:day AS date) AND {believed:t}
          AND (CAST(:after_id AS uuid) IS NULL OR t.person_id > CAST(:after_id AS uuid))
        ORDER BY t.person_id LIMIT CAST(:most AS int)"""
)


async def find(
    reader: Reader, programme_id: UUID, *, day: date, known_at: datetime | None = None
) -> Campaign | None:
    """The campaign that a programme is, on a day; None for one without a number."""
    statement, known = _GET.of(known_at)
    row = await reader.fetch_one(statement, programme_id=programme_id, day=day, **known)
    if row is None:
        return None
    return Campaign(
        programme_id, row["target"], tuple(row["topics"]), dict(row["counts"]), row["version"], day
    )


async def put(work: UnitOfWork, programme_id: UUID, *, target: int, topics: Sequence[str]) -> None:
    """Keep the number and the topics."""
    await work.execute(_PUT, programme_id=programme_id, target=target, topics=list(topics), now=work.now)


async def done(work: UnitOfWork, programme_id: UUID, person_ids: Iterable[UUID]) -> dict[UUID, Contribution]:
    """What these people have done, as is believed now."""
    rows = await work.fetch(_DONE, programme_id=programme_id, person_ids=list(person_ids))
    return {row["person_id"]: _read(row) for row in rows}


def _read(row: Record) -> Contribution:
    return Contribution(row["person_id"], row["unit_id"], row["topic"], interval_of(row["valid"]).start)


async def record(
    work: UnitOfWork, programme_id: UUID, new: Sequence[Contribution], before: Mapping[UUID, Contribution]
) -> None:
    """Believe from now on that people did this, whatever was believed of them before."""
    later = [
        before[each.person_id]
        for each in new
        if each.person_id in before and before[each.person_id].on < each.on
    ]
    await _forget(work, programme_id, later)
    await _TERM.record_many(
        work,
        [
            (
                {"programme_id": programme_id, "person_id": each.person_id},
                Interval(each.on),
                {"unit_id": each.unit_id, "topic": each.topic},
            )
            for each in new
        ],
    )
    await work.execute(_TOUCH, programme_id=programme_id, now=work.now)


async def touch(work: UnitOfWork, programme_id: UUID) -> None:
    """Raise the version of a campaign of which somebody did another part than was believed."""
    await work.execute(_TOUCH, programme_id=programme_id, now=work.now)


async def retract(work: UnitOfWork, programme_id: UUID, old: Contribution) -> None:
    """Believe from now on that somebody did nothing."""
    await _forget(work, programme_id, [old])
    await work.execute(_TOUCH, programme_id=programme_id, now=work.now)


async def _forget(work: UnitOfWork, programme_id: UUID, old: Iterable[Contribution]) -> None:
    await _TERM.record_many(
        work,
        [
            ({"programme_id": programme_id, "person_id": each.person_id}, Interval(each.on), None)
            for each in old
        ],
    )


async def page(
    reader: Reader,
    programme_id: UUID,
    *,
    day: date,
    known_at: datetime | None,
    after_id: UUID | None,
    most: int,
) -> list[Contribution]:
    """Who has done their part by a day, by id."""
    statement, known = _PAGE.of(known_at)
    values: dict[str, Any] = {"programme_id": programme_id, "day": day, "after_id": after_id, "most": most}
    rows = await reader.fetch(statement, **values, **known)
    return [_read(row) for row in rows]
